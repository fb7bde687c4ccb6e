"""The pacer against limiters of every kind, in virtual time: how much it gets, how often it is
refused.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.api.limit import Limit
from cg_sync.api.pace import Pacer


@dataclass
class Window:
    """At most so many calls in any so many seconds."""

    calls: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    @property
    def rate(self) -> float:
        return self.calls / self.seconds

    def wait(self, now: float) -> float | None:
        """None when the call is let in, else in how many seconds one would be."""
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        if len(self.times) >= self.calls:
            return self.times[0] + self.seconds - now
        self.times.append(now)
        return None


@dataclass
class FixedWindow:
    """So many calls in each so many seconds by the clock."""

    calls: int
    seconds: float
    number: int = -1
    used: int = 0

    @property
    def rate(self) -> float:
        return self.calls / self.seconds

    def wait(self, now: float) -> float | None:
        if int(now // self.seconds) != self.number:
            self.number, self.used = int(now // self.seconds), 0
        if self.used >= self.calls:
            return (self.number + 1) * self.seconds - now
        self.used += 1
        return None


@dataclass
class Bucket:
    """`burst` tokens at most, which come back at `rate` a second."""

    rate: float
    burst: int
    tokens: float = math.nan
    at: float = 0.0

    def wait(self, now: float) -> float | None:
        full = math.isnan(self.tokens)
        back = self.tokens + (now - self.at) * self.rate
        self.tokens = self.burst if full else min(self.burst, back)
        self.at = now
        if self.tokens < 1 - 1e-9:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return None


Limiter = Window | FixedWindow | Bucket


def rounded_up(wait: float) -> float | None:
    """Retry-After as Django REST Framework writes it."""
    return max(1, math.ceil(wait))


@dataclass
class Run:
    """Workers that send calls through one pacer, each call again until it is let in."""

    limiter: Limiter | None
    workers: int
    latency: float
    retry_after: Callable[[float], float | None] = rounded_up
    known: Limit | None = None
    jitter: float = 0.1

    now: float = 0.0
    let_in: int = 0
    refused: int = 0
    ended: float = 0.0
    forbidden_until: float = 0.0

    def __post_init__(self) -> None:
        self.pacer = Pacer(lambda: self.now, self.known)
        self._random = random.Random(7)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._left = 0

    def of(self, calls: int) -> Run:
        """Run to the end of so many calls."""
        self._left += calls
        for number in range(self.workers):
            self._at(self.now + number / 1_000, self._begin)
        while self._events:
            self.now, _, event = heapq.heappop(self._events)
            event()
        return self

    @property
    def share(self) -> float:
        """Of the rate that is allowed, or that the workers can reach."""
        possible = self.workers / self.latency
        rate = possible if self.limiter is None else min(self.limiter.rate, possible)
        return self.let_in / self.ended / rate

    @property
    def refused_share(self) -> float:
        return self.refused / (self.let_in + self.refused)

    def _at(self, moment: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), event))

    def _begin(self) -> None:
        if self._left:
            self._left -= 1
            self._take_turn()

    def _take_turn(self) -> None:
        slot = self.pacer.reserve()
        self._at(slot.at, lambda: self._send() if self.pacer.holds(slot) else self._take_turn())

    def _send(self) -> None:
        sent_at, way = self.now, self.latency / 2
        assert sent_at >= self.forbidden_until, "sent while the shop still asked to wait"
        way *= 1 + self.jitter * self._random.uniform(-1, 1)

        def arrive() -> None:
            wait = None if self.limiter is None else self.limiter.wait(self.now)
            self._at(self.now + way, lambda: self._hear(sent_at, wait))

        self._at(self.now + way, arrive)

    def _hear(self, sent_at: float, wait: float | None) -> None:
        if wait is None:
            self.let_in += 1
            self.ended = self.now
            self.pacer.accepted(sent_at)
            self._begin()
        else:
            self.refused += 1
            told = self.retry_after(wait)
            self.pacer.refused(sent_at, told)
            # Rounded up to whole seconds, it means more than one less.
            self.forbidden_until = max(self.forbidden_until, self.now + (told or 0) - 1 - 1e-6)
            self._take_turn()


LIMITERS: dict[str, tuple[Callable[[], Limiter], int]] = {
    "window of 50 in 1 s": (lambda: Window(50, 1), 1_500),
    "window of 250 in 5 s": (lambda: Window(250, 5), 1_500),
    "window of 3,000 in 60 s": (lambda: Window(3_000, 60), 9_000),
    "bucket of 50, 50 a second": (lambda: Bucket(50, 50), 1_500),
    "bucket of 250, 50 a second": (lambda: Bucket(50, 250), 1_500),
}
"""How to make each, and how many calls are sent: 1,500, or three windows full."""

MORE: dict[str, tuple[Callable[[], Limiter], int]] = {
    "window of 5 in 1 s": (lambda: Window(5, 1), 1_500),
    "window of 100 in 1 s": (lambda: Window(100, 1), 1_500),
    "window of 20 in 2 s": (lambda: Window(20, 2), 1_500),
    "window of 600 in 60 s": (lambda: Window(600, 60), 1_800),
    "bucket of 10, 50 a second": (lambda: Bucket(50, 10), 6_000),
    "bucket of 20, 5 a second": (lambda: Bucket(5, 20), 1_500),
    "300 in each minute": (lambda: FixedWindow(300, 60), 1_500),
}

WORKERS = (1, 4, 8, 16)
LATENCIES = (0.02, 0.1)


@pytest.mark.parametrize("latency", LATENCIES)
@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("name", LIMITERS)
def test_an_unknown_limit_is_used_to_95_percent_with_2_percent_refused(
    name: str, workers: int, latency: float
) -> None:
    make, calls = LIMITERS[name]
    run = Run(make(), workers, latency).of(calls)
    assert (run.share >= 0.95, run.refused_share <= 0.02) == (True, True), run


@pytest.mark.parametrize(
    ("name", "workers", "latency"),
    [(name, 8, 0.02) for name in MORE]
    + [("window of 100 in 1 s", 16, 0.1), ("window of 20 in 2 s", 1, 0.1)],
)
def test_so_are_limits_of_other_sizes(name: str, workers: int, latency: float) -> None:
    make, calls = MORE[name]
    run = Run(make(), workers, latency).of(calls)
    assert (run.share >= 0.95, run.refused_share <= 0.02) == (True, True), run


@pytest.mark.parametrize("name", LIMITERS)
def test_a_known_limit_is_used_to_95_percent_with_nothing_refused(name: str) -> None:
    make, calls = LIMITERS[name]
    limiter = make()
    known = Limit(limiter.calls, limiter.seconds) if isinstance(limiter, Window) else Limit(50, 1)
    run = Run(limiter, 16, 0.1, known=known).of(calls)
    assert run.share >= 0.95
    assert run.refused == 0


@pytest.mark.parametrize("workers", WORKERS)
def test_without_a_limit_nobody_waits(workers: int) -> None:
    pacer = Pacer(lambda: 5.0)
    slots = [pacer.reserve() for _ in range(100)]
    assert {slot.at for slot in slots} == {5.0}
    assert all(pacer.holds(slot) for slot in slots)
    assert Run(None, workers, 0.02, jitter=0).of(500).share > 0.97


@pytest.mark.parametrize("name", ["window of 50 in 1 s", "window of 250 in 5 s"])
def test_a_shop_that_never_says_how_long_is_probed_by_one_call_at_a_time(name: str) -> None:
    make, calls = LIMITERS[name]
    run = Run(make(), 16, 0.02, retry_after=lambda _: None).of(calls)
    assert run.refused_share <= 0.02
    assert run.share >= 0.85


def test_a_date_in_retry_after_has_no_fractions_and_serves_as_well() -> None:
    run = Run(Window(250, 5), 8, 0.02, retry_after=lambda wait: float(int(wait))).of(1_500)
    assert run.refused_share <= 0.02
    assert run.share >= 0.95


def test_a_window_that_begins_by_the_clock_each_second_is_used_to_75_percent() -> None:
    run = Run(FixedWindow(50, 1), 8, 0.02).of(1_500)
    assert (run.share >= 0.75, run.refused_share <= 0.02) == (True, True), run


def test_where_answers_take_now_longer_now_shorter_few_are_refused() -> None:
    run = Run(Window(5, 1), 16, 0.1, jitter=0.5).of(1_500)
    assert run.refused_share <= 0.02


def test_what_others_take_away_is_noticed() -> None:
    limiter = Window(50, 1)
    run = Run(limiter, 8, 0.02)

    def another_client() -> None:
        limiter.wait(run.now)
        if run._left:
            run._at(run.now + 1 / 25, another_client)

    run._at(0.0, another_client)
    run.of(1_500)
    assert run.refused_share <= 0.05
    assert run.let_in / run.ended >= 0.8 * 25


@pytest.mark.parametrize("calls", [25, 100])
def test_a_limit_that_changes_is_followed(calls: int) -> None:
    limiter = Window(50, 1)
    run = Run(limiter, 8, 0.02).of(1_000)
    limiter.calls = calls
    let_in, refused, ended = run.let_in, run.refused, run.ended
    run.of(6_000)
    assert (run.let_in - let_in) / (run.ended - ended) >= 0.8 * calls
    assert run.refused - refused <= 120


# ── the rules one by one ─────────────────────────────────────────────────────────────────────────


@dataclass
class Clock:
    now: float = 100.0


def test_a_pause_is_shared_and_makes_slots_worthless_that_were_taken_before() -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now)
    early = pacer.reserve()
    pacer.hold(30)
    assert not pacer.holds(early)
    late = [pacer.reserve() for _ in range(3)]
    assert [slot.at for slot in late] == [130.0] * 3
    pacer.hold(5)
    assert pacer.reserve().at == 130.0


def test_a_known_limit_is_paced_at_98_percent_from_the_first_call_on() -> None:
    pacer = Pacer(lambda: 0.0, Limit(50, 1))
    ats = [pacer.reserve().at for _ in range(4)]
    assert ats == pytest.approx([0, 1 / 49, 2 / 49, 3 / 49])


def test_a_known_limit_is_kept_also_where_the_shop_would_let_in_more() -> None:
    limiter = Window(25, 1)
    run = Run(limiter, 8, 0.02, known=Limit(50, 1)).of(200)
    assert run.refused
    limiter.calls = 500
    run.of(3_000)
    ended = run.ended
    run.of(1_000)
    assert 1_000 / (run.ended - ended) == pytest.approx(49, rel=0.01)


def test_who_would_wait_for_long_looks_up_every_second() -> None:
    pacer = Pacer(lambda: 0.0, Limit(1, 60))
    assert pacer.holds(pacer.reserve())
    later = pacer.reserve()
    assert later.at == 1.0
    assert not pacer.holds(later)


@pytest.mark.parametrize(("told", "waited"), [(1.0, 0.99), (2.0, 1.99), (5.0, 4.99)])
def test_the_first_refusal_says_when_its_window_opens(told: float, waited: float) -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now)
    for _ in range(20):
        pacer.accepted(clock.now)
        clock.now += 0.003
    assert pacer.refused(clock.now, told) == pytest.approx(waited, abs=0.01)


def test_a_refusal_before_anything_was_let_in_is_waited_out() -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now)
    assert pacer.refused(clock.now, 30.0) == 30.0
    clock.now = pacer.reserve().at
    assert clock.now == 130.0
    assert pacer.refused(clock.now, 7.0) == 7.0


def test_when_the_wait_was_in_vain_the_next_is_kept_to_the_letter_by_one_call_alone() -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now)
    for _ in range(20):
        pacer.accepted(clock.now)
        clock.now += 0.003
    clock.now += pacer.refused(clock.now, 2.0)
    assert pacer.refused(clock.now, 2.0) == 2.0
    first, second = pacer.reserve(), pacer.reserve()
    assert first.at == clock.now + 2
    assert second.at > first.at + 0.9


def test_what_was_under_way_says_nothing_new() -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now)
    for _ in range(50):
        pacer.accepted(clock.now)
        clock.now += 0.001
    sent = [clock.now, clock.now + 0.001, clock.now + 0.002]
    clock.now += 0.1
    waits = [pacer.refused(moment, 1.0) for moment in sent]
    assert max(waits) - min(waits) < 0.001
    assert pacer.reserve().at == pytest.approx(clock.now + waits[0])


EVENTS = st.one_of(
    st.tuples(st.just("wait"), st.floats(0, 200)),
    st.tuples(st.just("let in"), st.just(0.0)),
    st.tuples(st.just("refuse"), st.sampled_from([-1.0, 0.0, 0.4, 1.0, 57.0, 120.0])),
    st.tuples(st.just("hold"), st.floats(0, 120)),
)


@given(
    events=st.lists(EVENTS, max_size=40),
    known=st.none() | st.builds(Limit, st.integers(1, 9_999), st.floats(0.1, 3_600)),
)
def test_whatever_happens_a_slot_is_soon_and_not_in_the_past(
    events: list[tuple[str, float]], known: Limit | None
) -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now, known)
    for event, amount in events:
        match event:
            case "wait":
                clock.now += amount
            case "let in":
                pacer.accepted(pacer.reserve().at)
            case "refuse":
                told = None if amount < 0 else amount
                assert 0 <= pacer.refused(clock.now, told) <= 121 + 1e-6
            case _:
                pacer.hold(amount)
        assert clock.now <= pacer.reserve().at <= clock.now + 122.1
