"""Looks at a record right before it is written: is it still what the plan was made from, and what
must be kept of it?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from cg_sync.api.live import fetch_member_pks, remote_id_of, size_in
from cg_sync.core.address import RemoteId
from cg_sync.core.as_sent import spec_in
from cg_sync.core.diff import Delete, Update
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.journal import Before
from cg_sync.core.kind import C, Ids, Kind, Spec, WireUnreadable
from cg_sync.core.moved import Moved, moved_fields, told_value
from cg_sync.core.privacy import has_address
from cg_sync.core.state import Held
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical, shown

ID_NAMES = frozenset({"pk", "id"})


class RecordReader(Protocol):
    """What a look needs of a shop."""

    def fetch_record(self, collection: str, remote_id: RemoteId) -> JsonObject | None: ...
    def fetch_members(self, collection: str, remote_id: RemoteId) -> Iterator[JsonObject]: ...


class Crossed(Exception):
    """Somebody changed the record since the plan was made. Nothing was sent."""

    def __init__(self, *moved: Moved) -> None:
        super().__init__("; ".join(f"{it.what} was {it.then}, is {it.found}" for it in moved))
        self.moved = moved


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it is right now; `as_planned` when nothing is left to write."""

    before: Before | None
    as_planned: bool = False


def look_before_update(
    change: Update, kind: Kind[C], shop: RecordReader, ids: Ids, context: C, *, then: str
) -> Seen:
    """The values that are about to be replaced. `then` is the fingerprint the plan was made from.

    Raises Crossed, or an ApiError.
    """
    payload = shop.fetch_record(kind.collection, change.remote_id)
    if payload is None:
        raise Crossed(Moved(kind.key, "there", "gone"))
    held = _held(change, payload, kind, ids, context)
    # What is in the plan's own words what it was has the fingerprint that the plan was made from.
    stayed = held.spec is change.before and held.remote_id == change.remote_id
    if not stayed and held_fingerprint(held, kind, with_size=False) != then:
        if held.spec == change.spec:
            return Seen(None, as_planned=True)
        raise Crossed(*moved_fields(kind, change.before, held.spec))
    changed = {field.name for field in change.fields}
    names = [it.wire for it in kind.fields if shown(it.pointer) in changed]
    wire = {name: payload.get(name) for name in names}
    return Seen(Before(wire, references_of(held.spec, kind, ids)))


def look_before_delete(
    change: Delete, kind: Kind[C], shop: RecordReader, ids: Ids, context: C, *, then: str
) -> Seen:
    """All of a record that is about to go, and its members. `then` is the fingerprint the plan was
    made from.

    Raises Crossed, or an ApiError.
    """
    payload = shop.fetch_record(kind.collection, change.remote_id)
    if payload is None:
        return Seen(None, as_planned=True)
    held = _held(change, payload, kind, ids, context)
    if held_fingerprint(held, kind, with_size=True) != then:
        raise Crossed(*_moved(change, held, held.size, kind))
    members = None
    if kind.has_members:
        members = tuple(fetch_member_pks(shop, kind.collection, change.remote_id))
        if held.size is not None and held.size != len(members):
            raise Crossed(*_moved(change, held, len(members), kind))
    wire, left_out = _kept(payload, kind)
    return Seen(Before(wire, references_of(held.spec, kind, ids), members, left_out))


def look_at_size(kind: Kind[C], remote_id: RemoteId, shop: RecordReader, *, expected: int) -> None:
    """Make sure that a group has as many members as it should; one that does not say is believed.

    Raises Crossed, or an ApiError.
    """
    payload = shop.fetch_record(kind.collection, remote_id)
    if payload is None:
        raise Crossed(Moved(kind.key, "there", "gone"))
    size = size_in(payload, kind.size)
    if size is not None and size != expected:
        raise Crossed(Moved("members", f"{expected:,}", f"{size:,}"))


def _held(
    change: Update | Delete, payload: JsonObject, kind: Kind[C], ids: Ids, context: C
) -> Held:
    try:
        spec = spec_in(payload, change.before, kind, ids, context)
    except WireUnreadable as error:
        raise Crossed(Moved(kind.key, "there", f"not to be read: {error}")) from error
    return Held(kind.address_of(spec), spec, remote_id_of(payload), size_in(payload, kind.size))


def _moved(change: Delete, held: Held, size: int | None, kind: Kind[C]) -> tuple[Moved, ...]:
    if size == change.size:
        return moved_fields(kind, change.before, held.spec)
    return (Moved("members", told_value(change.size), told_value(size)),)


def references_of(spec: Spec, kind: Kind[C], ids: Ids) -> dict[str, dict[str, RemoteId]]:
    """The ids of what a record refers to, by collection and code."""
    found: dict[str, dict[str, RemoteId]] = {}
    for it in kind.references(spec):
        known = ids.codes.get(it.collection, {}).get(it.code)
        if known is not None:
            found.setdefault(it.collection, {})[it.code] = known
    return found


def _kept(payload: JsonObject, kind: Kind[C]) -> tuple[JsonObject, tuple[str, ...]]:
    """What is kept of a record that goes: its fields of ours as they are, and of others those that
    name no person.
    """
    ours = {it.wire for it in kind.fields}
    kept: dict[str, JsonValue] = {}
    left_out = []
    for name, value in payload.items():
        if name in ID_NAMES:
            continue
        if name in ours or not has_address(canonical(value)):
            kept[name] = value
        else:
            left_out.append(name)
    return kept, tuple(left_out)
