"""When a plan takes away too much."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update
from cg_sync.core.guards import Tripped, bound_to, tripped_guards
from cg_sync.core.limits import Bounds, Loosened
from cg_sync.core.members import MemberDelta
from cg_sync.core.project import Guards
from cg_sync.core.state import Live, Wanted
from cg_sync.errors import Position
from cg_sync.kinds import KINDS
from cg_sync.kinds.customer_group_setting import CustomerGroupSetting
from tests.builders import a_group, a_setting, customers, having

GROUPS = [a_group(f"G{number:02}") for number in range(20)]
SETTINGS = [a_setting(f"s{number:02}") for number in range(20)]
GUARDS = Guards(max_delete_share=0.3, max_member_removal_share=0.3, min_existing=10)
HERE = Position("groups/vip.yaml", 2, 1)


def delete(resource: Wanted, where: Position | None = HERE) -> Delete:
    return Delete(resource.address, 1, resource.spec, (), where)


def update(*, removed: int, before: int, added: int = 0, name: str = "VIP") -> Update:
    group = a_group(name)
    delta = MemberDelta(customers(*range(added)), customers(*range(removed)), before - removed)
    return Update(group.address, 1, group.spec, group.spec, (), HERE, members=delta)


def tripped(*changes: Change, live: Live, guards: Guards = GUARDS) -> list[Tripped]:
    return list(tripped_guards(changes, live, KINDS, guards))


def too_many_deletes(subject: str, part: int, whole: int, limit: float = 0.3) -> Tripped:
    return Tripped("CG-G01", "max_delete_share", subject, part, whole, limit, HERE)


def too_many_removed(part: int, whole: int, limit: float = 0.3, name: str = "VIP") -> Tripped:
    rule = "max_member_removal_share"
    return Tripped("CG-G02", rule, f"members of {name}", part, whole, limit, HERE)


def test_a_plan_that_takes_nothing_away_trips_nothing() -> None:
    vip = a_group("VIP")
    create = Create(vip.address, vip.spec, (), HERE)
    assert tripped(create, live=having(*GROUPS)) == []


def test_more_deletes_than_the_share_are_too_many() -> None:
    deletes = [delete(it) for it in GROUPS[:4]]
    assert tripped(*deletes, live=having(*GROUPS[:10])) == [too_many_deletes("groups", 4, 10)]


def test_exactly_the_share_may_be_deleted() -> None:
    assert tripped(*[delete(it) for it in GROUPS[:3]], live=having(*GROUPS[:10])) == []


def test_a_share_of_few_records_says_nothing() -> None:
    assert tripped(*[delete(it) for it in GROUPS[:9]], live=having(*GROUPS[:9])) == []


def test_records_of_another_kind_do_not_make_deletes_few() -> None:
    live = having(*GROUPS[:10], *SETTINGS)
    assert tripped(*[delete(it) for it in GROUPS[:4]], live=live) == [
        too_many_deletes("groups", 4, 10)
    ]


def test_each_kind_is_counted_by_itself_in_the_order_of_kinds() -> None:
    live = having(*GROUPS[:10], *SETTINGS)
    deletes = [delete(it) for it in (*SETTINGS[:7], *GROUPS[:4])]
    assert tripped(*deletes, live=live) == [
        too_many_deletes("groups", 4, 10),
        too_many_deletes("settings", 7, 20),
    ]


def test_the_first_delete_says_where() -> None:
    live, elsewhere = having(*GROUPS[:10]), Position("groups/other.yaml")
    deletes = [delete(GROUPS[0], None), *(delete(it, elsewhere) for it in GROUPS[1:4])]
    assert [it.where for it in tripped(*deletes, live=live)] == [None]


def test_a_share_of_nothing_refuses_the_first_delete() -> None:
    guards = Guards(max_delete_share=0)
    assert tripped(delete(GROUPS[0]), live=having(*GROUPS), guards=guards) == [
        too_many_deletes("groups", 1, 20, limit=0)
    ]


def test_a_whole_share_allows_everything() -> None:
    guards = Guards(max_delete_share=1, max_member_removal_share=1, min_existing=0, empty=False)
    changes: list[Change] = [*(delete(it) for it in GROUPS), update(removed=5, before=5)]
    assert tripped(*changes, live=having(*GROUPS), guards=guards) == []


@pytest.mark.parametrize(
    ("removed", "before", "expected"),
    [
        (4, 10, [too_many_removed(4, 10)]),
        (3, 10, []),
        (8, 9, []),
        (301, 1000, [too_many_removed(301, 1000)]),
        (300, 1000, []),
    ],
)
def test_members_are_guarded_by_their_share(
    removed: int, before: int, expected: list[Tripped]
) -> None:
    assert tripped(update(removed=removed, before=before), live=having()) == expected


def test_new_members_do_not_make_up_for_those_who_go() -> None:
    assert tripped(update(removed=4, before=10, added=100), live=having()) == [
        too_many_removed(4, 10)
    ]


def test_each_group_is_guarded_by_itself() -> None:
    changes = [update(removed=4, before=10, name=name) for name in ("A", "B")]
    changes.append(update(removed=0, before=1000, name="C"))
    assert tripped(*changes, live=having()) == [
        too_many_removed(4, 10, name="A"),
        too_many_removed(4, 10, name="B"),
    ]


def test_adding_to_an_empty_group_takes_nothing_away_however_strict_the_guards() -> None:
    guards = Guards(max_member_removal_share=0, min_existing=0)
    assert tripped(update(removed=0, before=0, added=3), live=having(), guards=guards) == []


def test_an_update_without_members_is_not_guarded() -> None:
    vip = a_group("VIP")
    assert tripped(Update(vip.address, 1, vip.spec, vip.spec, (), HERE), live=having()) == []


def test_the_share_is_the_part_of_the_whole() -> None:
    assert too_many_deletes("groups", 4, 16).share == 0.25


def delete_group(size: int | None) -> Delete:
    group = a_group("VIP")
    return Delete(group.address, 1, group.spec, (), HERE, size)


def test_deleting_a_group_removes_all_its_members() -> None:
    assert tripped(delete_group(12), live=having(*GROUPS)) == [too_many_removed(12, 12)]


@pytest.mark.parametrize("size", [None, 0, 9])
def test_deleting_a_small_group_trips_nothing(size: int | None) -> None:
    assert tripped(delete_group(size), live=having(*GROUPS)) == []


# --- nothing is emptied


def emptied(subject: str, whole: int, where: Position | None = HERE) -> Tripped:
    return Tripped("CG-G03", "empty", subject, whole, whole, 0, where)


def test_a_group_that_would_have_no_members_any_more_is_refused_however_small() -> None:
    assert tripped(update(removed=2, before=2), live=having()) == [emptied("members of VIP", 2)]


@pytest.mark.parametrize(
    "change",
    [
        update(removed=2, before=3),
        update(removed=2, before=2, added=1),
        update(removed=0, before=0),
    ],
    ids=["one stays", "one comes", "nobody was there"],
)
def test_a_group_that_keeps_or_gets_a_member_is_not_emptied(change: Update) -> None:
    assert tripped(change, live=having()) == []


def test_a_group_with_members_that_goes_for_want_of_a_file_is_refused() -> None:
    change = replace(delete(GROUPS[0], None), size=2)
    assert tripped(change, live=having(*GROUPS)) == [emptied("members of G00", 2, None)]


def test_a_tombstone_means_it() -> None:
    deletes = [replace(delete(it), size=2) for it in GROUPS[:2]]
    assert tripped(*deletes, live=having(*GROUPS[:2])) == []


def test_a_kind_whose_records_all_go_for_want_of_a_file_is_refused_however_few() -> None:
    live = having(*GROUPS[:2], *SETTINGS[:1])
    deletes = [delete(GROUPS[0]), delete(GROUPS[1], None)]
    assert tripped(*deletes, live=live) == [emptied("groups", 2, None)]
    assert tripped(deletes[1], live=live) == []
    new = a_group("New")
    assert tripped(*deletes, Create(new.address, new.spec, (), HERE), live=live) == []


def test_what_may_be_emptied_is() -> None:
    guards = Guards(loosened={a_group("VIP").address: Loosened(may_be_emptied=True)})
    assert tripped(update(removed=2, before=2), live=having(), guards=guards) == []
    assert tripped(update(removed=2, before=2, name="B"), live=having(), guards=guards) != []
    assert tripped(update(removed=2, before=2), live=having(), guards=Guards(empty=False)) == []


# --- a group's own share


def test_a_group_has_the_share_of_its_file_strict_or_loose() -> None:
    loose, strict = a_group("VIP").address, a_group("B").address
    guards = Guards(
        loosened={
            loose: Loosened(max_member_removal_share=0.9),
            strict: Loosened(max_member_removal_share=0.1),
        }
    )
    changes = [update(removed=9, before=10), update(removed=2, before=10, name="B")]
    assert tripped(*changes, live=having(), guards=guards) == [
        too_many_removed(2, 10, limit=0.1, name="B")
    ]
    assert tripped(delete_group(10), live=having(*GROUPS), guards=guards) != []


# --- everything changes


def renamed(setting: Wanted, **after: Any) -> Update:
    """A setting of which something changes; by default its name alone."""
    assert isinstance(setting.spec, CustomerGroupSetting)
    spec = replace(setting.spec, **(after or {"name": "Other"}))
    field = FieldChange("name", "old", "new")
    return Update(setting.address, 1, setting.spec, spec, (field,), HERE)


def test_more_updates_than_the_share_are_too_many() -> None:
    live = having(*SETTINGS[:10])
    assert tripped(*[renamed(it) for it in SETTINGS[:5]], live=live) == []
    assert tripped(*[renamed(it) for it in SETTINGS[:6]], live=live) == [
        Tripped("CG-G04", "max_update_share", "settings", 6, 10, 0.5, HERE)
    ]
    assert tripped(*[renamed(it) for it in SETTINGS[:9]], live=having(*SETTINGS[:9])) == []


def test_members_alone_are_no_update() -> None:
    changes = [update(removed=0, before=3, added=1, name=f"G{it:02}") for it in range(20)]
    assert tripped(*changes, live=having(*GROUPS)) == []


# --- who wins


RANKED = [a_setting(f"s{number:02}", priority=10 * number) for number in range(8)]
FEW_MOVES = Guards(max_priority_moves=1, max_update_share=1)


def moves(names: tuple[str, ...], whole: int) -> Tripped:
    rule = "max_priority_moves"
    return Tripped("CG-G05", rule, "settings", len(names), whole, 1, HERE, names)


def test_more_settings_than_the_limit_that_pass_others_are_refused_by_name() -> None:
    live = having(*RANKED)
    first, second = renamed(RANKED[0], priority=75), renamed(RANKED[1], priority=76)
    assert tripped(first, live=live, guards=FEW_MOVES) == []
    assert tripped(first, second, live=live, guards=FEW_MOVES) == [moves(("s00", "s01"), 8)]


def test_numbers_that_keep_the_order_move_nobody() -> None:
    changes = [renamed(it, priority=100 + it.spec.priority) for it in RANKED]  # type: ignore[attr-defined]
    assert tripped(*changes, live=having(*RANKED), guards=FEW_MOVES) == []


def test_what_is_switched_off_switched_on_or_deleted_has_no_place_to_move_from() -> None:
    off = a_setting("off", priority=5, active=False)
    nobody = a_setting("none", priority=None)
    changes: list[Change] = [
        renamed(off, priority=500, active=True),
        renamed(RANKED[0], priority=600, active=False),
        renamed(nobody, priority=1),
        delete(RANKED[1]),
    ]
    assert tripped(*changes, live=having(off, nobody, *RANKED), guards=FEW_MOVES) == []


def test_a_renamed_setting_moves_under_the_name_the_shop_has() -> None:
    new = replace(cast(CustomerGroupSetting, RANKED[0].spec), slug="new", priority=75)
    change = replace(renamed(RANKED[0]), spec=new, former="s00", address=a_setting("new").address)
    changes = [change, renamed(RANKED[1], priority=76)]
    assert tripped(*changes, live=having(*RANKED), guards=FEW_MOVES) == [moves(("s00", "s01"), 8)]


# --- what shoppers see


SHOWING = [a_setting(f"s{number:02}", priority=number, price_list="tr") for number in range(8)]
FEW_CHANGES = Guards(max_display_changes=1, max_update_share=1)


def other_display(setting: Wanted, **after: Any) -> list[Tripped]:
    """What a plan trips that changes this of `setting`, and the stock of another."""
    changes = [renamed(setting, **after), renamed(SHOWING[7], stock_list="online")]
    return tripped(*changes, live=having(setting, *SHOWING[1:]), guards=FEW_CHANGES)


def displays(names: tuple[str, ...], limit: float = 1) -> Tripped:
    rule = "max_display_changes"
    return Tripped("CG-G06", rule, "settings", len(names), 8, limit, HERE, names)


@pytest.mark.parametrize(
    "after", [{"price_list": None}, {"stock_list": "online"}, {"active": False}]
)
def test_more_settings_than_the_limit_that_show_something_else_are_refused_by_name(
    after: dict[str, Any],
) -> None:
    assert other_display(SHOWING[0], **after) == [displays(("s00", "s07"))]


def test_switching_on_is_a_change_too_also_without_lists_of_its_own() -> None:
    assert other_display(a_setting("off", active=False), active=True) == [displays(("off", "s07"))]


@pytest.mark.parametrize("after", [{"name": "Other"}, {"priority": 900}, {"ends_at": None}])
def test_what_shows_the_same_is_no_change_of_display(after: dict[str, Any]) -> None:
    assert other_display(SHOWING[0], **after) == []


def test_what_is_off_before_and_after_shows_nothing() -> None:
    assert other_display(a_setting("off", active=False), price_list="tr") == []


def test_deletes_change_what_shoppers_see_and_what_is_new_does_not() -> None:
    new = a_setting("new", price_list="tr")
    create = Create(new.address, new.spec, (), HERE)
    changes: list[Change] = [delete(SHOWING[0]), create]
    live = having(*SHOWING)
    assert tripped(*changes, live=live, guards=FEW_CHANGES) == []
    assert tripped(*changes, delete(SHOWING[1]), live=live, guards=FEW_CHANGES) == [
        displays(("s00", "s01"))
    ]


def test_what_is_new_under_a_name_that_was_free_is_not_the_renamed_record() -> None:
    new = a_setting("new").address
    change = replace(renamed(SHOWING[0], slug="new", active=False), former="s00", address=new)
    create = Create(SHOWING[0].address, SHOWING[0].spec, (), HERE)
    guards = replace(FEW_CHANGES, max_display_changes=0)
    assert tripped(create, change, live=having(*SHOWING), guards=guards) == [
        displays(("new",), limit=0)
    ]
    assert tripped(change, create, live=having(*SHOWING), guards=guards) == [
        displays(("new",), limit=0)
    ]


CHANGES = [renamed(it, price_list=None) for it in SHOWING[:3]]
FREE = {it.address: Loosened(may_change_display=True) for it in SHOWING[:2]}


def test_who_may_change_the_display_is_not_counted() -> None:
    guards = replace(FEW_CHANGES, loosened=FREE)
    assert tripped(*CHANGES, live=having(*SHOWING), guards=guards) == []


def test_a_bound_counts_them_all() -> None:
    guards = replace(FEW_CHANGES, loosened=FREE)
    held = guards.within(Bounds(max_display_changes=2))
    assert tripped(*CHANGES, live=having(*SHOWING), guards=held) == [
        replace(displays(("s00", "s01", "s02")), bound=2)
    ]
    held = guards.within(Bounds(max_display_changes=3))
    assert tripped(*CHANGES, live=having(*SHOWING), guards=held) == []


# --- bounds of the policy


def test_what_is_over_a_bound_of_the_policy_says_so() -> None:
    bounds = Bounds(max_delete_share=0.5, max_member_removal_share=0.2)
    live, held = having(*GROUPS[:10]), GUARDS.within(bounds)
    deletes = [delete(it) for it in GROUPS[:6]]
    assert tripped(*deletes[:5], live=live, guards=held) == [too_many_deletes("groups", 5, 10)]
    assert tripped(*deletes, live=live, guards=held) == [
        replace(too_many_deletes("groups", 6, 10), bound=0.5)
    ]
    assert tripped(update(removed=3, before=10), live=live, guards=held) == [
        replace(too_many_removed(3, 10, limit=0.2), bound=0.2)
    ]


def test_files_do_not_go_past_a_bound() -> None:
    vip = a_group("VIP").address
    loose = Loosened(max_member_removal_share=1, may_be_emptied=True)
    guards = Guards(loosened={vip: loose}).within(Bounds(empty=True, max_member_removal_share=0.5))
    assert [it.bound for it in tripped(update(removed=10, before=10), live=having(), guards=guards)
            ] == [0.5, 0]  # fmt: skip


@pytest.mark.parametrize(
    ("guard", "bounds", "bound"),
    [
        (emptied("groups", 2), Bounds(empty=True), 0),
        (emptied("groups", 2), Bounds(empty=False), None),
        (emptied("groups", 2), Bounds(), None),
        (moves(("a", "b"), 8), Bounds(max_priority_moves=1), 1),
        (moves(("a", "b"), 8), Bounds(max_priority_moves=2), None),
        (replace(moves(("a", "b"), 8), bound=9), Bounds(), None),
    ],
)
def test_a_bound_is_that_of_today(guard: Tripped, bounds: Bounds, bound: float | None) -> None:
    assert bound_to(guard, bounds) == replace(guard, bound=bound)
