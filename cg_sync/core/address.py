"""The two ways to name a resource: by kind and key, as files do, and by its id in one shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from cg_sync.jsonvalue import JsonObject, JsonValue

RemoteId = int

LARGEST_ID = 2**63 - 1


def remote_id_in(record: JsonObject) -> RemoteId | None:
    """The id of a record of the shop: its `pk`, else its `id`; None when neither can be one."""
    for name in ("pk", "id"):
        value = record.get(name)
        if type(value) is int and 0 <= value <= LARGEST_ID:
            return value
    return None


def remote_ids_in(records: Sequence[JsonValue]) -> Sequence[RemoteId] | None:
    """What `remote_id_in` says of each, in their order; None unless all are records with an id."""
    # All at once, and believed until they are looked at: it is done for each row there is.
    believed = cast(Sequence[Mapping[str, int]], records)
    try:
        ids = [it["pk"] if "pk" in it else it["id"] for it in believed]
    except (TypeError, KeyError):
        ids = []
    if set(map(type, ids)) == {int}:
        # Most come in their order, which sorting sees sooner than `min` and `max` find the ends.
        in_order = sorted(ids)
        if in_order[0] >= 0 and in_order[-1] <= LARGEST_ID:
            return ids
    known = [remote_id_in(it) if isinstance(it, dict) else None for it in records]
    return None if None in known else cast(Sequence[RemoteId], known)


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A resource as authors know it: the name of its kind, and its key."""

    kind: str
    key: str
