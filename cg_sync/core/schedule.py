"""Which write may start now: keeps the order of a plan while several are under way, and leaves out
what builds on one that failed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from cg_sync.core.dependencies import needs_of, phases_of
from cg_sync.core.kind import C, Kind
from cg_sync.core.plan import Step


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step that was not tried since it builds on another that failed, or was skipped itself."""

    step: Step
    because: Step


class Schedule:
    """Hands out the steps of a plan by their numbers. A phase begins when all of the one before it
    have ended; a step waits for those of its own phase on which it builds.
    """

    def __init__(self, steps: Sequence[Step], kinds: Sequence[Kind[C]]) -> None:
        self._steps = steps
        self._needs = needs_of(steps, kinds)
        self._phases = phases_of(steps)
        self._waiting = deque(range(len(steps)))
        self._under_way: set[int] = set()
        self._done: set[int] = set()
        self._lost: dict[int, int] = {}
        """What failed or was skipped, and the failed step it comes from."""
        self._skipped: list[Skipped] = []

    def next(self) -> int | None:
        """The first step that may start now, which counts as under way from here on; None while
        there is none.
        """
        held: list[int] = []
        found = None
        while self._waiting and found is None:
            number = self._waiting.popleft()
            broken = self._broken(number)
            if broken is not None:
                self._lost[number] = broken
                self._skipped.append(Skipped(self._steps[number], self._steps[broken]))
            elif not self._may_begin(number):
                held.append(number)
                break
            elif self._needs[number].own <= self._done:
                found = number
            else:
                held.append(number)
        self._waiting.extendleft(reversed(held))
        if found is not None:
            self._under_way.add(found)
        return found

    def _broken(self, number: int) -> int | None:
        """The first failed step that this one builds on."""
        needs = self._needs[number]
        lost = (it for it in self._lost if it in needs.own or it in needs.all_given)
        return min((self._lost[it] for it in lost), default=None)

    def _may_begin(self, number: int) -> bool:
        """Whether everything of earlier phases has ended."""
        phase = self._phases[number]
        return all(self._phases[it] == phase for it in self._under_way)

    def succeed(self, number: int) -> None:
        """The step is done."""
        self._under_way.discard(number)
        self._done.add(number)

    def fail(self, number: int) -> None:
        """The step failed: what builds on it will be skipped."""
        self._under_way.discard(number)
        self._lost[number] = number

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(self._skipped)

    @property
    def left(self) -> tuple[Step, ...]:
        """The steps that were neither handed out nor skipped."""
        return tuple(self._steps[it] for it in self._waiting)
