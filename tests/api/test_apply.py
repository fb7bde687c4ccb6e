"""Carrying out a plan: several writes at a time, what is independent of a failure, and the end."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from cg_sync.api import apply as engine
from cg_sync.api.apply import FAILURES_IN_A_ROW, apply_plan
from cg_sync.api.wire import TokenRefused
from cg_sync.core.job import Job, Manner
from cg_sync.core.outcome import Failure, Normalised
from cg_sync.core.schedule import Skipped
from cg_sync.core.state import Wanted
from cg_sync.errors import (
    ApiError,
    JournalLost,
    LeaseLost,
    Rejected,
    Unauthorised,
    Unreachable,
)
from cg_sync.kinds import KINDS
from tests.builders import a_group, a_setting, wanting
from tests.memory_shop import (
    CONTEXT,
    GROUPS,
    Clock,
    Fault,
    MemoryJournal,
    MemoryShop,
    a_job,
    a_plan,
    carry_out,
    exactly,
)
from tests.unit.core.steps import naming

VIP = a_group("VIP")
NO = Rejected("not today", status=409)
LOST = Unreachable("no answer", sent=True)
BAD = Fault(NO)


def planned(shop: MemoryShop, *wanted: Wanted, **members: set[int]) -> Job:
    live = shop.live()
    deltas = {
        it.address: exactly(members[it.address.key], set())
        for it in wanted
        if it.address.key in members
    }
    job = a_job(a_plan(wanting(*wanted), live, deltas), live)
    shop.calls.clear()
    return job


def groups(number: int) -> tuple[MemoryShop, Job]:
    """A plan of so many groups to create, none of which builds on another."""
    shop = MemoryShop()
    return shop, planned(shop, *(a_group(f"G{it:02}") for it in range(number)))


# --- all goes well


def test_an_empty_plan_is_done_at_once() -> None:
    shop, job = groups(0)
    run = carry_out(job, shop)
    assert (run.result.done, run.result.stopped, shop.calls) == ([], "", [])


def test_steps_are_told_in_the_order_in_which_they_are_done() -> None:
    shop = MemoryShop()
    job = planned(shop, VIP, a_setting("spring", rule=naming("VIP")), VIP={1, 2})
    run = carry_out(job, shop)
    assert run.told == run.result.done == list(job.plan.steps)
    assert (run.result.failures, run.result.skipped, run.result.stopped) == ([], (), "")
    assert run.result.error is None


@pytest.mark.parametrize("workers", [1, 3])
def test_a_step_is_told_once_its_end_is_safe_in_the_journal(workers: int) -> None:
    shop, job = groups(6)
    journal, told = MemoryJournal(), list[int]()
    apply_plan(
        job, shop, journal, Clock().stop(), kinds=KINDS, context=CONTEXT, manner=Manner(workers),
        on_done=lambda _: told.append(journal.safe),
    )  # fmt: skip
    assert len(told) == 6
    assert all(safe >= number for number, safe in enumerate(told, 1))


def test_what_is_done_is_told_also_when_it_cannot_be_made_safe() -> None:
    class Breaking(MemoryJournal):
        def sync(self) -> None:
            raise JournalLost("the journal cannot be written: input/output error")

    shop, job = groups(4)
    run = carry_out(job, shop, journal=Breaking())
    assert run.told == run.result.done == list(job.plan.steps)[: len(run.told)]
    assert len(shop.writes) == len(run.told) < 4
    assert run.result.stopped == "the journal cannot be written: input/output error"


def test_what_the_shop_stored_otherwise_is_in_the_result() -> None:
    shop, job = groups(1)
    shop.normalises = lambda it: {"name": "g00"}
    (change,) = job.plan.changes
    assert carry_out(job, shop).result.normalised == [
        Normalised(change.address, "name", "G00", "g00")
    ]


@pytest.mark.parametrize("workers", [1, 3])
def test_so_many_writes_are_under_way_at_a_time_and_no_more(workers: int) -> None:
    """Each waits until as many are there as may be; one more would break the barrier."""
    shop, job = groups(6)
    under_way, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(workers)

    class Busy(MemoryJournal):
        def begin(self, *arguments: object, **more: object) -> int:
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            together.wait(timeout=30)
            with lock:
                under_way -= 1
            return super().begin(*arguments, **more)  # type: ignore[arg-type]

    run = carry_out(job, shop, journal=Busy(), manner=Manner(workers))
    assert (len(run.result.done), most) == (6, workers)


def test_the_caller_hears_of_steps_in_its_own_thread() -> None:
    shop, job = groups(3)
    heard: list[bool] = []
    here = threading.current_thread()
    carry_out(
        job, shop, manner=Manner(3),
        between=lambda: heard.append(threading.current_thread() is here),
    )  # fmt: skip
    assert heard
    assert all(heard)


# --- something fails


def test_what_is_independent_of_a_failure_goes_on_and_the_rest_is_skipped() -> None:
    shop = MemoryShop()
    job = planned(
        shop, VIP, a_group("Gold"), a_setting("p", rule=naming("VIP")), a_setting("q", priority=3),
        VIP={1}, Gold={2},
    )  # fmt: skip
    gold, vip, gold_members, vip_members, p, q = job.plan.steps
    shop.says = [None, BAD]
    run = carry_out(job, shop)
    assert run.result.done == [gold, gold_members, q]
    assert run.result.failures == [Failure(vip, "not today")]
    assert run.result.skipped == (Skipped(vip_members, vip), Skipped(p, vip))
    assert (run.result.stopped, run.result.error) == ("", NO)


def test_the_error_is_that_of_the_first_failure() -> None:
    shop, job = groups(3)
    shop.says = [BAD, Fault(Rejected("another", status=400))]
    assert carry_out(job, shop).result.error is NO


def test_the_first_failure_ends_it_when_that_was_asked_for() -> None:
    shop, job = groups(3)
    shop.says = [None, BAD]
    run = carry_out(job, shop, manner=Manner(fail_fast=True))
    assert (len(run.result.done), len(run.result.failures)) == (1, 1)
    assert run.result.stopped == "a write failed, and --fail-fast was asked for"


def test_a_shop_that_fails_again_and_again_is_left_alone() -> None:
    shop, job = groups(9)
    shop.says = [BAD] * 9
    run = carry_out(job, shop)
    assert len(run.result.failures) == FAILURES_IN_A_ROW == 5
    assert run.result.stopped == "5 writes in a row failed"


def test_failures_with_successes_between_them_are_none_in_a_row() -> None:
    shop, job = groups(9)
    shop.says = [*[BAD] * 4, None, *[BAD] * 4]
    run = carry_out(job, shop)
    assert (len(run.result.failures), run.result.stopped) == (8, "")


def test_a_shop_that_fails_too_often_is_left_alone() -> None:
    """4 of 20 are 20%, which is not more; 5 of 21 are."""
    shop, job = groups(30)
    shop.says = [*[None, None, None, None, BAD] * 4, BAD]
    run = carry_out(job, shop)
    assert (len(run.result.done), len(run.result.failures)) == (16, 5)
    assert run.result.stopped == "5 of 21 writes failed"


def test_of_few_writes_a_share_says_nothing() -> None:
    shop, job = groups(19)
    shop.says = [None, BAD] * 9
    assert carry_out(job, shop).result.stopped == ""


def test_what_others_changed_is_no_failing_shop() -> None:
    shop = MemoryShop()
    for it in range(7):
        shop.group(f"old {it}")
    wanted = [a_group(f"G{it}", renamed_from=[f"old {it}"]) for it in range(7)]
    job = planned(shop, *wanted)
    for record in shop.records[GROUPS].values():
        record["name"] = f"panel {record['name']}"
    run = carry_out(job, shop)
    assert [it.crossed for it in run.result.failures] == [True] * 7
    assert (run.result.stopped, run.result.error, shop.writes) == ("", None, [])


@pytest.mark.parametrize(
    ("says", "done", "stopped"),
    [
        ([Fault(Unauthorised("no"))], 0, "the shop refuses these credentials"),
        ([None, Fault(Unauthorised("no"))], 3, ""),
        ([None, Fault(TokenRefused("no"))], 1, "the shop refuses these credentials"),
    ],
)
def test_refused_credentials_end_it_and_one_thing_that_is_not_allowed_does_not(
    says: list[Fault | None], done: int, stopped: str
) -> None:
    shop, job = groups(4)
    shop.says = says
    run = carry_out(job, shop)
    assert (len(run.result.done), run.result.stopped) == (done, stopped)
    assert isinstance(run.result.error, ApiError)


# --- it must come to its end


def stopping_at(shop: MemoryShop, write: int, stop: Callable[[], None]) -> None:
    def watch(_verb: str, _id: int | None) -> None:
        if len(shop.writes) == write:
            stop()

    shop.watch = watch


def test_a_write_that_is_under_way_is_finished_and_no_other_is_begun() -> None:
    shop, job = groups(4)
    stop = Clock().stop()
    stopping_at(shop, 2, lambda: stop.ask("Ctrl-C"))
    run = carry_out(job, shop, stop=stop)
    assert (len(run.result.done), run.result.stopped) == (2, "Ctrl-C")
    assert len(run.journal.ended) == 2


def test_no_write_is_begun_after_the_deadline() -> None:
    shop, job = groups(4)
    clock = Clock()
    stopping_at(shop, 3, lambda: clock.nap(60))
    run = carry_out(job, shop, stop=clock.stop(60))
    assert (len(run.result.done), run.result.stopped) == (3, "the deadline has passed")


def test_a_run_that_was_to_end_after_its_last_write_was_not_stopped() -> None:
    shop, job = groups(2)
    stop = Clock().stop()
    stopping_at(shop, 2, lambda: stop.ask("Ctrl-C"))
    run = carry_out(job, shop, stop=stop)
    assert (len(run.result.done), run.result.stopped) == (2, "")


def test_what_is_asked_between_writes_may_say_that_the_run_must_end() -> None:
    shop, job = groups(4)
    asked = 0

    def between() -> None:
        nonlocal asked
        asked += 1
        if shop.writes:
            raise LeaseLost("the lease was lost")

    run = carry_out(job, shop, between=between)
    assert (len(run.result.done), run.result.stopped) == (1, "the lease was lost")


def test_anything_else_that_is_raised_ends_the_run_at_once() -> None:
    shop, job = groups(4)

    def between() -> None:
        if shop.writes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(job, shop, between=between)
    assert len(shop.writes) == 1


def test_a_bug_is_not_swallowed() -> None:
    shop, job = groups(2)
    shop.says = [Fault(ZeroDivisionError("oops"))]
    with pytest.raises(ZeroDivisionError):
        carry_out(job, shop)


@pytest.mark.parametrize(("full", "done"), [(1, 0), (2, 1), (3, 1)])
def test_without_a_journal_nothing_more_is_written(full: int, done: int) -> None:
    shop, job = groups(4)
    run = carry_out(job, shop, journal=MemoryJournal(full=full))
    assert (len(run.result.done), run.result.failures) == (done, [])
    assert len(shop.writes) == done
    assert run.result.stopped == "the journal cannot be written: no space left on device"


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first write hangs until the test is over; somebody has asked for the end meanwhile."""
    monkeypatch.setattr(engine, "DRAIN_SECONDS", engine.TICK_SECONDS)
    shop, job = groups(2)
    stop, over = Clock().stop(), threading.Event()

    class Hanging(MemoryJournal):
        def begin(self, *arguments: object, **more: object) -> int:
            stop.ask("Ctrl-C")
            over.wait(timeout=30)
            return super().begin(*arguments, **more)  # type: ignore[arg-type]

    run = carry_out(job, shop, stop=stop, journal=Hanging())
    over.set()
    reason = "its answer did not come in time"
    assert run.result.failures == [Failure(job.plan.steps[0], reason, unsure=True)]
    assert run.result.stopped == "Ctrl-C"


def test_a_slow_answer_is_waited_for_while_nobody_asks_for_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "DRAIN_SECONDS", 0.0001)
    monkeypatch.setattr(engine, "TICK_SECONDS", 0.0001)
    shop, job = groups(1)
    waited = threading.Event()
    asked = 0

    def between() -> None:
        nonlocal asked
        asked += 1
        if asked == 5:
            waited.set()

    class Slow(MemoryJournal):
        def begin(self, *arguments: object, **more: object) -> int:
            assert waited.wait(timeout=30)
            return super().begin(*arguments, **more)  # type: ignore[arg-type]

    run = carry_out(job, shop, journal=Slow(), between=between)
    assert len(run.result.done) == 1
    assert asked >= 5
