"""The order of the steps, and the digest of what is meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Difference, FieldChange, Update
from cg_sync.core.fingerprint import fingerprints_of
from cg_sync.core.guards import Tripped
from cg_sync.core.members import MemberDelta
from cg_sync.core.plan import (
    MEMBERS_PER_CALL,
    AddMembers,
    CreateRecord,
    DeleteRecord,
    Plan,
    RemoveMembers,
    Target,
    UpdateRecord,
    digest_of_intents,
    intent_of,
    make_plan,
    steps_of,
)
from cg_sync.core.project import Guards
from cg_sync.core.state import Wanted
from cg_sync.errors import Position, Problem
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds import KINDS
from cg_sync.rules.ir import Leaf, OneOf, Rule
from tests.builders import a_group, a_setting, customers, having

TARGET = Target("production", "https://shop.example", 5)
HERE = Position("groups/vip.yaml", 1, 1)
VIP, SPRING = a_group("VIP"), a_setting("spring")
NAME = FieldChange("name", "Gold", "VIP", HERE)
DELTA = MemberDelta(add=customers(1, 2), remove=customers(3), kept=4)


def create(resource: Wanted, members: MemberDelta | None = None) -> Create:
    return Create(resource.address, resource.spec, (NAME,), HERE, members)


def update(
    resource: Wanted,
    *fields: FieldChange,
    members: MemberDelta | None = None,
    former: str | None = None,
) -> Update:
    spec = resource.spec
    return Update(resource.address, 7, spec, spec, fields, HERE, former, members)


def delete(resource: Wanted) -> Delete:
    return Delete(resource.address, 8, resource.spec, (NAME,))


def test_no_changes_need_no_steps() -> None:
    assert list(steps_of((), KINDS)) == []


def test_everything_is_given_before_anything_is_taken() -> None:
    group_new = create(a_group("New"), DELTA)
    group_moved = update(VIP, NAME, members=DELTA)
    group_gone = delete(a_group("Old"))
    setting_new = create(SPRING)
    setting_moved = update(a_setting("autumn"), NAME)
    setting_gone = delete(a_setting("old"))
    changes = (group_new, group_gone, group_moved, setting_moved, setting_gone, setting_new)
    assert list(steps_of(changes, KINDS)) == [
        CreateRecord(group_new),
        UpdateRecord(group_moved),
        AddMembers(group_new, customers(1, 2)),
        AddMembers(group_moved, customers(1, 2)),
        CreateRecord(setting_new),
        UpdateRecord(setting_moved),
        RemoveMembers(group_moved, customers(3)),
        DeleteRecord(setting_gone),
        DeleteRecord(group_gone),
    ]


def test_a_change_of_members_alone_writes_no_record() -> None:
    change = update(VIP, members=MemberDelta(customers(1), (), 4))
    assert list(steps_of([change], KINDS)) == [AddMembers(change, customers(1))]


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (1, [1]), (500, [500]), (501, [500, 1]), (1500, [500, 500, 500])],
)
def test_members_go_in_calls_of_a_bounded_size(count: int, sizes: list[int]) -> None:
    assert MEMBERS_PER_CALL == 500
    people = customers(*range(count))
    change = update(VIP, members=MemberDelta(people, people, 0))
    steps = list(steps_of([change], KINDS))
    added = [step.members for step in steps if isinstance(step, AddMembers)]
    removed = [step.members for step in steps if isinstance(step, RemoveMembers)]
    assert [len(chunk) for chunk in added] == [len(chunk) for chunk in removed] == sizes
    assert sum(added, ()) == sum(removed, ()) == people


def digest(*changes: Change, target: Target = TARGET) -> str:
    return digest_of_intents(target, map(intent_of, changes))


def with_rule(rule: JsonValue) -> Change:
    return update(SPRING, FieldChange("rule", None, rule))


def test_the_digest_does_not_depend_on_where_the_files_have_it() -> None:
    moved = replace(NAME, where=Position("groups/other.yaml", 9, 9))
    elsewhere = replace(update(VIP, moved), where=Position("groups/other.yaml", 9, 1))
    assert digest(update(VIP, NAME)) == digest(elsewhere)


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest(with_rule({"a": 1, "b": 2})) == digest(with_rule({"b": 2, "a": 1}))


def test_the_digest_counts_customers_by_id_and_only_those_who_move() -> None:
    moved = [
        MemberDelta(tuple(it._replace(email="x") for it in DELTA.add), DELTA.remove, kept=99),
        DELTA,
    ]
    assert len({digest(update(VIP, members=members)) for members in moved}) == 1


def test_no_word_about_members_is_the_same_intent_as_none_to_move() -> None:
    assert digest(create(VIP)) == digest(create(VIP, MemberDelta((), (), 0)))


def different_intents() -> Iterable[tuple[str, Target, list[Change]]]:
    base = update(VIP, NAME, members=DELTA)
    yield "as it is", TARGET, [base]
    yield "nothing", TARGET, []
    yield "environment", replace(TARGET, environment="staging"), [base]
    yield "url", replace(TARGET, url="https://other.example"), [base]
    yield "channel", replace(TARGET, channel=6), [base]
    yield "kind", TARGET, [replace(base, address=Address("customer_group_setting", "VIP"))]
    yield "key", TARGET, [replace(base, address=Address("customer_group", "Vip"))]
    yield "former", TARGET, [replace(base, former="Gold")]
    yield "field", TARGET, [replace(base, fields=(replace(NAME, name="slug"),))]
    yield "old", TARGET, [replace(base, fields=(replace(NAME, old=None),))]
    yield "new", TARGET, [replace(base, fields=(replace(NAME, new="vip"),))]
    yield "one field more", TARGET, [replace(base, fields=(NAME, NAME))]
    yield "added", TARGET, [replace(base, members=replace(DELTA, add=customers(1, 9)))]
    yield "removed", TARGET, [replace(base, members=replace(DELTA, remove=customers(9)))]
    yield (
        "added, not removed",
        TARGET,
        [replace(base, members=MemberDelta(customers(3), customers(1, 2), 4))],
    )
    yield "no members", TARGET, [replace(base, members=None)]
    yield "create", TARGET, [Create(base.address, base.spec, base.fields, HERE, DELTA)]
    gone = Delete(base.address, 7, base.spec, base.fields)
    yield "delete", TARGET, [gone]
    yield "delete with members", TARGET, [replace(gone, size=5)]
    yield "delete with more members", TARGET, [replace(gone, size=50_000)]
    yield "one change more", TARGET, [base, delete(SPRING)]


def test_a_rule_on_another_path_is_another_intent_though_it_reads_the_same() -> None:
    def with_path(path: str) -> Update:
        rule = Rule(Leaf("city", path, OneOf(("Bursa",))))
        return update(a_setting("spring", rule=rule), NAME)

    assert digest(with_path("attributes.city")) != digest(with_path("extra_field.city"))


def test_every_other_intent_has_another_digest() -> None:
    seen: dict[str, str] = {}
    for name, target, changes in different_intents():
        earlier = seen.setdefault(digest_of_intents(target, map(intent_of, changes)), name)
        assert earlier == name, f"{name} has the digest of {earlier}"


TEN_GROUPS = having(*(a_group(f"G{number}") for number in range(10)))


def a_plan(*changes: Change, guards: Guards | None = None) -> Plan:
    return make_plan(
        Difference(changes, (Address("customer_group", "Old"),), 3),
        TEN_GROUPS,
        target=TARGET,
        kinds=KINDS,
        guards=guards or Guards(),
        problems=[Problem("CG-L04", "unknown")],
        calls={"GET": 4},
    )


def test_a_plan_holds_all_there_is_to_say() -> None:
    deletes = tuple(delete(a_group(f"G{number}")) for number in range(4))
    assert a_plan(*deletes) == Plan(
        target=TARGET,
        changes=deletes,
        steps=tuple(map(DeleteRecord, deletes)),
        tripped=(Tripped("CG-G01", "max_delete_share", "groups", 4, 10, 0.3),),
        problems=(Problem("CG-L04", "unknown"),),
        unmanaged=(Address("customer_group", "Old"),),
        unchanged=3,
        digest=digest_of_intents(TARGET, map(intent_of, deletes)),
        calls={"GET": 4},
        intents={it.address: intent_of(it) for it in deletes},
        fingerprints=fingerprints_of(deletes, TEN_GROUPS, KINDS),
    )


def test_a_digest_is_shown_by_its_first_twelve_letters() -> None:
    plan = a_plan(delete(a_group("G1")))
    assert (plan.short_digest, len(plan.short_digest)) == (plan.digest[:12], 12)


deltas = st.none() | st.builds(
    MemberDelta,
    st.lists(st.integers(1, 3000), max_size=4).map(lambda pks: customers(*pks)),
    st.sampled_from([(), customers(1), customers(*range(501))]),
    st.just(3),
)
resources = st.builds(a_group, st.sampled_from("ABCD")) | st.builds(
    a_setting, st.sampled_from("abcd")
)
changes = st.lists(
    st.builds(create, resources, deltas)
    | st.builds(lambda it, members: update(it, NAME, members=members), resources, deltas)
    | st.builds(lambda it, members: update(it, members=members), resources, deltas)
    | st.builds(delete, resources),
    max_size=6,
    unique_by=lambda change: change.address,
)


@given(changes)
def test_nothing_is_used_before_it_exists_and_nothing_goes_before_all_is_there(
    changes: list[Change],
) -> None:
    steps = list(steps_of(changes, KINDS))
    rank = {kind.name: number for number, kind in enumerate(KINDS)}
    made: set[Address] = set()
    for step in steps:
        if isinstance(step, CreateRecord):
            made.add(step.change.address)
        elif isinstance(step.change, Create):
            assert step.change.address in made
    takes = [isinstance(step, RemoveMembers | DeleteRecord) for step in steps]
    assert takes == sorted(takes)
    gives = [rank[step.change.address.kind] for step in steps[: takes.count(False)]]
    assert gives == sorted(gives)
    deletes = [rank[it.change.address.kind] for it in steps if isinstance(it, DeleteRecord)]
    assert deletes == sorted(deletes, reverse=True)


@given(changes)
def test_the_steps_do_all_that_changes_and_nothing_else(changes: list[Change]) -> None:
    steps = list(steps_of(changes, KINDS))
    rank = {kind.name: number for number, kind in enumerate(KINDS)}
    upwards = sorted(changes, key=lambda it: rank[it.address.kind])
    downwards = sorted(changes, key=lambda it: -rank[it.address.kind])
    assert [step.change for step in steps if isinstance(step, CreateRecord)] == [
        change for change in upwards if isinstance(change, Create)
    ]
    assert [step.change for step in steps if isinstance(step, UpdateRecord)] == [
        change for change in upwards if isinstance(change, Update) and change.fields
    ]
    assert [step.change for step in steps if isinstance(step, DeleteRecord)] == [
        change for change in downwards if isinstance(change, Delete)
    ]
    for change in changes:
        members = None if isinstance(change, Delete) else change.members
        added = [it.members for it in steps if isinstance(it, AddMembers) and it.change is change]
        gone = [it.members for it in steps if isinstance(it, RemoveMembers) and it.change is change]
        assert sum(added, ()) == (members.add if members else ())
        # Nobody can be in a group that is still to be made.
        removes = members is not None and isinstance(change, Update)
        assert sum(gone, ()) == (members.remove if members and removes else ())
