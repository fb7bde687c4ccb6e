"""How fast calls are sent: as fast as they come until the shop says 429, then just below its limit.

Nothing sleeps here, and the clock is handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from threading import Lock

from cg_sync.api.estimate import SHARE_OF_LIMIT, Estimate
from cg_sync.api.limit import Limit

_HORIZON_SECONDS = 1.0
_CATCH_UP_SECONDS = 0.05
_NO_PACE = -1


@dataclass(frozen=True, slots=True)
class Slot:
    """Leave to send one call at `at`, by the pacer's clock, unless the pace changes before."""

    at: float
    pace: int


class Pacer:
    """The one pace of all calls of a client; many threads may ask it.

    For each call: `reserve` a slot, wait for its time, ask whether it still `holds` (if not, take
    another), send, and say whether the shop `accepted` or `refused` it.
    """

    def __init__(self, clock: Callable[[], float], known: Limit | None = None) -> None:
        """`clock` counts seconds and never goes back; a `known` limit is kept from the start."""
        self._clock = clock
        self._lock = Lock()
        self._estimate = Estimate(known)
        self._cap = inf if known is None else known.rate * SHARE_OF_LIMIT
        self._next = clock()
        self._opens_at = self._asked_until = -inf
        self._pace = 0

    @property
    def rate(self) -> float | None:
        """How many calls a second are sent at most; None as long as no limit is known."""
        with self._lock:
            spacing = max(self._estimate.spacing, 1 / self._cap)
        return 1 / spacing if spacing else None

    def reserve(self) -> Slot:
        """The next slot: now, as long as nothing is known that speaks against it."""
        with self._lock:
            now = self._clock()
            spacing = max(self._estimate.spacing, 1 / self._cap)
            opens = max(self._opens_at, self._asked_until)
            at = max(self._next, now - min(spacing, _CATCH_UP_SECONDS), opens)
            furthest = max(now, opens) + _HORIZON_SECONDS
            if at > furthest:
                # Who waits for long has to look up now and then: the pace may be another by then.
                return Slot(furthest, _NO_PACE)
            self._next = at + spacing
            return Slot(max(at, now), self._pace)

    def holds(self, slot: Slot) -> bool:
        """Whether the call may be sent, now that the slot's time has come."""
        with self._lock:
            return slot.pace == self._pace

    def hold(self, seconds: float) -> None:
        """Let nobody send for so long."""
        with self._lock:
            self._asked_until = max(self._asked_until, self._clock() + seconds)
            self._pace += 1

    def accepted(self, sent_at: float) -> None:
        """A call sent then was not refused for the limit's sake, however it ended."""
        with self._lock:
            opens_at = self._estimate.let_in(sent_at, self._clock())
            if opens_at is not None:
                self._open_at(opens_at)

    def refused(
        self, sent_at: float, retry_after: float | None, told: Limit | None = None
    ) -> float:
        """A call sent then was answered 429: in how many seconds the next may be sent.

        `retry_after` is in seconds, as far as the shop gave it, and `told` the limit if it says it.
        """
        with self._lock:
            now = self._clock()
            self._open_at(self._estimate.refused(sent_at, retry_after, told, now))
            return max(0.0, self._opens_at - now, self._asked_until - now)

    def _open_at(self, moment: float) -> None:
        self._opens_at = self._next = moment
        self._pace += 1
