"""When the shop last changed a record, by its own clock."""

from __future__ import annotations

from datetime import UTC, datetime

from cg_sync.jsonvalue import JsonObject


def modified_at(record: JsonObject) -> datetime | None:
    """The record's `modified_date`, in UTC; None when it has none that names a moment."""
    written = record.get("modified_date")
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.fromisoformat(written)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # The first and the last day of all have no neighbour.
        return None
