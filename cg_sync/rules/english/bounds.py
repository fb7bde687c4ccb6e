"""Ranges of numbers, dates and sizes in words, such as `3 or more` and `in the last 12 months`."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from cg_sync.errors import counted
from cg_sync.rules.calendar import Duration
from cg_sync.rules.english.names import Names
from cg_sync.rules.english.values import joined
from cg_sync.rules.numbers import number_text
from cg_sync.rules.tests import Anniversary, DateIn, NumberIn, Relative, Size
from cg_sync.rules.written import operators_for

OfBounds = NumberIn | DateIn | Relative | Anniversary | Size
"""Tests that name bounds."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}


def bounds(test: OfBounds, names: Names) -> str:
    """What lies within the bounds; the time zone only where it is not the project's."""
    match test:
        case NumberIn():
            return _numbers(test)
        case DateIn():
            return _dates(test) + _zone(test.zone, names)
        case Relative():
            return _relative(test) + _zone(test.zone, names)
        case Anniversary():
            return _anniversary(test) + _zone(test.zone, names)
        case Size():
            return _size(test)
        case _:
            assert_never(test)


def _zone(zone: str, names: Names) -> str:
    return "" if zone == names.timezone else f" (time zone {zone})"


def _number(number: Decimal) -> str:
    """With a comma between thousands, and no zeros that mean nothing."""
    return format(Decimal(number_text(number)), ",f")


def _numbers(test: NumberIn) -> str:
    if test.low is None and test.high is None:
        return "any number"
    if test.low is None or test.high is None:
        return _half(test)
    low, high = _number(test.low), _number(test.high)
    if test.low_open or test.high_open:
        least = "more than" if test.low_open else "at least"
        return f"{least} {low} and {'less than' if test.high_open else 'at most'} {high}"
    return low if low == high else f"from {low} to {high}"


def _half(test: NumberIn) -> str:
    if test.low is not None:
        low = _number(test.low)
        return f"more than {low}" if test.low_open else f"{low} or more"
    high = _number(test.high or Decimal(0))
    return f"less than {high}" if test.high_open else f"{high} or less"


_DATE_WORDS = {"on": "on", "on_or_after": "on or after", "before": "before"}


def _dates(test: DateIn) -> str:
    written = operators_for(test, exclude=False)
    match written.get("between"):
        case [first, last]:
            return f"from {first} to {last}"
    ends = [f"{_DATE_WORDS[word]} {str(end).replace('T', ' ')}" for word, end in written.items()]
    return " and ".join(ends) or "any date"


def _relative(test: Relative) -> str:
    days = _duration(test.duration)
    # Of days counted whole, the last one and the next one are today.
    today = " (today)" if test.unit == "day" and test.duration == Duration(days=1) else ""
    match test.kind:
        case "within_last":
            return f"in the last {days.removeprefix('1 ')}{today}"
        case "within_next":
            return f"in the next {days.removeprefix('1 ')}{today}"
        case "older_than":
            return f"at least {days} ago"
        case _:
            assert_never(test.kind)


def _duration(duration: Duration) -> str:
    text = duration.text
    return counted(int(text[:-1]), _UNITS[text[-1]])


def _anniversary(test: Anniversary) -> str:
    if test.months:
        return f"in {joined([_MONTHS[month - 1] for month in test.months], 'or')}"
    return "today" if test.days == 1 else f"in the next {test.days:,} days"


def _size(test: Size) -> str:
    low, high = test.low, test.high
    if high is None:
        return f"{low:,} or more values" if low else "any number of values"
    if low and low != high:
        return f"from {low:,} to {high:,} values"
    some = f"{'exactly' if low else 'at most'} {counted(high, 'value')}"
    return some if high else "no values"
