"""The work that one question may cost, so that none hangs; counted, as no clock is read here."""

from __future__ import annotations

from typing import Final

TICKS_OF_A_STEP: Final = 200
"""A tick is about a microsecond of work, so a step about 0.2 ms."""


class OutOfBudget(Exception):
    """The question has cost all it may."""


class Budget:
    """Counts down the ticks of one question."""

    def __init__(self, steps: int) -> None:
        self._left = steps * TICKS_OF_A_STEP

    def spend(self, ticks: int) -> None:
        """Takes note of work about to be done; raises OutOfBudget when there is nothing left."""
        self._left -= ticks
        if self._left < 0:
            raise OutOfBudget
