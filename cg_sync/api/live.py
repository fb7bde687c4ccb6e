"""Reads the live state: records of every kind, the codes of lists, and the members that files speak
of.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from cg_sync.api.finding import CustomerReader, find_customers
from cg_sync.api.shop import Incomplete
from cg_sync.core.address import Address, RemoteId, remote_id_in
from cg_sync.core.as_sent import is_as_sent
from cg_sync.core.forecast import Pace, Reads
from cg_sync.core.kind import C, Ids, Kind, WireUnreadable
from cg_sync.core.match import Pair
from cg_sync.core.members import (
    MemberDelta,
    MemberKeys,
    Membership,
    OutOfOrder,
    Sifted,
    delta_of,
    fields_of,
    fingerprint_of,
    pk_of,
    sift,
)
from cg_sync.core.state import Held, Live, Unreadable, Wanted
from cg_sync.errors import BadAnswer
from cg_sync.jsonvalue import JsonObject, JsonValue


class MemberReader(Protocol):
    """What reading the members of a group needs of a shop."""

    def fetch_members(self, collection: str, remote_id: RemoteId) -> Iterator[JsonObject]: ...


class Reader(CustomerReader, Protocol):
    """What reading needs of a shop."""

    def fetch_members(
        self, collection: str, remote_id: RemoteId, *, fields: Collection[str] = ...
    ) -> Iterator[JsonObject]: ...
    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = ...
    ) -> list[JsonObject]: ...


class CountingReader(Reader, Protocol):
    """One that knows what reading has cost, in calls by verb, and how fast the shop answers."""

    @property
    def calls(self) -> Mapping[str, int]: ...
    @property
    def reads(self) -> Reads: ...
    @property
    def pace(self) -> Pace | None: ...


NO_FILES: Mapping[Address, Wanted] = MappingProxyType({})


def fetch_live(
    shop: Reader,
    kinds: Sequence[Kind[C]],
    context: C,
    wanted: Mapping[Address, Wanted] = NO_FILES,
) -> Live:
    """Every record of every kind, in the same terms as the files, and the ids of the lists they
    name. What files want is known already: of a record that is just so, nothing else is read.
    """
    collections = dict.fromkeys(name for kind in kinds for name in kind.looks_up)
    listed = {name: shop.fetch_complete(name) for name in collections}
    ids, rows = _ids(listed), {name: len(found) for name, found in listed.items()}
    held: dict[Address, Held] = {}
    unreadable: list[Unreadable] = []
    several: dict[Address, list[RemoteId]] = {}
    for kind in kinds:
        try:
            found = _fetch_kind(shop, kind, ids, context, wanted)
        except Incomplete:
            found = _fetch_kind(shop, kind, ids, context, wanted)
        held |= found.held
        unreadable += found.unreadable
        several |= found.several
        rows[kind.collection] = found.rows
        # Kinds further down may refer to these.
        ids = ids.having(kind.collection, {it.key: one.remote_id for it, one in found.held.items()})
    twice = {address: tuple(several[address]) for address in held if address in several}
    return Live(held, tuple(unreadable), twice, ids, rows)


@dataclass
class _Listed:
    """What the listing of a kind holds: the first record of each address, and the ids of all of
    them where there are `several`.
    """

    held: dict[Address, Held] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    several: dict[Address, list[RemoteId]] = field(default_factory=dict)
    rows: int = 0


def _fetch_kind(
    shop: Reader, kind: Kind[C], ids: Ids, context: C, wanted: Mapping[Address, Wanted]
) -> _Listed:
    """The records of one kind, streamed: no more than a page of them is kept as it came."""
    found, wire_key = _Listed(), kind.wire_key
    by_key = {address.key: it for address, it in wanted.items() if address.kind == kind.name}
    for payload in shop.fetch_all(kind.collection):
        found.rows += 1
        remote_id, key = remote_id_of(payload), payload.get(wire_key)
        named = key if isinstance(key, str) else None
        known = by_key.get(named) if named is not None else None
        try:
            if known is not None and is_as_sent(known.spec, payload, kind, ids):
                address, spec = known.address, known.spec
            else:
                spec = kind.from_wire(payload, ids, context)
                address = kind.address_of(spec)
        except WireUnreadable as error:
            found.unreadable.append(Unreadable(kind.name, remote_id, str(error), named))
            continue
        record = Held(address, spec, remote_id, size_in(payload, kind.size))
        first = found.held.setdefault(address, record)
        if first is not record:
            found.several.setdefault(address, [first.remote_id]).append(remote_id)
    return found


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
            Sifted(0, (), membership.keys, fingerprint_of(()))
            if pair.held is None
            else _sift_live(shop, kind.collection, pair.held.remote_id, membership)
        )
    missing = MemberKeys()
    for it in sifted.values():
        missing = missing | it.missing
    customers = find_customers(shop, missing)
    return {address: delta_of(it, customers) for address, it in sifted.items()}


def _sift_live(shop: Reader, collection: str, remote_id: RemoteId, wanted: Membership) -> Sifted:
    """One streamed read, and one more when the listing moved under it, or is in no order."""
    fields = fields_of(wanted.keys)
    with suppress(Incomplete, OutOfOrder):
        return sift(wanted, shop.fetch_members(collection, remote_id, fields=fields), in_order=True)
    # Out of the exception, which would hold on to the first listing and its pages.
    return sift(wanted, shop.fetch_members(collection, remote_id, fields=fields))


def fetch_member_pks(
    shop: MemberReader, collection: str, remote_id: RemoteId
) -> Sequence[RemoteId]:
    """Who is in a group now: eight bytes a member."""
    with suppress(Incomplete):
        return array("q", _pks(shop, collection, remote_id))
    return array("q", _pks(shop, collection, remote_id))


def _pks(shop: MemberReader, collection: str, remote_id: RemoteId) -> Iterator[RemoteId]:
    return (pk_of(it) for it in shop.fetch_members(collection, remote_id))
