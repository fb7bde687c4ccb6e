"""Reads the live state: records of every kind, the codes of lists, and the members that files speak
of.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from cg_sync.api.shop import Incomplete
from cg_sync.core.address import Address, RemoteId, remote_id_in
from cg_sync.core.kind import C, Ids, Kind, WireUnreadable
from cg_sync.core.match import Pair
from cg_sync.core.members import (
    KeyField,
    Member,
    MemberDelta,
    MemberKeys,
    Membership,
    Sifted,
    delta_of,
    fingerprint_of,
    keys_of,
    member_of,
    sift,
)
from cg_sync.core.state import Held, Live, Unreadable
from cg_sync.errors import BadAnswer
from cg_sync.jsonvalue import JsonObject, JsonValue

CUSTOMERS = "customers"
KEYS_PER_CALL = 50
"""Akinon's own client asks for 50 keys at a time in `__in` filters."""


class Reader(Protocol):
    """What reading needs of a shop."""

    @property
    def page_size(self) -> int: ...
    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = ...
    ) -> list[JsonObject]: ...
    def fetch_all(
        self, collection: str, query: Mapping[str, str] = ...
    ) -> Iterator[JsonObject]: ...
    def fetch_members(self, collection: str, remote_id: RemoteId) -> Iterator[JsonObject]: ...
    def count(self, collection: str, query: Mapping[str, str] = ...) -> int | None: ...
    def lookups(self, collection: str) -> Mapping[str, frozenset[str]]: ...


class MemberReader(Protocol):
    """What reading the members of a group needs of a shop."""

    def fetch_members(self, collection: str, remote_id: RemoteId) -> Iterator[JsonObject]: ...


class CountingReader(Reader, Protocol):
    """One that knows what reading has cost, in calls by verb."""

    @property
    def calls(self) -> Mapping[str, int]: ...


def fetch_live(shop: Reader, kinds: Sequence[Kind[C]], context: C) -> Live:
    """Every record of every kind, in the same terms as the files, and the ids of the lists they
    name.
    """
    collections = dict.fromkeys(name for kind in kinds for name in kind.looks_up)
    ids = _ids({name: shop.fetch_complete(name) for name in collections})
    held: dict[Address, Held] = {}
    unreadable: list[Unreadable] = []
    met: dict[Address, list[RemoteId]] = defaultdict(list)
    for kind in kinds:
        for payload in shop.fetch_complete(kind.collection):
            remote_id = remote_id_of(payload)
            try:
                spec = kind.from_wire(payload, ids, context)
            except WireUnreadable as error:
                key = payload.get(kind.wire_key)
                named = key if isinstance(key, str) else None
                unreadable.append(Unreadable(kind.name, remote_id, str(error), named))
                continue
            address = kind.address_of(spec)
            met[address].append(remote_id)
            held.setdefault(address, Held(address, spec, remote_id, size_in(payload, kind.size)))
        # Kinds further down may refer to these.
        mine = {
            it.address.key: it.remote_id for it in held.values() if it.address.kind == kind.name
        }
        ids = ids.having(kind.collection, mine)
    twice = {address: tuple(found) for address, found in met.items() if len(found) > 1}
    return Live(held, tuple(unreadable), twice, ids)


def remote_id_of(payload: JsonObject) -> RemoteId:
    """The record's id, which the shop calls `pk` or `id`; raises BadAnswer when it has none."""
    known = remote_id_in(payload)
    if known is None:
        raise BadAnswer("the shop sent a record that has no pk and no id")
    return known


def _ids(records: Mapping[str, Iterable[JsonObject]]) -> Ids:
    codes: dict[str, dict[str, RemoteId]] = {}
    ambiguous: dict[str, set[str]] = {}
    for name, found in records.items():
        known, several = codes.setdefault(name, {}), ambiguous.setdefault(name, set())
        for record in found:
            code = record.get("code")
            if isinstance(code, str) and code:
                if code in known:
                    several.add(code)
                known[code] = remote_id_of(record)
        for code in several:
            del known[code]
    return Ids(codes, ambiguous)


def size_in(payload: JsonObject, name: str) -> int | None:
    """How many members a record says it has; None when it says nothing."""
    size: JsonValue = payload.get(name)
    return size if isinstance(size, int) and not isinstance(size, bool) else None


def fetch_members(
    shop: Reader, pairs: Sequence[Pair], kinds: Sequence[Kind[C]]
) -> dict[Address, MemberDelta]:
    """For every resource whose file speaks of members: who must be added and removed, streamed page
    by page.

    The customers behind all missing keys are looked up together, once.
    """
    by_name = {kind.name: kind for kind in kinds}
    sifted: dict[Address, Sifted] = {}
    for pair in pairs:
        membership = pair.wanted.membership
        if membership is None:
            continue
        kind = by_name[pair.wanted.address.kind]
        sifted[pair.wanted.address] = (
            # Nobody is in a group that is still to be made, whoever else is welcome in it later.
            replace(sift(membership, ()), fingerprint=fingerprint_of(()))
            if pair.held is None
            else _sift_live(shop, kind.collection, pair.held.remote_id, membership)
        )
    missing = MemberKeys()
    for it in sifted.values():
        missing = missing | it.missing
    customers = find_customers(shop, missing)
    return {address: delta_of(it, customers) for address, it in sifted.items()}


def _sift_live(shop: Reader, collection: str, remote_id: RemoteId, wanted: Membership) -> Sifted:
    """One streamed read, and one more when the listing moved under it."""
    try:
        return sift(wanted, shop.fetch_members(collection, remote_id))
    except Incomplete:
        return sift(wanted, shop.fetch_members(collection, remote_id))


def fetch_member_pks(
    shop: MemberReader, collection: str, remote_id: RemoteId
) -> Sequence[RemoteId]:
    """Who is in a group now: eight bytes a member."""
    try:
        return array("q", _pks(shop, collection, remote_id))
    except Incomplete:
        return array("q", _pks(shop, collection, remote_id))


def _pks(shop: MemberReader, collection: str, remote_id: RemoteId) -> Iterator[RemoteId]:
    return (member_of(it).pk for it in shop.fetch_members(collection, remote_id))


Found = dict[tuple[KeyField, str], tuple[Member, ...]]


def find_customers(shop: Reader, keys: MemberKeys) -> Found:
    """The customers behind each key; a key that is not in the answer names nobody.

    Takes the cheapest way: filters for some keys at a time where the shop offers them, one call a
    key, or one walk through all customers. What a filter returns is checked again here, since shops
    ignore filters they do not know; and what filters do not find is looked for in a walk, since
    they may tell upper from lower case.
    """
    found: Found = {}
    if not len(keys):
        return found
    total = shop.count(CUSTOMERS) or 0
    pages = 1 + total // shop.page_size
    queries = _queries(keys, shop.lookups(CUSTOMERS) if pages > 1 else {})
    if len(queries) < pages:
        for query in queries:
            customers = shop.fetch_complete(CUSTOMERS, query)
            _note(found, keys, customers)
            if len(customers) >= total:
                return found  # The shop ignores this filter: these were all there are.
        if len(found) == len(keys):
            return found
    try:
        _note(found, keys, shop.fetch_all(CUSTOMERS))
    except Incomplete:
        _note(found, keys, shop.fetch_all(CUSTOMERS))
    return found


def _note(found: Found, keys: MemberKeys, customers: Iterable[JsonObject]) -> None:
    for customer in customers:
        member = member_of(customer)
        for name, key in keys_of(customer).items():
            known = found.get((name, key), ())
            if key in keys.by.get(name, ()) and member not in known:
                found[(name, key)] = (*known, member)


def _queries(keys: MemberKeys, lookups: Mapping[str, frozenset[str]]) -> list[dict[str, str]]:
    """The filters that together find every key, as few as the shop allows. `pk__in` is documented,
    others are not.
    """
    queries: list[dict[str, str]] = []
    for name, wanted in keys.by.items():
        ordered = sorted(wanted)
        if name == "pk" or "in" in lookups.get(name, ()):
            chunks = [
                ordered[at : at + KEYS_PER_CALL] for at in range(0, len(ordered), KEYS_PER_CALL)
            ]
            queries += [{f"{name}__in": ",".join(chunk)} for chunk in chunks]
        else:
            queries += [{name: key} for key in ordered]
    return queries
