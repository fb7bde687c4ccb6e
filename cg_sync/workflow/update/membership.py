"""Who is in a group of the shop, written back to where its file names customers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cg_sync.core.match import Pair
from cg_sync.core.members import KEY_FIELDS, KeyField, MemberKeys, normal_key
from cg_sync.errors import Position, counted
from cg_sync.files.member_update import Key, fields_of, is_csv, keys_in, update_member_list
from cg_sync.files.paths import resolve_inside
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.workflow.update.disk import Disk
from cg_sync.workflow.update.left import LeftAlone
from cg_sync.workflow.update.members import MembersFound, Person

_EMAIL = re.compile(r"(?!#)[^@\s]+@[^@\s]+")


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


_Lists = Mapping[Path, bytes]
"""Member lists by path: what is in them."""

_Added = tuple[Path | None, Key]
"""A new member: the list that names them, None for the block itself, and by which key."""


def with_live_members(
    written: JsonObject,
    meant: JsonObject,
    pair: Pair,
    found: MembersFound,
    *,
    disk: Disk,
    named_by: Mapping[Path, tuple[str, ...]],
    emails_allowed: bool,
) -> NewMembers | None:
    """The `members:` block and the lists it names with the shop's members; None when they are.

    A customer is added by the kind of key that most of the group are named by, to a list that
    belongs to this group alone if there is one. Raises LeftAlone.
    """
    membership, document = pair.wanted.membership, pair.wanted.document
    if membership is None or not (found.gone or found.new):
        return None
    place = document.position_of(("members",), of_key=True)
    _refuse_unsure(found, place)
    customers = _items(meant, "customers")
    paths = _paths(disk.root.resolve(), document.file, meant)
    keys = [_key_of(it) for it in customers]
    lists = disk.lists_as_read(paths, keys, membership.keys, document)
    _refuse_shared(lists, found, named_by, document.file, place)
    own = {path: data for path, data in lists.items() if len(named_by[path]) == 1}
    added = list(_added(own, membership.keys, found.new, emails_allowed))
    stay = [key not in found.gone for key in keys]
    new = [key for path, key in added if path is None]
    return NewMembers(
        _with_customers(written, stay, [_entry(it) for it in new]),
        dict(_changed(own, found, added, place)),
        _after(membership.keys, found.gone, [key for _, key in added]),
        tuple(key for _, key in added),
        tuple(sorted(found.gone)),
    )


def _refuse_unsure(found: MembersFound, place: Position) -> None:
    if found.unsure and found.new:
        raise LeftAlone(
            f"members: {counted(len(found.new), 'member')} of the shop "
            f"{'is' if len(found.new) == 1 else 'are'} not named here, unless by an ERP code or "
            "phone number that nobody has",
            "mend those keys first; `cg-sync plan` shows them",
            place,
        )


def _refuse_shared(
    lists: _Lists,
    found: MembersFound,
    named_by: Mapping[Path, tuple[str, ...]],
    file: str,
    place: Position,
) -> None:
    """Nobody can be taken out of a list that is also that of another group."""
    for path, data in lists.items():
        others = [it for it in named_by[path] if it != file]
        keys = {key for _, key in keys_in(data, as_csv=is_csv(path))} if others else set()
        if keys & found.gone:
            raise LeftAlone(
                f"members: the list {path.name} holds customers who left, and is also that of "
                f"{', '.join(others)}",
                "give each group a list of its own, or change the list by hand",
                place,
            )


def _added(
    lists: _Lists, keys: MemberKeys, new: Sequence[Person], emails_allowed: bool
) -> Iterator[_Added]:
    """Where each new member is named: in the last of the lists that can hold them, if any."""
    counts = {name: len(keys.by.get(name, ())) for name in KEY_FIELDS}
    by_use = sorted(KEY_FIELDS, key=lambda it: -counts[it])
    fields = [(path, fields_of(it, as_csv=is_csv(path))) for path, it in lists.items()]
    for person in new:
        usable = [it for it in by_use if _can_name(person, it, emails_allowed)]
        in_lists = [(path, it) for path, known in reversed(fields) for it in usable if it in known]
        path, name = in_lists[0] if in_lists else (None, usable[0])
        yield path, (name, person[name])


def _changed(
    lists: _Lists, found: MembersFound, added: Iterable[_Added], place: Position
) -> Iterator[tuple[Path, bytes]]:
    """The lists that change, as they are then."""
    new: dict[Path | None, list[Key]] = {}
    for path, key in added:
        new.setdefault(path, []).append(key)
    for path, data in lists.items():
        after = update_member_list(
            data, as_csv=is_csv(path), gone=found.gone, new=new.get(path, ())
        )
        if after is None:
            message = f"members: the list {path.name} cannot be changed without other changes"
            raise LeftAlone(message, "change it by hand", place)
        if after != data:
            yield path, after


def _with_customers(
    block: JsonObject, stay: Sequence[bool], new: Sequence[JsonValue]
) -> JsonObject:
    """The block with the customers who `stay` and new ones; a new key stands below `mode:`."""
    before = block.get("customers")
    kept = (
        [it for it, stays in zip(before, stay, strict=True) if stays]
        if isinstance(before, list)
        else []
    )
    if "customers" in block:
        return {**block, "customers": [*kept, *new]}
    if not new:
        return block
    mode = {"mode": block["mode"]} if "mode" in block else {}
    return {**mode, "customers": list(new), **{k: it for k, it in block.items() if k != "mode"}}


def _paths(root: Path, file: str, meant: JsonObject) -> list[Path]:
    """The member lists that a block names."""
    found = (resolve_inside(root, file, str(it)) for it in _items(meant, "files"))
    return [it for it in found if it is not None]


def _items(block: JsonObject, name: str) -> list[JsonValue]:
    value = block.get(name)
    return value if isinstance(value, list) else []


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


def _entry(key: Key) -> JsonValue:
    """How `customers:` names somebody by a key."""
    match key:
        case "email", value:
            return value
        case "pk", value:
            return {"pk": int(value)}
        case name, value:
            return {name: value}


def _after(keys: MemberKeys, gone: frozenset[Key], added: Iterable[Key]) -> MemberKeys:
    by = {
        name: {key for key in found if (name, key) not in gone} for name, found in keys.by.items()
    }
    for name, value in added:
        by.setdefault(name, set()).add(normal_key(name, value))
    return MemberKeys({name: by[name] for name in KEY_FIELDS if by.get(name)})
