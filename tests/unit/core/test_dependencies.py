"""What a write builds on: every line of the table in docs/apply.md, and what holds of any plan."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from cg_sync.core.address import Address
from cg_sync.core.dependencies import Needs, needs_of, phases_of
from cg_sync.core.diff import Create, Delete
from cg_sync.core.frozen import Frozen
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.kinds import KINDS
from cg_sync.kinds.customer_group_setting import references
from tests.builders import a_group, a_setting
from tests.unit.core.steps import (
    a_create,
    a_delete,
    all_of,
    an_update,
    created,
    deleted,
    joining,
    leaving,
    naming,
    plans,
    updated,
)

VIP, GOLD = a_group("VIP"), a_group("Gold")
SPRING = a_setting("spring")


def needs(*steps: Step) -> list[Needs]:
    return list(needs_of(steps, KINDS))


def own(*steps: Step) -> set[int]:
    """What the last of these steps builds on."""
    return set(all_of(needs(*steps)[-1]))


def test_what_is_first_builds_on_nothing() -> None:
    assert needs(created(VIP)) == [Needs(frozenset())]


# --- the same resource


def test_members_join_a_group_once_it_is_made_or_renamed() -> None:
    assert own(created(GOLD), created(VIP), joining(VIP, 1)) == {1}
    assert own(updated(GOLD, VIP), joining(VIP, 1)) == {0}
    assert own(updated(GOLD, VIP), leaving(VIP, 1, before=GOLD)) == {0}


def test_lists_of_members_stand_for_themselves() -> None:
    assert own(joining(VIP, 1), joining(VIP, 2)) == set()
    assert own(joining(VIP, 1), leaving(VIP, 2)) == set()


# --- what a record refers to


def test_a_setting_waits_for_the_groups_that_its_rule_names() -> None:
    setting = a_setting("spring", rule=naming("VIP", "Gold"))
    assert own(created(VIP), updated(a_group("Au"), GOLD), created(setting)) == {0, 1}
    assert own(created(VIP), created(SPRING)) == set()


def test_a_setting_does_not_wait_for_lists_or_groups_that_are_there() -> None:
    setting = a_setting("spring", rule=naming("VIP"), price_list="student-tr")
    assert own(created(GOLD), created(setting)) == set()


def test_a_group_that_goes_waits_for_all_settings_that_spoke_or_speak_of_it() -> None:
    spoke, speaks = a_setting("p", rule=naming("VIP")), a_setting("q", rule=naming("VIP"))
    steps: list[Step] = [
        updated(spoke, a_setting("p")),
        updated(a_setting("q"), speaks),
        updated(a_setting("r"), a_setting("r", priority=3)),
        deleted(a_setting("s", rule=naming("VIP"))),
    ]
    assert own(*steps, deleted(VIP)) == {0, 1, 3}


# --- places that only one can have


def test_a_setting_waits_until_its_priority_is_free() -> None:
    gives = updated(a_setting("p", priority=1), a_setting("p", priority=2))
    takes = updated(a_setting("q", priority=3), a_setting("q", priority=1))
    assert own(gives, takes) == {0}
    assert own(takes, gives) == set()


def test_a_setting_that_is_switched_off_frees_its_priority() -> None:
    off = updated(a_setting("p", priority=1), a_setting("p", priority=1, active=False))
    before = a_setting("q", priority=3)
    assert own(off, updated(before, a_setting("q", priority=1))) == {0}
    assert own(off, updated(before, a_setting("q", priority=1, active=False))) == set()


def test_a_priority_that_is_kept_is_not_free() -> None:
    kept = updated(a_setting("p", priority=1), a_setting("p", priority=1, name="other"))
    assert own(kept, created(a_setting("q", priority=1))) == set()


# --- members who go


def test_who_leaves_a_group_has_joined_the_other_first() -> None:
    steps: list[Step] = [joining(GOLD, 1, 2), joining(GOLD, 3), leaving(VIP, 2, 9)]
    assert own(*steps) == {0}


def test_who_leaves_a_group_waits_for_the_settings_that_speak_of_it() -> None:
    setting = a_setting("spring", rule=naming("VIP"))
    assert own(updated(SPRING, setting), leaving(VIP, 1)) == {0}
    assert own(updated(setting, SPRING), leaving(VIP, 1)) == {0}
    assert own(updated(setting, SPRING), leaving(GOLD, 1)) == set()


def test_a_group_is_known_by_its_former_name_too() -> None:
    setting = a_setting("spring", rule=naming("Gold"))
    rename, change = updated(GOLD, VIP), updated(setting, SPRING)
    assert own(rename, change, leaving(VIP, 1, before=GOLD)) == {0, 1}


# --- records that go


def test_a_setting_goes_when_all_others_and_all_members_are_given() -> None:
    steps: list[Step] = [
        created(VIP),
        joining(VIP, 1),
        created(SPRING),
        updated(a_setting("p"), a_setting("p", priority=3)),
        deleted(a_setting("q")),
        deleted(a_setting("r")),
    ]
    assert [all_of(it) for it in needs(*steps)[4:]] == [{1, 2, 3}, {1, 2, 3}]


def test_a_group_goes_when_all_who_join_others_have() -> None:
    steps: list[Step] = [
        created(VIP),
        updated(a_group("Au"), GOLD),
        joining(VIP, 1),
        created(SPRING),
    ]
    assert own(*steps, deleted(a_group("Old"))) == {0, 1, 2}


# --- what a saved plan hides


def test_what_is_not_known_whole_frees_nothing_and_refers_to_nothing() -> None:
    hidden = Frozen(content={"name": "x"})
    before = an_update(a_setting("p", priority=1), a_setting("p", priority=2))
    gives = UpdateRecord(replace(before, before=hidden))
    assert own(gives, created(a_setting("q", priority=1))) == set()
    unread = CreateRecord(replace(a_create(a_setting("q")), spec=hidden))
    assert own(created(VIP), unread) == set()
    after = UpdateRecord(replace(before, spec=hidden))
    assert own(after, created(a_setting("q", priority=1))) == set()
    gone = DeleteRecord(replace(a_delete(a_setting("p", priority=1)), before=hidden))
    assert own(gone, created(a_setting("q", priority=1))) == set()


# --- phases


def test_what_is_of_one_kind_and_one_sort_is_one_phase() -> None:
    steps: list[Step] = [
        created(VIP), created(GOLD), joining(VIP, 1), joining(GOLD, 1), created(SPRING),
        leaving(VIP, 2), deleted(a_setting("p")), deleted(a_group("Old")),
    ]  # fmt: skip
    assert phases_of(steps) == (0, 0, 1, 1, 2, 3, 4, 5)
    assert phases_of([]) == ()


# --- laws


@given(plans())
def test_nothing_builds_on_itself_or_on_a_later_phase(steps: list[Step]) -> None:
    """However indirectly: what builds on nothing can be taken away until nothing is left."""
    phases = phases_of(steps)
    left = {number: set(all_of(it)) for number, it in enumerate(needs_of(steps, KINDS))}
    assert all(phases[it] <= phases[number] for number, on in left.items() for it in on)
    while left:
        free = {number for number, on in left.items() if not on & left.keys()}
        assert free
        left = {number: on for number, on in left.items() if number not in free}


@given(plans())
def test_nobody_is_taken_from_a_group_before_they_are_given_to_another(steps: list[Step]) -> None:
    for step, it in zip(steps, needs_of(steps, KINDS), strict=True):
        if not isinstance(step, RemoveMembers):
            continue
        gone = {member.pk for member in step.members}
        for number, other in enumerate(steps):
            if isinstance(other, AddMembers) and gone & {member.pk for member in other.members}:
                assert number in all_of(it)


@given(plans())
def test_what_goes_waits_for_all_that_is_given_and_speaks_of_it_and_nothing_else(
    steps: list[Step],
) -> None:
    for at, (step, it) in enumerate(zip(steps, needs_of(steps, KINDS), strict=True)):
        if isinstance(step, DeleteRecord):
            assert all_of(it) == {
                number
                for number, other in enumerate(steps[:at])
                if isinstance(other, AddMembers)
                or _gives_to(other, step.change.address.kind)
                or _speaks_of(other, step.change.address)
            }


def _gives_to(step: Step, kind: str) -> bool:
    return isinstance(step, CreateRecord | UpdateRecord) and step.change.address.kind == kind


def _speaks_of(step: Step, group: Address) -> bool:
    """Whether a setting is, or was, for the members of the group."""
    change = step.change
    if change.address.kind == group.kind or group.kind != "customer_group":
        return False
    specs = [] if isinstance(change, Create) else [change.before]
    specs += [] if isinstance(change, Delete) else [change.spec]
    return any(it.code == group.key for spec in specs for it in references(spec))
