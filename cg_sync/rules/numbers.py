"""Exact decimal numbers as rules write them: plain, without exponent, and of bounded length."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

MAX_LETTERS: Final = 40
"""Of a number in a rule; those of customers may be longer."""

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def is_plain(text: str) -> bool:
    """Whether the text is a plain decimal number, such as -7 or 10.50."""
    return _PLAIN.fullmatch(text) is not None


def parse_number(text: str) -> Decimal | None:
    """The number that a plain decimal text of bounded length is; None for anything else."""
    if len(text) > MAX_LETTERS or not is_plain(text):
        return None
    return Decimal(number_text(Decimal(text)))


def number_text(number: Decimal) -> str:
    """Equal text for equal numbers: no exponent, no zeros that mean nothing."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def written_number(number: Decimal) -> int | float | str:
    """The number as files hold it: bare where reading it back is exact, else as a text."""
    text = number_text(number)
    if "." not in text:
        return int(text)
    # Files are read with binary floats, which hold fifteen digits and print these unchanged.
    return float(text) if repr(float(text)) == text and len(text) <= 15 else text
