"""New resources that look like those which go away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.diff import diff
from cg_sync.core.match import pair_up
from cg_sync.core.members import MemberDelta
from cg_sync.core.overlap import Overlap, joining, overlaps_of
from cg_sync.core.project import Ownership
from cg_sync.core.renames import (
    MOST_ALIKE,
    check_renames,
    gone_in,
    suspects_in,
    to_compare,
)
from cg_sync.core.state import Held, Live, Tombstone, Wanted
from cg_sync.errors import Severity
from cg_sync.kinds import KINDS
from cg_sync.rules.ir import Everyone, Rule
from tests.builders import (
    a_document,
    a_group,
    a_record,
    a_rule,
    a_setting,
    a_tombstone,
    customers,
    having,
    wanting,
)

GROUP, SETTING = "customer_group", "customer_group_setting"


def at(resource: Wanted) -> Address:
    return resource.address


def marked(resource: Wanted, **content: Any) -> Wanted:
    """The resource with these fields in its file too."""
    document = resource.document
    assert isinstance(document.content, dict)
    more = a_document({**document.content, **content}, file=document.file)
    return Wanted(resource.address, resource.spec, more, resource.former, resource.membership)


def in_file(resource: Wanted, file: str) -> Wanted:
    document = a_document(resource.document.content, file=file)
    return Wanted(resource.address, resource.spec, document, resource.former, resource.membership)


def found(
    files: Sequence[Wanted | Tombstone],
    live: Live,
    *,
    was: Mapping[Address, str] | None = None,
    new: Mapping[str, Sequence[int]] | None = None,
    old: Mapping[str, Sequence[int]] | None = None,
    owned: bool = False,
) -> list[str]:
    """What is said about these files before this shop. `was`: what the files described where the
    branch began; `new` and `old`: members by the name of the group.
    """
    desired = wanting(*files)
    members = {
        Address(GROUP, name): MemberDelta(customers(*pks), (), 0)
        for name, pks in (new or {}).items()
    }
    ownership = {kind.folder: Ownership(mode="all" if owned else "declared") for kind in KINDS}
    difference = diff(
        pair_up(desired, live), desired, live, kinds=KINDS, ownership=ownership, members=members
    )
    suspects = suspects_in(difference, desired)
    gone = gone_in(difference, live, was or {})
    joins = joining(suspects)
    overlaps = {}
    for it in to_compare(suspects, gone):
        pks = (old or {})[it.held.address.key]
        if pks:
            overlaps[it.held.address] = overlaps_of(pks, joins)
    problems = list(check_renames(suspects, gone, desired, overlaps, KINDS))
    assert {(it.code, it.severity) for it in problems} <= {("CG-L16", Severity.ERROR)}
    return [f"{it.where} {it.message} ({it.hint})" for it in problems]


def group_of(name: str, size: int | None = None, *, remote_id: int = 1) -> Held:
    return a_record(a_group(name), remote_id=remote_id, size=size)


GOLD, PLATINUM = a_group("Gold"), a_group("Platinum", members=["x@example.com"])
WAS_GOLD = {at(GOLD): "groups/gold.yaml"}


# --- groups by their members


def test_a_new_group_with_the_members_of_one_that_lost_its_file() -> None:
    said = found(
        [PLATINUM],
        having(group_of("Gold", 10)),
        was=WAS_GOLD,
        new={"Platinum": [*range(1, 10), 99]},
        old={"Gold": range(1, 11)},
    )
    assert said == [
        "groups/platinum.yaml:1:1 looks like a rename of group Gold: 9 of 10 members are the same "
        "(write `renamed_from: [Gold]` to keep the group and its members, or "
        "`not_a_rename: true` if it really is another)"
    ]


def test_a_new_group_beside_a_tombstone_says_what_to_do_with_the_tombstone() -> None:
    said = found(
        [PLATINUM, a_tombstone(GOLD)],
        having(group_of("Gold", 5)),
        new={"Platinum": range(5)},
        old={"Gold": range(5)},
    )
    assert len(said) == 1
    assert "5 of 5 members" in said[0]
    assert "(remove groups/gold.yaml and write `renamed_from: [Gold]` to keep" in said[0]


def test_a_group_that_is_deleted_for_want_of_a_file_counts_too() -> None:
    live = having(group_of("Gold", 5))
    new, old = {"Platinum": range(5)}, {"Gold": range(5)}
    assert len(found([PLATINUM], live, new=new, old=old, owned=True)) == 1


def test_a_group_that_never_had_a_file_is_no_concern() -> None:
    live = having(group_of("Gold", 5))
    assert found([PLATINUM], live, new={"Platinum": range(5)}, old={}) == []


@pytest.mark.parametrize(
    ("new", "old", "looks_alike"),
    [
        (range(80), range(100), True),
        (range(79), range(100), False),
        (range(100), range(80), True),
        (range(100), range(79), False),
        (range(4), range(5), True),
        (range(4), range(4), False),
        (range(1, 6), range(5), True),
        (range(2, 7), range(5), False),
        ((), range(5), False),
        (range(5), (), False),
    ],
)
def test_from_four_fifths_of_the_larger_and_five_members_on(
    new: Sequence[int], old: Sequence[int], looks_alike: bool
) -> None:
    for size in (len(old), None):
        said = found(
            [PLATINUM],
            having(group_of("Gold", size)),
            was=WAS_GOLD,
            new={"Platinum": new},
            old={"Gold": old},
        )
        assert bool(said) is looks_alike


def test_of_several_the_one_that_shares_most_is_named() -> None:
    silver, bronze = a_group("Silver"), a_group("Bronze")
    records = [group_of(it, 100, remote_id=n) for n, it in enumerate(["Gold", "Silver", "Bronze"])]
    said = found(
        [PLATINUM],
        having(*records),
        was={**WAS_GOLD, at(silver): "groups/silver.yaml", at(bronze): "groups/bronze.yaml"},
        new={"Platinum": range(100)},
        old={"Gold": range(10, 110), "Silver": range(2, 102), "Bronze": range(5, 105)},
    )
    assert len(said) == 1
    assert "rename of group Silver: 98 of 100" in said[0]


def test_only_groups_of_fitting_size_are_to_be_read() -> None:
    small, unknown, large = (
        group_of("Small", 3),
        group_of("Unknown", None, remote_id=2),
        group_of("Large", 1000, remote_id=3),
    )
    live = having(small, unknown, large)
    desired = wanting(PLATINUM)
    members = {at(PLATINUM): MemberDelta(customers(*range(10)), (), 0)}
    difference = diff(
        pair_up(desired, live), desired, live, kinds=KINDS, ownership={}, members=members
    )
    was = {it.address: f"groups/{it.remote_id}.yaml" for it in (small, unknown, large)}
    suspects = suspects_in(difference, desired)
    read = to_compare(suspects, gone_in(difference, live, was))
    assert [it.held.address.key for it in read] == ["Unknown"]


def test_a_group_of_which_the_shop_has_two_is_not_named() -> None:
    live = having(group_of("Gold", 5))
    twice = Live(live.held, twice={at(GOLD): (1, 2)}, ids=live.ids)
    same: dict[str, Any] = {"new": {"Platinum": range(5)}, "old": {"Gold": range(5)}}
    assert len(found([PLATINUM], live, was=WAS_GOLD, **same)) == 1
    assert found([PLATINUM], twice, was=WAS_GOLD, **same) == []


# --- what the author says


def test_who_says_that_it_is_no_rename_is_believed() -> None:
    denied = marked(PLATINUM, not_a_rename=True)
    not_denied = marked(PLATINUM, not_a_rename=False)
    live = having(group_of("Gold", 5))
    same: dict[str, Any] = {"new": {"Platinum": range(5)}, "old": {"Gold": range(5)}}
    assert found([denied], live, was=WAS_GOLD, **same) == []
    assert len(found([not_denied], live, was=WAS_GOLD, **same)) == 1


def test_former_names_that_are_written_already_stay_in_the_hint() -> None:
    renamed = a_group("Platinum", renamed_from=["Old one"], members=["x@example.com"])
    same: dict[str, Any] = {"new": {"Platinum": range(5)}, "old": {"Gold": range(5)}}
    said = found([renamed], having(group_of("Gold", 5)), was=WAS_GOLD, **same)
    assert "`renamed_from: [Old one, Gold]`" in said[0]


def test_a_declared_rename_is_none_to_be_found() -> None:
    renamed = a_group("Platinum", renamed_from=["Gold"], members=["x@example.com"])
    assert found([renamed], having(group_of("Gold", 5)), was=WAS_GOLD) == []


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("Gold", "Gold"),
        ("Öğrenci A-1.b", "Öğrenci A-1.b"),
        ("2024", '"2024"'),
        ("True", '"True"'),
        ("null", '"null"'),
        ("a, b", '"a, b"'),
        ("a: b", '"a: b"'),
        ("[x]", '"[x]"'),
        ("a #b", '"a #b"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("${x}", '"$${x}"'),
    ],
)
def test_the_old_name_can_be_copied_into_the_file(key: str, written: str) -> None:
    same: dict[str, Any] = {"new": {"Platinum": range(5)}, "old": {key: range(5)}}
    said = found(
        [PLATINUM], having(group_of(key, 5)), was={Address(GROUP, key): "groups/a.yaml"}, **same
    )
    assert f"`renamed_from: [{written}]`" in said[0]


# --- a file that described another


def test_a_name_changed_in_its_file() -> None:
    changed = in_file(a_group("Platinum"), "groups/gold.yaml")
    said = found([changed], having(group_of("Gold", 2)), was=WAS_GOLD)
    assert len(said) == 1
    assert "looks like a rename of group Gold: this file described it before (" in said[0]


def test_a_file_used_for_a_group_of_other_people() -> None:
    changed = in_file(PLATINUM, "groups/gold.yaml")
    live = having(group_of("Gold", 100))
    old = {"Gold": range(100)}
    half = {"Platinum": [*range(5), *range(200, 205)]}
    less = {"Platinum": [*range(4), *range(200, 206)]}
    assert len(found([changed], live, was=WAS_GOLD, new=half, old=old)) == 1
    nobody = {"Platinum": range(200, 210)}
    assert found([changed], live, was=WAS_GOLD, new=less, old=old) == []
    assert found([changed], live, was=WAS_GOLD, new=nobody, old=old) == []


# --- settings by their rules

STUDENTS = a_setting("students", price_list="student-tr")
PUPILS = a_setting("pupils", price_list="student-tr")
WAS_STUDENTS = {at(STUDENTS): "settings/students.yaml"}


def test_a_new_setting_with_the_rule_of_one_that_lost_its_file() -> None:
    assert found([PUPILS], having(STUDENTS), was=WAS_STUDENTS) == [
        "settings/pupils.yaml:2:1 looks like a rename of setting students: only name and slug "
        "differ (write `renamed_from: [students]` to keep the setting, or `not_a_rename: true` "
        "if it really is another)"
    ]


def test_a_setting_may_differ_in_more_than_its_names() -> None:
    other = a_setting("pupils", priority=3, active=False, price_list="staff")
    said = found([other], having(STUDENTS), was=WAS_STUDENTS)
    assert "only name, slug, priority, active and display.price_list differ (" in said[0]


def test_another_rule_is_another_setting() -> None:
    other = a_setting("pupils", price_list="student-tr", rule=a_rule("İzmir"))
    assert found([other], having(STUDENTS), was=WAS_STUDENTS) == []


def test_a_rule_for_everyone_is_not_enough() -> None:
    everyone = Rule(Everyone())
    sale = a_setting("sale", rule=everyone, price_list="student-tr")
    was = {at(sale): "settings/sale.yaml"}
    same = a_setting("summer-sale", rule=everyone, price_list="student-tr")
    other = a_setting("summer-sale", rule=everyone, price_list="staff")
    assert len(found([same], having(sale), was=was)) == 1
    assert found([other], having(sale), was=was) == []


def test_a_copy_of_a_setting_that_stays_is_not_a_rename() -> None:
    kept = a_setting("students-2", price_list="staff", priority=11)
    copy = a_setting("students-3", price_list="staff", priority=12)
    live = having(STUDENTS, kept)
    assert found([kept, copy], live, was=WAS_STUDENTS) == []


def test_the_one_that_goes_must_be_nearer_than_those_that_stay() -> None:
    kept = a_setting("students-2", price_list="staff", priority=11)
    assert len(found([kept, PUPILS], having(STUDENTS, kept), was=WAS_STUDENTS)) == 1


def test_of_several_settings_the_one_with_most_in_common_is_named() -> None:
    near = a_setting("near", price_list="student-tr", name="Pupils")
    live = having(STUDENTS, near, a_setting("far", priority=1))
    was = {it: f"settings/{it.key}.yaml" for it in live.held}
    said = found([PUPILS], live, was=was)
    assert len(said) == 1
    assert "rename of setting near: only slug differs (" in said[0]


def test_of_equals_the_first_by_name_is_named() -> None:
    live = having(
        *(a_setting(it, name="Old", price_list="student-tr") for it in ("b", "ab", "a", "c"))
    )
    was = {it: f"settings/{it.key}.yaml" for it in live.held}
    assert "rename of setting a:" in found([PUPILS], live, was=was)[0]


def test_a_rule_that_very_many_have_says_nothing() -> None:
    def old(count: int) -> Live:
        return having(*(a_setting(f"s{number}", priority=number) for number in range(count)))

    few, many = old(MOST_ALIKE - 1), old(MOST_ALIKE)
    assert len(found([PUPILS], few, owned=True)) == 1
    assert found([PUPILS], many, owned=True) == []


def test_each_new_resource_is_named_once_in_the_order_of_the_plan() -> None:
    live = having(group_of("Gold", 5), a_record(STUDENTS, remote_id=2))
    said = found(
        [PUPILS, PLATINUM],
        live,
        was={**WAS_GOLD, **WAS_STUDENTS},
        new={"Platinum": range(5)},
        old={"Gold": range(5)},
    )
    assert [it.partition(":")[0] for it in said] == [
        "groups/platinum.yaml",
        "settings/pupils.yaml",
    ]


PKS = st.sets(st.integers(1, 30), min_size=1, max_size=20)


@given(st.dictionaries(st.sampled_from("ABC"), PKS, min_size=1), PKS)
def test_an_overlap_is_what_two_sets_share(new: dict[str, set[int]], old: set[int]) -> None:
    desired = wanting(*(a_group(name) for name in new))
    members = {
        Address(GROUP, name): MemberDelta(customers(*sorted(pks)), (), 0)
        for name, pks in new.items()
    }
    live = having()
    difference = diff(
        pair_up(desired, live), desired, live, kinds=KINDS, ownership={}, members=members
    )
    suspects = suspects_in(difference, desired)
    assert overlaps_of(sorted(old), joining(suspects)) == {
        Address(GROUP, name): Overlap(len(pks & old), len(old), len(pks))
        for name, pks in new.items()
        if pks & old
    }
