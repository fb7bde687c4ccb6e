"""Carries out a plan, one write after the other, and says of each when it is really done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, assert_never

from cg_sync.api.live import remote_id_of
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Create, Update
from cg_sync.core.kind import C, Ids, Kind
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    Plan,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.errors import ApiError, BadAnswer, Rejected, Unreachable
from cg_sync.jsonvalue import JsonObject, JsonValue, shown

CREATE_ATTEMPTS = 3
NOTHING: Mapping[Address, RemoteId] = MappingProxyType({})


class Writer(Protocol):
    """What writing needs of a shop."""

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = ...
    ) -> list[JsonObject]: ...
    def create(self, collection: str, payload: JsonObject) -> JsonObject: ...
    def update(self, collection: str, remote_id: RemoteId, payload: JsonObject) -> JsonObject: ...
    def delete(self, collection: str, remote_id: RemoteId) -> None: ...
    def add_members(
        self, collection: str, remote_id: RemoteId, customers: Sequence[RemoteId]
    ) -> None: ...
    def remove_members(
        self, collection: str, remote_id: RemoteId, customers: Sequence[RemoteId]
    ) -> None: ...


class StepFailed(Exception):
    """The step that stopped an apply; `__cause__` is what the API said."""

    def __init__(self, step: Step, error: ApiError) -> None:
        super().__init__(str(error))
        self.step = step
        self.error = error


def apply_plan(
    plan: Plan,
    shop: Writer,
    *,
    kinds: Sequence[Kind[C]],
    ids: Ids,
    made: Mapping[Address, RemoteId] = NOTHING,
) -> Iterator[Step]:
    """Carry out the steps in order; yields each once the shop has confirmed it. `made` are the ids
    of what the plan creates and the shop has already.

    Raises StepFailed at the first that does not go through; those after it are not tried.
    """
    by_name = {kind.name: kind for kind in kinds}
    made = dict(made)
    for step in plan.steps:
        kind = by_name[step.change.address.kind]
        try:
            _carry_out(step, kind, shop, ids, made)
        except ApiError as error:
            raise StepFailed(step, error) from error
        if isinstance(step, CreateRecord | UpdateRecord):
            # Later steps may refer to what has just been made or renamed.
            change = step.change
            known = made[change.address] if isinstance(change, Create) else change.remote_id
            ids = ids.having(kind.collection, {change.address.key: known})
        yield step


def _carry_out(
    step: Step, kind: Kind[C], shop: Writer, ids: Ids, made: dict[Address, RemoteId]
) -> None:
    match step:
        case CreateRecord(change):
            made[change.address] = _create(shop, kind, kind.to_wire(change.spec, ids))
        case UpdateRecord(change):
            shop.update(kind.collection, change.remote_id, _changed(kind, change, ids))
        case AddMembers(change, members):
            known = made[change.address] if isinstance(change, Create) else change.remote_id
            shop.add_members(kind.collection, known, [member.pk for member in members])
        case RemoveMembers(change, members):
            shop.remove_members(
                kind.collection, change.remote_id, [member.pk for member in members]
            )
        case DeleteRecord(change):
            _delete(shop, kind, change.remote_id)
        case _:
            assert_never(step)


def _delete(shop: Writer, kind: Kind[C], remote_id: RemoteId) -> None:
    """Delete a record; one that somebody else deleted since the plan is gone as well."""
    try:
        shop.delete(kind.collection, remote_id)
    except Rejected as error:
        if error.status != 404:
            raise


def _changed(kind: Kind[C], change: Update, ids: Ids) -> dict[str, JsonValue]:
    """Only the fields that change, so that what others may have set besides stays as it is."""
    payload = kind.to_wire(change.spec, ids)
    changed = {field.name for field in change.fields}
    return {it.wire: payload[it.wire] for it in kind.fields if shown(it.pointer) in changed}


def _create(shop: Writer, kind: Kind[C], payload: dict[str, JsonValue]) -> RemoteId:
    """Create a record and return its id. When the answer is lost, look whether it is there before
    trying again; a refusal after that may be the shop's way to say that it is.
    """
    lost = False
    for attempt in range(1, CREATE_ATTEMPTS + 1):
        try:
            return remote_id_of(shop.create(kind.collection, payload))
        except (Unreachable, BadAnswer, Rejected) as error:
            if not lost and (isinstance(error, Rejected) or not _may_have_arrived(error)):
                raise
            lost = True
            there = _look_for(shop, kind, payload, error)
            if there is not None:
                return there
            if isinstance(error, Rejected) or attempt == CREATE_ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _may_have_arrived(error: Unreachable | BadAnswer) -> bool:
    return isinstance(error, BadAnswer) or error.sent


def _look_for(
    shop: Writer, kind: Kind[C], payload: dict[str, JsonValue], lost: ApiError
) -> RemoteId | None:
    try:
        return _find(shop, kind, payload)
    except ApiError as blind:
        raise Unreachable(
            f"{lost}; whether it was made is unknown: {blind}", hint=blind.hint
        ) from blind


def _find(shop: Writer, kind: Kind[C], payload: dict[str, JsonValue]) -> RemoteId | None:
    """The id of the live record with the key of `payload`, if there is one."""
    for record in shop.fetch_complete(kind.collection):
        if record.get(kind.wire_key) == payload[kind.wire_key]:
            return remote_id_of(record)
    return None
