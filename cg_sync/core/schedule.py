"""Which write may start now: keeps the order of a plan while several are under way, and leaves out
what builds on one that failed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

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
        self._open = [len(it.own) for it in self._needs]
        """How many of its own needs each step still waits for."""
        self._built_on: defaultdict[int, list[int]] = defaultdict(list)
        for number, needs in enumerate(self._needs):
            for it in needs.own:
                self._built_on[it].append(number)
        self._begun = 0
        """All steps before this one are of phases that have begun."""
        self._ready: list[int] = []
        self._under_way: set[int] = set()
        self._done: set[int] = set()
        self._lost: dict[int, int] = {}
        """What failed or was skipped, and the failed step it comes from."""
        self._skipped: list[Skipped] = []

    def next(self) -> int | None:
        """The first step that may start now, which counts as under way from here on; None while
        there is none.
        """
        while self._ready or (not self._under_way and self._begin_phase()):
            if not self._ready:
                continue
            number = heappop(self._ready)
            broken = self._broken(number)
            if broken is None:
                self._under_way.add(number)
                return number
            self._skip(number, broken)
        return None

    def _begin_phase(self) -> bool:
        """Make the steps of the next phase ready; False when there is none."""
        start = self._begun
        if start == len(self._steps):
            return False
        while self._begun < len(self._steps) and self._phases[self._begun] == self._phases[start]:
            if not self._open[self._begun]:
                heappush(self._ready, self._begun)
            self._begun += 1
        return True

    def _broken(self, number: int) -> int | None:
        """The first failed step among those that many build on."""
        shared = self._needs[number].shared
        lost = (it for it in self._lost if any(it in several for several in shared))
        return min((self._lost[it] for it in lost), default=None) if shared else None

    def _skip(self, number: int, because: int) -> None:
        """Leave out a step, and what builds on it."""
        waiting = [number]
        while waiting:
            it = waiting.pop()
            if it not in self._lost:
                self._lost[it] = because
                self._skipped.append(Skipped(self._steps[it], self._steps[because]))
                waiting += self._built_on[it]

    def succeed(self, number: int) -> None:
        """The step is done."""
        self._under_way.discard(number)
        self._done.add(number)
        for it in self._built_on[number]:
            self._open[it] -= 1
            if not self._open[it] and it < self._begun:
                heappush(self._ready, it)

    def fail(self, number: int) -> None:
        """The step failed: what builds on it is skipped."""
        self._under_way.discard(number)
        self._lost[number] = number
        for it in self._built_on[number]:
            self._skip(it, number)

    def hand_back(self, number: int) -> None:
        """The step was not begun after all."""
        self._under_way.discard(number)
        heappush(self._ready, number)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(self._skipped)

    @property
    def left(self) -> tuple[Step, ...]:
        """The steps that were neither handed out nor skipped."""
        return tuple(self._steps[it] for it in self._unhandled())

    def _unhandled(self) -> Iterator[int]:
        for number in range(len(self._steps)):
            if not any(number in it for it in (self._done, self._lost, self._under_way)):
                yield number
