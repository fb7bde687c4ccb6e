"""What is believed of the shop's rate limit, from what it lets in and what it refuses.

Pure: the moment is told with each piece of news. For one thread at a time.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass
from enum import Enum
from math import ceil, inf

from cg_sync.api.limit import Limit, available_rate, guessed_limit

SHARE_OF_LIMIT = 0.98
_CERTAIN_CALLS = (10, 800)
_BASELINE_CALLS = 200
_REMEMBERED_CALLS = 40_000
_BACK_OFF_SECONDS = 0.5
_BACK_OFF_CAP_SECONDS = 30.0
_HOLD_CAP_SECONDS = 120.0
_LATENESS_SECONDS = 0.01
_FIRST_LATENESS_SECONDS = 0.05
"""How much later than it was sent a call may have come to the shop; the first one connects."""

_FEW_CALLS = 10
_FEELER = Limit(8, 1.0)


class Belief(Enum):
    """How the limit is known."""

    GUESSED = "the window that one refusal suggests"
    WINDOW = "a window that was given, or that a second refusal bears out"
    RATE = "measured between refusals"
    OPEN = "more was let in than was guessed, and no end is known"


@dataclass(slots=True)
class _Refusal:
    """The latest refusal, and those of calls that were under way when it was heard of."""

    sent_at: float
    heard_at: float
    limit_before: Limit | None
    belief_before: Belief
    early_ones: int
    last_at: float
    retry_after: float | None
    opens_after: tuple[float, float]
    named: Limit | None = None
    not_before: float = -inf
    in_vain: int = 0
    is_alone: bool = False


class Estimate:
    """The limit as far as it is known, and how much of it is used."""

    def __init__(self, known: Limit | None = None) -> None:
        self._limit = known
        self._belief = Belief.GUESSED if known is None else Belief.WINDOW
        self._share = SHARE_OF_LIMIT
        self._times: list[float] = []
        self._refusals: list[float] = []
        self._refusal: _Refusal | None = None
        self._named: Limit | None = None
        self._calm, self._certain = 0, _CERTAIN_CALLS[0]
        self._opened_at = 0.0

    @property
    def spacing(self) -> float:
        """Seconds from one call to the next; 0 while no limit is known."""
        if self._refusal is not None and self._refusal.is_alone:
            return self._back_off(self._refusal)
        return 0.0 if self._limit is None else 1 / (self._limit.rate * self._share)

    def let_in(self, sent_at: float, now: float) -> float | None:
        """Take note of a call that was let in; when the next may be sent, if that changes."""
        insort(self._times, sent_at)
        if len(self._times) > _REMEMBERED_CALLS:
            del self._times[: _REMEMBERED_CALLS // 2]
        refusal = self._refusal
        if refusal is None:
            return None
        if sent_at <= refusal.last_at:
            return self._learn(refusal, now)
        if refusal.is_alone:
            refusal.is_alone, refusal.in_vain = False, 0
            least, most = refusal.opens_after
            refusal.opens_after = (least, min(most, sent_at - refusal.sent_at))
            return self._learn(refusal, now)
        self._quicken(now)
        return None

    def refused(
        self, sent_at: float, retry_after: float | None, told: Limit | None, now: float
    ) -> float:
        """Take note of a call that was refused; when the next may be sent."""
        refusal = self._refusal
        if refusal is None or sent_at > refusal.last_at:
            refusal = self._refusal = self._heard(refusal, sent_at, retry_after, now)
            # Believed once: when we keep to it and are refused again, others use it too.
            refusal.named = told if told != self._named else None
            self._named = told
        elif retry_after is not None and refusal.in_vain == 0:
            # Sent before the refusal was heard of, and all it adds is a second look at the wait.
            least, most = refusal.opens_after
            again = sent_at - refusal.sent_at + max(1, ceil(retry_after)) - 1
            refusal.opens_after = (min(least, again), most)
        if retry_after is not None:
            refusal.not_before = max(refusal.not_before, now + retry_after - 1)
        return self._learn(refusal, now)

    def _heard(
        self, last: _Refusal | None, sent_at: float, retry_after: float | None, now: float
    ) -> _Refusal:
        """A new refusal, or the last one once more if nothing was let in since."""
        since = 0.0
        if last is None or self._count_since(last.last_at):
            early = last.early_ones + 1 if last is not None and self._is_early() else 0
            refusal = _Refusal(
                sent_at, now, self._limit, self._belief, early, now, None, (0.0, inf)
            )
            refusal.is_alone = retry_after is None and self._limit is None
            self._refusals.append(sent_at)
        else:
            refusal = last
            refusal.in_vain += 1
            refusal.is_alone = True
            since = sent_at - refusal.sent_at - _FIRST_LATENESS_SECONDS
        refusal.last_at = now
        refusal.retry_after = retry_after
        refusal.opens_after = (since, inf)
        if retry_after is not None:
            whole = max(1, ceil(retry_after))
            refusal.opens_after = (since + whole - 1, since + whole + 1)
        return refusal

    def _is_early(self) -> bool:
        """Whether a refusal now comes too soon after the last one for what is believed."""
        if self._limit is None or not self._refusals or self._share > 1:
            return False
        return self._count_since(self._refusals[-1]) < 3 * self._limit.calls

    def _learn(self, refusal: _Refusal, now: float) -> float:
        """Take a refusal for what it says of the limit, as far as the answers are in; when the next
        call may be sent.
        """
        self._limit, self._belief = self._explained(refusal)
        if self._belief is Belief.OPEN:
            self._opened_at = now
        few, many = _CERTAIN_CALLS
        self._calm, self._certain = 0, min(max(self._count_since(self._refusals[0]), few), many)
        self._share = SHARE_OF_LIMIT
        if self._belief is Belief.GUESSED and self._limit is not None:
            # Slightly too fast, to see soon whether it is true; a window loses nothing by that.
            self._share = 1.02 + 2 / self._limit.calls
        return self._reopens(refusal, now)

    def _explained(self, refusal: _Refusal) -> tuple[Limit | None, Belief]:
        known, belief = refusal.limit_before, refusal.belief_before
        if refusal.named is not None:
            return refusal.named, Belief.WINDOW
        if known is None:
            return self._guessed(refusal)
        if self._is_full(known, belief, refusal.sent_at):
            fewer = 1 + known.calls // 50 if refusal.early_ones > 1 else 0
            return Limit(max(1, known.calls - fewer), known.seconds), Belief.WINDOW
        since = refusal.sent_at - known.seconds
        if belief is Belief.WINDOW:
            # Another limit than before, or others use it too: what was let in under the old one
            # says nothing any more.
            del self._times[: bisect_right(self._times, since)]
            self._refusals = [refusal.sent_at]
            return Limit(max(1, self._count_since(since)), known.seconds), Belief.RATE
        while len(self._refusals) > 2 and self._count_since(self._refusals[1]) > _BASELINE_CALLS:
            del self._refusals[0]
        rate = available_rate(self._times, self._refusals[0], refusal.sent_at)
        return Limit(known.calls, known.calls / rate), Belief.RATE

    def _guessed(self, refusal: _Refusal) -> tuple[Limit | None, Belief]:
        if refusal.opens_after[1] == inf:
            return None, Belief.GUESSED
        times = self._times[: bisect_right(self._times, refusal.heard_at)]
        limit = guessed_limit(times, refusal.sent_at, refusal.opens_after)
        if limit.calls < _FEW_CALLS and limit.rate < 1:
            # More likely others have used it up than that it is so low.
            return _FEELER, Belief.OPEN
        return limit, Belief.GUESSED

    def _is_full(self, window: Limit, belief: Belief, moment: float) -> bool:
        """Whether a window explains a refusal; one that is borne out is not doubted lightly, since
        calls overtake each other on their way.
        """
        if belief not in {Belief.GUESSED, Belief.WINDOW}:
            return False
        part = 50 if belief is Belief.GUESSED else 10
        return self._count_since(moment - window.seconds) >= window.calls - max(
            1, window.calls // part
        )

    def _reopens(self, refusal: _Refusal, now: float) -> float:
        """When to send again: as the limit has it, within what the shop's word leaves open.

        Retry-After counts whole seconds, rounded up: 3 means more than 2 and at most 3. Once that
        was not enough, it is kept to the letter.
        """
        told, heard = refusal.retry_after, refusal.last_at
        if refusal.is_alone:
            return heard + max(told or 0.0, self._back_off(refusal))
        if self._limit is None:
            return heard
        reopens = now + 1 / self._limit.rate
        if self._belief in {Belief.GUESSED, Belief.WINDOW} and self._times:
            # Room for one call alone would leave each call that follows at the edge as well.
            room = 0 if self._belief is Belief.GUESSED else 1 + self._limit.calls // 50
            index = max(1, min(self._limit.calls, len(self._times)) - room)
            late = _FIRST_LATENESS_SECONDS if self._belief is Belief.GUESSED else _LATENESS_SECONDS
            reopens = max(reopens, self._times[-index] + self._limit.seconds + late)
        if self._belief is Belief.OPEN and told is not None:
            return heard + told
        if told is None:
            return min(reopens, heard + _HOLD_CAP_SECONDS)
        return max(min(reopens, heard + told + 1), refusal.not_before)

    def _quicken(self, now: float) -> None:
        """Try a little more with each call that is let in; the less is known, the sooner."""
        limit = self._limit
        if limit is None:
            return
        if self._belief is Belief.OPEN:
            if self._count_since(self._opened_at) >= max(8, limit.calls):
                self._open(Limit(limit.calls, limit.seconds / 2), now)
            return
        is_window = self._belief in {Belief.GUESSED, Belief.WINDOW}
        if is_window and self._count_since(now - limit.seconds) > limit.calls * 1.03 + 1.5:
            self._open(Limit(limit.calls, limit.seconds / 1.5), now)
            return
        self._calm += 1
        if self._belief is not Belief.GUESSED:
            # Slowly at first, and ever faster when the limit does not show again.
            part = self._calm / self._certain
            self._share = SHARE_OF_LIMIT + 0.04 * part + 0.02 * part**3
        elif self._calm > limit.calls:
            self._share += 0.004

    def _open(self, limit: Limit, now: float) -> None:
        self._limit, self._belief, self._opened_at = limit, Belief.OPEN, now

    def _back_off(self, refusal: _Refusal) -> float:
        return min(_BACK_OFF_SECONDS * 2.0**refusal.in_vain, _BACK_OFF_CAP_SECONDS)

    def _count_since(self, moment: float) -> int:
        return len(self._times) - bisect_right(self._times, moment)
