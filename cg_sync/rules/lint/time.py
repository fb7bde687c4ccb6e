"""Findings about time: rules that count from today, and days that have passed.

Fixed bounds of dates that lie in the past are no findings: most rules with one mean just that, such
as customers since some year, or whoever ordered before a change of terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from cg_sync.errors import Severity
from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.calendar import parse_day
from cg_sync.rules.lint.finding import Finding
from cg_sync.rules.lint.written import Line, Use

_RELATIVE: Final = frozenset({"within_last", "older_than", "within_next"})
MOVING: Final = _RELATIVE | {"anniversary"}
"""The operators that may count from today."""


def moves(line: Line) -> bool:
    """Whether the line counts from today. A month of birth does not."""
    operators = line.operators
    if not _RELATIVE.isdisjoint(operators):
        return True
    anniversary = operators.get("anniversary")
    return anniversary is not None and not (
        isinstance(anniversary, dict) and "month" in anniversary
    )


def check_moving(written: Iterable[Line | Use], moving: frozenset[str]) -> Iterator[Finding]:
    """CG-T01 of a rule, at the first of its lines that counts from today.

    `moving` are the shared conditions that do.
    """
    for it in written:
        if moves(it) if isinstance(it, Line) else it.name in moving:
            message = "counts from today, so customers come and go without any change of a file"
            hint = "nothing needs to be done; tests of this rule say `now:`"
            yield Finding("CG-T01", Severity.INFO, it.pointer, message, hint, of_key=True)
            return


def check_review(content: JsonObject, today: date) -> Iterator[Finding]:
    """CG-T02 of a value list that somebody should have looked at before today."""
    written = content.get("review_by")
    day = parse_day(written) if isinstance(written, str) else None
    if day is not None and day < today:
        hint = "look through the list, and set the day by which to do so again"
        yield Finding("CG-T02", Severity.WARNING, ("review_by",), f"{day} has passed", hint)


def check_ended(ends_at: datetime | None, now: datetime, *, active: bool) -> Iterator[Finding]:
    """CG-T02 of a setting that is called active and has ended."""
    if active and ends_at is not None and ends_at <= now:
        message = f"{ends_at.date()} has passed, and the setting is still active"
        hint = "set `active: false`, write `state: absent`, or set a later day"
        yield Finding("CG-T02", Severity.WARNING, ("ends_at",), message, hint)
