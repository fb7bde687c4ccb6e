"""Takes customers out of a member list and puts others in; every other line stays as it is."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path

from cg_sync.core.formula import inert
from cg_sync.core.members import KEY_FIELDS, KeyField, normal_key
from cg_sync.files.member_rows import csv_rows, delimiter_of, good_rows, text_rows
from cg_sync.files.paths import resolve_inside

_BOM = "\ufeff"

Key = tuple[KeyField, str]
"""A customer by one key: in normal form where it is compared, as it is written where it is new."""


def lists_of(root: Path, files: Mapping[str, Iterable[str]]) -> Mapping[Path, tuple[str, ...]]:
    """The member lists of a project, each with the files that name it; `files` is what each of them
    names.
    """
    named: dict[Path, list[str]] = {}
    for file, relatives in files.items():
        for relative in relatives:
            path = resolve_inside(root, file, relative)
            if path is not None and file not in named.setdefault(path, []):
                named[path].append(file)
    return {path: tuple(found) for path, found in named.items()}


def is_csv(path: Path) -> bool:
    """Whether the member list at `path` is CSV; others are text."""
    return path.suffix.lower() == ".csv"


def keys_in(data: bytes, *, as_csv: bool) -> list[tuple[int, Key]]:
    """Whom a list without faults names, each with the line on which that stands."""
    rows = (csv_rows if as_csv else text_rows)(BytesIO(data))
    return [(line, (field, key)) for line, field, key in good_rows(rows)]


def fields_of(data: bytes, *, as_csv: bool) -> tuple[KeyField, ...]:
    """By which keys the list can name a customer."""
    if not as_csv:
        return ("email",)
    names = _header(_lines(data))
    return tuple(it for it in KEY_FIELDS if it in names)


def update_member_list(
    data: bytes, *, as_csv: bool, gone: Collection[Key], new: Sequence[Key]
) -> bytes | None:
    """The list without those that are `gone` (in normal form), and with `new` ones at its end.

    None when it would then not name just these. Of a CSV row the other columns are left blank; from
    a text the comments directly above who is gone go too, but not those at its top.
    """
    before = keys_in(data, as_csv=as_csv)
    lines = _lines(data)
    going = [start for start, key in before if key in gone]
    if as_csv:
        ends = _ends(lines)
        dropped = {it for start in going for it in range(start, ends[start] + 1)}
    else:
        top = before[0][0] if before else 1
        dropped = {it for start in going for it in _with_comments(lines, start, top)}
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    kept = [line for number, line in enumerate(lines, 1) if number not in dropped]
    if kept and new and not kept[-1].endswith("\n"):
        kept[-1] += newline
    rows = [_row(lines, *key) if as_csv else key[1] for key in new]
    text = "".join((*kept, *(f"{row}{newline}" for row in rows)))
    mark = _BOM if data.startswith(_BOM.encode()) else ""
    after = (mark + text).encode()
    named = {key for _, key in keys_in(after, as_csv=as_csv)}
    wanted = {key for _, key in before if key not in gone}
    wanted |= {(field, normal_key(field, value)) for field, value in new}
    return after if named == wanted else None


def _lines(data: bytes) -> list[str]:
    return list(StringIO(data.decode().removeprefix(_BOM), newline="\n"))


def _header(lines: Sequence[str]) -> list[str]:
    first = lines[0] if lines else ""
    return [it.strip().lower() for it in next(csv.reader([first], delimiter=delimiter_of(first)))]


def _with_comments(lines: Sequence[str], number: int, top: int) -> range:
    """A line of a text, and the comments directly above it when they are below the line `top`."""
    first = number
    while first - 1 > top and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return range(first, number + 1)


def _ends(lines: Sequence[str]) -> dict[int, int]:
    """On which line each row ends, by the one on which it starts: a cell may hold line breaks."""
    first = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=delimiter_of(first), strict=True)
    ends: dict[int, int] = {}
    start = 1
    for _ in reader:
        ends[start] = reader.line_num
        start = reader.line_num + 1
    return ends


def _row(lines: Sequence[str], field: KeyField, value: str) -> str:
    names = _header(lines)
    cells = [inert(value) if name == field else "" for name in names]
    row = StringIO()
    csv.writer(row, delimiter=delimiter_of(lines[0]), lineterminator="").writerow(cells)
    return row.getvalue()
