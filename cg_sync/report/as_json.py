"""JSON for machines: its text, people in it masked, and problems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from cg_sync.errors import Position, Problem
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.report.line import without_addresses


def json_text(value: JsonValue) -> str:
    """One indented JSON document with a newline at its end. Letters stay as they are, but what a
    terminal or the log of a pipeline could act upon, and what UTF-8 cannot say, is escaped.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False).replace("##", "#\\u0023")
    lines = (it if it.isprintable() else _escaped(it) for it in text.split("\n"))
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return "".join(it if it.isprintable() else json.dumps(it)[1:-1] for it in text)


def without_people(value: JsonObject) -> dict[str, JsonValue]:
    """`value` with every e-mail address in it masked, wherever it stands."""
    return {without_addresses(key): _masked(item) for key, item in value.items()}


def _masked(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return without_addresses(value)
        case Mapping():
            return without_people(value)
        case Sequence():
            return [_masked(item) for item in value]
        case _:
            return value


def position_data(where: Position | None) -> JsonValue:
    """A place in a file, or null."""
    if where is None:
        return None
    return {"file": where.file, "line": where.line, "column": where.column}


def problems_data(problems: Iterable[Problem]) -> list[JsonValue]:
    """Problems in the order given."""
    return [
        without_people(
            {
                "code": it.code,
                "severity": it.severity.value,
                "message": it.message,
                "hint": it.hint,
                "where": position_data(it.where),
            }
        )
        for it in problems
    ]
