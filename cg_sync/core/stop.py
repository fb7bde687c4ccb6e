"""When a run must come to its end: somebody asked for it, or its time is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

LONGEST_NAP_SECONDS: Final = 0.5
"""How long a wait can go on after somebody has asked for the end: a signal handler must not wake
anybody, since it may stand in the middle of what it would have to touch.
"""


class Stop:
    """Asked between writes whether to go on; `ask` is safe to call from a signal handler."""

    def __init__(
        self,
        *,
        seconds: float | None = None,
        clock: Callable[[], float],
        nap: Callable[[float], object],
    ) -> None:
        """`seconds` from now on is the deadline; None sets none."""
        self._clock = clock
        self._nap = nap
        self._until = None if seconds is None else clock() + seconds
        self._asked = ""
        self.out_of_time = False
        """Whether it is the deadline that ends the run."""

    def ask(self, why: str) -> None:
        """Let the run end after what is under way. The first reason counts."""
        self._asked = self._asked or why

    @property
    def left(self) -> float | None:
        """How many seconds there are until the deadline, at least 0; None when none is set."""
        return None if self._until is None else max(0.0, self._until - self._clock())

    @property
    def why(self) -> str:
        """Why the run must end, as the end of `stopped: …`; empty while it may go on."""
        if not self._asked and self._until is not None and self._clock() >= self._until:
            self._end("the deadline has passed")
        return self._asked

    def _end(self, why: str) -> None:
        self.out_of_time = self.out_of_time or not self._asked
        self.ask(why)

    def pause(self, seconds: float) -> bool:
        """Wait that long. False, at once or as soon as it is known, when the run must end before
        the wait is over.
        """
        end = self._clock() + seconds
        if self._until is not None and end > self._until:
            self._end("the deadline would pass while waiting for the shop")
            return False
        while not self.why:
            left = end - self._clock()
            if left <= 0:
                return True
            self._nap(min(left, LONGEST_NAP_SECONDS))
        return False
