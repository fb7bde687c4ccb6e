"""Streams the customer keys of a member list, text or CSV, each with its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import chain
from typing import BinaryIO

from cg_sync.core.formula import live
from cg_sync.core.members import KEY_FIELDS, KeyField, normal_key

DELIMITERS = ",;\t"
BLOCK_BYTES = 1 << 16

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
# Lists are long, and nearly all of their lines are plain: keys in ASCII without quotes. A block of
# such lines is recognised at once; in others each line is looked at.
_LETTER = r"[!$-&(-+\--:<-?A-~]"
_PLAIN: Mapping[KeyField, str] = {
    "email": f"{_LETTER}++@{_LETTER}++",
    "pk": "[1-9][0-9]{0,18}+",
    "erp_code": f"{_LETTER}++",
    "phone_number": r"(?!00)\+?[0-9]++",
}
_PLAIN_TEXT = re.compile(rf"(?:{_PLAIN['email']}\r?\n)++")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_FIELDS = ", ".join(KEY_FIELDS)

GoodRows = tuple[int, KeyField, Sequence[str]]
"""Customers, one a line from this line on: by which key, and the keys in normal form."""


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


ReadRows = Callable[[BinaryIO], Iterator[GoodRows | BadRow]]


def good_rows(rows: Iterable[GoodRows | BadRow]) -> Iterator[tuple[int, KeyField, str]]:
    """One by one the customers who are named well: the line, by which key, and the key."""
    for row in rows:
        if not isinstance(row, BadRow):
            first, field, keys = row
            yield from ((line, field, key) for line, key in enumerate(keys, first))


def text_rows(file: BinaryIO) -> Iterator[GoodRows | BadRow]:
    """One e-mail address a line; blank lines and `#` comments are skipped. Raises ListBroken."""
    for first, block in _blocks(file):
        text = block.decode("utf-8", "replace")
        if _PLAIN_TEXT.fullmatch(text):
            yield first, "email", text.lower().split()
        else:
            yield from _address_rows(first, _lines(first, block))


def _address_rows(first: int, lines: Iterator[str]) -> Iterator[GoodRows | BadRow]:
    is_email = _BARE_EMAIL.fullmatch
    for number, line in enumerate(lines, first):
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
        key = text.lower() if text.isascii() else normal_key("email", text)
        yield number, "email", (key,)


def csv_rows(file: BinaryIO) -> Iterator[GoodRows | BadRow]:
    """Of each row the first key that is filled in, as KEY_FIELDS go. Raises ListBroken."""
    blocks = _blocks(file)
    lines = chain.from_iterable(_lines(*it) for it in blocks)
    first = next(lines, "")
    delimiter = delimiter_of(first)
    header, line = _header(chain((first,), lines), delimiter)
    columns = _key_columns(header)
    if line == 2:  # Otherwise the header ends somewhere in a block.
        plain = _plain_row(columns[0], len(header), delimiter)
        for line, block in blocks:
            text = block.decode("utf-8", "replace")
            if re.fullmatch(f"(?:{plain})++", text) is None:
                lines = chain(_lines(line, block), lines)
                break
            field = columns[0][0]
            yield line, field, re.findall(plain, text.lower() if field == "email" else text)
    yield from _table_rows(lines, line, delimiter, len(header), columns)


def _header(lines: Iterable[str], delimiter: str) -> tuple[list[str], int]:
    """The first row, and the line on which the second begins."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return next(reader, []), reader.line_num + 1
    except csv.Error as error:
        raise _not_csv(1, error) from error


def _plain_row(column: tuple[KeyField, int], width: int, delimiter: str) -> str:
    """The pattern of a plain row with a key in this column; its group is the key."""
    field, index = column
    cells = [rf"[^{delimiter}\r\n\"\0\ufffd]*+"] * width
    cells[index] = f"({_PLAIN[field]})"
    return rf"{delimiter.join(cells)}\r?\n"


def _table_rows(
    lines: Iterable[str],
    first: int,
    delimiter: str,
    width: int,
    columns: Sequence[tuple[KeyField, int]],
) -> Iterator[GoodRows | BadRow]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = first  # where the row starts; a quoted cell may go on over several lines
    try:
        for cells in reader:
            row = _row(cells, columns, width, line)
            if row is not None:
                yield row
            line = first + reader.line_num
    except csv.Error as error:
        raise _not_csv(line, error) from error


def _not_csv(line: int, error: csv.Error) -> ListBroken:
    hint = "close every quote, and double quotes inside"
    return ListBroken("CG-F09", BadRow(line, 1, f"not CSV: {error}", hint))


def _blocks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Whole lines, each time with the number of the first of them: the very first line alone, which
    may be a header, then many at a time.
    """
    if file.read(len(_BOM)) != _BOM:
        file.seek(0)
    number, block = 1, file.readline()
    while block:
        yield number, block
        number += block.count(b"\n")
        block = file.read(BLOCK_BYTES) + file.readline()


def _lines(first: int, block: bytes) -> Iterator[str]:
    """The lines with their ends. Raises ListBroken at the first that is not text."""
    text = block.decode("utf-8", "replace")
    if "\0" in text or "\ufffd" in text:
        return _checked_lines(block, first)
    return StringIO(text, newline="\n")


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
) -> GoodRows | BadRow | None:
    """What the row says; None for one with nothing in it."""
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        message = f"{len(cells)} cells, but the header has {width}"
        return BadRow(line, 1, message, "put a cell that holds the delimiter in double quotes")
    for field, index in columns:
        key = normal_key(field, live(cells[index])) if index < len(cells) else ""
        if key:
            if _SHAPES[field].fullmatch(key):
                return line, field, (key,)
            column = sum(len(cell) + 1 for cell in cells[:index]) + 1
            return BadRow(line, column, _WRONG[field])
    if not any(cell.strip() for cell in cells):
        return None
    names = ", ".join(field for field, _ in columns)
    return BadRow(
        line, 1, f"a row without a key: {names} empty", "fill in a key, or remove the row"
    )
