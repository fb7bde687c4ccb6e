"""How the shop and the files differ about who is in a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cg_sync.api.finding import find_customers
from cg_sync.api.shop import Incomplete, Shop
from cg_sync.core.address import Address
from cg_sync.core.kind import Kind
from cg_sync.core.match import Pair
from cg_sync.core.members import UNSURE_FIELDS, KeyField, MemberKeys, Membership, keys_of
from cg_sync.core.state import Held
from cg_sync.files.member_update import Key
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds.context import Context

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
