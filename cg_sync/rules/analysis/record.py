"""Customer records as the shop's API returns them, made of values at dotted paths."""

from __future__ import annotations

from collections.abc import Mapping

from cg_sync.jsonvalue import JsonObject, JsonValue


def customer_record(values: Mapping[str, JsonValue]) -> JsonObject:
    """The record that has these values at their dotted paths, null for what is missing.

    Of two paths of which one leads through the other, the shorter keeps its value.
    """
    record: dict[str, JsonValue] = {}
    for path in sorted(values):
        _put(record, path.split("."), values[path])
    return record


def _put(record: dict[str, JsonValue], steps: list[str], value: JsonValue) -> None:
    first, *others = steps
    if not others:
        record[first] = value
        return
    inner = record.setdefault(first, {})
    if isinstance(inner, dict):
        _put(inner, others, value)
