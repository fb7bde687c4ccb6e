"""Dates and instants that suit tests of one attribute, anniversaries included, at a given time.

Days are counted as ordinals, instants in microseconds of UTC.
"""

from __future__ import annotations

import math
from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.budget import Budget
from cg_sync.rules.analysis.spans import Cut, Span, Spans, common, meet, whole
from cg_sync.rules.calendar import comes_round, day_in, earlier, later
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import Anniversary, DateIn, Relative

_MICRO: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1) // _MICRO
_ALL_DAYS: Final = whole(1, date.max.toordinal() + 1)
_ALL_INSTANTS: Final = whole(_DAY, (date.max.toordinal() + 1) * _DAY)
_NEW_YEAR_OF_A_LEAP_YEAR: Final = date(2000, 1, 1).toordinal()
_YEARS_WITH_ALL_DAYS: Final = 10
"""Also when cut off at both ends: the next 29 February is at most eight years away."""
_LEAP_DAY: Final = date(2000, 2, 29).toordinal() - _NEW_YEAR_OF_A_LEAP_YEAR
_ROUND: Final = tuple(date(year, 1, 1).toordinal() for year in (1990, 2000, 2020))

_DaysOfYear = frozenset[int]
_WHOLE_YEAR: Final[_DaysOfYear] = frozenset(range(366))
"""Counted as in a leap year, from 0."""


def plain_days(leaves: Sequence[Leaf], now: datetime, budget: Budget) -> Iterator[JsonValue]:
    """A date without a time that suits all leaves, if there is any.

    Tests of instants take it for missing.
    """
    budget.spend(5 * len(leaves))
    parts: list[tuple[Spans, bool]] = []
    for leaf in leaves:
        if not isinstance(leaf.test, DateIn | Relative):
            continue
        if leaf.test.unit == "day":
            parts.append((_days_of(leaf.test, now), leaf.exclude))
        elif not leaf.when_missing:
            return
    for span in meet(_ALL_DAYS, common(parts)):
        for day in _days_in(span, _days_of_year(leaves, now), budget):
            yield date.fromordinal(day).isoformat()
            return


def instants(leaves: Sequence[Leaf], now: datetime, budget: Budget) -> Iterator[JsonValue]:
    """Instants that suit all leaves, at least one if there is any.

    When the anniversaries are those of several time zones, not all of them need suit.
    """
    budget.spend(10 * len(leaves))
    spans = common(
        (_instants_of(leaf.test, now), leaf.exclude)
        for leaf in leaves
        if isinstance(leaf.test, DateIn | Relative)
    )
    zones = {leaf.test.zone for leaf in leaves if isinstance(leaf.test, Anniversary)}
    of_year = _days_of_year(leaves, now) if len(zones) == 1 else _WHOLE_YEAR
    for span in meet(_ALL_INSTANTS, spans):
        found = _instant_in(span, of_year, next(iter(zones), "UTC"), budget)
        if found is not None:
            yield _moment(found).isoformat().replace("+00:00", "Z")


def _days_of(test: DateIn | Relative, now: datetime) -> Spans:
    if isinstance(test, DateIn):
        return whole(*(None if it is None else it.toordinal() for it in (test.low, test.high)))
    today = now.astimezone(ZoneInfo(test.zone)).date()
    move = later if test.kind == "within_next" else earlier
    other = move(today, test.duration)
    return _from_now(test, today.toordinal(), None if other is None else other.toordinal())


def _instants_of(test: DateIn | Relative, now: datetime) -> Spans:
    if test.unit == "day":
        zone = ZoneInfo(test.zone)
        days = _days_of(test, now)
        return tuple((_midnight(low, zone), _midnight(high, zone)) for low, high in days)
    if isinstance(test, DateIn):
        bounds = (test.low, test.high)
        return whole(*(_micros(it) if isinstance(it, datetime) else None for it in bounds))
    here = now.astimezone(ZoneInfo(test.zone))
    move = later if test.kind == "within_next" else earlier
    other = move(here, test.duration)
    return _from_now(test, _micros(here), _micros(other) if isinstance(other, datetime) else None)


def _from_now(test: Relative, here: int, other: int | None) -> Spans:
    """`other` is the bound that is so far away, None beyond the calendar."""
    match test.kind:
        case "within_next":
            return whole(here, other)
        case "within_last":
            return whole(None if other is None else other + 1, here + 1)
        case "older_than":
            return () if other is None else whole(None, other + 1)
        case _:
            assert_never(test.kind)


def _micros(moment: datetime) -> int:
    # Not through UTC: at the ends of the calendar that may have no name.
    clock = timedelta(
        hours=moment.hour,
        minutes=moment.minute,
        seconds=moment.second,
        microseconds=moment.microsecond,
    )
    return moment.toordinal() * _DAY + (clock - (moment.utcoffset() or timedelta())) // _MICRO


def _midnight(cut: Cut, zone: ZoneInfo) -> Cut:
    ordinal, side = cut
    if math.isinf(ordinal):
        return cut
    return _micros(datetime.fromordinal(int(ordinal)).replace(tzinfo=zone)), side


def _days_of_year(leaves: Sequence[Leaf], now: datetime) -> _DaysOfYear:
    """On which the anniversaries among the leaves all allow a birthday."""
    found = _WHOLE_YEAR
    for leaf in leaves:
        if isinstance(leaf.test, Anniversary):
            today = now.astimezone(ZoneInfo(leaf.test.zone)).date()
            hit = _anniversary(leaf.test, today)
            found = found - hit if leaf.exclude else found & hit
    return found


@lru_cache(maxsize=1024)
def _anniversary(test: Anniversary, today: date) -> _DaysOfYear:
    births = ((it, _day_of_leap_year(it)) for it in _WHOLE_YEAR)
    return frozenset(
        it
        for it, born in births
        if born.month in test.months or comes_round(born, today, test.days)
    )


def _days_in(span: Span, of_year: _DaysOfYear, budget: Budget) -> Iterator[int]:
    """Days of the span that are on these days of the year, at least one if there is any.

    In a span of some years, each of the days of the year is among them, in a year that is whole.
    """
    first, end = int(span[0][0]), int(span[1][0])
    if of_year == _WHOLE_YEAR:
        yield _round_day(first, end)
        return
    for year in _years(date.fromordinal(first).year, date.fromordinal(end - 1).year):
        budget.spend(len(of_year))
        for it in sorted(of_year if isleap(year) else of_year - {_LEAP_DAY}):
            day = _day_of_leap_year(it).replace(year=year).toordinal()
            if first <= day < end:
                yield day


def _day_of_leap_year(number: int) -> date:
    return date.fromordinal(_NEW_YEAR_OF_A_LEAP_YEAR + number)


def _years(first: int, last: int) -> range:
    """So many of the years that each day comes: around 1990 for choice, else the latest."""
    if last - first <= _YEARS_WITH_ALL_DAYS:
        return range(first, last + 1)
    start = 1990 if first < 1990 and last > 2000 else last - _YEARS_WITH_ALL_DAYS
    return range(start, start + _YEARS_WITH_ALL_DAYS)


def _round_day(first: int, end: int) -> int:
    last = date.fromordinal(end - 1)
    nearby = (last.replace(month=1, day=1).toordinal(), last.replace(day=1).toordinal())
    return next(it for it in (*_ROUND, *nearby, end - 1) if first <= it < end)


def _instant_in(span: Span, of_year: _DaysOfYear, zone: str, budget: Budget) -> int | None:
    """An instant of the span whose day in the zone is one of these days of the year."""
    first, last = int(span[0][0]), int(span[1][0]) - 1
    if of_year == _WHOLE_YEAR:
        from_day, to_day = -(-first // _DAY), last // _DAY + 1
        return _round_day(from_day, to_day) * _DAY if from_day < to_day else first
    # Of a zone far from UTC, one day more on either side.
    days = ((max(1, first // _DAY - 1), 0), (min(last // _DAY + 2, date.max.toordinal()), 0))
    for day in _days_in(days, of_year, budget):
        budget.spend(20)
        ends = (_midnight((it, 0), ZoneInfo(zone))[0] for it in (day, day + 1))
        start, end = (int(it) for it in ends)
        for it in (start, first, last, end - 1):
            if first <= it <= last and day_in(_moment(it), zone) == date.fromordinal(day):
                return it
    return None


def _moment(micros: int) -> datetime:
    return datetime.fromordinal(micros // _DAY).replace(tzinfo=UTC) + micros % _DAY * _MICRO
