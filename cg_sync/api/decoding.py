"""Reads JSON as the standard library does, but quickly: with orjson, where both agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

from cg_sync.jsonvalue import JsonValue

_MANY_DIGITS = b"0" * 19
_FOUR_DIGITS = b"0" * 4
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)


def json_in(text: bytes) -> JsonValue:
    """The value that `text` holds. Of a key that comes twice the last one counts.

    Raises ValueError (a JSONDecodeError with the place, where it is no JSON) or RecursionError.
    """
    quick = _quick()
    if quick is not None and not _has_many_digits(text):
        try:
            return quick(text)
        except (ValueError, RecursionError):
            # What one refuses the other may know, such as half of a pair of surrogates; if not,
            # the standard library says why.
            pass
    value: JsonValue = json.loads(text, parse_constant=_refuse)
    return value


def _has_many_digits(text: bytes) -> bool:
    """Whether there may be a whole number beyond 64 bits, of which orjson would make a float."""
    # This looks at all pages, so it looks at every fourth byte: nineteen digits in a row have four
    # of those, which is rare enough to look closer then.
    fourth = text[::4].translate(_DIGITS)
    at = fourth.find(_FOUR_DIGITS)
    while at >= 0:
        first = 4 * at
        if _MANY_DIGITS in text[max(0, first - 3) : first + 19].translate(_DIGITS):
            return True
        at = fourth.find(_FOUR_DIGITS, at + 1)
    return False


@cache
def _quick() -> Callable[[bytes], JsonValue] | None:
    """The quick reader; None where nobody has built it."""
    try:
        import orjson
    except ImportError:
        return None
    reader: Callable[[bytes], JsonValue] = orjson.loads
    return reader


def _refuse(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")
