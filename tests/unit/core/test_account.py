"""What a run did, by its journal; how that stands today; and that a resumed run does the rest."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.account import Account, Deed, accounts_of, ids_noted, with_accounts
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.job import Manner
from cg_sync.core.journal import Before, Begun, Ended, Write
from cg_sync.core.live_index import indexed
from cg_sync.core.moved import Moved
from cg_sync.core.plan import Plan
from cg_sync.core.staleness import Judged, LiveMembers, Standing, judged, made_already, remaining
from cg_sync.core.state import Held, Live, Wanted
from cg_sync.errors import BadAnswer, Rejected, Unreachable
from cg_sync.kinds import KINDS
from tests.builders import a_group, a_record, a_setting, a_tombstone, having, wanting
from tests.memory_shop import (
    Fault,
    MemoryJournal,
    MemoryShop,
    Run,
    a_job,
    a_plan,
    carry_out,
    exactly,
)
from tests.unit.core.steps import kind_of
from tests.unit.core.worlds import World, filled, plan_to, worlds

VIP = a_group("VIP")
SPRING, EARLIER, OTHER = (a_setting("spring", priority=it) for it in (10, 5, 7))


def journal(*events: tuple[Begun, str] | tuple[Begun, Ended]) -> MemoryJournal:
    """Writes and what became of them: an Ended, the word for its state, or empty for nothing."""
    found = MemoryJournal(begun=[begun for begun, _ in events])
    for begun, end in events:
        if isinstance(end, Ended):
            found.ended[begun.number] = end
        elif end:
            found.ended[begun.number] = Ended(begun.number, end)  # type: ignore[arg-type]
    return found


def begun(number: int, write: Write, *members: int, before: Before | None = None) -> Begun:
    return Begun(number, VIP.address, write, members, before)


def account(*events: tuple[Begun, str] | tuple[Begun, Ended]) -> Account:
    return accounts_of(journal(*events).recorded)[VIP.address]


# --- what a run did


def test_a_write_that_is_done_is_known_with_what_it_left() -> None:
    made = Ended(1, "done", 40, "f")
    assert account((begun(1, "create"), made)) == Account(Deed(begun(1, "create"), made))


def test_a_write_that_certainly_failed_counts_for_nothing() -> None:
    failed = journal((begun(1, "create"), "failed"), (begun(2, "add_members", 1), "failed"))
    assert accounts_of(failed.recorded) == {}


def test_of_a_write_whose_answer_was_lost_nobody_knows() -> None:
    for end in ("unsure", ""):
        found = account((begun(1, "create"), end), (begun(2, "add_members", 1, 2), end))
        assert found == Account(Deed(begun(1, "create"), None), added={1, 2}, unsure={1, 2})


def test_members_are_counted_over_all_calls_and_are_sure_once_one_is_confirmed() -> None:
    found = account(
        (begun(1, "add_members", 1, 2), "unsure"),
        (begun(2, "add_members", 3), "done"),
        (begun(3, "remove_members", 8, 9), "unsure"),
        (begun(4, "add_members", 1, 2), "done"),
    )
    assert found == Account(added={1, 2, 3}, removed={8, 9}, unsure={8, 9})


def test_of_two_tries_the_last_counts_and_the_first_knows_what_was_there() -> None:
    first, second = Before({"name": "Gold"}), Before({"name": "VIP"})
    for write in ("update", "delete"):
        again = replace(begun(2, write, before=second), before=first)
        found = account(
            (begun(1, write, before=first), "unsure"), (begun(2, write, before=second), "done")
        )
        deed = Deed(again, Ended(2, "done"))
        assert found == (Account(deed) if write == "update" else Account(gone=deed))
        assert deed.before == first


def test_a_try_that_found_nothing_to_keep_leaves_the_word_to_the_next() -> None:
    found = account(
        (begun(1, "update"), "unsure"), (begun(2, "update", before=Before({"a": 1})), "done")
    )
    assert found.record is not None
    assert found.record.before == Before({"a": 1})


# --- how that stands today


def stands(
    plan: Plan,
    live: Live,
    it: Account,
    who: LiveMembers | None = None,
    address: Address | None = None,
) -> Judged:
    index, who = indexed(live), who or {}
    found = judged(plan, index, who, KINDS)
    address = address or plan.changes[0].address
    (now,) = with_accounts(found, {address: it}, index, who, KINDS)
    return now


def wrote(it: Held, wanted: Wanted, write: Write = "update", *, stored: bool = True) -> Account:
    """A run that wrote `it`, as the shop then had it."""
    name = held_fingerprint(it, kind_of(wanted), with_size=False) if stored else ""
    return Account(Deed(Begun(1, wanted.address, write), Ended(1, "done", it.remote_id, name)))


UPDATE = a_plan(wanting(SPRING), having(EARLIER))
CREATE = a_plan(wanting(SPRING), having())
WRITTEN: list[tuple[Plan, Write]] = [(UPDATE, "update"), (CREATE, "create")]
DELETE = a_plan(wanting(a_tombstone(VIP)), having(a_record(VIP)))


def test_what_the_run_wrote_and_the_shop_stored_otherwise_is_done() -> None:
    for plan, write in WRITTEN:
        assert judged(plan, indexed(having(OTHER)), {}, KINDS)[0].standing is Standing.CONFLICT
        found = stands(plan, having(OTHER), wrote(a_record(OTHER), SPRING, write))
        assert (found.record, found.moved) == (Standing.ALREADY, ())


def test_what_is_as_planned_is_done_whatever_was_stored() -> None:
    found = stands(UPDATE, having(SPRING), wrote(a_record(OTHER), SPRING))
    assert (found.record, found.moved) == (Standing.ALREADY, ())


def test_what_somebody_changed_after_the_run_is_a_conflict() -> None:
    last = a_setting("spring", priority=1)
    found = stands(UPDATE, having(last), wrote(a_record(OTHER), SPRING))
    assert found.record is Standing.CONFLICT
    assert found.moved == (Moved("priority", "written by this run as 10", "1"),)


def test_what_somebody_put_back_after_the_run_is_a_conflict_too() -> None:
    found = stands(UPDATE, having(EARLIER), wrote(a_record(SPRING), SPRING))
    assert found.moved == (Moved("priority", "written by this run as 10", "5"),)


def test_what_the_run_wrote_and_is_gone_is_a_conflict() -> None:
    gone = (Moved("slug", "there, written by this run", "gone"),)
    for plan, write in WRITTEN:
        found = stands(plan, having(), wrote(a_record(SPRING), SPRING, write))
        assert (found.record, found.moved) == (Standing.CONFLICT, gone)
    unnamed = Account(Deed(Begun(1, SPRING.address, "create"), Ended(1, "done")))
    assert stands(CREATE, having(), unnamed).moved == gone


def test_an_update_without_an_id_in_its_journal_is_that_of_its_record() -> None:
    found = Account(Deed(Begun(1, SPRING.address, "update"), Ended(1, "done")))
    assert stands(UPDATE, having(SPRING), found).record is Standing.ALREADY


def test_where_nobody_knows_what_was_stored_the_shop_is_asked() -> None:
    for live, standing in (
        (having(EARLIER), Standing.OK),
        (having(OTHER), Standing.CONFLICT),
        (having(SPRING), Standing.ALREADY),
    ):
        found = stands(UPDATE, live, wrote(a_record(OTHER), SPRING, stored=False))
        assert found.record is standing
        unsure = Account(Deed(Begun(1, SPRING.address, "update"), None))
        assert stands(UPDATE, live, unsure).record is standing


def test_what_the_run_deleted_is_done_also_when_there_is_a_new_one() -> None:
    gone = Account(gone=Deed(begun(1, "delete"), Ended(1, "done")))
    anew = having(a_record(VIP, remote_id=9))
    assert stands(DELETE, anew, Account()).standing is Standing.CONFLICT
    assert stands(DELETE, anew, gone) == Judged(DELETE.changes[0], Standing.ALREADY, None)
    unsure = Account(gone=Deed(begun(1, "delete"), None))
    assert stands(DELETE, having(a_record(VIP)), unsure).standing is Standing.OK


def test_of_other_resources_a_run_says_nothing() -> None:
    elsewhere = Address("customer_group", "Other")
    found = stands(UPDATE, having(OTHER), wrote(a_record(OTHER), SPRING), address=elsewhere)
    assert found.record is Standing.CONFLICT


MEMBERS = a_plan(
    wanting(VIP), having(VIP), {VIP.address: replace(exactly({1, 2, 3}, {3, 8, 9}), fingerprint="")}
)


def of_members(it: Account, *now: RemoteId) -> Judged:
    return stands(MEMBERS, having(VIP), it, {VIP.address: now})


def test_members_who_went_after_the_run_or_came_back_are_a_conflict() -> None:
    done = Account(added={1, 2}, removed={8, 9})
    assert of_members(done, 1, 2, 3).members is Standing.ALREADY
    found = of_members(done, 2, 3, 8, 9)
    assert found.members is Standing.CONFLICT
    assert found.moved == (Moved("members", "as this run left them", "1 one gone again, 2 back"),)
    assert of_members(done, 1, 2, 3, 8).members is Standing.CONFLICT


def test_members_of_whom_nobody_knows_are_just_moved() -> None:
    unsure = Account(added={1, 2}, removed={8, 9}, unsure={1, 2, 8, 9})
    found = of_members(unsure, 2, 3, 9)
    assert (found.members, found.moved) == (Standing.OK, ())
    assert found.rest is not None
    assert ([it.pk for it in found.rest.add], [it.pk for it in found.rest.remove]) == ([1], [9])


def test_a_run_that_moved_nobody_says_nothing_of_members() -> None:
    assert of_members(Account(), 3, 8, 9).members is Standing.OK


def test_a_conflict_of_members_stays_when_the_record_is_done() -> None:
    plan = a_plan(
        wanting(a_group("Platinum", renamed_from=["VIP"])),
        having(VIP),
        {a_group("Platinum").address: exactly({1}, set())},
    )
    live, platinum = having(a_group("Platinum")), a_group("Platinum")
    who = {platinum.address: [99]}
    found = stands(plan, live, wrote(a_record(platinum), platinum), who)
    assert (found.record, found.members) == (Standing.ALREADY, Standing.CONFLICT)
    assert [it.what for it in found.moved] == ["members"]


def test_a_group_that_the_shop_calls_otherwise_is_found_by_its_id() -> None:
    """Its members are still to be added, whatever it is called."""
    plan = a_plan(wanting(VIP), having(), {VIP.address: exactly({1}, set())})
    live = having(a_record(a_group("vip"), remote_id=40))
    run = wrote(live.held[a_group("vip").address], VIP, "create")
    found = stands(plan, live, run)
    assert (found.record, found.members) == (Standing.ALREADY, Standing.OK)
    assert made_already([found], live, ids_noted({VIP.address: run})) == {VIP.address: 40}


def test_ids_are_noted_of_records_that_are_known_to_be_written() -> None:
    unsure, gone = Deed(begun(1, "create"), None), Deed(begun(1, "delete"), Ended(1, "done", 7))
    nameless = Deed(begun(1, "update"), Ended(1, "done"))
    for it in (Account(), Account(unsure), Account(nameless), Account(gone=gone)):
        assert ids_noted({VIP.address: it}) == {}


# --- the law of resume

LOST, UNSENT = Unreachable("no answer", sent=True), Unreachable("no connection", sent=False)
REFUSED, WEB_PAGE = Rejected("busy", status=409), BadAnswer("a web page")
faults = st.lists(
    st.sampled_from(
        [None, None, None, Fault(LOST), Fault(LOST, kept=True), Fault(UNSENT), Fault(REFUSED),
         Fault(WEB_PAGE, kept=True)]
    ),
    max_size=20,
)  # fmt: skip


def resumed(plan: Plan, first: Run, shop: MemoryShop) -> Run:
    """Do the rest of a run, as `cg-sync resume` does."""
    live = shop.live()
    index, accounts = indexed(live), accounts_of(first.journal.recorded)
    who = {
        it.address: list(shop.members[held.remote_id])
        for it in plan.changes
        if (held := index.meant(it)) is not None and held.address.kind == "customer_group"
    }
    found = with_accounts(judged(plan, index, who, KINDS), accounts, index, who, KINDS)
    assert [it.moved for it in found if it.standing is Standing.CONFLICT] == []
    rest = replace(plan, steps=remaining(found, KINDS))
    made = made_already(found, live, ids_noted(accounts))
    sizes = {address: len(pks) for address, pks in who.items()}
    return carry_out(a_job(rest, live, made=made, sizes=sizes), shop, journal=first.journal)


@given(worlds, worlds, faults, st.integers(1, 3), st.booleans())
def test_whatever_went_wrong_a_resumed_run_does_exactly_the_rest(
    before: World, after: World, says: list[Fault | None], workers: int, fail_fast: bool
) -> None:
    shop = filled(before)
    plan, live = plan_to(after, shop)
    shop.says = list(says)
    run = carry_out(a_job(plan, live), shop, manner=Manner(workers, fail_fast))
    shop.says.clear()
    again = resumed(plan, run, shop)
    assert (again.result.failures, again.result.skipped) == ([], ())
    assert shop.state == after.state
    assert resumed(plan, again, shop).told == []
