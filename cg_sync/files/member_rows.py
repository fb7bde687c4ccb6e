"""Streams the customer keys of a member list, text or CSV, each with its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import chain
from typing import BinaryIO

from cg_sync.core.formula import live
from cg_sync.core.members import KEY_FIELDS, KeyField, normal_key

DELIMITERS = ",;\t"
BLOCK_BYTES = 1 << 20

_BOM = b"\xef\xbb\xbf"
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")
_BARE_EMAIL = re.compile(f"(?!#){_EMAIL.pattern}")
_TEXT = re.compile(r"[^\x00-\x1f\x7f]+")
_SHAPES = {
    "email": _EMAIL,
    "pk": re.compile(r"[1-9][0-9]{0,18}"),
    "erp_code": _TEXT,
    "phone_number": _TEXT,
}
_WRONG = {
    "email": "not an e-mail address",
    "pk": "pk is not a whole number",
    "erp_code": "control character in erp_code",
    "phone_number": "control character in phone_number",
}
_COMMENT = re.compile(r"(?:^|\s)#.*")
_FIELDS = ", ".join(KEY_FIELDS)

GoodRow = tuple[int, KeyField, str]
"""The line a customer stands on, and the key in normal form."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """Something that names no customer, with its place."""

    line: int
    column: int
    message: str
    hint: str = ""


class ListBroken(Exception):
    """From this place on the file cannot be understood at all."""

    def __init__(self, code: str, bad: BadRow) -> None:
        super().__init__(bad.message)
        self.code = code
        self.bad = bad


ReadRows = Callable[[BinaryIO], Iterator[GoodRow | BadRow]]


def text_rows(file: BinaryIO) -> Iterator[GoodRow | BadRow]:
    """One e-mail address a line; blank lines and `#` comments are skipped. Raises ListBroken."""
    is_email = _BARE_EMAIL.fullmatch
    for number, line in enumerate(_lines(file), 1):
        text = line.strip()
        if not is_email(text):
            text = _COMMENT.sub("", text).rstrip()
            if not text:
                continue
            if not is_email(text):
                hint = "write one address a line; other keys need a CSV file with a header"
                yield BadRow(number, line.index(text) + 1, "not an e-mail address", hint)
                continue
        # What normal_key says of an ASCII address, at half its price.
        yield number, "email", text.lower() if text.isascii() else normal_key("email", text)


def csv_rows(file: BinaryIO) -> Iterator[GoodRow | BadRow]:
    """Of each row the first key that is filled in, as KEY_FIELDS go. Raises ListBroken."""
    lines = _lines(file)
    first = next(lines, "")
    reader = csv.reader(chain((first,), lines), delimiter=delimiter_of(first), strict=True)
    line = 1  # where the row starts; a quoted cell may go on over several lines
    try:
        header = next(reader, [])
        columns = _key_columns(header)
        line = reader.line_num + 1
        for cells in reader:
            row = _row(cells, columns, len(header), line)
            if row is not None:
                yield row
            line = reader.line_num + 1
    except csv.Error as error:
        bad = BadRow(line, 1, f"not CSV: {error}", "close every quote, and double quotes inside")
        raise ListBroken("CG-F09", bad) from error


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines with their ends. Raises ListBroken at the first that is not text."""
    number = 1
    if file.read(len(_BOM)) != _BOM:
        file.seek(0)
    # Whole blocks are decoded at once, which is twice as fast as line by line.
    while block := file.read(BLOCK_BYTES) + file.readline():
        text = block.decode("utf-8", "replace")
        if "\0" in text or "\ufffd" in text:
            yield from _checked_lines(block, number)
        else:
            yield from StringIO(text, newline="\n")
        number += text.count("\n")


def _checked_lines(block: bytes, first: int) -> Iterator[str]:
    for number, line in enumerate(BytesIO(block), first):
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            message = f"byte 0x{line[error.start]:02X} is not UTF-8"
            column = len(line[: error.start].decode()) + 1
            bad = BadRow(number, column, message, "save the file as UTF-8 text")
            raise ListBroken("CG-F01", bad) from error
        if "\0" in text:
            bad = BadRow(number, text.index("\0") + 1, "NUL byte: this is not a text file")
            raise ListBroken("CG-F01", bad)
        yield text


def delimiter_of(header: str) -> str:
    """What separates the cells of a CSV file with this first line."""
    return max(DELIMITERS, key=re.sub(r'"[^"]*"', "", header).count)


def _key_columns(header: Sequence[str]) -> tuple[tuple[KeyField, int], ...]:
    """Which column holds which key, as KEY_FIELDS go; ListBroken for none, or one twice."""
    names = [cell.strip().lower() for cell in header]
    for field in KEY_FIELDS:
        if names.count(field) > 1:
            bad = BadRow(1, 1, f"the header names {field} twice", "keep one of the columns")
            raise ListBroken("CG-F09", bad)
    columns = tuple((field, names.index(field)) for field in KEY_FIELDS if field in names)
    if not columns:
        bad = BadRow(
            1, 1, f"the header names none of {_FIELDS}", "name the columns on the first line"
        )
        raise ListBroken("CG-F09", bad)
    return columns


def _row(
    cells: Sequence[str], columns: Sequence[tuple[KeyField, int]], width: int, line: int
) -> GoodRow | BadRow | None:
    """What the row says; None for one with nothing in it."""
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        message = f"{len(cells)} cells, but the header has {width}"
        return BadRow(line, 1, message, "put a cell that holds the delimiter in double quotes")
    for field, index in columns:
        key = normal_key(field, live(cells[index])) if index < len(cells) else ""
        if key:
            if _SHAPES[field].fullmatch(key):
                return line, field, key
            column = sum(len(cell) + 1 for cell in cells[:index]) + 1
            return BadRow(line, column, _WRONG[field])
    if not any(cell.strip() for cell in cells):
        return None
    names = ", ".join(field for field, _ in columns)
    return BadRow(
        line, 1, f"a row without a key: {names} empty", "fill in a key, or remove the row"
    )
