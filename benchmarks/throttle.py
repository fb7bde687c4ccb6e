"""Rate limits as servers have them: so many calls in any so many seconds, or a bucket of tokens."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class RateLimit:
    """`window`: at most `calls` in any `seconds`. `bucket`: `calls` tokens, filled in `seconds`."""

    kind: str
    calls: int
    seconds: float

    @property
    def rate(self) -> float:
        """Calls a second in the long run."""
        return self.calls / self.seconds

    def __str__(self) -> str:
        return f"{self.kind} of {self.calls}, {self.rate:g}/s"


class Throttle:
    """Counts the calls that were let in since `now`, on a clock that never goes back."""

    def __init__(self, limit: RateLimit, now: float) -> None:
        self._limit = limit
        self._times: deque[float] = deque()
        self._tokens, self._at = float(limit.calls), now

    def wait(self, now: float) -> float | None:
        """None when a call is let in now, else in how many seconds one would be."""
        return self._by_bucket(now) if self._limit.kind == "bucket" else self._by_window(now)

    def _by_bucket(self, now: float) -> float | None:
        it = self._limit
        self._tokens = min(it.calls, self._tokens + (now - self._at) * it.rate)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / it.rate
        self._tokens -= 1
        return None

    def _by_window(self, now: float) -> float | None:
        it = self._limit
        while self._times and self._times[0] <= now - it.seconds:
            self._times.popleft()
        if len(self._times) >= it.calls:
            return self._times[0] + it.seconds - now
        self._times.append(now)
        return None
