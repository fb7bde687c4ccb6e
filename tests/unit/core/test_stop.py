"""When a run must come to its end; time passes only when somebody waits."""

from __future__ import annotations

import pytest

from cg_sync.core.stop import LONGEST_NAP_SECONDS, Stop
from tests.memory_shop import Clock


def test_a_run_goes_on_until_somebody_asks_for_its_end() -> None:
    stop = Clock().stop()
    assert stop.why == ""
    stop.ask("Ctrl-C")
    stop.ask("SIGTERM")
    assert stop.why == "Ctrl-C"


def test_a_run_ends_when_its_time_is_over() -> None:
    clock = Clock()
    stop = clock.stop(60)
    clock.now = 59.9
    assert stop.why == ""
    clock.now = 60.0
    assert stop.why == "the deadline has passed"
    stop.ask("Ctrl-C")
    assert stop.why == "the deadline has passed"


def test_who_asked_first_is_told_also_after_the_deadline() -> None:
    clock = Clock()
    stop = clock.stop(60)
    stop.ask("Ctrl-C")
    clock.now = 61.0
    assert stop.why == "Ctrl-C"


def test_a_deadline_counts_from_its_setting() -> None:
    clock = Clock(now=1000.0)
    stop = clock.stop(60)
    assert stop.why == ""
    clock.now = 1060.0
    assert stop.why


@pytest.mark.parametrize("seconds", [0.0, 0.3, 2.2])
def test_a_wait_lasts_as_long_as_it_should_in_short_naps(seconds: float) -> None:
    clock = Clock()
    assert clock.stop().pause(seconds)
    assert clock.now == pytest.approx(seconds)
    assert all(it <= LONGEST_NAP_SECONDS for it in clock.naps)


def test_no_wait_is_begun_that_would_outlast_the_deadline_and_the_run_ends_then() -> None:
    clock = Clock()
    stop = clock.stop(10)
    assert stop.pause(9)
    clock.naps.clear()
    assert not stop.pause(1.5)
    assert (clock.naps, stop.why) == ([], "the deadline would pass while waiting for the shop")


def test_a_wait_up_to_the_very_deadline_ends_with_it() -> None:
    assert not Clock().stop(2).pause(2)


def test_a_wait_ends_soon_after_somebody_has_asked_for_the_end() -> None:
    clock = Clock()

    def nap(seconds: float) -> None:
        clock.nap(seconds)
        if clock.now >= 1:
            stop.ask("Ctrl-C")

    stop = Stop(clock=clock, nap=nap)
    assert not stop.pause(60)
    assert clock.now == pytest.approx(1, abs=LONGEST_NAP_SECONDS)
    assert not stop.pause(0)
