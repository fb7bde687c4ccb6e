"""Which write may start: in order while several are under way, and not after what it builds on
failed.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.dependencies import needs_of, phases_of
from cg_sync.core.plan import Step
from cg_sync.core.schedule import Schedule, Skipped
from cg_sync.kinds import KINDS
from tests.builders import a_group, a_setting
from tests.unit.core.steps import all_of, created, deleted, joining, leaving, naming, plans, updated

VIP, GOLD = a_group("VIP"), a_group("Gold")
SPRING = a_setting("spring", rule=naming("VIP"))
FALL = a_setting("fall")


def scheduled(*steps: Step) -> Schedule:
    return Schedule(steps, KINDS)


def all_that_may_start(schedule: Schedule) -> list[int]:
    return list(iter(schedule.next, None))


def test_an_empty_plan_has_nothing_to_start() -> None:
    schedule = scheduled()
    assert schedule.next() is None
    assert (schedule.skipped, schedule.left) == ((), ())


def test_what_is_of_one_phase_may_start_at_once_and_the_next_only_when_it_has_ended() -> None:
    schedule = scheduled(created(VIP), created(GOLD), joining(VIP, 1), joining(GOLD, 1))
    assert all_that_may_start(schedule) == [0, 1]
    schedule.succeed(1)
    assert all_that_may_start(schedule) == []
    schedule.succeed(0)
    assert all_that_may_start(schedule) == [2, 3]


def test_within_a_phase_a_step_waits_for_what_it_builds_on_and_others_do_not() -> None:
    schedule = scheduled(
        updated(a_setting("p", priority=1), a_setting("p", priority=2)),
        updated(a_setting("q", priority=3), a_setting("q", priority=1)),
        updated(a_setting("r", priority=5), a_setting("r", priority=6)),
    )
    assert all_that_may_start(schedule) == [0, 2]
    schedule.succeed(2)
    assert all_that_may_start(schedule) == []
    schedule.succeed(0)
    assert all_that_may_start(schedule) == [1]


def test_what_builds_on_a_failure_is_skipped_and_the_rest_goes_on() -> None:
    steps: list[Step] = [
        created(GOLD),
        created(VIP),
        joining(VIP, 1),
        created(FALL),
        created(SPRING),
    ]
    schedule = scheduled(*steps)
    assert all_that_may_start(schedule) == [0, 1]
    schedule.fail(1)
    schedule.succeed(0)
    assert all_that_may_start(schedule) == [3]
    schedule.succeed(3)
    assert all_that_may_start(schedule) == []
    assert schedule.skipped == (Skipped(steps[2], steps[1]), Skipped(steps[4], steps[1]))
    assert schedule.left == ()


def test_what_builds_on_something_skipped_names_the_failure_behind_it() -> None:
    steps: list[Step] = [created(VIP), created(SPRING), leaving(VIP, 7), deleted(FALL)]
    schedule = scheduled(*steps)
    assert schedule.next() == 0
    schedule.fail(0)
    assert schedule.next() is None
    assert {it.because for it in schedule.skipped} == {steps[0]}
    assert [it.step for it in schedule.skipped] == steps[1:]


def test_of_several_failures_the_first_in_the_plan_is_named() -> None:
    steps: list[Step] = [
        created(a_setting("p")),
        created(a_setting("q", priority=3)),
        deleted(FALL),
    ]
    schedule = scheduled(*steps)
    assert all_that_may_start(schedule) == [0, 1]
    schedule.fail(1)
    schedule.fail(0)
    assert schedule.next() is None
    assert schedule.skipped == (Skipped(steps[2], steps[0]),)


def test_what_builds_on_two_failures_is_skipped_once() -> None:
    both = a_setting("both", rule=naming("Gold", "VIP"))
    schedule = scheduled(created(GOLD), created(VIP), created(both))
    assert all_that_may_start(schedule) == [0, 1]
    schedule.fail(1)
    schedule.fail(0)
    assert all_that_may_start(schedule) == []
    assert schedule.skipped == (Skipped(created(both), created(VIP)),)


def test_what_was_not_begun_is_handed_out_again() -> None:
    schedule = scheduled(created(GOLD), created(VIP))
    assert all_that_may_start(schedule) == [0, 1]
    schedule.hand_back(0)
    assert schedule.left == (created(GOLD),)
    assert all_that_may_start(schedule) == [0]


def test_what_nobody_asked_for_is_left() -> None:
    steps: list[Step] = [created(VIP), created(GOLD), joining(VIP, 1)]
    schedule = scheduled(*steps)
    assert schedule.next() == 0
    schedule.succeed(0)
    assert schedule.left == (steps[1], steps[2])


# --- laws


class Play:
    """Carries a plan out in any order that a schedule allows, and checks each start."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.schedule = Schedule(steps, KINDS)
        self.needs = needs_of(steps, KINDS)
        self.phases = phases_of(steps)
        self.numbers = {id(step): number for number, step in enumerate(steps)}
        self.done: set[int] = set()
        self.failed: set[int] = set()
        self.under_way: list[int] = []

    def start(self) -> bool:
        number = self.schedule.next()
        if number is None:
            return False
        assert all_of(self.needs[number]) <= self.done
        ended = self.done | self.failed | self.skipped
        assert {it for it in self.numbers.values() if self.phases[it] < self.phases[number]} <= (
            ended
        )
        assert number not in ended
        assert number not in self.under_way
        self.under_way.append(number)
        return True

    def end(self, which: int, *, well: bool) -> None:
        number = self.under_way.pop(which % len(self.under_way))
        if well:
            self.schedule.succeed(number)
            self.done.add(number)
        else:
            self.schedule.fail(number)
            self.failed.add(number)

    @property
    def skipped(self) -> set[int]:
        return {self.numbers[id(it.step)] for it in self.schedule.skipped}

    def roots(self, number: int) -> set[int]:
        """The failures on which a step builds, however indirectly."""
        found = set()
        for it in all_of(self.needs[number]):
            found |= {it} if it in self.failed else self.roots(it)
        return found


ends = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from([True, True, True, False])), max_size=60
)


@given(plans(), st.integers(1, 5), ends)
def test_every_step_ends_as_exactly_one_thing(
    steps: list[Step], workers: int, ends: list[tuple[int, bool]]
) -> None:
    """The list of endings may be shorter than the plan: then the run was stopped."""
    play = Play(steps)
    for which, well in ends:
        while len(play.under_way) < workers and play.start():
            pass
        if not play.under_way:
            break
        play.end(which, well=well)
    while play.under_way:  # Stopped: nothing is started, and what is under way ends.
        play.end(0, well=True)
    left = {play.numbers[id(step)] for step in play.schedule.left}
    parts = [play.done, play.failed, play.skipped, left]
    assert sorted(number for part in parts for number in part) == list(range(len(steps)))
    for it in play.schedule.skipped:
        assert play.numbers[id(it.because)] in play.roots(play.numbers[id(it.step)])
    assert all(not play.roots(number) for number in play.done | play.failed)


@given(plans(), st.integers(1, 5), st.lists(st.integers(0, 7), min_size=60, max_size=60))
def test_when_all_goes_well_all_is_done(steps: list[Step], workers: int, which: list[int]) -> None:
    play = Play(steps)
    for it in which:
        while len(play.under_way) < workers and play.start():
            pass
        if play.under_way:
            play.end(it, well=True)
    assert play.done == set(range(len(steps)))


@given(plans(), st.sets(st.integers(0, 40)))
def test_what_is_skipped_is_all_that_builds_on_a_failure_and_no_more(
    steps: list[Step], bad: set[int]
) -> None:
    play = Play(steps)
    while play.start():
        play.end(0, well=play.under_way[0] not in bad)
    assert play.schedule.left == ()
    assert play.skipped == {it for it in range(len(steps)) if play.roots(it)}
