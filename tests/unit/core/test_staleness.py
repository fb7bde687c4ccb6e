"""A saved plan beside the shop of today: ok, already or conflict, change by change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Delete, Update, diff
from cg_sync.core.frozen import Frozen
from cg_sync.core.live_index import indexed
from cg_sync.core.match import pair_up
from cg_sync.core.members import MemberDelta, fingerprint_of
from cg_sync.core.moved import Moved
from cg_sync.core.plan import AddMembers, CreateRecord, Plan, RemoveMembers, Target, make_plan
from cg_sync.core.project import Guards, Ownership
from cg_sync.core.staleness import (
    Judged,
    Standing,
    conflicts,
    held_back,
    judged,
    made_already,
    remaining,
    still_to_do,
)
from cg_sync.core.state import Held, Live, Tombstone, Unreadable, Wanted
from cg_sync.kinds import KINDS
from cg_sync.rules.ir import Leaf, Rule
from cg_sync.rules.tests import InGroups
from tests.builders import (
    IDS,
    a_group,
    a_record,
    a_setting,
    a_tombstone,
    customers,
    having,
    wanting,
)

TARGET = Target("test", "https://shop.example", 1)
Deltas = Mapping[Address, MemberDelta]
NOBODY: Deltas = {}


def planned(
    *resources: Wanted | Tombstone, live: Live | None = None, members: Deltas = NOBODY
) -> Plan:
    """The plan that was made when the shop was `live`."""
    live = having() if live is None else live
    desired = wanting(*resources)
    ownership = {"groups": Ownership(), "settings": Ownership()}
    found = diff(
        pair_up(desired, live), desired, live, kinds=KINDS, ownership=ownership, members=members
    )
    return make_plan(
        found, live, target=TARGET, kinds=KINDS, guards=Guards(), problems=(), calls={}
    )


def today(
    plan: Plan, live: Live, members: Mapping[Address, Collection[RemoteId]] | None = None
) -> Judged:
    """The one change of the plan as it stands now."""
    (found,) = judged(plan, indexed(live), members or {}, KINDS)
    return found


VIP = a_group("VIP")
SPRING = a_setting("spring")
EARLIER = a_setting("spring", priority=5)


# --- records


def test_a_create_stands_while_the_shop_has_no_such_record() -> None:
    assert today(planned(VIP), having()).standing is Standing.OK


def test_a_create_is_done_when_the_shop_has_just_that() -> None:
    assert today(planned(SPRING), having(SPRING)).standing is Standing.ALREADY


def test_a_create_conflicts_with_another_record_of_that_name() -> None:
    found = today(planned(SPRING), having(EARLIER))
    assert found.standing is Standing.CONFLICT
    assert found.moved == (
        Moved("slug", "not there", "there, made by somebody else"),
        Moved("priority", "as planned 10", "5"),
    )


def test_a_create_conflicts_with_two_records_of_that_name() -> None:
    live = replace(having(VIP), twice={VIP.address: (1, 2)})
    assert today(planned(VIP), live).moved == (Moved("name", "not there", "there more than once"),)


def test_an_update_stands_while_the_record_is_as_it_was() -> None:
    plan = planned(SPRING, live=having(EARLIER))
    assert today(plan, having(EARLIER)).standing is Standing.OK


def test_an_update_is_done_when_the_record_is_as_planned() -> None:
    plan = planned(SPRING, live=having(EARLIER))
    assert today(plan, having(SPRING)).standing is Standing.ALREADY


def test_an_update_conflicts_with_another_value_in_any_managed_field() -> None:
    plan = planned(SPRING, live=having(EARLIER))
    found = today(plan, having(a_setting("spring", priority=5, active=False)))
    assert found.standing is Standing.CONFLICT
    assert found.moved == (Moved("active", "true", "false"),)


def test_an_update_conflicts_when_its_record_is_gone_or_made_anew() -> None:
    plan = planned(SPRING, live=having(EARLIER))
    gone = (Moved("slug", "there", "gone, or made anew"),)
    assert today(plan, having()).moved == gone
    assert today(plan, having(a_record(EARLIER, remote_id=99))).moved == gone


def test_a_rename_is_told_by_the_id() -> None:
    plan = planned(a_group("Platinum", renamed_from=["Gold"]), live=having(a_group("Gold")))
    assert today(plan, having(a_group("Gold"))).standing is Standing.OK
    assert today(plan, having(a_group("Platinum"))).standing is Standing.ALREADY
    assert today(plan, having(a_group("Silver"))).moved == (Moved("name", "Gold", "Silver"),)


def a_delete(size: int | None = 3) -> Plan:
    return planned(a_tombstone(VIP), live=having(a_record(VIP, size=size)))


def test_a_delete_stands_while_the_record_is_as_it_was() -> None:
    assert today(a_delete(), having(a_record(VIP, size=3))).standing is Standing.OK


def test_a_delete_is_done_when_the_record_is_gone() -> None:
    assert today(a_delete(), having()).standing is Standing.ALREADY


def test_a_delete_conflicts_with_a_record_that_was_made_anew() -> None:
    found = today(a_delete(), having(a_record(VIP, remote_id=99, size=3)))
    assert found.moved == (Moved("name", "there", "made anew by somebody else"),)


def test_a_delete_conflicts_when_the_group_has_grown() -> None:
    found = today(a_delete(), having(a_record(VIP, size=400)))
    assert found.standing is Standing.CONFLICT
    assert found.moved[-1] == Moved("members", "3", "400")


def test_a_delete_conflicts_when_somebody_worked_on_the_record() -> None:
    plan = planned(a_tombstone(SPRING), live=having(SPRING))
    assert today(plan, having(EARLIER)).moved == (Moved("priority", "10", "5"),)


def test_what_moved_behind_a_mask_is_said_without_it() -> None:
    plan = planned(SPRING, live=having(EARLIER))
    address = SPRING.address
    masked = Frozen(content={"name": "a***@example.com"})
    (change,) = plan.changes
    assert isinstance(change, Update)
    plan = replace(plan, changes=(replace(change, before=masked),))
    live = having(a_setting("spring", name="b@example.com", priority=5))
    moved = judged(plan, indexed(live), {}, KINDS)[0].moved
    assert Moved("name", "a***@example.com", "b***@example.com") in moved
    assert address.key == "spring"


def test_a_conflict_in_nothing_that_can_be_shown_is_still_told() -> None:
    before = a_setting("spring", priority=5, name="ayse@example.com")
    plan = planned(SPRING, live=having(before))
    found = today(plan, having(a_setting("spring", priority=5, name="alper@example.com")))
    assert found.moved == (Moved("record", "as planned from", "otherwise, in what is masked here"),)


# --- what nobody may touch, or nobody can read


def unreadable(kind: str, remote_id: int, key: str | None) -> Unreadable:
    return Unreadable(kind, remote_id, "its rule is odd", key)


def test_a_name_that_is_there_in_other_letters_is_taken() -> None:
    found = today(planned(VIP), having(a_group("vip")))
    assert found.moved == (Moved("name", "not there", "there as vip"),)


def test_other_letters_are_no_matter_beside_the_record_itself() -> None:
    beside = a_setting("Spring")
    plan = planned(SPRING, live=having(EARLIER, beside))
    assert today(plan, having(EARLIER, beside)).standing is Standing.OK
    assert today(plan, having(SPRING, beside)).standing is Standing.ALREADY
    unread = replace(
        having(EARLIER), unreadable=(unreadable("customer_group_setting", 9, "spring"),)
    )
    assert today(plan, unread).standing is Standing.OK


def test_a_new_name_that_another_record_has_to_the_letter_is_taken() -> None:
    plan = planned(a_group("Platinum", renamed_from=["Gold"]), live=having(a_group("Gold")))
    found = today(plan, having(a_group("Gold"), a_group("Platinum")))
    assert found.moved == (Moved("name", "Gold", "there"),)


def test_a_name_of_a_record_that_cannot_be_read_is_taken() -> None:
    live = replace(having(), unreadable=(unreadable("customer_group", 9, "VIP"),))
    found = today(planned(VIP), live)
    assert found.moved == (Moved("name", "not there", "there, in a record that cannot be read"),)
    other = replace(having(), unreadable=(unreadable("customer_group", 9, None),))
    assert today(planned(VIP), other).standing is Standing.OK


def test_a_new_name_that_is_taken_since_is_a_conflict() -> None:
    plan = planned(a_group("Platinum", renamed_from=["Gold"]), live=having(a_group("Gold")))
    found = today(plan, having(a_group("Gold"), a_group("platinum")))
    assert found.moved == (Moved("name", "Gold", "there as platinum"),)


def test_no_record_takes_its_own_name_in_other_letters() -> None:
    plan = planned(a_group("VIP", renamed_from=["vip"]), live=having(a_group("vip")))
    assert [type(it) for it in plan.changes] == [Update]
    assert today(plan, having(a_group("vip"))).standing is Standing.OK


@pytest.mark.parametrize("plan", [planned(SPRING, live=having(EARLIER)), a_delete(None)])
def test_what_the_shop_holds_twice_is_touched_by_nobody(plan: Plan) -> None:
    (change,) = plan.changes
    held = a_record(VIP) if isinstance(change, Delete) else a_record(EARLIER)
    live = replace(having(held), twice={held.address: (1, 2)})
    assert [it.found for it in today(plan, live).moved] == ["there more than once"]


@pytest.mark.parametrize(
    ("plan", "kind"),
    [(planned(SPRING, live=having(EARLIER)), "customer_group_setting"),
     (a_delete(), "customer_group")],
)  # fmt: skip
def test_what_cannot_be_read_any_more_is_not_gone(plan: Plan, kind: str) -> None:
    live = replace(having(), unreadable=(unreadable(kind, 1, None),))
    assert [it.found for it in today(plan, live).moved] == ["not to be read: its rule is odd"]


# --- references


def test_the_references_of_what_is_done_are_not_asked_for() -> None:
    resource = a_setting("spring", price_list="student-tr")
    lost = replace(IDS, codes={**IDS.codes, "price_lists": {"staff": 8}})
    assert today(planned(resource), having(resource, ids=lost)).standing is Standing.ALREADY


def test_a_code_that_the_shop_lost_is_a_conflict() -> None:
    plan = planned(a_setting("spring", price_list="student-tr"))
    lost = replace(IDS, codes={**IDS.codes, "price_lists": {"staff": 8}})
    found = today(plan, having(ids=lost))
    assert found.standing is Standing.CONFLICT
    assert found.moved == (Moved("display.price_list", "student-tr", "not in the shop any more"),)


# --- members


def moving(
    add: Iterable[int], remove: Iterable[int], before: Iterable[int], *, exact: bool = True
) -> MemberDelta:
    joins, leaves, there = set(add), set(remove), set(before)
    return MemberDelta(
        customers(*sorted(joins)),
        customers(*sorted(leaves)),
        len(there - leaves),
        fingerprint=fingerprint_of(there) if exact else "",
    )


def of_members(delta: MemberDelta, now: Iterable[int]) -> Judged:
    plan = planned(VIP, live=having(VIP), members={VIP.address: delta})
    return today(plan, having(VIP), {VIP.address: list(now)})


small = st.sets(st.integers(1, 30), max_size=8)


@given(before=small, add=small, remove=small, joined=small, gone=small, stranger=st.booleans())
def test_members_that_are_half_moved_are_told_from_those_somebody_else_moved(
    before: set[int], add: set[int], remove: set[int], joined: set[int], gone: set[int],
    stranger: bool,
) -> None:  # fmt: skip
    add, remove = add - before, remove & before
    if not add and not remove:
        add = {31}
    now = (before | (joined & add)) - (gone & remove)
    if stranger:
        now |= {99}
    found = of_members(moving(add, remove, before), now)
    if stranger:
        assert found.members is Standing.CONFLICT
    elif add <= now and not remove & now:
        assert found.members is Standing.ALREADY
    else:
        assert found.members is Standing.OK


def test_who_else_comes_or_goes_is_no_conflict_where_membership_is_at_least() -> None:
    delta = moving([1, 2], [], [5], exact=False)
    assert of_members(delta, [5, 99]).standing is Standing.OK
    assert of_members(delta, [1, 2, 99]).standing is Standing.ALREADY


def test_a_group_that_was_renamed_gets_no_members() -> None:
    plan = planned(VIP, live=having(VIP), members={VIP.address: moving([1], [], [])})
    assert today(plan, having(a_group("Other"))).standing is Standing.CONFLICT


# --- what is left to do


def test_of_a_change_that_is_half_done_the_rest_is_left() -> None:
    delta = moving([1, 2], [], [])
    plan = planned(VIP, members={VIP.address: delta})
    live = having(a_record(VIP, remote_id=40))
    found = judged(plan, indexed(live), {VIP.address: [1]}, KINDS)
    assert [(it.record, it.members) for it in found] == [(Standing.ALREADY, Standing.OK)]
    (step,) = remaining(found, KINDS)
    assert isinstance(step, AddMembers)
    assert step.members == customers(2)
    assert made_already(found, live) == {VIP.address: 40}


def test_a_new_group_gets_record_and_members() -> None:
    plan = planned(VIP, members={VIP.address: moving([1], [], [])})
    found = judged(plan, indexed(having()), {}, KINDS)
    assert [type(it) for it in remaining(found, KINDS)] == [CreateRecord, AddMembers]
    assert made_already(found, having()) == {}


def test_while_there_is_a_conflict_nothing_is_taken_away() -> None:
    plan = planned(VIP, SPRING, live=having(VIP, EARLIER),
                   members={VIP.address: moving([1], [2], [2])})  # fmt: skip
    live = having(VIP, a_setting("spring", priority=5, active=False))
    found = judged(plan, indexed(live), {VIP.address: [2]}, KINDS)
    assert [it.change.address.key for it in conflicts(found)] == ["spring"]
    # Who is taken from one group may be among those whom a crossed change was to put into another.
    assert [type(it) for it in remaining(found, KINDS)] == [AddMembers]
    assert [it.address.key for it in held_back(found, KINDS)] == ["VIP", "spring"]


def test_what_is_still_to_do_names_only_who_is_still_to_be_moved() -> None:
    plan = planned(VIP, SPRING, live=having(VIP, EARLIER),
                   members={VIP.address: moving([1, 3], [2], [2])})  # fmt: skip
    found = judged(plan, indexed(having(VIP, SPRING)), {VIP.address: [1, 2]}, KINDS)
    (left,) = still_to_do(found)
    assert left.address == VIP.address
    assert isinstance(left, Update)
    assert left.members is not None
    assert (left.members.add, left.members.remove) == (customers(3), customers(2))


def test_without_a_conflict_all_is_made() -> None:
    plan = planned(VIP, live=having(VIP), members={VIP.address: moving([1], [2], [2])})
    found = judged(plan, indexed(having(VIP)), {VIP.address: [2]}, KINDS)
    assert [type(it) for it in remaining(found, KINDS)] == [AddMembers, RemoveMembers]
    assert held_back(found, KINDS) == ()


@pytest.mark.parametrize("twice", [False, True])
def test_a_setting_may_wait_for_a_group_of_the_same_plan(twice: bool) -> None:
    """Once the group is in conflict, what refers to it cannot be made either."""
    rule = Rule(Leaf("groups", "@static_groups", InGroups(("VIP",))))
    plan = planned(VIP, a_setting("spring", rule=rule))
    live = replace(having(), twice={VIP.address: (1, 2)}) if twice else having()
    found = judged(plan, indexed(live), {}, KINDS)
    expected = Standing.CONFLICT if twice else Standing.OK
    assert [it.standing for it in found] == [expected, expected]


def test_a_record_is_not_judged_when_only_members_move() -> None:
    plan = planned(VIP, live=having(VIP), members={VIP.address: moving([1], [], [])})
    found = today(plan, having(VIP), {VIP.address: []})
    assert (found.record, found.members) == (None, Standing.OK)


def test_what_is_held_is_compared_without_what_is_not_managed() -> None:
    plan = planned(SPRING, live=having(Held(EARLIER.address, EARLIER.spec, 1, size=None)))
    assert (
        today(plan, having(Held(EARLIER.address, EARLIER.spec, 1, size=9))).standing is Standing.OK
    )
