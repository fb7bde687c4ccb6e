"""When a plan takes away too much."""

from __future__ import annotations

import pytest

from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.guards import Tripped, tripped_guards
from cg_sync.core.members import MemberDelta
from cg_sync.core.project import Guards
from cg_sync.core.state import Live, Wanted
from cg_sync.errors import Position
from cg_sync.kinds import KINDS
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
    guards = Guards(max_delete_share=1, max_member_removal_share=1, min_existing=0)
    changes: list[Change] = [*(delete(it) for it in GROUPS), update(removed=5, before=5)]
    assert tripped(*changes, live=having(*GROUPS), guards=guards) == []


@pytest.mark.parametrize(
    ("removed", "before", "expected"),
    [
        (4, 10, [too_many_removed(4, 10)]),
        (3, 10, []),
        (9, 9, []),
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
