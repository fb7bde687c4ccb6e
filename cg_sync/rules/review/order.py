"""The order in which settings win, as a table of rows, and the numbers that are free in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cg_sync.rules.contest import Contender

State = Literal["active", "inactive", "to come", "ended"]

Gap = tuple[int, int | None]
"""Free numbers from the first to the second, both included; None for no end."""


@dataclass(frozen=True, slots=True)
class Row:
    """A setting in the order, and what it is at the moment."""

    priority: int
    slug: str
    state: State


def rows_of(contenders: Iterable[Contender], moment: datetime) -> tuple[Row, ...]:
    """The settings as they come."""
    return tuple(Row(it.priority, it.slug, _state(it, moment)) for it in contenders)


def _state(contender: Contender, moment: datetime) -> State:
    if not contender.active:
        return "inactive"
    if contender.ends_at is not None and contender.ends_at <= moment:
        return "ended"
    is_to_come = contender.starts_at is not None and moment < contender.starts_at
    return "to come" if is_to_come else "active"


def free_numbers(contenders: Iterable[Contender]) -> Sequence[Gap]:
    """The priorities that no setting has, in order; the last gap has no end."""
    gaps: list[Gap] = []
    first = 0
    for taken in sorted({it.priority for it in contenders}):
        if first < taken:
            gaps.append((first, taken - 1))
        first = taken + 1
    return [*gaps, (first, None)]
