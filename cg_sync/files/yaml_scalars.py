"""What an unquoted YAML scalar means: the YAML 1.2 core schema, as far as JSON can hold it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cg_sync.jsonvalue import JsonScalar

MAX_DIGITS = 300

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAY_BE_NUMBER = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def plain_value(text: str) -> JsonScalar:
    """The value of the unquoted `text`; ValueError for a number that JSON cannot hold."""
    if text[:1] not in _MAY_BE_NUMBER:
        return _WORDS.get(text, text)
    if _INTEGER.fullmatch(text):
        return _integer(text, 10)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number - number != 0:
            raise ValueError(f"{_short(text)} is too large a number")
        return number
    if _OCTAL.fullmatch(text):
        return _integer(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return _integer(text[2:], 16)
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a number that can be used here")
    return text


def are_texts(words: Iterable[str]) -> bool:
    """Whether each of these unquoted words, which begin with letters, is the text that it seems."""
    return _WORDS.keys().isdisjoint(words)


@lru_cache(1 << 12)
def plain_key(text: str) -> str:
    """The unquoted key `text`; ValueError when it means something else than a text.

    Files write the same keys again and again: each is looked at once, and kept once.
    """
    if text == "<<" or not isinstance(plain_value(text), str):
        raise ValueError(text)
    return text


def _integer(digits: str, radix: int) -> int:
    # Python itself refuses to read or print integers of some thousand digits.
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"{_short(digits)} is too large a number")
    return int(digits, radix)


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:17]}..."
