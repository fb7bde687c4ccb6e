"""Whose doing a change is, in tables of cases and by laws over small worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Update, diff
from cg_sync.core.match import pair_up
from cg_sync.core.members import Member, MemberDelta, MemberKeys, Membership
from cg_sync.core.origin import MEMBERS, WHOLE, Origin
from cg_sync.core.project import Ownership
from cg_sync.core.state import Desired, Live, Tombstone, Unreadable, Wanted
from cg_sync.core.three_way import Apart, Side, tell_apart
from cg_sync.kinds import KINDS
from tests.builders import (
    a_group,
    a_record,
    a_setting,
    a_tombstone,
    having,
    wanting,
)

YOURS, DRIFT, BOTH = Origin.YOURS, Origin.DRIFT, Origin.BOTH
DECLARED: Mapping[str, Ownership] = {}
ALL = {"groups": Ownership(mode="all"), "settings": Ownership(mode="all")}
GONE = a_tombstone(a_setting())


def changes_of(
    side: Side, live: Live, members: Mapping[Address, MemberDelta] | None = None
) -> tuple[Change, ...]:
    pairs = pair_up(side.desired, live)
    return diff(
        pairs, side.desired, live, kinds=KINDS, ownership=side.ownership, members=members or {}
    ).changes


def apart_of(
    base: Side,
    head: Side,
    live: Live,
    members: Mapping[Address, MemberDelta] | None = None,
    **more: Any,
) -> Apart:
    changes = changes_of(head, live, members)
    return tell_apart(changes, head=head, base=base, live=live, kinds=KINDS, **more)


def side(*resources: Wanted | Tombstone, owned: Mapping[str, Ownership] = DECLARED) -> Side:
    return Side(wanting(*resources), owned)


def origins_of(
    base: Sequence[Wanted | Tombstone],
    head: Sequence[Wanted | Tombstone],
    shop: Sequence[Wanted],
) -> dict[str, Mapping[str, Origin]]:
    """The origins by key, and that nothing is live already."""
    apart = apart_of(side(*base), side(*head), having(*shop))
    assert apart.already_live == ()
    return {address.key: fields for address, fields in apart.origins.items()}


# --- fields


@pytest.mark.parametrize(
    ("base", "head", "shop", "origin"),
    [(10, 20, 10, YOURS), (10, 10, 30, DRIFT), (10, 20, 30, BOTH)],
)
def test_a_field_is_whose_value_differs_from_the_base(
    base: int, head: int, shop: int, origin: Origin
) -> None:
    in_base, in_head, in_shop = (a_setting(priority=it) for it in (base, head, shop))
    assert origins_of([in_base], [in_head], [in_shop]) == {"spring": {"priority": origin}}


def test_each_field_has_an_origin_of_its_own() -> None:
    base = a_setting(name="A", priority=1, active=True, price_list=None)
    head = a_setting(name="B", priority=1, active=False, price_list="staff")
    shop = a_setting(name="C", priority=2, active=True, price_list=None)
    assert origins_of([base], [head], [shop]) == {
        "spring": {"name": BOTH, "priority": DRIFT, "active": YOURS, "display.price_list": YOURS}
    }


def test_what_the_branch_takes_over_from_the_shop_is_its_own_doing() -> None:
    assert origins_of([], [a_setting(priority=5)], [a_setting()]) == {"spring": {"priority": YOURS}}


def test_what_the_base_wants_gone_and_the_branch_keeps_is_both() -> None:
    head, shop = a_setting(priority=5), a_setting()
    assert origins_of([GONE], [head], [shop]) == {"spring": {"priority": BOTH}}
    apart = apart_of(side(owned=ALL), side(head, owned=ALL), having(shop))
    assert list(apart.origins.values()) == [{"priority": BOTH}]


# --- renames


@pytest.mark.parametrize(
    ("base", "head", "shop", "origin"),
    [
        ("old", "new", "old", YOURS),
        ("old", "old", "moved", None),
        ("moved", "moved", "old", DRIFT),
        ("moved", "new", "old", BOTH),
    ],
)
def test_a_rename_is_a_field_like_others(
    base: str, head: str, shop: str, origin: Origin | None
) -> None:
    def named(name: str, *former: str) -> Wanted:
        return a_setting(name, name="Same", renamed_from=former)

    in_base = named(base, "old") if base == "moved" else named(base)
    in_head = named(head, "old") if head != "old" else named(head)
    found = origins_of([in_base], [in_head], [named(shop)])
    # Without a rename in the files, what was renamed in the shop is another resource.
    assert found == {head: {"slug": origin} if origin else {WHOLE: DRIFT}}


def test_a_renamed_resource_keeps_the_origins_of_its_other_fields() -> None:
    base = a_setting("old", name="Same", priority=1)
    head = a_setting("new", name="Same", priority=1, active=False, renamed_from=["old"])
    shop = a_setting("old", name="Same", priority=9)
    assert origins_of([base], [head], [shop]) == {
        "new": {"slug": YOURS, "priority": DRIFT, "active": YOURS}
    }


def test_a_renamed_resource_that_the_shop_has_lost_is_both() -> None:
    head = a_setting("new", renamed_from=["old"])
    assert origins_of([a_setting("old")], [head], []) == {"new": {WHOLE: BOTH}}


def test_a_former_name_that_has_a_file_of_its_own_says_nothing_about_the_renamed() -> None:
    head = [a_setting("new", renamed_from=["old"]), a_setting("old")]
    assert origins_of([a_setting("old")], head, []) == {
        "new": {WHOLE: YOURS},
        "old": {WHOLE: DRIFT},
    }
    renamed, gone = head[0], a_tombstone(a_setting("old"))
    assert origins_of([a_setting("old")], [renamed], []) == {"new": {WHOLE: BOTH}}
    apart = apart_of(side(a_setting("old")), side(renamed, gone), having())
    assert apart.origins == {renamed.address: {WHOLE: YOURS}}


# --- creating and deleting


@pytest.mark.parametrize(
    ("base", "origin"),
    [([], YOURS), ([GONE], YOURS), ([a_setting()], DRIFT), ([a_setting(priority=3)], BOTH)],
)
def test_who_makes_a_resource_that_the_shop_lacks(
    base: list[Wanted | Tombstone], origin: Origin
) -> None:
    assert origins_of(base, [a_setting()], []) == {"spring": {WHOLE: origin}}


@pytest.mark.parametrize(
    ("before", "origin"), [(["a@example.com"], DRIFT), (["b@example.com"], BOTH), (None, BOTH)]
)
def test_a_group_that_the_shop_lacks_is_both_when_its_members_are_new(
    before: list[str] | None, origin: Origin
) -> None:
    base, head = a_group(members=before), a_group(members=["a@example.com"])
    assert origins_of([base], [head], []) == {"VIP": {WHOLE: origin}}


@pytest.mark.parametrize(
    ("base", "origin"),
    [([], YOURS), ([GONE], DRIFT), ([a_setting()], YOURS), ([a_setting(priority=3)], BOTH)],
)
def test_who_deletes_a_resource(base: list[Wanted | Tombstone], origin: Origin) -> None:
    assert origins_of(base, [GONE], [a_setting()]) == {"spring": {WHOLE: origin}}


def test_a_rename_that_is_not_applied_yet_and_then_deleted_is_both() -> None:
    base = a_setting("new", renamed_from=["spring"])
    assert origins_of([base], [GONE], [a_setting()]) == {"spring": {WHOLE: BOTH}}


@pytest.mark.parametrize(
    ("base", "origin"),
    [
        (side(), YOURS),
        (side(owned=ALL), DRIFT),
        (side(owned={"settings": Ownership(mode="all", keep=("spr*",))}), YOURS),
        (side(a_setting(), owned=ALL), YOURS),
        (side(a_setting()), YOURS),
        (side(a_setting(active=False), owned=ALL), BOTH),
        (side(GONE), DRIFT),
    ],
)
def test_who_deletes_what_has_no_file(base: Side, origin: Origin) -> None:
    apart = apart_of(base, side(owned=ALL), having(a_setting()))
    assert apart == Apart({a_setting().address: {WHOLE: origin}}, ())


# --- members

ANN, BOB, EVE = (f"{name}@example.com" for name in ("ann", "bob", "eve"))
PKS = {ANN: 1, BOB: 2, EVE: 3}


def membership_origin(
    before: Wanted | None, after: Wanted, add: Sequence[str], remove: Sequence[str], **more: Any
) -> Origin:
    moved = (
        tuple(Member(PKS[it], it.upper()) for it in add),
        tuple(Member(PKS[it], it.upper()) for it in remove),
    )
    base = side() if before is None else side(before)
    members = {after.address: MemberDelta(*moved, kept=1)}
    apart = apart_of(base, side(after), having(a_group()), members, **more)
    [fields] = apart.origins.values()
    assert set(fields) == {MEMBERS}
    return fields[MEMBERS]


@pytest.mark.parametrize(
    ("before", "after", "add", "remove", "origin"),
    [
        ([ANN], [ANN], [ANN], [], DRIFT),
        ([ANN], [ANN], [], [EVE], DRIFT),
        ([ANN], [ANN, BOB], [BOB], [], YOURS),
        ([ANN, BOB], [ANN], [], [BOB], YOURS),
        ([ANN], [ANN, BOB], [BOB], [EVE], BOTH),
        ([ANN], [ANN, BOB], [ANN, BOB], [], BOTH),
        ([ANN, BOB], [ANN], [], [BOB, EVE], BOTH),
        ([ANN], [ANN, BOB], [ANN], [], DRIFT),
        ([ANN, BOB], [ANN], [], [EVE], DRIFT),
        (None, [ANN], [ANN], [EVE], YOURS),
    ],
)
def test_members_are_whose_who_moves_them(
    before: list[str] | None, after: list[str], add: list[str], remove: list[str], origin: Origin
) -> None:
    assert membership_origin(a_group(members=before), a_group(members=after), add, remove) is origin


def test_members_of_a_group_that_is_new_to_the_files_are_yours() -> None:
    assert membership_origin(None, a_group(members=[ANN]), [ANN], [EVE]) is YOURS


def test_members_of_a_group_that_the_base_deletes_are_both() -> None:
    gone, after = a_tombstone(a_group()), a_group(members=[ANN])
    members = {after.address: MemberDelta((Member(1, ANN),), (), kept=0)}
    apart = apart_of(side(gone), side(after), having(a_group()), members)
    assert apart.origins == {after.address: {MEMBERS: BOTH}}


def test_who_was_let_in_before_and_goes_now_that_the_list_is_exact_is_yours() -> None:
    before = a_group(members=[ANN], mode="at_least")
    assert membership_origin(before, a_group(members=[ANN]), [], [EVE]) is YOURS


def named_by(**keys: str) -> Wanted:
    by: Any = {name: {value} for name, value in keys.items()}
    return replace(a_group(members=[]), membership=Membership("exact", MemberKeys(by)))


def test_a_member_is_known_by_pk_too() -> None:
    assert membership_origin(named_by(pk="3"), named_by(pk="1"), [ANN], [EVE]) is YOURS
    assert membership_origin(named_by(pk="1"), named_by(email=ANN), [ANN], []) is DRIFT


def test_members_by_erp_code_are_yours_as_soon_as_the_list_changes() -> None:
    one, other = named_by(erp_code="C-1"), named_by(erp_code="C-2")
    assert membership_origin(one, one, [ANN], [EVE]) is DRIFT
    assert membership_origin(one, other, [ANN], [EVE]) is YOURS
    assert membership_origin(named_by(email=ANN), other, [ANN], [EVE]) is YOURS
    assert membership_origin(other, named_by(email=ANN), [], [EVE]) is YOURS


def test_members_under_other_names_are_yours_as_soon_as_the_list_changes() -> None:
    before, after = a_group(members=[ANN]), a_group(members=[ANN, BOB])
    assert membership_origin(before, after, [ANN], [EVE], by_member=False) is YOURS
    assert membership_origin(after, after, [ANN], [EVE], by_member=False) is DRIFT


def test_an_empty_list_is_the_same_however_it_came_to_be() -> None:
    empty = replace(a_group(members=[]), membership=Membership("exact", MemberKeys({})))
    after = a_group(members=[])
    assert membership_origin(empty, after, [], [EVE], by_member=False) is DRIFT


# --- already live


def already(
    base: Side, head: Side, *shop: Wanted, members: Mapping[Address, MemberDelta] | None = None
) -> list[str]:
    apart = apart_of(base, head, having(*shop), members)
    assert apart.origins == {}
    return [address.key for address in apart.already_live]


def test_a_change_that_the_shop_has_is_already_live() -> None:
    assert already(side(a_setting(priority=1)), side(a_setting()), a_setting()) == ["spring"]


def test_what_the_shop_has_and_gets_a_file_now_is_already_live() -> None:
    vip, spring = a_group(), a_setting()
    assert already(side(), side(spring, vip), spring, vip) == ["VIP", "spring"]
    assert already(side(GONE), side(spring), spring) == ["spring"]


def test_a_rename_that_the_shop_has_is_already_live() -> None:
    head = a_setting("new", renamed_from=["spring"])
    for owned in (DECLARED, ALL):
        assert already(side(a_setting(), owned=owned), side(head, owned=owned), head) == ["new"]


def test_a_member_list_that_the_shop_follows_already_is_already_live() -> None:
    before, after = a_group(members=[ANN]), a_group(members=[BOB])
    members = {after.address: MemberDelta((), (), kept=1)}
    assert already(side(before), side(after), a_group(), members=members) == ["VIP"]
    assert already(side(after), side(after), a_group(), members=members) == []
    assert already(side(before), side(a_group()), a_group()) == []


def test_a_member_list_that_was_not_compared_is_never_called_live() -> None:
    before, after, shop = a_group(members=[ANN]), a_group(members=[BOB]), having(a_group())
    for base in (side(before), side()):
        assert apart_of(base, side(after), shop, by_member=False) == Apart({}, ())
    spring = a_setting()
    apart = apart_of(side(before), side(before, spring), having(a_group(), spring), by_member=False)
    assert apart == Apart({}, (spring.address,))


def test_what_the_branch_deletes_and_the_shop_lacks_is_already_live() -> None:
    spring = a_setting()
    assert already(side(spring), side(GONE)) == ["spring"]
    assert already(side(spring, owned=ALL), side(owned=ALL)) == ["spring"]


def test_what_the_branch_does_not_care_for_is_not_already_live() -> None:
    spring = a_setting()
    kept = {"settings": Ownership(mode="all", keep=("spring",))}
    assert already(side(spring), side()) == []
    assert already(side(spring), side(owned=kept)) == []
    assert already(side(GONE), side(GONE)) == []
    assert already(side(), side(GONE)) == []
    assert already(side(spring), side(spring), spring) == []


def test_a_record_that_cannot_be_read_is_not_gone() -> None:
    spring = a_setting()
    record = Unreadable(spring.address.kind, 7, "it has no priority", "spring")
    live = replace(having(), unreadable=(record,))
    assert apart_of(side(spring, owned=ALL), side(owned=ALL), live) == Apart({}, ())


# --- laws

KEYS = ("a", "b", "c", "d")
POOL: dict[str, list[Wanted]] = {
    key: [
        *(a_setting(key, name="N", priority=it, active=it < 3) for it in (1, 2, 3)),
        a_group(key),
    ]
    for key in KEYS
}
owned = st.sampled_from(
    [DECLARED, ALL, {"settings": Ownership(mode="all", keep=("a", "b"))}, {"groups": ALL["groups"]}]
)


@st.composite
def sides(draw: st.DrawFn, *, renames: bool = True) -> Side:
    """Files with settings and groups, some of them renamed, some to be gone."""
    wanted: dict[Address, Wanted] = {}
    absent: dict[Address, Tombstone] = {}
    for key in KEYS:
        resource = draw(st.sampled_from(POOL[key]))
        match draw(st.sampled_from(["wanted", "wanted", "absent", "none"])):
            case "wanted":
                wanted[resource.address] = resource
            case "absent":
                absent[resource.address] = a_tombstone(resource)
            case _:
                pass
    claimed: set[Address] = set()  # two files that come from one are an error
    for address, it in list(wanted.items()) if renames else ():
        keys = draw(st.sampled_from([(), (), ("a",), ("d", "c")]))
        former = {Address(address.kind, key) for key in keys} - claimed - {address}
        claimed |= former
        wanted[address] = replace(it, former=tuple(sorted(other.key for other in former)))
    return Side(Desired(wanted, absent), draw(owned))


@st.composite
def shops(draw: st.DrawFn) -> Live:
    """A shop with some of the same settings and groups."""
    pool = st.sampled_from([it for found in POOL.values() for it in found])
    return having(*draw(st.lists(pool, unique_by=lambda it: it.address, max_size=6)))


def of_each(apart: Apart) -> set[Origin]:
    return {origin for fields in apart.origins.values() for origin in fields.values()}


@given(sides(), shops())
def test_where_the_branch_changes_nothing_all_is_drift(same: Side, live: Live) -> None:
    apart = apart_of(same, same, live)
    assert of_each(apart) <= {DRIFT}
    assert apart.already_live == ()


@given(sides(), shops(), st.booleans())
def test_where_the_shop_is_as_the_base_says_all_is_yours(
    head: Side, live: Live, by_file: bool
) -> None:
    wanted = [
        a_setting(
            it.address.key,
            **{field: said for field, said in vars(it.spec).items() if field != "slug"},
        )
        if it.address.kind == "customer_group_setting"
        else a_group(it.address.key)
        for it in live.held.values()
    ]
    base = side(*wanted, owned=ALL) if by_file else side()
    apart = apart_of(base, head, live)
    assert of_each(apart) <= {YOURS}


@given(sides(), sides(), shops())
def test_every_changed_field_has_an_origin_and_nothing_else_has(
    base: Side, head: Side, live: Live
) -> None:
    apart = apart_of(base, head, live)
    assert {
        change.address: {it.name for it in change.fields} if isinstance(change, Update) else {WHOLE}
        for change in changes_of(head, live)
    } == {address: set(fields) for address, fields in apart.origins.items()}


@given(sides(renames=False), sides(renames=False), shops())
def test_an_origin_says_what_a_plan_of_the_base_would_do(
    base: Side, head: Side, live: Live
) -> None:
    theirs = {it.address: it for it in changes_of(base, live)}
    for change in changes_of(head, live):
        origins = apart_of(base, head, live).origins[change.address]
        other = theirs.get(change.address)
        for name, origin in origins.items():
            if other is None:
                expected = YOURS
            elif isinstance(change, Update) and isinstance(other, Update):
                mine = next(it for it in change.fields if it.name == name)
                there = next((it for it in other.fields if it.name == name), None)
                same = there is not None and there.new == mine.new
                expected = YOURS if there is None else DRIFT if same else BOTH
            else:
                expected = DRIFT if meant(change) == meant(other) else BOTH
            assert origin is expected


def meant(change: Change) -> object:
    """What a change is after, without where that is written."""
    match change:
        case Create() | Update():
            return type(change), change.spec
        case Delete():
            return Delete


@given(sides(), sides(), shops())
def test_what_is_already_live_differs_from_the_base_and_is_not_changed(
    base: Side, head: Side, live: Live
) -> None:
    apart = apart_of(base, head, live)
    assert not set(apart.already_live) & set(apart.origins)
    for address in apart.already_live:
        mine, theirs = head.desired.wanted.get(address), base.desired.wanted.get(address)
        assert (mine is None) == (address not in live.held)
        assert mine is None or theirs is None or mine.spec != theirs.spec
    order = [[kind.name for kind in KINDS].index(it.kind) for it in apart.already_live]
    assert order == sorted(order)


def test_a_record_is_found_by_its_own_id_after_a_rename() -> None:
    """The base renames, the branch renames on: both mean the record under its old name."""
    base = a_setting("b", name="N", renamed_from=["a"])
    head = a_setting("c", name="N", renamed_from=["b", "a"])
    live = Live({a_setting("a").address: a_record(a_setting("a", name="N"), remote_id=5)})
    assert apart_of(side(base), side(head), live).origins == {head.address: {"slug": BOTH}}
