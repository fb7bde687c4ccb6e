"""Allowances: somebody lets one guard pass, for one plan and for a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from cg_sync.core.document import Document
from cg_sync.core.guards import RULES, Tripped
from cg_sync.core.spans import span_said
from cg_sync.errors import Position, Problem, did_you_mean

SHORTEST_DIGEST = 12
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?)?")
_SHAPE = "write a date such as {day}, to the end of that day in UTC, or a time such as {day}T18:00Z"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`rule` may pass for the plan whose digest begins with `digest`, before the moment `until`.

    `said` is how it was given, for messages; `by` and `reason` are there when a file says it.
    """

    rule: str
    digest: str
    until: datetime
    said: str
    where: Position | None = None
    by: str = ""
    reason: str = ""

    def is_for(self, rule: str, digest: str) -> bool:
        """Whether it is about this guard and this plan, whatever the time."""
        return self.rule == rule and digest.startswith(self.digest)


class Malformed(ValueError):
    """A text that can allow nothing in any plan; `hint` says what to write."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def until_in(text: str) -> datetime | None:
    """The moment before which `text` lets something count: the end of a day, or a time, both in
    UTC; None for a text that is neither.
    """
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        if "T" not in text:
            return end_of(date.fromisoformat(text))
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def tomorrow(now: datetime) -> str:
    """The date one day ahead of now, in UTC."""
    return (now.astimezone(UTC) + timedelta(days=1)).date().isoformat()


def acknowledgement_in(text: str, *, now: datetime) -> Acknowledgement:
    """What `RULE@DIGEST@UNTIL` allows; raises Malformed."""
    rule, _, rest = text.partition("@")
    digest, at, until = rest.partition("@")
    if rule not in RULES:
        near = did_you_mean(rule, RULES) or f"there are {', '.join(RULES)}"
        raise Malformed("no such guard", hint=near)
    if re.fullmatch(f"[0-9a-f]{{{SHORTEST_DIGEST},64}}", digest) is None:
        hint = "the plan prints what to write: RULE@DIGEST@DATE"
        raise Malformed("names no plan by its digest", hint=hint)
    if not at:
        hint = f"write --allow {rule}@{digest}@{tomorrow(now)}"
        raise Malformed("does not say until when", hint=hint)
    moment = until_in(until)
    if moment is None:
        raise Malformed(f"{until[:40]} is no date", hint=_shape(now))
    return Acknowledgement(rule, digest, moment, f"--allow {text}")


def acknowledgement_said(it: Acknowledgement) -> str:
    """The text that `acknowledgement_in` reads as the same allowance."""
    return f"{it.rule}@{it.digest}@{it.until.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def acknowledgements_in(
    document: Document, *, now: datetime
) -> tuple[tuple[Acknowledgement, ...], tuple[Problem, ...]]:
    """What a document that obeys the schema of allowances allows, and the dates that are none."""
    found: list[Acknowledgement] = []
    problems: list[Problem] = []
    for index, it in enumerate(cast(Sequence[Mapping[str, Any]], document.content)):
        until = until_in(it["until"])
        if until is None:
            message = f"[{index}].until: {it['until'][:40]} is no date"
            where = (index, "until")
            problems.append(document.problem("CG-F06", message, where, hint=_shape(now)))
        else:
            place = document.position_of((index, "until"))
            said = f"the allowance in {place}"
            found.append(
                Acknowledgement(
                    it["guard"], it["digest"], until, said, place, it["by"], it["reason"]
                )
            )
    return tuple(found), tuple(problems)


def _shape(now: datetime) -> str:
    return _SHAPE.format(day=tomorrow(now))


def reach_fault(it: Acknowledgement, longest: timedelta, *, now: datetime) -> str:
    """What is wrong with how far ahead an allowance reaches; empty when nothing is. The day on
    which `longest` ends counts to its end.
    """
    if it.until <= end_of(date.fromisoformat(latest(longest, now=now))):
        return ""
    return f"counts until {said_moment(it.until)}, more than {span_said(longest)} ahead"


def end_of(day: date) -> datetime:
    """The end of a day in UTC."""
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=1)


def latest(longest: timedelta, *, now: datetime) -> str:
    """The last date that an allowance may name."""
    return (now.astimezone(UTC) + longest).date().isoformat()


def said_moment(moment: datetime) -> str:
    """`2026-11-30 18:00 UTC`; the end of a day is `the end of 2026-11-30`."""
    if moment.time() == datetime.min.time():
        return f"the end of {(moment - timedelta(days=1)).date().isoformat()} (UTC)"
    return moment.strftime("%Y-%m-%d %H:%M UTC")


@dataclass(frozen=True, slots=True)
class Held:
    """The guards of a plan held against allowances: `passed` are the allowances that let one pass,
    `refused` the guards that stand. `expired` would have let one of those pass before they ended,
    `final` are those that no allowance lets pass.
    """

    passed: tuple[Acknowledgement, ...]
    refused: tuple[Tripped, ...]
    expired: tuple[Acknowledgement, ...]
    final: tuple[Tripped, ...]


def hold(
    tripped: Iterable[Tripped],
    digest: str,
    acknowledgements: Sequence[Acknowledgement],
    *,
    now: datetime,
) -> Held:
    """What becomes of each guard of the plan with this digest, at this moment."""
    passed: dict[Acknowledgement, None] = {}
    expired: dict[Acknowledgement, None] = {}
    refused: list[Tripped] = []
    for guard in tripped:
        about = [it for it in acknowledgements if it.is_for(guard.rule, digest)]
        good = [it for it in about if now < it.until]
        if good and guard.bound is None:
            passed[good[0]] = None
            continue
        refused.append(guard)
        expired |= {} if good else dict.fromkeys(about)
    final = tuple(it for it in refused if it.bound is not None)
    return Held(tuple(passed), tuple(refused), tuple(expired), final)
