"""Tests as people write them: the operators that read back as just this test."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.calendar import midnight
from cg_sync.rules.leaf_to_wire import moment_text
from cg_sync.rules.numbers import written_number
from cg_sync.rules.tests import (
    Anniversary,
    DateIn,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OneOf,
    PhoneCountry,
    Present,
    Relative,
    Size,
    Test,
    TextIs,
)

_TEXT_WORDS = {"starts": "starts_with", "ends": "ends_with", "contains": "contains"}


def operators_for(test: Test, *, exclude: bool) -> JsonObject:
    """The operators and their operands, which must all hold; `exclude` inverts the test."""
    match test:
        case Present():
            return {"present": not exclude}
        case OneOf((value,)):
            return {"neq" if exclude else "eq": value}
        case OneOf(values):
            return {"not_in" if exclude else "in": list(values)}
        case TextIs(where, values):
            return {_TEXT_WORDS[where]: values[0] if len(values) == 1 else list(values)}
        case Matches(pattern):
            return {"matches": pattern}
        case DomainIn(domains, below):
            return {"domain_under" if below else "domain_is": list(domains)}
        case PhoneCountry(codes):
            return {"country_code_in": list(codes)}
        case NumberIn():
            return _number(test)
        case DateIn():
            return _date(test)
        case Relative(kind, duration):
            return {kind: duration.text}
        case Anniversary():
            return {"anniversary": _anniversary(test)}
        case Holds(values, every):
            word = "has_all" if every else "has_none" if exclude else "has_any"
            return {word: list(values)}
        case Size():
            return {"size": _size(test)}
        case InGroups(names):
            return {"has_none" if exclude else "has_any": list(names)}
        case _:
            assert_never(test)


def _number(test: NumberIn) -> JsonObject:
    low, high = (None if it is None else written_number(it) for it in (test.low, test.high))
    if low is not None and high is not None and not (test.low_open or test.high_open):
        return {"eq": low} if test.low == test.high else {"between": [low, high]}
    words = ("gt" if test.low_open else "gte", "lt" if test.high_open else "lte")
    bounds = zip(words, (low, high), strict=True)
    return {word: bound for word, bound in bounds if bound is not None}


def _date(test: DateIn) -> JsonObject:
    low, high = test.low, test.high
    first, end = _whole_day(low, test.zone), _whole_day(high, test.zone)
    if first is not None and end is not None:
        last = (end - timedelta(days=1)).isoformat()
        return {"on": last} if first.isoformat() == last else {"between": [first.isoformat(), last]}
    bounds = {"on_or_after": low, "before": high}
    return {word: _text(it, test.zone) for word, it in bounds.items() if it is not None}


def _whole_day(bound: date | None, zone: str) -> date | None:
    """The day, in the time zone, that begins with this bound; None when none does."""
    if not isinstance(bound, datetime):
        return bound
    day = bound.astimezone(ZoneInfo(zone)).date()
    return day if midnight(day, zone) == bound else None


def _text(bound: date, zone: str) -> str:
    day = _whole_day(bound, zone)
    if day is None and isinstance(bound, datetime):
        return moment_text(bound, zone)
    return str(day)


def _anniversary(test: Anniversary) -> JsonValue:
    if test.months:
        return {"month": list(test.months)}
    return "today" if test.days == 1 else {"within_next": f"{test.days}d"}


def _size(test: Size) -> JsonValue:
    if test.low == test.high:
        return test.low
    low: JsonObject = {"gte": test.low} if test.low or test.high is None else {}
    return low if test.high is None else {**low, "lte": test.high}
