"""Makes one write, and sees what the shop really stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cg_sync.api.live import remote_id_of
from cg_sync.core.address import RemoteId
from cg_sync.core.as_sent import spec_in
from cg_sync.core.diff import Create, Update
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.kind import C, Ids, Kind, Spec, WireUnreadable
from cg_sync.core.outcome import Normalised
from cg_sync.core.state import Held
from cg_sync.errors import ApiError, BadAnswer, Rejected, Unauthorised, Unreachable
from cg_sync.jsonvalue import JsonObject, JsonValue, shown

CREATE_ATTEMPTS = 3
LOOKS_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""The pauses before each look for a record whose creation was not confirmed: what was written may
take a while to be seen.
"""


class Shop(Protocol):
    """What reading and writing records needs of a shop."""

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = ...
    ) -> list[JsonObject]: ...
    def fetch_record(self, collection: str, remote_id: RemoteId) -> JsonObject | None: ...
    def fetch_members(self, collection: str, remote_id: RemoteId) -> Iterator[JsonObject]: ...
    def create(self, collection: str, payload: JsonObject) -> JsonObject: ...
    def update(self, collection: str, remote_id: RemoteId, payload: JsonObject) -> JsonObject: ...
    def delete(self, collection: str, remote_id: RemoteId) -> None: ...
    def add_members(
        self, collection: str, remote_id: RemoteId, customers: Sequence[RemoteId]
    ) -> None: ...
    def remove_members(
        self, collection: str, remote_id: RemoteId, customers: Sequence[RemoteId]
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the shop has it after a write: its id, a name for its state (empty when it could
    not be read), and the fields that are not as they were sent.
    """

    remote_id: RemoteId
    fingerprint: str = ""
    normalised: tuple[Normalised, ...] = ()


def create(
    change: Create,
    payload: JsonObject,
    kind: Kind[C],
    shop: Shop,
    ids: Ids,
    context: C,
    *,
    pause: Callable[[float], bool],
) -> Stored:
    """Create a record. When the answer is lost, look whether it is there before trying again; a
    refusal after that may be the shop's way to say that it is.

    Raises an ApiError.
    """
    lost = False
    for attempt in range(1, CREATE_ATTEMPTS + 1):
        try:
            return stored(shop.create(kind.collection, payload), change.spec, kind, ids, context)
        except Unauthorised as error:
            error.may_be_done = error.may_be_done or lost
            raise
        except (Unreachable, BadAnswer, Rejected) as error:
            error.may_be_done = error.may_be_done or lost
            if not lost and (isinstance(error, Rejected) or not _may_have_arrived(error)):
                raise
            lost = True
            there = _look_for(payload, kind, shop, error, pause)
            if there is not None:
                return _ours(there, change, kind, ids, context, error)
            if isinstance(error, Rejected) or attempt == CREATE_ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _may_have_arrived(error: Unreachable | BadAnswer) -> bool:
    return isinstance(error, BadAnswer) or error.sent


def _look_for(
    payload: JsonObject,
    kind: Kind[C],
    shop: Shop,
    lost: ApiError,
    pause: Callable[[float], bool],
) -> JsonObject | None:
    """The record with the key of `payload`; None when it is not there after several looks.

    Raises Unreachable when there is no time for them all: it may still come to be seen.
    """
    for seconds in LOOKS_SECONDS:
        if seconds and not pause(seconds):
            raise Unreachable(f"{lost}; whether it was made is unknown, as the run had to end")
        try:
            found = shop.fetch_complete(kind.collection)
        except ApiError as blind:
            raise Unreachable(
                f"{lost}; whether it was made is unknown: {blind}", hint=blind.hint
            ) from blind
        for record in found:
            if record.get(kind.wire_key) == payload[kind.wire_key]:
                return record
    return None


def _ours(
    record: JsonObject, change: Create, kind: Kind[C], ids: Ids, context: C, lost: ApiError
) -> Stored:
    """The record that is there by now, if it is the one that was sent."""
    found = stored(record, change.spec, kind, ids, context)
    if found.normalised or not found.fingerprint:
        named = ", ".join(it.field for it in found.normalised) or "all of it"
        raise Unreachable(
            f"{lost}; by now there is one of that {kind.key}, but otherwise: {named}",
            hint="did somebody else make it? see what a new plan says",
        )
    return found


def update(
    change: Update, payload: JsonObject, kind: Kind[C], shop: Shop, ids: Ids, context: C
) -> Stored:
    """Send the fields that change. Raises an ApiError."""
    record = shop.update(kind.collection, change.remote_id, payload)
    if not record:  # The shop says nothing after a change, so it is asked.
        record = shop.fetch_record(kind.collection, change.remote_id) or {}
    if not record:
        return Stored(change.remote_id)
    return stored(record, change.spec, kind, ids, context)


def changed_fields(
    change: Update, payload: Mapping[str, JsonValue], kind: Kind[C]
) -> dict[str, JsonValue]:
    """Only the fields that change, so that what others may have set besides stays as it is."""
    changed = {field.name for field in change.fields}
    return {it.wire: payload[it.wire] for it in kind.fields if shown(it.pointer) in changed}


def delete(kind: Kind[C], shop: Shop, remote_id: RemoteId) -> None:
    """Delete a record; one that somebody else deleted since the plan is gone as well."""
    try:
        shop.delete(kind.collection, remote_id)
    except Rejected as error:
        if error.status != 404:
            raise


def stored(payload: JsonObject, wanted: Spec, kind: Kind[C], ids: Ids, context: C) -> Stored:
    """What the shop answered, held against what it was told."""
    remote_id = remote_id_of(payload)
    try:
        spec = spec_in(payload, wanted, kind, ids, context)
    except WireUnreadable:
        return Stored(remote_id)
    held = Held(kind.address_of(wanted), spec, remote_id)
    others = tuple(
        Normalised(
            held.address, shown(it.pointer), wanted.readable(it.name), spec.readable(it.name)
        )
        for it in kind.fields
        if getattr(wanted, it.name) != getattr(spec, it.name)
    )
    return Stored(remote_id, held_fingerprint(held, kind, with_size=False), others)
