"""Keeps a text in a CSV cell from being run as a formula when a spreadsheet opens the file."""

from __future__ import annotations

import re

# What begins a formula, in full width too; a spreadsheet that separates by something else than the
# file does sees a cell begin behind any of these separators.
_BEGINNING = r"(?:\A|(?<=[,;|\t\r\n\"]))"
_SIGN = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(rf"{_BEGINNING}(?='*{_SIGN})")
_INERT = re.compile(rf"{_BEGINNING}'(?='*{_SIGN})")
_NUMBER = re.compile(r"[+-][0-9][0-9 .()/-]*+")
_SIGNS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")


def inert(text: str) -> str:
    """`text` with a `'` before everything that would begin a formula, as OWASP advises; `live`
    gives it back. A number is none: `+90 532 …` stays as it is.
    """
    if _SIGNS.isdisjoint(text) or _NUMBER.fullmatch(text):
        return text
    return _FORMULA.sub("'", text)


def live(cell: str) -> str:
    """The text that `inert` made this cell of; any cell that it cannot have made stays as it is."""
    return _INERT.sub("", cell) if "'" in cell else cell
