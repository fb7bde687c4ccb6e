"""What a run costs: the calls that it makes, counted beforehand, and how long they take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.calls import forecast_of, phases_in
from cg_sync.core.diff import Update
from cg_sync.core.forecast import NO_READS, Forecast, Pace, Phase, Reads, pages_of, reads_of
from cg_sync.core.job import Manner
from cg_sync.core.plan import Plan
from cg_sync.core.state import Live
from cg_sync.kinds import KINDS
from tests.builders import a_group, a_record, a_setting, a_tombstone, having, wanting
from tests.memory_shop import WRITES, Clock, MemoryShop, a_job, a_plan, carry_out, exactly
from tests.unit.core.worlds import World, filled, plan_to, worlds

GROUP, SETTING = "customer_group", "customer_group_setting"
SLOW = Pace(2.0, 3.0)
ONE_A_SECOND = Pace(0.0, 0.0, 1.0)


def foreseen(plan: Plan, live: Live, *, page_size: int = 1000, **more: object) -> Forecast:
    """The forecast of a plan whose groups are all read."""
    sizes = {
        it.address: it.members.before
        for it in plan.changes
        if isinstance(it, Update) and it.members is not None
    }
    parts: dict[str, object] = {
        "sizes": sizes, "guarded": a_job(plan, live).sizes, "parallel": 1, **more
    }  # fmt: skip
    return forecast_of(plan.steps, live, KINDS, page_size=page_size, **parts)  # type: ignore[arg-type]


# --- how many


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_a_listing_has_at_least_one_page(rows: int, pages: int) -> None:
    assert pages_of(rows, 10) == pages


def test_pages_are_read_side_by_side_but_the_first_of_each_listing() -> None:
    assert reads_of([25, 0, 10], 10, 1) == Reads(5, 5)
    assert reads_of([25, 0, 10], 10, 4) == Reads(5, 4)
    assert reads_of([95], 10, 4) == Reads(10, 4)


def test_what_is_left_of_reads_is_never_less_than_nothing() -> None:
    assert Reads(5, 4) + Reads(1, 1) - Reads(2, 1) == Reads(4, 4)
    assert Reads(1, 1) - Reads(2, 3) == NO_READS


def test_each_sort_of_write_to_a_kind_is_a_phase() -> None:
    vip, staff, old = a_group("VIP"), a_group("Staff"), a_group("Old")
    spring, summer = a_setting("spring", priority=5), a_setting("summer")
    live = having(
        a_record(vip, remote_id=1, size=3), a_record(old, remote_id=2, size=1234),
        a_record(a_setting("spring"), remote_id=3),
    )  # fmt: skip
    members = {vip.address: exactly({2, 3, 4}, {1, 2, 3}), staff.address: exactly({1}, set())}
    plan = a_plan(wanting(vip, staff, a_tombstone(old), spring, summer), live, members)
    assert phases_in(plan.steps, KINDS, guarded={vip.address}, page_size=1000) == (
        Phase("create", GROUP, 1),
        Phase("add_members", GROUP, 2, 1),
        Phase("create", SETTING, 1),
        Phase("update", SETTING, 1, 1),
        Phase("remove_members", GROUP, 1, 1),
        Phase("delete", GROUP, 1, 3, 3),  # The record, and two pages of members.
    )


def test_a_group_of_many_calls_is_looked_at_once_a_sort() -> None:
    vip = a_group("VIP")
    live = having(a_record(vip, remote_id=1, size=1200))
    delta = exactly(set(range(2000, 4000)), set(range(1200)))
    plan = a_plan(wanting(vip), live, {vip.address: delta})
    assert phases_in(plan.steps, KINDS, guarded={vip.address}, page_size=1000) == (
        Phase("add_members", GROUP, 4, 1), Phase("remove_members", GROUP, 3, 1),
    )  # fmt: skip
    assert phases_in(plan.steps, KINDS, guarded=(), page_size=1000) == (
        Phase("add_members", GROUP, 4), Phase("remove_members", GROUP, 3),
    )  # fmt: skip


def test_what_is_read_again_is_what_there_is_then() -> None:
    vip, staff, old = a_group("VIP"), a_group("Staff"), a_group("Old")
    live = having(a_record(vip, remote_id=1, size=10), a_record(old, remote_id=2, size=0))
    rows = {"price_lists": 21, "stock_lists": 0, "customer_groups": 10}
    live = replace(live, rows={**rows, "customer_group_settings": 31})
    members = {
        vip.address: exactly(set(range(5, 25)), set(range(10))),
        staff.address: exactly({1}, set()),
    }
    plan = a_plan(wanting(vip, staff, a_tombstone(old), a_setting()), live, members)
    sizes = {vip.address: 10, old.address: 0}
    found = foreseen(plan, live, page_size=10, sizes=sizes, again=Reads(7, 5), parallel=2)
    # Lists, groups and settings; VIP and Old.
    assert found.before == Reads(3 + 1 + 1 + 4 + 1 + 1, 2 + 1 + 1 + 3 + 1 + 1)
    # As many groups as before; VIP has 20 members, Staff 1, and Old is gone.
    assert found.after == Reads(3 + 1 + 1 + 4 + 2 + 1, 2 + 1 + 1 + 3 + 2 + 1) + Reads(7, 5)
    assert foreseen(plan, live, spent=Reads(30, 20)).before == Reads(30, 20)


def test_all_of_it_is_counted() -> None:
    found = Forecast(
        Reads(9, 8), (Phase("create", GROUP, 2), Phase("update", SETTING, 3, 3),
                      Phase("delete", GROUP, 1, 2, 2), Phase("create", SETTING, 4)),
        Reads(5, 4), log_ins=1,
    )  # fmt: skip
    assert dict(found.writes) == {"create": 6, "update": 3, "delete": 1}
    assert (found.looks, found.calls) == (5, 9 + 10 + 5 + 5 + 1)
    assert found.seconds is None
    unlooked = found.without_looks()
    assert (unlooked.looks, unlooked.calls) == (2, found.calls - 3)


# --- how long


def seconds(
    *phases: Phase, before: Reads = NO_READS, after: Reads = NO_READS, **more: object
) -> float:
    it = replace(Forecast(before, phases, after, pace=SLOW), **more)  # type: ignore[arg-type]
    assert it.seconds is not None
    return it.seconds


def test_writes_wait_for_the_shop_and_the_last_of_a_phase_for_nobody_else() -> None:
    creates, updates = Phase("create", GROUP, 5), Phase("update", SETTING, 4, 4)
    assert seconds(creates) == about(5 * 2.0)
    assert seconds(creates, parallel=2) == about(3 * 2.0)
    assert seconds(updates, parallel=2) == about(2 * 2 * 2.0)
    assert seconds(creates, updates, parallel=4) == about(2 * 2.0 + 2 * 2.0)


def test_reads_take_as_long_as_their_rounds_and_a_log_in_as_a_short_call() -> None:
    assert seconds(before=Reads(9, 4), parallel=4) == 4 * 3.0
    assert seconds(after=Reads(9, 9), parallel=4) == 9 * 3.0
    assert seconds(log_ins=1) == 2.0


def test_a_limit_of_the_shop_holds_for_all_calls() -> None:
    updates = Phase("update", SETTING, 4, 4)
    whole = seconds(updates, before=Reads(9, 2), log_ins=1, pace=ONE_A_SECOND, parallel=32)
    assert whole == 9 + 8 + 1


def test_the_slower_of_shop_and_limit_counts_in_each_part() -> None:
    pace = Pace(2.0, 3.0, 1.0)
    assert seconds(Phase("create", GROUP, 4), pace=pace, parallel=1) == about(8.0)
    assert seconds(Phase("create", GROUP, 4), pace=pace, parallel=4) == 4.0


def test_a_shop_that_answers_at_once_still_costs_us_something() -> None:
    at_once = Pace(0.0, 0.0)
    assert seconds(Phase("create", GROUP, 1000), pace=at_once, parallel=32) == about(3.0)


def about(expected: float) -> Any:
    """Equal but for what calls cost on our side."""
    return pytest.approx(expected, rel=0.01)


def test_a_deadline_tells_how_much_time_is_left() -> None:
    clock = Clock()
    stop = clock.stop(60)
    clock.nap(45)
    assert (stop.left, clock.stop().left) == (15, None)
    clock.nap(45)
    assert stop.left == 0


# --- exactly so many


@given(worlds, worlds, st.booleans(), st.integers(1, 3), st.booleans())
def test_a_run_in_which_nothing_goes_wrong_makes_just_these_calls(
    before: World, after: World, renaming: bool, workers: int, looking: bool
) -> None:
    shop = filled(before)
    plan, live = plan_to(after, shop, renaming=renaming)
    pages = MembersRead(shop)
    found = foreseen(plan, live, page_size=2)
    found = found if looking else found.without_looks()
    shop.calls.clear()
    run = carry_out(
        a_job(plan, live), shop, manner=Manner(workers, recheck=lambda: looking),
        stop=Clock().stop(),
    )  # fmt: skip
    assert run.result.failures == []
    writes = [verb for verb, _ in shop.calls if verb in WRITES]
    assert dict(found.writes) == {verb: writes.count(verb) for verb in writes}
    assert found.looks == pages.read + sum(verb == "record" for verb, _ in shop.calls)


class MembersRead:
    """Counts the pages of members that are read of a shop, of two each."""

    def __init__(self, shop: MemoryShop) -> None:
        self.read = 0
        self._shop = shop
        shop.watch = self._heard

    def _heard(self, verb: str, remote_id: int | None) -> None:
        if verb == "members" and remote_id is not None:
            self.read += pages_of(len(self._shop.members[remote_id]), 2)
