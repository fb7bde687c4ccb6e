"""Rate limits as data: what refusals say of one. No clock is looked at here."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_COMMON_WINDOWS_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600)
_WINDOWS_SECONDS = (*_COMMON_WINDOWS_SECONDS, *range(3, 61), 90, 180, 240, 1_200)
_LOOKED_AT = 2_000
_STARTS = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many calls in any so many seconds."""

    calls: int
    seconds: float

    @property
    def rate(self) -> float:
        """Calls a second in the long run."""
        return self.calls / self.seconds


def guessed_limit(
    times: Sequence[float], refused_at: float, opens_after: tuple[float, float]
) -> Limit:
    """A sliding window that explains why a call was refused, when those sent at `times` (ascending)
    were let in.

    It opens again more than the one and at most the other number of seconds after the refusal.
    Where several would, it is the shortest that people choose; the longest if the two are far
    apart, since then it is a whole wait that is explained.
    """
    least, most = opens_after
    if not times:
        return Limit(1, max(most, 1.0))
    common = _COMMON_WINDOWS_SECONDS
    for window in (*(reversed(common) if most - least > 3 else common), *_WINDOWS_SECONDS):
        first = bisect_right(times, refused_at - window)
        if first == len(times) or not least < times[first] + window - refused_at <= most:
            continue
        if len(times) - first >= _most_in(window, times[-_LOOKED_AT:]):
            return Limit(len(times) - first, window)
    return Limit(len(times), refused_at - times[0] + most)


def available_rate(times: Sequence[float], first_refusal: float, last_refusal: float) -> float:
    """Calls a second that were to be had between two refusals, when those sent at `times`
    (ascending) were let in.

    At least as many as were let in; more where the limit may not have been used up all the time, as
    no stretch lets in more than a burst and what comes in meanwhile. How large a burst is, is seen
    before the first refusal.
    """
    middle, end = bisect_right(times, first_refusal), bisect_right(times, last_refusal)
    before = times[max(0, middle - _LOOKED_AT) : middle]
    between = times[max(middle, end - _LOOKED_AT) : end]
    least = max(1, end - middle) / max(last_refusal - first_refusal, 0.001)
    rate = least
    # The larger the burst, the lower the rate, and the other way round: a few rounds settle it.
    for _ in range(4):
        burst = max(
            (len(before) - it - rate * (first_refusal - before[it]) for it in _starts(before)),
            default=0.0,
        )
        stretches = (
            (len(between) - it - burst) / max(last_refusal - between[it], 0.5)
            for it in _starts(between)
        )
        rate = max(least, max(stretches, default=0.0))
    return rate


def _most_in(window: float, times: Sequence[float]) -> int:
    """How many at most lie in one stretch as long as the window."""
    most = start = 0
    for end, moment in enumerate(times):
        while times[start] <= moment - window:
            start += 1
        most = max(most, end - start + 1)
    return most


def _starts(times: Sequence[float]) -> range:
    return range(0, len(times), max(1, len(times) // _STARTS))
