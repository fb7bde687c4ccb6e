"""Dates, moments and durations as rules have them; now is always handed in."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import MAXYEAR, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# A day, or a moment with its time zone: the formulas are the same.
Time = TypeVar("Time", bound=date)
Duration = tuple[int, str]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r"(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)"
)
_DURATION = re.compile(r"([0-9]{1,9})([dwmy])")


def day(value: object) -> date | None:
    """The date that a text such as 2026-11-21 spells."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def instant(value: object) -> datetime | None:
    """The moment that a text such as 2026-11-21T10:00:00+03:00 spells; the offset is a must."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def day_in(zone: ZoneInfo, value: object) -> date | None:
    """The date that the text spells, or the date in the zone at the moment it spells; None for a
    moment whose date there is outside the calendar.
    """
    moment = instant(value)
    if moment is None:
        return day(value)
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # within hours of the first or the last day that Python can count
        return None


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment on the clocks of the zone; as it is where the calendar ends."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def zone(name: object) -> ZoneInfo | None:
    """The time zone of that IANA name."""
    if not isinstance(name, str):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def duration(text: object) -> Duration | None:
    """How many of which unit: days, weeks, months or years."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    return found and (int(found[1]), found[2])


def shift(time: Time, by: Duration, sign: int) -> Time | None:
    """That much later, or earlier for -1, on the same clock; None beyond the calendar.

    Months and years clamp to the end of the month.
    """
    number, unit = by[0] * sign, by[1]
    try:
        if unit in "dw":
            return time + timedelta(days=number * (7 if unit == "w" else 1))
        months = time.year * 12 + time.month - 1 + number * (12 if unit == "y" else 1)
        year, month = months // 12, months % 12 + 1
        return time.replace(year=year, month=month, day=min(time.day, monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return None


def within_last(now: Time, span: Duration) -> Callable[[Time], bool]:
    """Whether a time is later than so long ago, and not later than now."""
    start = shift(now, span, -1)
    return lambda it: (start is None or start < it) and it <= now


def older_than(now: Time, span: Duration) -> Callable[[Time], bool]:
    """Whether a time is so long ago, or longer; with `within_last` it covers the past once."""
    start = shift(now, span, -1)
    return lambda it: start is not None and it <= start


def within_next(now: Time, span: Duration) -> Callable[[Time], bool]:
    """Whether a time is now or later, and earlier than so far ahead."""
    end = shift(now, span, 1)
    return lambda it: now <= it and (end is None or it < end)


def comes_round(today: date, span: Duration) -> Callable[[date], bool]:
    """Whether the day and month of a date come round from today on, earlier than so far ahead."""
    soon = within_next(today, span)
    # The first is past when the day was earlier this year; then it is the next that counts.
    years = (today.year, min(today.year + 1, MAXYEAR))
    return lambda it: any(soon(_in_year(it, year)) for year in years)


def _in_year(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:  # 29 February comes round on the 28th in common years
        return date(year, 2, 28)
