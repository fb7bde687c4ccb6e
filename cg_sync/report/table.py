"""Rows as a table for people and as CSV for pipes."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cg_sync.core.formula import inert
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import Line, Span, Tone, harmless, line

WIDEST = 48


def table_lines(columns: Sequence[str], rows: Sequence[Mapping[str, JsonValue]]) -> Iterator[Line]:
    """A header and one line a row, columns aligned; numbers to the right."""
    cells = [[harmless(in_cell(row.get(name)), WIDEST) for name in columns] for row in rows]
    widths = [
        max([_width(name), *(_width(it[at]) for it in cells)]) for at, name in enumerate(columns)
    ]
    numeric = [_is_numeric([row.get(name) for row in rows]) for name in columns]
    yield line(Span(_row(columns, widths, numeric), Tone.STRONG))
    for it in cells:
        yield line(_row(it, widths, numeric))


def _is_numeric(values: Sequence[JsonValue]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(type(value) in (int, float) for value in present)


def _row(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    return "  ".join(map(_aligned, cells, widths, numeric)).rstrip()


def in_cell(value: JsonValue) -> str:
    """A value in one cell; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _width(text: str) -> int:
    """How many columns of a terminal `text` fills: marks none, wide letters and emoji two."""
    return sum(
        2 if unicodedata.east_asian_width(it) in "WF" else unicodedata.category(it) not in _MARKS
        for it in text
    )


_MARKS = ("Mn", "Me")


def _aligned(text: str, width: int, to_the_right: bool) -> str:
    gap = " " * (width - _width(text))
    return f"{gap}{text}" if to_the_right else f"{text}{gap}"


def csv_text(
    columns: Sequence[str], rows: Iterable[Mapping[str, JsonValue]], *, header: bool = True
) -> str:
    """The rows as CSV with `\\n` line ends; true and false in words, null as an empty cell. No
    cell is a formula to a spreadsheet.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if header:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([_in_csv(row.get(name)) for name in columns])
    return buffer.getvalue()


def _in_csv(value: JsonValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else inert(str(value))
