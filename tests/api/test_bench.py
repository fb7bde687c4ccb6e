"""Single steps: looked at, noted, made, noted; and what is known of ids and sizes meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from cg_sync.api.bench import MOST_REFUSED, Bench, Ending
from cg_sync.core.address import Address
from cg_sync.core.job import Job
from cg_sync.core.journal import Before, Begun
from cg_sync.core.members import Member, MemberDelta
from cg_sync.core.outcome import Failure, Normalised
from cg_sync.core.plan import AddMembers, RemoveMembers, Step
from cg_sync.core.state import Wanted
from cg_sync.core.stop import Stop
from cg_sync.errors import ApiError, BadAnswer, Rejected, Unreachable
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds import KINDS
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from tests.builders import a_group, a_setting, wanting
from tests.memory_shop import (
    CONTEXT,
    GROUPS,
    SETTINGS,
    Clock,
    Fault,
    MemoryJournal,
    MemoryShop,
    a_job,
    a_plan,
    exactly,
)
from tests.unit.core.steps import naming

VIP = a_group("VIP")
EARLIER, SPRING = a_setting("spring", priority=5), a_setting("spring")
LOST = Unreachable("no answer from a@example.com", sent=True)
REFUSED = Rejected("not today", status=409)


class Desk:
    """A bench with all around it in memory."""

    def __init__(
        self,
        job: Job,
        shop: MemoryShop,
        *,
        recheck: bool = True,
        full: int | None = None,
        stop: Stop | None = None,
    ) -> None:
        self.shop, self.journal, self.steps = shop, MemoryJournal(full=full), job.plan.steps
        self.bench = Bench(
            job, shop, self.journal, stop or Clock().stop(), KINDS, CONTEXT, lambda: recheck
        )
        shop.calls.clear()
        shop.sent.clear()

    def all(self) -> list[Ending]:
        return [self.bench.carried_out(it) for it in self.steps]

    def one(self) -> Ending:
        (only,) = self.all()
        return only


def the_setting(it: Wanted = EARLIER) -> MemoryShop:
    shop = MemoryShop()
    shop.records[SETTINGS][40] = CUSTOMER_GROUP_SETTING.to_wire(it.spec, shop.live().ids)
    return shop


def the_group(*pks: int) -> tuple[MemoryShop, int]:
    shop = MemoryShop()
    return shop, shop.group("VIP", *pks)


def planned(shop: MemoryShop, *wanted: Wanted, **members: MemberDelta) -> Job:
    live = shop.live()
    deltas = {it.address: members[it.address.key] for it in wanted if it.address.key in members}
    return a_job(a_plan(wanting(*wanted), live, deltas), live)


DONE = Ending()


# --- noted before, noted after


def test_what_is_about_to_be_sent_is_noted_first() -> None:
    shop, _pk = the_group(1, 2)
    desk = Desk(
        planned(
            shop, VIP, a_group("New"), SPRING, VIP=exactly({2, 3}, {1, 2}), New=exactly({7}, set())
        ),
        shop,
    )
    noted: list[tuple[str, int]] = []

    def watch(verb: str, _id: int | None) -> None:
        if verb in ("create", "add_members", "remove_members"):
            noted.append((verb, len(desk.journal.begun) - len(desk.journal.ended)))

    shop.watch = watch
    assert desk.all() == [DONE] * 5
    assert noted == [
        ("create", 1), ("add_members", 1), ("add_members", 1), ("create", 1),
        ("remove_members", 1),
    ]  # fmt: skip
    assert [(it.write, it.members) for it in desk.journal.begun] == [
        ("create", ()), ("add_members", (7,)), ("add_members", (3,)), ("create", ()),
        ("remove_members", (1,)),
    ]  # fmt: skip
    assert [it.state for it in desk.journal.ended.values()] == ["done"] * 5
    assert [it.remote_id for it in desk.journal.ended.values()] == [102, None, None, 103, None]


def test_what_an_update_replaces_is_noted() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop)
    assert desk.one() == DONE
    assert desk.journal.begun == [
        Begun(1, SPRING.address, "update", before=Before({"priority": 5}))
    ]
    (ended,) = desk.journal.ended.values()
    assert (ended.remote_id, len(ended.stored)) == (40, 64)
    assert shop.calls == [("record", 40), ("update", 40)]


def test_a_group_that_goes_is_noted_with_its_members() -> None:
    shop, _pk = the_group(1, 2)
    desk = Desk(planned(shop), shop)
    assert desk.one() == DONE
    (begun,) = desk.journal.begun
    assert begun.before is not None
    assert (begun.write, begun.before.members) == ("delete", (1, 2))
    assert shop.records[GROUPS] == {}


def test_what_the_shop_stored_otherwise_is_told() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop)
    shop.normalises = lambda it: {**it, "priority": 99}
    assert desk.one() == Ending(normalised=(Normalised(SPRING.address, "priority", 10, 99),))


# --- what is not sent


def test_what_somebody_changed_is_neither_sent_nor_noted() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop)
    shop.records[SETTINGS][40]["priority"] = 7
    why = "somebody changed it: priority was 5, is 7"
    assert desk.one() == Ending(Failure(desk.steps[0], why, crossed=True))
    assert (shop.writes, desk.journal.begun) == ([], [])


def test_what_is_as_planned_already_is_done_without_a_write() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop)
    shop.records[SETTINGS][40]["priority"] = 10
    assert desk.one() == DONE
    assert (shop.writes, desk.journal.begun) == ([], [])


def test_what_is_gone_already_needs_no_delete() -> None:
    shop = the_setting()
    desk = Desk(planned(shop), shop)
    del shop.records[SETTINGS][40]
    assert desk.one() == DONE
    assert (shop.writes, desk.journal.begun) == ([], [])


def test_what_cannot_be_looked_at_is_not_written() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop)
    shop.blind = Unreachable("down", sent=True, hint="wait")
    assert desk.one() == Ending(Failure(desk.steps[0], "down", "wait"), shop.blind)
    assert (shop.writes, desk.journal.begun) == ([], [])


def test_what_cannot_be_noted_is_not_sent() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop, full=1)
    ending = desk.one()
    assert (ending.begun, ending.failure) == (False, None)
    assert "no space left" in str(ending.journal_lost)
    assert shop.writes == []


def test_what_is_done_is_done_also_when_that_cannot_be_noted() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop, full=2)
    ending = desk.one()
    assert (ending.failure, desk.journal.ended) == (None, {})
    assert ending.journal_lost is not None
    assert shop.writes == ["update"]


# --- what failed


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (LOST, "unsure"),
        (BadAnswer("a web page"), "unsure"),
        (Unreachable("no connection", sent=False), "failed"),
        (REFUSED, "failed"),
    ],
)
def test_a_write_whose_answer_was_lost_is_told_from_one_that_failed(
    error: ApiError, state: str
) -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop)
    shop.says = [Fault(error)]
    failure = Failure(desk.steps[0], str(error), unsure=state == "unsure")
    assert desk.one() == Ending(failure, error)
    (ended,) = desk.journal.ended.values()
    assert (ended.state, ended.remote_id) == (state, None)
    assert "a@example.com" not in ended.reason


def test_a_write_that_was_refused_after_an_earlier_try_was_lost_may_be_done() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop)
    refused = Rejected("not now", status=503)
    refused.may_be_done = True
    shop.says = [Fault(refused)]
    failure = desk.one().failure
    assert failure is not None
    assert failure.unsure
    assert desk.journal.ended[1].state == "unsure"


def test_that_a_failure_cannot_be_noted_is_told_too() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop, full=2)
    shop.says = [Fault(REFUSED)]
    ending = desk.one()
    assert ending.error is REFUSED
    assert ending.journal_lost is not None


def test_whatever_else_is_raised_is_in_the_ending() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop)
    bug = ZeroDivisionError("oops")
    shop.says = [Fault(bug)]
    assert desk.one() == Ending(bug=bug)


# --- when to look


def test_without_a_look_an_update_replaces_what_the_plan_was_made_from() -> None:
    shop = the_setting()
    desk = Desk(planned(shop, SPRING), shop, recheck=False)
    shop.records[SETTINGS][40]["priority"] = 7
    assert desk.one() == DONE
    assert shop.calls == [("update", 40)]
    assert desk.journal.begun[0].before == Before({"priority": 5})


def test_what_goes_is_looked_at_always() -> None:
    shop, pk = the_group(1)
    desk = Desk(planned(shop), shop, recheck=False)
    assert desk.one() == DONE
    assert shop.calls == [("record", pk), ("members", pk), ("delete", pk)]


def test_without_a_look_members_move_whoever_is_there() -> None:
    shop, pk = the_group(1)
    desk = Desk(planned(shop, VIP, VIP=exactly({1, 2}, {1})), shop, recheck=False)
    shop.members[pk] = {1, 9}
    assert desk.one() == DONE
    assert shop.calls == [("add_members", pk)]


# --- ids of what is made and renamed


def test_what_comes_later_refers_to_what_was_made_and_renamed() -> None:
    shop = MemoryShop()
    gold = shop.group("Gold")
    platinum = a_group("Platinum", renamed_from=["Gold"])
    setting = a_setting("spring", rule=naming("Platinum", "VIP"))
    desk = Desk(planned(shop, VIP, platinum, setting, VIP=exactly({7}, set())), shop)
    assert desk.all() == [DONE] * 4
    assert shop.records[SETTINGS][103]["config"] == {
        "slug": "customer-group-rule",
        "customer_groups": [gold, 102],
        "exclude": False,
        "missing": False,
    }
    assert shop.members[102] == {7}


def test_a_rename_that_is_there_already_is_known_all_the_same() -> None:
    shop = MemoryShop()
    shop.group("Gold")
    platinum = a_group("Platinum", renamed_from=["Gold"])
    desk = Desk(planned(shop, platinum, a_setting("spring", rule=naming("Platinum"))), shop)
    shop.records[GROUPS][101]["name"] = "Platinum"
    assert desk.all() == [DONE] * 2
    assert shop.writes == ["create"]


def test_a_setting_whose_group_this_run_renames_is_still_as_planned() -> None:
    shop = MemoryShop()
    pk = shop.group("Gold")
    ids = shop.live().ids
    before = a_setting("spring", priority=5, rule=naming("Gold"))
    shop.records[SETTINGS][40] = CUSTOMER_GROUP_SETTING.to_wire(before.spec, ids)
    renamed = a_group("Platinum", renamed_from=["Gold"])
    after = a_setting("spring", rule=naming("Platinum"))
    desk = Desk(planned(shop, renamed, after), shop)
    assert desk.all() == [DONE] * 2
    assert shop.records[GROUPS][pk]["name"] == "Platinum"
    assert desk.journal.begun[1].before is not None
    assert desk.journal.begun[1].before.references == {GROUPS: {"Gold": pk}}


def test_members_join_a_group_that_an_earlier_run_has_made() -> None:
    shop = MemoryShop()
    job = planned(shop, VIP, VIP=exactly({7}, set()))
    pk = shop.group("VIP")
    rest = tuple(it for it in job.plan.steps if isinstance(it, AddMembers))
    desk = Desk(replace(job, plan=replace(job.plan, steps=rest), made={VIP.address: pk}), shop)
    assert desk.one() == DONE
    assert shop.members[pk] == {7}


# --- to the letter


def test_what_is_to_be_sent_to_the_letter_is() -> None:
    shop = the_setting()
    job = planned(shop, SPRING, a_setting("summer"))
    exact: dict[Address, JsonObject] = {
        SPRING.address: {"priority": 10, "note": "as it was"},
        a_setting("summer").address: {"slug": "summer", "name": "S", "priority": 10, "x": 1},
    }
    desk = Desk(replace(job, exact=exact), shop)
    desk.all()
    assert shop.sent == [exact[a_setting("summer").address], exact[SPRING.address]]


def test_what_is_made_anew_gets_what_nobody_manages_to_the_letter() -> None:
    shop = MemoryShop()
    job = planned(shop, SPRING)
    desk = Desk(replace(job, exact={SPRING.address: {"loyalty": 1.5}}), shop)
    assert desk.one() == DONE
    (sent,) = shop.sent
    assert sent == {
        **CUSTOMER_GROUP_SETTING.to_wire(SPRING.spec, shop.live().ids),
        "loyalty": 1.5,
    }


# --- how many members there are


def in_calls(job: Job, *sizes: int) -> Job:
    """The job with each list of members cut into calls of these sizes."""
    steps: list[Step] = []
    for it in job.plan.steps:
        if not isinstance(it, AddMembers | RemoveMembers):
            steps.append(it)
            continue
        rest: Sequence[Member] = it.members
        for size in sizes:
            if rest[:size]:
                steps.append(replace(it, members=tuple(rest[:size])))
            rest = rest[size:]
    return replace(job, plan=replace(job.plan, steps=tuple(steps)))


def moving(shop: MemoryShop, delta: MemberDelta) -> Desk:
    return Desk(in_calls(planned(shop, VIP, VIP=delta), 1, 1, 1), shop)


def test_a_group_is_looked_at_once_before_its_members_join_and_once_before_they_leave() -> None:
    shop, pk = the_group(1, 2, 3)
    assert moving(shop, exactly({1, 8, 9}, {1, 2, 3})).all() == [DONE] * 4
    assert [verb for verb, _ in shop.calls] == [
        "record", "add_members", "add_members", "record", "remove_members", "remove_members",
    ]  # fmt: skip
    assert shop.members[pk] == {1, 8, 9}


def test_where_somebody_joined_meanwhile_nobody_is_moved() -> None:
    shop, pk = the_group(1, 2)
    desk = moving(shop, exactly({1, 8, 9}, {1, 2}))
    shop.members[pk].add(77)
    told = {it.failure.reason for it in desk.all() if it.failure is not None}
    assert told == {
        "somebody changed it: members was 2, is 3",
    }
    assert shop.writes == []
    assert [verb for verb, _ in shop.calls] == ["record", "record"]


def test_who_joined_between_the_two_looks_keeps_the_others_from_leaving() -> None:
    shop, pk = the_group(1, 2)
    desk = moving(shop, exactly({1, 8}, {1, 2}))
    assert desk.bench.carried_out(desk.steps[0]) == DONE
    shop.members[pk].add(77)
    ending = desk.bench.carried_out(desk.steps[1])
    assert ending.failure is not None
    assert ending.failure.reason == "somebody changed it: members was 3, is 4"


def test_after_a_failure_nobody_knows_how_many_there_should_be() -> None:
    shop, pk = the_group(1, 2)
    desk = moving(shop, exactly({1, 8, 9}, {1, 2}))
    shop.says = [None, Fault(LOST, kept=True)]
    endings = desk.all()
    assert [it.failure is None for it in endings] == [True, False, True]
    assert shop.members[pk] == {1, 8, 9}


def test_where_others_may_come_and_go_nobody_is_counted() -> None:
    shop, _pk = the_group(1)
    delta = replace(exactly({1, 8}, {1}), fingerprint="")
    desk = moving(shop, delta)
    assert desk.one() == DONE
    assert [verb for verb, _ in shop.calls] == ["add_members"]


# --- bulk calls that the shop refuses for the sake of a few


class Strict(MemoryShop):
    """Refuses a bulk call in which any of `unknown` is."""

    unknown: frozenset[int] = frozenset()

    def add_members(self, collection: str, remote_id: int, customers: Sequence[int]) -> None:
        if self.unknown & set(customers):
            self.calls.append(("add_members", remote_id))
            raise Rejected("customers: Invalid pk", status=400)
        super().add_members(collection, remote_id, customers)


def refusing(unknown: set[int], wanted: set[int], stop: Stop | None = None) -> tuple[Desk, int]:
    shop = Strict()
    shop.unknown = frozenset(unknown)
    pk = shop.group("VIP")
    return Desk(planned(shop, VIP, VIP=exactly(wanted, set())), shop, stop=stop), pk


def test_of_a_bulk_call_the_others_go_through() -> None:
    desk, pk = refusing({3, 6}, set(range(1, 9)))
    failure = desk.one().failure
    assert failure is not None
    assert failure.partly
    assert failure.reason == (
        "the shop refuses customers (pk 3, 6), the others are done: customers: Invalid pk"
    )
    assert desk.shop.members[pk] == {1, 2, 4, 5, 7, 8}
    states = [
        (desk.journal.begun[it.number - 1].members, it.state) for it in desk.journal.ended.values()
    ]
    assert {pk for pks, state in states if state == "done" for pk in pks} == desk.shop.members[pk]
    assert ((3,), "failed") in states


def test_one_customer_alone_is_just_refused() -> None:
    desk, _pk = refusing({3}, {3})
    failure = desk.one().failure
    assert failure is not None
    assert (failure.partly, failure.reason) == (False, "customers: Invalid pk")


def test_where_all_are_refused_the_search_ends_soon() -> None:
    desk, pk = refusing(set(range(1, 65)), set(range(1, 65)))
    failure = desk.one().failure
    assert failure is not None
    assert not failure.partly
    assert len(desk.shop.calls) < 4 * MOST_REFUSED + 8
    assert desk.shop.members[pk] == set()


def test_nothing_is_sent_any_more_once_the_run_must_end() -> None:
    stop = Clock().stop()
    desk, _ = refusing({3}, {1, 2, 3, 4}, stop)
    desk.shop.watch = lambda verb, _id: stop.ask("Ctrl-C") if verb == "record" else None
    assert desk.one() == Ending(begun=False)
    assert (desk.shop.writes, desk.journal.begun) == ([], [])


def test_a_search_that_is_cut_short_tells_how_many_are_done() -> None:
    stop = Clock().stop()
    desk, pk = refusing({5}, {1, 2, 3, 4, 5}, stop)
    desk.shop.watch = lambda verb, _id: stop.ask("Ctrl-C") if verb == "add_members" else None
    failure = desk.one().failure
    assert failure is not None
    assert failure.partly
    assert failure.reason == "of 5 others 2 are done: Ctrl-C"
    assert desk.shop.members[pk] == {1, 2}


def test_without_a_journal_nobody_is_searched_for() -> None:
    desk, pk = refusing({4}, {1, 2, 3, 4})
    desk.journal.full = 5
    ending = desk.one()
    assert ending.journal_lost is not None
    assert desk.shop.members[pk] == {1, 2}


def test_a_lost_answer_among_the_halves_makes_the_whole_unsure() -> None:
    desk, _pk = refusing({1}, {1, 2, 3, 4})
    desk.shop.says = [Fault(LOST, kept=True)]
    failure = desk.one().failure
    assert failure is not None
    assert failure.unsure


def test_another_refusal_is_no_reason_to_search() -> None:
    desk, _pk = refusing(set(), {1, 2})
    desk.shop.says = [Fault(REFUSED)]
    assert desk.one().error is REFUSED
    assert desk.shop.writes == ["add_members"]
