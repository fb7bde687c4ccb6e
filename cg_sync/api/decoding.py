"""Reads JSON as the standard library does, but quickly: with orjson, or of the rows of a listing
only what is asked for, where both agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from cg_sync.jsonvalue import JsonValue

ALL_FIELDS: frozenset[str] = frozenset()

_IDS = frozenset({"pk", "id"})
_ENVELOPE = frozenset({"count", "next"})
_MANY_DIGITS = b"0" * 19
_FOUR_DIGITS = b"0" * 4
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)


def json_in(text: bytes, fields: frozenset[str] = ALL_FIELDS) -> JsonValue:
    """The value that `text` holds. Of a key that comes twice the last one counts. Where any
    `fields` are named, others but the ids may be missing from the rows of a page, and from the page
    what does not make it one.

    Raises ValueError (a JSONDecodeError with the place, where it is no JSON) or RecursionError.
    """
    if fields and not _may_name_a_constant(text):
        with suppress(ValueError):
            return _page_reader(fields)(text)
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


def _may_name_a_constant(text: bytes) -> bool:
    """Whether there may be one of the words that are no JSON, but which the reader of pages takes
    for numbers.
    """
    # Most pages have not even the letter, which is found out in no time.
    return any(word[:1] in text and word in text for word in (b"NaN", b"Infinity"))


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
def _page_reader(fields: frozenset[str]) -> Callable[[bytes], JsonValue]:
    """Reads a page of a listing: its whole text is checked, but of its rows only the `fields` and
    ids become values. Of anything else it raises ValueError.
    """
    from pydantic_core import SchemaValidator, core_schema

    field, some_of = core_schema.typed_dict_field, core_schema.typed_dict_schema
    value = field(core_schema.any_schema(), required=False)
    row = some_of(dict.fromkeys(fields | _IDS, value), extra_behavior="ignore")
    rows = field(core_schema.list_schema(row))
    page = some_of({**dict.fromkeys(_ENVELOPE, value), "results": rows}, extra_behavior="ignore")
    reader: Callable[[bytes], JsonValue] = SchemaValidator(page).validate_json
    return reader


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
