"""Who is in a group of the shop, written back to where its file names customers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cg_sync.api.live import find_customers
from cg_sync.api.shop import Incomplete, Shop
from cg_sync.core.address import Address
from cg_sync.core.kind import Kind
from cg_sync.core.match import Pair
from cg_sync.core.members import (
    KEY_FIELDS,
    UNSURE_FIELDS,
    KeyField,
    MemberKeys,
    Membership,
    keys_of,
    normal_key,
)
from cg_sync.core.state import Held
from cg_sync.errors import counted
from cg_sync.files.member_update import (
    Key,
    fields_of,
    is_csv,
    keys_in,
    update_member_list,
)
from cg_sync.files.paths import resolve_inside
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.kinds.context import Context
from cg_sync.workflow.update.fields import LeftAlone

_EMAIL = re.compile(r"(?!#)[^@\s]+@[^@\s]+")

Person = Mapping[KeyField, str]
"""A customer by each key that the shop has, as it is spelled there."""


@dataclass(frozen=True, slots=True)
class MembersFound:
    """How a file and the shop differ about a group: keys of customers who are members no more, and
    members whom the file does not name. `unsure` when a key that names nobody may mean one of them.
    """

    gone: frozenset[Key]
    new: tuple[Person, ...]
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class NewMembers:
    """What has to be written: the `members:` block, the member lists by path, and whom it names
    then.
    """

    block: JsonObject
    lists: Mapping[Path, bytes]
    keys: MemberKeys
    added: tuple[Key, ...]
    removed: tuple[Key, ...]


@dataclass(slots=True)
class _Seen:
    named: set[Key] = field(default_factory=set)
    others: list[Person] = field(default_factory=list)


def find_members(
    shop: Shop, pairs: Sequence[tuple[Pair, Held]], kinds: Sequence[Kind[Context]]
) -> Mapping[Address, MembersFound]:
    """For every group whose file speaks of members: how the shop differs from it.

    Members are streamed; the customers behind keys that no member has are looked up together.
    """
    collections = {kind.name: kind.collection for kind in kinds}
    seen: dict[Address, _Seen] = {}
    missing: dict[Address, set[Key]] = {}
    for pair, held in pairs:
        membership, address = pair.wanted.membership, pair.wanted.address
        if membership is not None:
            seen[address] = _look(shop, collections[address.kind], held, membership)
            all_keys = {(name, key) for name, keys in membership.keys.by.items() for key in keys}
            missing[address] = all_keys - seen[address].named
    by: dict[KeyField, set[str]] = {}
    for name, key in set().union(*missing.values()):
        by.setdefault(name, set()).add(key)
    customers = find_customers(shop, MemberKeys(by))
    found: dict[Address, MembersFound] = {}
    for address, keys in missing.items():
        gone = frozenset(it for it in keys if len(customers.get(it, ())) == 1)
        unsure = any(name in UNSURE_FIELDS for name, _ in keys - gone)
        found[address] = MembersFound(gone, tuple(seen[address].others), unsure)
    return found


def is_just(customers: Iterable[JsonObject], membership: Membership) -> bool:
    """Whether these are the customers whom the file names, and nobody else."""
    exactly = Membership("exact", membership.keys)
    seen = _sort(customers, exactly)
    return not seen.others and len(seen.named) == len(membership.keys)


def _look(shop: Shop, collection: str, held: Held, membership: Membership) -> _Seen:
    """One streamed read, and one more when the listing moved under it."""
    try:
        return _sort(shop.fetch_members(collection, held.remote_id), membership)
    except Incomplete:
        return _sort(shop.fetch_members(collection, held.remote_id), membership)


def _sort(customers: Iterable[JsonObject], membership: Membership) -> _Seen:
    seen = _Seen()
    for customer in customers:
        keys = keys_of(customer)
        named = {it for it in keys.items() if it[1] in membership.keys.by.get(it[0], ())}
        seen.named |= named
        if not named and membership.mode == "exact":
            spelled = {name: str(customer.get(name) or "").strip() for name in keys}
            seen.others.append({**spelled, "pk": keys["pk"]})
    return seen


def with_live_members(
    written: JsonObject,
    meant: JsonObject,
    pair: Pair,
    found: MembersFound,
    *,
    root: Path,
    named_by: Mapping[Path, tuple[str, ...]],
    emails_allowed: bool,
) -> NewMembers | None:
    """The `members:` block and the lists it names with the shop's members; None when they are.

    A customer is added by the kind of key that most of the group are named by, to a list that
    belongs to this group alone if there is one. Raises LeftAlone.
    """
    membership = pair.wanted.membership
    if membership is None or not (found.gone or found.new):
        return None
    place = pair.wanted.document.position_of(("members",), of_key=True)
    if found.unsure and found.new:
        raise LeftAlone(
            f"members: {counted(len(found.new), 'member')} of the shop "
            f"{'is' if len(found.new) == 1 else 'are'} not named here, unless by an ERP code or "
            "phone number that nobody has",
            "mend those keys first; `cg-sync plan` shows them",
            place,
        )
    block = dict(written)
    customers, named = written.get("customers"), meant.get("customers")
    if isinstance(customers, list) and isinstance(named, list):
        pairs = zip(customers, named, strict=True)
        block["customers"] = [it for it, says in pairs if _key_of(says) not in found.gone]
    lists = _read_lists(root, pair, meant)
    for path, (data, _) in lists.items():
        shared = [it for it in named_by[path] if it != pair.wanted.document.file]
        keys = {key for _, key in keys_in(data, as_csv=is_csv(path))}
        if shared and keys & found.gone:
            raise LeftAlone(
                f"members: the list {path.name} holds customers who left, and is also that of "
                f"{', '.join(shared)}",
                "give each group a list of its own, or change the list by hand",
                place,
            )
    own = {path: it for path, it in lists.items() if len(named_by[path]) == 1}
    added = _added(block, own, membership, found.new, emails_allowed)
    changed: dict[Path, bytes] = {}
    for path, (data, new) in own.items():
        after = update_member_list(data, as_csv=is_csv(path), gone=found.gone, new=new)
        if after is None:
            message = f"members: the list {path.name} cannot be changed without other changes"
            raise LeftAlone(message, "change it by hand", place)
        if after != data:
            changed[path] = after
    then = _after(membership.keys, found.gone, added)
    return NewMembers(block, changed, then, tuple(added), tuple(sorted(found.gone)))


_Lists = dict[Path, tuple[bytes, list[Key]]]
"""Member lists by path: what is in them, and whom they get."""


def _read_lists(root: Path, pair: Pair, meant: JsonObject) -> _Lists:
    files = meant.get("files")
    paths = [
        resolve_inside(root, pair.wanted.document.file, str(it))
        for it in (files if isinstance(files, list) else ())
    ]
    return {path: (path.read_bytes(), []) for path in paths if path is not None}


def _added(
    block: dict[str, JsonValue],
    lists: _Lists,
    membership: Membership,
    new: Sequence[Person],
    emails_allowed: bool,
) -> list[Key]:
    """Put each new member into the block or into the last of the lists that can hold them."""
    counts = Counter({name: len(keys) for name, keys in membership.keys.by.items()})
    fields = sorted(KEY_FIELDS, key=lambda it: (-counts[it], KEY_FIELDS.index(it)))
    if not counts:
        fields = list(KEY_FIELDS)
    added: list[Key] = []
    inline: list[JsonValue] = []
    for person in new:
        usable = [it for it in fields if _can_name(person, it, emails_allowed)]
        target = next(
            (
                (field, keys)
                for path, (data, keys) in reversed(lists.items())
                for field in usable
                if field in fields_of(data, as_csv=is_csv(path))
            ),
            None,
        )
        if target is not None:
            target[1].append((target[0], person[target[0]]))
            added.append(target[1][-1])
            continue
        name = usable[0]
        value: JsonValue = int(person["pk"]) if name == "pk" else person[name]
        inline.append(value if name == "email" else {name: value})
        added.append((name, person[name]))
    if inline:
        before = block.get("customers")
        entries = [*(before if isinstance(before, list) else ()), *inline]
        if "customers" in block:
            block["customers"] = entries
        else:
            rest = dict(block)
            block.clear()
            block.update({it: rest.pop(it) for it in ("mode",) if it in rest})
            block.update({"customers": entries, **rest})
    return added


def _can_name(person: Person, field: KeyField, emails_allowed: bool) -> bool:
    """Whether a file can name the person by this key. Everybody has a pk."""
    value = person.get(field, "")
    if field == "email":
        return emails_allowed and _EMAIL.fullmatch(value) is not None
    return bool(value) and value.isprintable() and "${" not in value


def _key_of(customer: JsonValue) -> Key:
    """By which key, in normal form, an entry of `customers:` names somebody."""
    entry = customer if isinstance(customer, Mapping) else {"email": customer}
    name = next(it for it in KEY_FIELDS if it in entry)
    return name, normal_key(name, str(entry[name]))


def _after(keys: MemberKeys, gone: frozenset[Key], added: Iterable[Key]) -> MemberKeys:
    by = {
        name: {key for key in found if (name, key) not in gone} for name, found in keys.by.items()
    }
    for name, value in added:
        by.setdefault(name, set()).add(normal_key(name, value))
    return MemberKeys({name: by[name] for name in KEY_FIELDS if by.get(name)})
