"""Days, instants and durations as rules count them; the clock is always handed in."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

Unit = Literal["day", "instant"]

EARLIEST: Final = date(1000, 1, 1)
LATEST: Final = date(9999, 1, 1)
"""The first and last bound of a rule: beyond them a day more, or another time zone, has no name."""

_DURATION = re.compile(r"([1-9][0-9]{0,3})([dwmy])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,30})?)?"
    r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of days, or else of months."""

    days: int = 0
    months: int = 0

    @property
    def text(self) -> str:
        """As the rule language writes it: days and months as long as four digits hold them."""
        if self.months:
            return f"{self.months}m" if self.months <= 9999 else f"{self.months // 12}y"
        return f"{self.days}d" if self.days <= 9999 else f"{self.days // 7}w"


def parse_duration(text: str) -> Duration:
    """What `30d`, `2w`, `12m` or `1y` means; raises ValueError for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    number, step = int(found[1]), found[2]
    if step in "dw":
        return Duration(days=number * (7 if step == "w" else 1))
    return Duration(months=number * (12 if step == "y" else 1))


def parse_day(text: str) -> date | None:
    """The day that `YYYY-MM-DD` names; None for anything else."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def parse_moment(text: str, zone: str = "") -> datetime | None:
    """The instant that an ISO 8601 text names; None for anything else.

    A text without an offset is a time in `zone`, and names none when there is no zone.
    """
    try:
        moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(zone)) if zone else None
    return moment


def midnight(day: date, zone: str) -> datetime:
    """The first moment of a day in a time zone, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_in(moment: datetime, zone: str) -> date | None:
    """The day of an instant in a time zone; None at the very ends of the calendar."""
    try:
        return moment.astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        return None


def is_usable_now(moment: datetime) -> bool:
    """Whether a run can suppose this time, which has an offset: in every time zone its day has a
    name, and so have the days around it.
    """
    day = day_in(moment, "UTC")
    return day is not None and EARLIEST <= day < LATEST


def later(start: date, duration: Duration) -> date | None:
    """The day, or in its own time zone the moment, that much later; None beyond the calendar."""
    return _moved(start, duration, 1)


def earlier(start: date, duration: Duration) -> date | None:
    """As `later`, but before."""
    return _moved(start, duration, -1)


def _moved(start: date, duration: Duration, sign: int) -> date | None:
    try:
        year, month = divmod(start.year * 12 + start.month - 1 + sign * duration.months, 12)
        last = monthrange(year, month + 1)[1]
        moved = start.replace(year=year, month=month + 1, day=min(start.day, last))
        return moved + timedelta(days=sign * duration.days)
    except (ValueError, OverflowError):
        return None


def comes_round(born: date, today: date, days: int) -> bool:
    """Whether the day and month of `born` come within so many days, today being the first.

    29 February comes on 28 February in common years.
    """
    years = (year for year in (today.year, today.year + 1) if year <= date.max.year)
    return any(0 <= (_birthday(born, year) - today).days < days for year in years)


def _birthday(born: date, year: int) -> date:
    leaps = born.month == 2 and born.day == 29
    return date(year, born.month, 28 if leaps and not isleap(year) else born.day)
