"""How many requests a throttle lets in; the clock is handed in. Pure."""

from collections import deque

from cg_sync.sandbox.faults.script import Bucket, Window


class SlidingWindow:
    """Counts the requests that were let in, and forgets each when it is old enough."""

    def __init__(self, limit: Window) -> None:
        self._limit = limit
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float | None:
        """None lets the request in; else the seconds after which one would be."""
        while self._times and self._times[0] <= now - self._limit.seconds:
            self._times.popleft()
        if len(self._times) >= self._limit.requests:
            return self._times[0] + self._limit.seconds - now
        self._times.append(now)
        return None


class TokenBucket:
    """Full at first; a request that finds no whole token is turned away and takes none."""

    def __init__(self, limit: Bucket) -> None:
        self._limit = limit
        self._tokens = float(limit.burst)
        self._filled: float | None = None

    def wait(self, now: float) -> float | None:
        """None lets the request in; else the seconds after which one would be."""
        since = 0.0 if self._filled is None else now - self._filled
        self._filled = now
        self._tokens = min(self._limit.burst, self._tokens + since * self._limit.rate)
        if self._tokens < 1:
            return (1 - self._tokens) / self._limit.rate
        self._tokens -= 1
        return None


Limiter = SlidingWindow | TokenBucket


def make_limiter(limit: Window | Bucket) -> Limiter:
    """A limiter that has let nobody in yet."""
    return SlidingWindow(limit) if isinstance(limit, Window) else TokenBucket(limit)
