"""What takes a run back: exactly what it did and nothing else, as far as that can be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.account import Account, Deed, accounts_of
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Change, Create, Delete, Difference, Update, field_changes
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.frozen import Frozen
from cg_sync.core.job import Manner
from cg_sync.core.journal import Before, Begun, Ended, Write
from cg_sync.core.kind import Ids
from cg_sync.core.live_index import LiveIndex, indexed
from cg_sync.core.members import MemberDelta, fingerprint_of
from cg_sync.core.moved import Moved
from cg_sync.core.plan import Plan, Target, make_plan
from cg_sync.core.project import Guards
from cg_sync.core.staleness import LiveMembers
from cg_sync.core.state import Held, Live, Wanted
from cg_sync.core.undo import NOWHERE, Inverse, Refused, inverse_of
from cg_sync.errors import BadAnswer, Rejected, Unreachable
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds import KINDS
from tests.builders import IDS, a_group, a_record, a_setting, having
from tests.memory_shop import CONTEXT, Fault, MemoryShop, Run, a_job, carry_out
from tests.unit.core.steps import WHERE, a_create, a_delete, an_update, kind_of, naming
from tests.unit.core.worlds import World, filled, plan_to, worlds

VIP, GOLD = a_group("VIP"), a_group("Gold")
SPRING, EARLIER, OTHER = (a_setting("spring", priority=it) for it in (10, 5, 7))
NOTHING = Inverse()


def inverse(
    change: Create | Update | Delete, it: Account, live: Live, who: LiveMembers | None = None
) -> Inverse:
    return inverse_of([change], {change.address: it}, indexed(live), who or {}, KINDS, CONTEXT)


def left_as(it: Held, wanted: Wanted) -> Ended:
    return Ended(1, "done", it.remote_id, held_fingerprint(it, kind_of(wanted), with_size=False))


def deed(write: Write, wanted: Wanted, ended: Ended | None, before: Before | None = None) -> Deed:
    return Deed(Begun(1, wanted.address, write, before=before), ended)


def refused(it: Inverse) -> tuple[Moved, ...]:
    """How the one change has moved that is left alone."""
    ((only),) = it.refused
    assert (it.changes, it.exact) == ((), {})
    return only.moved


def the_groups(live: Live) -> Live:
    """With the ids of its groups, by which rules name them."""
    ids = {it.key: held.remote_id for it, held in live.held.items() if it.kind == "customer_group"}
    return replace(live, ids=live.ids.having("customer_groups", ids))


def test_what_a_run_did_not_do_needs_nothing() -> None:
    live = having(SPRING)
    assert inverse_of([a_create(SPRING)], {}, indexed(live), {}, KINDS, CONTEXT) == NOTHING
    assert inverse(a_create(SPRING), Account(), live) == NOTHING


# --- what it created


def created(it: Held, wanted: Wanted, added: set[RemoteId] | None = None) -> Account:
    return Account(deed("create", wanted, left_as(it, wanted)), added=added or set())


def a_removal(it: Held, wanted: Wanted) -> Delete:
    fields = field_changes(kind_of(wanted), it.spec, None, None)
    return Delete(it.address, it.remote_id, it.spec, fields, WHERE, it.size)


def test_what_was_created_is_deleted_with_the_members_it_was_given() -> None:
    held = a_record(VIP, remote_id=40, size=2)
    found = inverse(
        a_create(VIP), created(held, VIP, {1, 2, 3}), having(held), {VIP.address: [1, 2]}
    )
    assert found == Inverse((a_removal(held, VIP),))


def test_what_the_shop_made_of_it_is_deleted_too_whatever_it_is_called() -> None:
    for other in (OTHER, a_setting("otherwise")):
        held = a_record(other, remote_id=40)
        found = inverse(a_create(SPRING), created(held, SPRING), having(held))
        assert found == Inverse((a_removal(held, other),))


def test_a_group_that_somebody_names_by_now_is_left_alone() -> None:
    group, theirs = a_record(VIP, remote_id=40, size=0), a_setting("theirs", rule=naming("VIP"))
    live = the_groups(having(group, a_record(theirs, remote_id=41)))
    found = inverse(a_create(VIP), created(group, VIP), live)
    assert refused(found) == (Moved("use", "by nobody else", "used by setting theirs"),)


def test_a_group_goes_with_the_setting_of_the_same_run_that_names_it() -> None:
    group, ours = a_record(VIP, remote_id=40, size=0), a_setting("ours", rule=naming("VIP"))
    setting = a_record(ours, remote_id=41)
    accounts = {VIP.address: created(group, VIP), ours.address: created(setting, ours)}
    live = the_groups(having(group, setting))
    changes = [a_create(VIP), a_create(ours)]
    found = inverse_of(changes, accounts, indexed(live), {}, KINDS, CONTEXT)
    assert found == Inverse((a_removal(group, VIP), a_removal(setting, ours)))


def test_a_group_goes_when_the_setting_that_names_it_gets_its_old_rule_back() -> None:
    group, gold = a_record(VIP, remote_id=40, size=0), a_record(GOLD, remote_id=2)
    said = a_setting("spring", rule=naming("Gold"))
    says = a_setting("spring", rule=naming("VIP"))
    wire: JsonObject = {"customer_groups": [2], "slug": "customer-group-rule"}
    accounts = {
        VIP.address: created(group, VIP),
        says.address: updated(a_record(says), says, {"config": wire}, customer_groups={"Gold": 2}),
    }
    live = the_groups(having(group, gold, a_record(says)))
    changes: list[Change] = [a_create(VIP), an_update(said, says)]
    found = inverse_of(changes, accounts, indexed(live), {}, KINDS, CONTEXT)
    assert found.refused == ()
    assert [type(it) for it in found.changes] == [Delete, Update]


def test_what_was_created_and_is_gone_needs_nothing() -> None:
    anew = having(a_record(SPRING, remote_id=41))
    run = created(a_record(SPRING, remote_id=40), SPRING)
    assert inverse(a_create(SPRING), run, having()) == NOTHING
    assert inverse(a_create(SPRING), run, anew) == NOTHING


def test_a_create_whose_answer_was_lost_is_looked_for_by_its_name() -> None:
    lost = Account(deed("create", SPRING, None))
    held = a_record(SPRING, remote_id=40)
    assert inverse(a_create(SPRING), lost, having(held)) == Inverse((a_removal(held, SPRING),))
    assert inverse(a_create(SPRING), lost, having()) == NOTHING
    assert refused(inverse(a_create(SPRING), lost, having(OTHER))) == (
        Moved("priority", "written by the run as 10", "7"),
    )


def test_what_was_created_and_changed_since_is_left_alone() -> None:
    run = created(a_record(SPRING), SPRING)
    assert refused(inverse(a_create(SPRING), run, having(OTHER))) == (
        Moved("priority", "written by the run as 10", "7"),
    )


def test_a_group_with_members_of_others_is_left_alone() -> None:
    held = a_record(VIP)
    run = created(held, VIP, {1, 2})
    for who, told in (
        ([1, 2, 9], "3 members, 1 not of this run"),
        ([1, 9], "2 members, 1 not of this run"),
    ):
        found = inverse(a_create(VIP), run, having(held), {VIP.address: who})
        assert refused(found) == (Moved("members", "2 members", told),)


def test_what_is_not_known_whole_any_more_is_known_by_its_name() -> None:
    change = replace(a_create(SPRING), spec=Frozen(content={"priority": 10}))
    held = a_record(SPRING, remote_id=40)
    assert inverse(change, created(held, SPRING), having(held)).changes == (
        a_removal(held, SPRING),
    )
    moved = refused(inverse(change, created(held, SPRING), having(a_record(OTHER, remote_id=40))))
    assert Moved("priority", "written by the run as 10", "7") in moved


# --- what it updated


def updated(
    it: Held, wanted: Wanted, wire: JsonObject, **refers: Mapping[str, RemoteId]
) -> Account:
    return Account(deed("update", wanted, left_as(it, wanted), Before(wire, refers)))


UPDATE = an_update(EARLIER, SPRING)


def test_what_was_updated_gets_its_old_values_to_the_letter() -> None:
    run = updated(a_record(SPRING), SPRING, {"priority": 5})
    back = an_update(SPRING, EARLIER)
    assert inverse(UPDATE, run, having(SPRING)) == Inverse(
        (back,), {SPRING.address: {"priority": 5}}
    )


def test_what_the_shop_made_of_an_update_is_taken_back_too() -> None:
    run = updated(a_record(OTHER), SPRING, {"priority": 5})
    assert inverse(UPDATE, run, having(OTHER)).changes == (an_update(OTHER, EARLIER),)


def test_what_is_as_before_already_needs_nothing() -> None:
    run = updated(a_record(SPRING), SPRING, {"priority": 5})
    assert inverse(UPDATE, run, having(EARLIER)) == NOTHING


def test_what_was_updated_and_changed_since_is_left_alone() -> None:
    run = updated(a_record(SPRING), SPRING, {"priority": 5})
    elsewhere = a_setting("spring", priority=10, active=False)
    assert refused(inverse(UPDATE, run, having(OTHER))) == (
        Moved("priority", "written by the run as 10", "7"),
    )
    assert refused(inverse(UPDATE, run, having(elsewhere))) == (
        Moved("active", "written by the run as true", "false"),
    )


def test_an_update_whose_answer_was_lost_is_taken_back_if_it_happened() -> None:
    lost = Account(deed("update", SPRING, None, Before({"priority": 5})))
    assert inverse(UPDATE, lost, having(EARLIER)) == NOTHING
    assert inverse(UPDATE, lost, having(SPRING)).changes == (an_update(SPRING, EARLIER),)
    assert refused(inverse(UPDATE, lost, having(OTHER)))


def test_what_was_updated_and_is_gone_is_told() -> None:
    run = updated(a_record(SPRING), SPRING, {"priority": 5})
    found = inverse(UPDATE, run, having(a_record(SPRING, remote_id=9)))
    assert found.refused == (Refused(SPRING.address, (Moved("slug", "there", "gone"),)),)


def test_a_group_that_was_renamed_gets_its_name_back() -> None:
    run = updated(a_record(VIP), VIP, {"name": "Gold"})
    found = inverse(an_update(GOLD, VIP), run, having(VIP))
    assert found == Inverse((an_update(VIP, GOLD),), {GOLD.address: {"name": "Gold"}})


def test_a_rule_that_names_a_renamed_group_is_read_with_its_old_name() -> None:
    """Both are taken back: so that afterwards the rule says what it said."""
    said = a_setting("spring", priority=5, rule=naming("Gold"))
    says = a_setting("spring", priority=10, rule=naming("VIP"))
    wire: JsonObject = {"customer_groups": [40], "slug": "customer-group-rule"}
    accounts = {
        VIP.address: updated(a_record(VIP, remote_id=40), VIP, {"name": "Gold"}),
        says.address: updated(
            a_record(says), says, {"priority": 5, "config": wire}, customer_groups={"Gold": 40}
        ),
    }
    live = the_groups(having(a_record(VIP, remote_id=40), a_record(says)))
    changes: list[Change] = [an_update(GOLD, VIP, remote_id=40), an_update(said, says)]
    found = inverse_of(changes, accounts, indexed(live), {}, KINDS, CONTEXT)
    assert found.refused == ()
    assert [it.spec for it in found.changes if isinstance(it, Update)] == [GOLD.spec, said.spec]
    assert set(found.exact) == {GOLD.address, said.address}


def test_a_group_that_somebody_else_renamed_since_is_left_alone() -> None:
    run = updated(a_record(VIP), VIP, {"name": "Gold"})
    live = having(a_group("Silver"))
    assert refused(inverse(an_update(GOLD, VIP), run, live)) == (
        Moved("name", "written by the run as VIP", "Silver"),
    )


def test_values_that_speak_of_what_is_gone_cannot_be_had_back() -> None:
    of_lists = updated(
        a_record(SPRING), SPRING, {"priority": 5, "price_list": 3}, price_lists={"gone": 3}
    )
    assert refused(inverse(UPDATE, of_lists, having(SPRING))) == (
        Moved("display.price_list", "gone", "not in the shop any more"),
    )
    wire: JsonObject = {"customer_groups": [41], "slug": "customer-group-rule"}
    of_groups = updated(a_record(SPRING), SPRING, {"config": wire}, customer_groups={"Gone": 41})
    assert refused(inverse(UPDATE, of_groups, having(SPRING))) == (
        Moved("rule", "Gone", "not in the shop any more"),
    )


def test_values_that_speak_of_what_was_made_anew_are_sent_with_its_new_id() -> None:
    run = updated(
        a_record(SPRING), SPRING, {"priority": 5, "price_list": 3}, price_lists={"student-tr": 3}
    )
    found = inverse(UPDATE, run, having(SPRING))
    back = a_setting("spring", priority=5, price_list="student-tr")
    assert found == Inverse((an_update(SPRING, back),))


def test_values_that_speak_of_what_the_undo_makes_anew_wait_for_it() -> None:
    wire: JsonObject = {"customer_groups": [41], "slug": "customer-group-rule"}
    accounts = {
        VIP.address: gone(VIP, {"name": "VIP"}),
        SPRING.address: updated(
            a_record(SPRING), SPRING, {"config": wire}, customer_groups={"VIP": 41}
        ),
    }
    changes: list[Change] = [
        an_update(a_setting("spring", rule=naming("VIP")), SPRING),
        a_delete(VIP),
    ]
    found = inverse_of(changes, accounts, indexed(having(SPRING)), {}, KINDS, CONTEXT)
    assert found.refused == ()
    assert [it.address for it in found.changes] == [VIP.address, SPRING.address]
    assert set(found.exact) == {VIP.address}


def test_what_cannot_be_read_any_more_is_left_alone() -> None:
    run = updated(a_record(SPRING), SPRING, {"priority": "high"})
    assert refused(inverse(UPDATE, run, having(SPRING))) == (
        Moved("record", "kept", "not to be read any more: its priority is not a whole number"),
    )


# --- whom it moved

MOVE = an_update(VIP, VIP, members=MemberDelta((), (), 0))


def test_members_go_back_to_where_they_were() -> None:
    run = Account(added={1, 2, 3}, removed={7, 8, 9})
    found = inverse(MOVE, run, having(VIP), {VIP.address: [1, 2, 5, 9]})
    (change,) = found.changes
    assert isinstance(change, Update)
    assert change.fields == ()
    delta = change.members
    assert delta is not None
    assert [it.pk for it in delta.add] == [7, 8]
    assert [it.pk for it in delta.remove] == [1, 2]
    assert (delta.kept, delta.before, delta.fingerprint) == (2, 4, fingerprint_of([1, 2, 5, 9]))
    assert found.exact == {}


def test_nobody_is_moved_who_is_back_already() -> None:
    run = Account(added={1}, removed={7})
    assert inverse(MOVE, run, having(VIP), {VIP.address: [7, 9]}) == NOTHING
    assert inverse(MOVE, Account(), having(VIP), {VIP.address: [7, 9]}) == NOTHING


def test_name_and_members_go_back_together() -> None:
    run = updated(a_record(VIP), VIP, {"name": "Gold"})
    run.added.add(1)
    found = inverse(an_update(GOLD, VIP), run, having(VIP), {VIP.address: [1]})
    (change,) = found.changes
    assert isinstance(change, Update)
    assert (change.address, change.former) == (GOLD.address, "VIP")
    assert change.members is not None
    assert [it.pk for it in change.members.remove] == [1]


# --- what it deleted


def gone(it: Wanted, wire: JsonObject | None, *, ended: bool = True, **more: object) -> Account:
    before = None if wire is None else Before(wire, **more)  # type: ignore[arg-type]
    return Account(gone=deed("delete", it, Ended(1, "done") if ended else None, before))


def test_what_was_deleted_is_made_anew_with_all_its_fields_and_members() -> None:
    wire: JsonObject = {"name": "VIP", "extra": 7}
    run = gone(VIP, wire, members=(3, 1), left_out=("extra_field", "note"))
    found = inverse(a_delete(VIP, remote_id=9), run, having())
    (change,) = found.changes
    assert isinstance(change, Create)
    assert (change.address, change.spec, change.where) == (VIP.address, VIP.spec, WHERE)
    assert [it.name for it in change.fields] == ["name"]
    assert change.members is not None
    assert [it.pk for it in change.members.add] == [1, 3]
    assert change.members.fingerprint == fingerprint_of(())
    assert found.exact == {VIP.address: wire}
    assert found.losses == (
        "group VIP is made anew: its id is another than 9, and its dates are new",
        "group VIP: not kept, as it may name a person: extra_field, note",
    )


def test_a_group_without_members_is_made_anew_without() -> None:
    run = gone(VIP, {"name": "VIP"}, members=())
    (change,) = inverse(replace(a_delete(VIP), where=None), run, having()).changes
    assert isinstance(change, Create)
    assert (change.members, change.where) == (None, NOWHERE)


def test_a_delete_that_did_not_happen_needs_nothing() -> None:
    assert inverse(a_delete(VIP), gone(VIP, {"name": "VIP"}, ended=False), having(VIP)) == NOTHING
    assert inverse(a_delete(VIP), Account(), having()) == NOTHING


def test_what_nobody_looked_at_before_it_went_is_lost() -> None:
    found = inverse(a_delete(VIP), gone(VIP, None), having())
    assert found == Inverse(losses=("group VIP cannot be had back: the run did not look at it",))


def test_where_another_has_the_name_by_now_nothing_is_made_anew() -> None:
    wire: JsonObject = {"slug": "spring", "name": "Spring", "priority": 10, "config": None}
    run = gone(SPRING, wire)
    live = having(a_record(OTHER, remote_id=9))
    assert refused(inverse(a_delete(SPRING), run, live)) == (Moved("slug", "gone", "there"),)


def test_what_was_made_anew_just_so_lacks_at_most_members() -> None:
    run = gone(VIP, {"name": "VIP"}, members=(1, 2))
    live = having(a_record(VIP, remote_id=9))
    assert inverse(a_delete(VIP), run, live, {VIP.address: [1, 2, 5]}) == NOTHING
    for where in (WHERE, None):
        change = replace(a_delete(VIP), where=where)
        (lacking,) = inverse(change, run, live, {VIP.address: [2, 5]}).changes
        assert isinstance(lacking, Update)
        assert (lacking.remote_id, lacking.where) == (9, where or NOWHERE)
        assert lacking.members is not None
        assert [it.pk for it in lacking.members.add] == [1]
        assert (lacking.members.remove, lacking.members.before) == ((), 2)


def test_all_is_in_the_order_of_plans() -> None:
    settings = [a_setting(slug) for slug in ("q", "p")]
    changes: list[Change] = [*(a_create(it) for it in settings), a_create(VIP)]
    accounts = {it.address: Account(deed("create", it, None)) for it in (*settings, VIP)}
    found = inverse_of(changes, accounts, indexed(having(*settings, VIP)), {}, KINDS, CONTEXT)
    assert [it.address.key for it in found.changes] == ["VIP", "p", "q"]


def test_one_that_is_left_alone_keeps_no_other_from_being_taken_back() -> None:
    summer = a_setting("summer")
    changes: list[Change] = [UPDATE, a_create(summer)]
    accounts = {
        SPRING.address: updated(a_record(SPRING), SPRING, {"priority": 5}),
        summer.address: Account(deed("create", summer, None)),
    }
    found = inverse_of(changes, accounts, indexed(having(OTHER, summer)), {}, KINDS, CONTEXT)
    assert [it.address for it in found.refused] == [SPRING.address]
    assert [it.address for it in found.changes] == [summer.address]


def test_ids_of_lists_are_those_of_the_shop() -> None:
    wire: JsonObject = {
        "slug": "spring",
        "name": "Spring",
        "priority": 10,
        "config": None,
        "price_list": 7,
    }
    run = gone(SPRING, wire, references={"price_lists": {"student-tr": 7}})
    found = inverse(a_delete(SPRING), run, having(ids=IDS))
    assert found.exact == {SPRING.address: wire}
    renamed = Ids({"price_lists": {"student-tr": 70}})
    found = inverse(a_delete(SPRING), run, having(ids=renamed))
    assert found.exact == {}


# --- laws

LOST, UNSENT = Unreachable("no answer", sent=True), Unreachable("no connection", sent=False)
faults = st.lists(
    st.sampled_from(
        [None, None, None, Fault(LOST), Fault(LOST, kept=True), Fault(UNSENT),
         Fault(Rejected("busy", status=409)), Fault(BadAnswer("a web page"), kept=True)]
    ),
    max_size=20,
)  # fmt: skip


def who_are_in(
    plan: Plan, accounts: Mapping[Address, Account], index: LiveIndex, shop: MemoryShop
) -> dict[Address, list[RemoteId]]:
    """The members of each group that the plan speaks of, by its address there."""
    found = {}
    for it in plan.changes:
        held = index.meant(it)
        if isinstance(it, Delete):
            held = index.live.held.get(it.address)
        if held is not None and held.address.kind == "customer_group":
            found[it.address] = list(shop.members[held.remote_id])
    return found


def taken_back(plan: Plan, run: Run, shop: MemoryShop) -> tuple[Plan, Run]:
    """Take a run back, as `cg-sync undo` does; the plan of that, and its run."""
    live = shop.live()
    index, accounts = indexed(live), accounts_of(run.journal.recorded)
    who = who_are_in(plan, accounts, index, shop)
    found = inverse_of(plan.changes, accounts, index, who, KINDS, CONTEXT)
    assert found.refused == ()
    back = make_plan(
        Difference(found.changes, (), 0), live, target=Target("test", "https://shop.example", 1),
        kinds=KINDS, guards=Guards(), problems=(), calls={},
    )  # fmt: skip
    again = carry_out(a_job(back, live, exact=found.exact), shop)
    assert (again.result.failures, again.result.skipped) == ([], ())
    return back, again


@given(worlds, worlds, st.booleans(), faults, st.integers(1, 3))
def test_whatever_a_run_did_is_taken_back(
    before: World, after: World, renaming: bool, says: list[Fault | None], workers: int
) -> None:
    shop = filled(before)
    plan, live = plan_to(after, shop, renaming=renaming)
    shop.says = list(says)
    run = carry_out(a_job(plan, live), shop, manner=Manner(workers))
    shop.says.clear()
    taken_back(plan, run, shop)
    assert shop.state == before.state
    back, _ = taken_back(plan, run, shop)
    assert back.changes == ()


@given(worlds, worlds, st.booleans())
def test_what_takes_back_what_takes_back_does_it_again(
    before: World, after: World, renaming: bool
) -> None:
    shop = filled(before)
    plan, live = plan_to(after, shop, renaming=renaming)
    back, undone = taken_back(plan, carry_out(a_job(plan, live), shop), shop)
    assert shop.state == before.state
    taken_back(back, undone, shop)
    assert shop.state == after.state
