"""Times and ages on the command line: `--now` supposes a time, `--max-age` bounds an age."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click

from cg_sync.errors import UsageWrong
from cg_sync.rules.calendar import EARLIEST, LATEST, is_usable_now, parse_day, parse_moment


def moment_of(now: str | None, timezone: str) -> datetime:
    """The time that `--now` gives, or else the real one; a day is its first moment.

    Without an offset it is meant in the time zone. Raises UsageWrong for what is no time,
    and for one that no run can suppose.
    """
    if now is None:
        return datetime.now(UTC)
    day = parse_day(now)
    moment = parse_moment(now if day is None else f"{now}T00:00", timezone)
    if moment is None:
        hint = "write 2026-11-21T09:00, in the project's time zone, or with an offset"
        raise UsageWrong(f"--now {now!r} is no time", hint=hint)
    if not is_usable_now(moment):
        raise UsageWrong(
            f"--now {now!r} is too near an end of the calendar",
            hint=f"write a time from {EARLIEST} to before {LATEST}",
        )
    return moment


F = TypeVar("F", bound=Callable[..., Any])
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
SPAN_HINT = "write a number and a unit: 30m, 12h or 3d"


def span_of(text: str) -> timedelta | None:
    """The span of time that `30m`, `12h` or `3d` is; None for what is none."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", text)
    return int(found[1]) * _UNITS[found[2]] if found is not None else None


def _age(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> timedelta | None:
    if text is None:
        return None
    age = span_of(text)
    if age is None:
        raise UsageWrong(f"--max-age {text!r} is no age", hint=SPAN_HINT)
    return age


def max_age_option(what: str) -> Callable[[F], F]:
    """`--max-age AGE`: how old `what` may be, in minutes, hours or days."""
    return click.option(
        "--max-age",
        metavar="AGE",
        callback=_age,
        help=f"Refuse {what} that is older, such as 30m, 12h or 3d; exit code 5.",
    )
