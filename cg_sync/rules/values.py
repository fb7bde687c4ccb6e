"""What a value of a customer is for a rule; None for one that cannot be read, which is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.calendar import day_in, parse_day, parse_moment
from cg_sync.rules.fold import fold, is_blank
from cg_sync.rules.numbers import is_plain

_NO_DIGIT = re.compile(r"[^0-9]")


def value_at(record: JsonObject, path: str) -> JsonValue:
    """The value at a dotted path; None when it is missing: null, absent, or a blank text."""
    value: JsonValue = record
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return None if isinstance(value, str) and is_blank(value) else value


def number_of(value: JsonValue) -> Decimal | None:
    """The number in JSON or in a plain decimal text, exactly as it is written."""
    match value:
        case bool():
            return None
        case int():
            return Decimal(value)
        case float():
            return Decimal(repr(value)) if math.isfinite(value) else None
        case str():
            return Decimal(value) if is_plain(value) else None
        case _:
            return None


def day_of(value: JsonValue, zone: str) -> date | None:
    """The date, or the day of the date-time in a time zone."""
    moment = instant_of(value)
    if moment is not None:
        return day_in(moment, zone)
    return parse_day(value) if isinstance(value, str) else None


def instant_of(value: JsonValue) -> datetime | None:
    """The date-time with an offset."""
    # Only authors may write a space for the T.
    return parse_moment(value) if isinstance(value, str) and " " not in value else None


def phone_digits(value: JsonValue) -> str | None:
    """The digits of an international phone number, country code first."""
    if not isinstance(value, str):
        return None
    number = value.strip()
    prefix = "+" if number.startswith("+") else "00"
    if not number.startswith(prefix):
        return None
    return _NO_DIGIT.sub("", number.removeprefix(prefix)) or None


def items_of(value: JsonValue) -> list[JsonValue] | tuple[JsonValue, ...]:
    """The items of a list; what is no list has none."""
    return value if isinstance(value, list | tuple) else ()


def texts_of(value: JsonValue) -> frozenset[str]:
    """The texts in a list, folded."""
    return frozenset(fold(item) for item in items_of(value) if isinstance(item, str))
