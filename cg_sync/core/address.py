"""The two ways to name a resource: by kind and key, as files do, and by its id in one shop."""

from __future__ import annotations

from dataclasses import dataclass

from cg_sync.jsonvalue import JsonObject

RemoteId = int

LARGEST_ID = 2**63 - 1


def remote_id_in(record: JsonObject) -> RemoteId | None:
    """The id of a record of the shop: its `pk`, else its `id`; None when neither can be one."""
    for name in ("pk", "id"):
        value = record.get(name)
        if type(value) is int and 0 <= value <= LARGEST_ID:
            return value
    return None


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A resource as authors know it: the name of its kind, and its key."""

    kind: str
    key: str
