"""The values on either side of what a line draws a border between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.calendar import earlier, later
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.numbers import number_text
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

DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)
MOST_NAMES: Final = 2
"""Domains or country codes of one line that are tried."""
BIRTH_YEAR: Final = 1992
"""Of anniversaries; a leap year, so that every day is in it."""


def boundary_values(test: Test, attribute: Attribute, now: datetime) -> Iterator[JsonValue]:
    """Values just inside and just outside of the test, in order; none where it has no border."""
    match test:
        case NumberIn(low, high):
            yield from _numbers(low, high, attribute)
        case DateIn(unit, low, high, zone):
            yield from _days(low, high) if unit == "day" else _instants(low, high, zone)
        case Relative():
            yield from _relative(test, now)
        case Anniversary():
            yield from _anniversaries(test, now)
        case DomainIn(domains):
            for name in domains[:MOST_NAMES]:
                yield from _addresses(name)
        case PhoneCountry(codes):
            for code in codes[:MOST_NAMES]:
                yield from (f"+{code}5550000000", f"{code}5550000000")
        case Size(low, high):
            sizes = {low - 1, low} | (set() if high is None else {high, high + 1})
            for size in sorted(it for it in sizes if it >= 0):
                yield [f"item-{number}" for number in range(1, size + 1)]
        case Present() | OneOf() | TextIs() | Matches() | Holds() | InGroups():
            pass
        case _:
            assert_never(test)


def _numbers(
    low: Decimal | None, high: Decimal | None, attribute: Attribute
) -> Iterator[JsonValue]:
    bounds = [it for it in (low, high) if it is not None]
    whole = attribute.type == "integer"
    places = min((int(it.as_tuple().exponent) for it in bounds), default=0)
    step = Decimal(1) if whole else Decimal(1).scaleb(min(places, -2))
    for number in sorted({it + turn * step for it in bounds for turn in (-1, 0, 1)}):
        # What JSON and YAML have no exact number for is written as a text.
        yield int(number) if number == int(number) else number_text(number)


def _days(low: date | None, high: date | None) -> Iterator[JsonValue]:
    days = {day for bound in (low, high) if bound is not None for day in (bound - DAY, bound)}
    yield from (it.isoformat() for it in sorted(days))


def _instants(low: date | None, high: date | None, zone: str) -> Iterator[JsonValue]:
    bounds = [it for it in (low, high) if isinstance(it, datetime)]
    for moment in sorted({it for bound in bounds for it in (bound - SECOND, bound)}):
        yield moment.astimezone(ZoneInfo(zone)).isoformat()


def _relative(test: Relative, now: datetime) -> Iterator[JsonValue]:
    local = now.astimezone(ZoneInfo(test.zone))
    here: date = local.date() if test.unit == "day" else local
    step = DAY if test.unit == "day" else SECOND
    far = later if test.kind == "within_next" else earlier
    bounds = [it for it in (here, far(here, test.duration)) if it is not None]
    found = sorted({it + turn * step for it in bounds for turn in (-1, 0, 1)})
    yield from (it.isoformat() for it in found)


def _anniversaries(test: Anniversary, now: datetime) -> Iterator[JsonValue]:
    today = now.astimezone(ZoneInfo(test.zone)).date()
    if test.days:
        for days in sorted({-1, 0, test.days - 1, test.days}):
            day = today + timedelta(days=days)
            yield day.replace(year=BIRTH_YEAR).isoformat()
    for month in test.months:
        first = date(BIRTH_YEAR, month, 1)
        after = date(BIRTH_YEAR + month // 12, month % 12 + 1, 1)
        yield from (it.isoformat() for it in (first - DAY, first, after - DAY, after))


def _addresses(domain: str) -> Iterator[JsonValue]:
    yield from (f"test@{domain}", f"test@sub.{domain}")
    # Names that only look alike: glued to the front, and the domain as part of another.
    yield from (f"test@fake{domain}", f"test@{domain}.example.com")
