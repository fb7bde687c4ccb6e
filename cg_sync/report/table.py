"""Rows as a table for people and as CSV for pipes."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import Line, Span, Tone, harmless, line

WIDEST = 48


def table_lines(columns: Sequence[str], rows: Sequence[Mapping[str, JsonValue]]) -> Iterator[Line]:
    """A header and one line a row, columns aligned; numbers to the right."""
    cells = [[harmless(in_cell(row.get(name)), WIDEST) for name in columns] for row in rows]
    widths = [
        max([_width(name), *(_width(it[at]) for it in cells)]) for at, name in enumerate(columns)
    ]
    numeric = [all(not isinstance(row.get(name), str) for row in rows) for name in columns]
    yield line(
        Span(
            "  ".join(_aligned(n, w, r) for n, w, r in zip(columns, widths, numeric, strict=True)),
            Tone.STRONG,
        )
    )
    for it in cells:
        yield line(
            "  ".join(_aligned(c, w, r) for c, w, r in zip(it, widths, numeric, strict=True))
        )


def in_cell(value: JsonValue) -> str:
    """A value in one cell; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _width(text: str) -> int:
    return sum(
        2 if unicodedata.east_asian_width(it) in "WF" else not unicodedata.combining(it)
        for it in text
    )


def _aligned(text: str, width: int, to_the_right: bool) -> str:
    gap = " " * (width - _width(text))
    return f"{gap}{text}" if to_the_right else f"{text}{gap}"


def csv_text(
    columns: Sequence[str], rows: Iterable[Mapping[str, JsonValue]], *, header: bool = True
) -> str:
    """The rows as CSV with `\\n` line ends; true and false in words, null as an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if header:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([_in_csv(row.get(name)) for name in columns])
    return buffer.getvalue()


def _in_csv(value: JsonValue) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
