"""The time of a run: the real one, or the one that `--now` supposes."""

from __future__ import annotations

from datetime import UTC, datetime

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
