"""From bytes to the text of a YAML file: UTF-8 without surprises, or a problem with its line."""

from __future__ import annotations

import re
import unicodedata

from cg_sync.errors import Position, Problem

MAX_BYTES = 10_000_000

_BOM = b"\xef\xbb\xbf"
_SAVE_AS_UTF8 = "save the file as UTF-8 text"
# YAML 1.1 breaks lines at U+0085, U+2028 and U+2029, YAML 1.2 does not: refused, like all controls.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
# Bytes of which no unwanted character is made; those that one begins with are missing.
_SURELY_WANTED = bytes((*b"\t\n\r", *range(0x20, 0x7F), *range(0x80, 0x100))).translate(
    None, b"\xc2\xe2\xef"
)


def text_of(data: bytes, *, file: str) -> tuple[str | None, Problem | None]:
    """The text of `data` without byte order mark, or the CG-F01 where it stops being text."""
    if len(data) > MAX_BYTES:
        return None, too_large(file, len(data), MAX_BYTES)
    data = data.removeprefix(_BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        where = position_in(before, len(before), file=file)
        message = f"byte 0x{data[error.start]:02X} is not UTF-8"
        return None, Problem("CG-F01", message, where, _SAVE_AS_UTF8)
    # Each character is searched for only where a byte says that it may pay: that is seldom.
    unwanted = _UNWANTED.search(text) if data.translate(None, _SURELY_WANTED) else None
    if unwanted is None:
        return text, None
    where = position_in(text, unwanted.start(), file=file)
    return None, Problem("CG-F01", _named(unwanted[0]), where, _hint_for(unwanted[0]))


def too_large(file: str, size: int, limit: int) -> Problem:
    """The CG-F01 of a file of `size` bytes where `limit` are allowed."""
    message = f"{size / 1e6:,.1f} MB, more than the {limit / 1e6:,.0f} MB that are read"
    return Problem("CG-F01", message, Position(file), "split the file")


def _named(character: str) -> str:
    if character == "\0":
        return "NUL byte: this is not a text file"
    name = unicodedata.name(character, "").lower()
    return f"control character U+{ord(character):04X}{f' ({name})' if name else ''}"


def _hint_for(character: str) -> str:
    if character == "\0":
        return _SAVE_AS_UTF8
    return f'remove it, or write it as "\\u{ord(character):04X}" in double quotes'


def position_in(text: str, index: int, *, file: str) -> Position:
    """Line and column of the character at `index` of `text`."""
    before = text[:index]
    return Position(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
