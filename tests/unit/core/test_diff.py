"""What has to change, and what is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.diff import (
    Change,
    Create,
    Delete,
    Difference,
    FieldChange,
    Update,
    diff,
    field_changes,
)
from cg_sync.core.document import Document, Span
from cg_sync.core.kind import Spec
from cg_sync.core.match import pair_up
from cg_sync.core.members import MemberDelta
from cg_sync.core.project import Ownership
from cg_sync.core.state import Desired, Live, Tombstone, Wanted
from cg_sync.errors import Position
from cg_sync.jsonvalue import Pointer
from cg_sync.kinds import KINDS
from cg_sync.kinds.customer_group import CUSTOMER_GROUP
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from cg_sync.rules.document import rule_to_document
from tests.builders import (
    a_group,
    a_record,
    a_rule,
    a_setting,
    a_tombstone,
    customers,
    having,
    wanting,
)

DECLARED = {"groups": Ownership(), "settings": Ownership()}
ALL = {"groups": Ownership(mode="all"), "settings": Ownership(mode="all")}
VIP, GOLD, SPRING = a_group("VIP"), a_group("Gold"), a_setting("spring")
HERE = Position("groups/vip.yaml", 1, 1)


def difference_of(
    desired: Desired,
    live: Live,
    *,
    ownership: Mapping[str, Ownership] = DECLARED,
    members: Mapping[Address, MemberDelta] | None = None,
) -> Difference:
    return diff(
        pair_up(desired, live),
        desired,
        live,
        kinds=KINDS,
        ownership=ownership,
        members=members or {},
    )


def changes_of(desired: Desired, live: Live) -> tuple[Change, ...]:
    return difference_of(desired, live).changes


def test_the_file_of_what_stays_as_it_is_is_not_read_again_for_its_places() -> None:
    def locate() -> Mapping[Pointer, Span]:
        raise AssertionError("read again")

    same = replace(VIP, document=Document("groups/vip.yaml", {"name": "VIP"}, locate))
    assert difference_of(wanting(same), having(VIP)) == Difference((), (), 1)


def test_nothing_changes_where_the_shop_is_as_the_files_want_it() -> None:
    assert difference_of(wanting(VIP, SPRING), having(VIP, SPRING)) == Difference((), (), 2)


def test_a_group_missing_from_the_shop_is_created() -> None:
    fields = (FieldChange("name", None, "VIP", Position("groups/vip.yaml", 1, 9)),)
    assert difference_of(wanting(VIP), having()) == Difference(
        (Create(VIP.address, VIP.spec, fields, HERE),), (), 0
    )


def test_a_new_setting_says_every_field_that_is_set_in_the_order_of_the_kind() -> None:
    starts = datetime(2026, 9, 1, tzinfo=UTC)
    wanted = a_setting("spring", starts_at=starts, price_list="staff", active=False)
    [change] = changes_of(wanting(wanted), having())
    assert [(it.name, it.old, it.new) for it in change.fields] == [
        ("name", None, "Spring"),
        ("slug", None, "spring"),
        ("priority", None, 10),
        ("active", None, False),
        ("starts_at", None, "2026-09-01"),
        ("rule", None, rule_to_document(a_rule())),
        ("display.price_list", None, "staff"),
    ]


def test_only_the_fields_that_differ_are_updated() -> None:
    before, wanted = a_setting("spring", priority=20, name="Frühling"), SPRING
    live = having(a_record(before, remote_id=7))
    fields = (
        FieldChange("name", "Frühling", "Spring", Position("settings/spring.yaml", 1, 9)),
        FieldChange("priority", 20, 10, Position("settings/spring.yaml", 3, 9)),
    )
    where = Position("settings/spring.yaml", 2, 1)
    update = Update(wanted.address, 7, before.spec, wanted.spec, fields, where)
    assert difference_of(wanting(wanted), live) == Difference((update,), (), 0)


def test_a_field_the_file_leaves_out_goes_back_to_its_default() -> None:
    before = a_setting("spring", active=False, price_list="staff")
    [change] = changes_of(wanting(SPRING), having(before))
    nowhere = Position("settings/spring.yaml", 1, 1)
    assert change.fields == (
        FieldChange("active", False, True, nowhere),
        FieldChange("display.price_list", "staff", None, nowhere),
    )


def test_a_rule_is_shown_as_authors_write_it() -> None:
    [change] = changes_of(wanting(SPRING), having(a_setting("spring", rule=a_rule("Kocaeli"))))
    assert [(it.name, it.old, it.new) for it in change.fields] == [
        ("rule", {"match": [{"city": "Kocaeli"}]}, {"match": [{"city": "Bursa"}]})
    ]


def test_a_rename_updates_the_record_that_was_called_otherwise() -> None:
    wanted = a_group("VIP", renamed_from=["Gold"])
    live = having(a_record(GOLD, remote_id=5))
    fields = (FieldChange("name", "Gold", "VIP", Position("groups/vip.yaml", 1, 9)),)
    update = Update(wanted.address, 5, GOLD.spec, wanted.spec, fields, HERE, former="Gold")
    assert difference_of(wanting(wanted), live) == Difference((update,), (), 0)


def test_a_rename_is_no_deletion_where_everything_is_ours() -> None:
    wanted = a_group("VIP", renamed_from=["Gold"])
    changes = difference_of(wanting(wanted), having(GOLD), ownership=ALL).changes
    assert [type(change) for change in changes] == [Update]


def test_a_tombstone_deletes_the_record_that_has_its_key() -> None:
    live = having(a_record(VIP, remote_id=5, size=12))
    fields = (FieldChange("name", "VIP", None),)
    delete = Delete(
        VIP.address, 5, VIP.spec, fields, where=Position("groups/vip.yaml", 2, 1), size=12
    )
    assert difference_of(wanting(a_tombstone(VIP)), live) == Difference((delete,), (), 0)


def test_a_tombstone_of_what_the_shop_does_not_have_changes_nothing() -> None:
    assert difference_of(wanting(a_tombstone(VIP)), having()) == Difference((), (), 0)


def test_a_tombstone_counts_even_for_a_key_that_is_kept() -> None:
    keeping = {**ALL, "groups": Ownership(mode="all", keep=("*",))}
    found = difference_of(wanting(a_tombstone(VIP)), having(VIP), ownership=keeping)
    assert [type(change) for change in found.changes] == [Delete]


def test_what_has_no_file_is_unmanaged_in_the_order_of_kinds_and_keys() -> None:
    live = having(SPRING, VIP, a_setting("autumn"), GOLD)
    assert difference_of(wanting(), live) == Difference(
        (),
        (
            Address("customer_group", "Gold"),
            Address("customer_group", "VIP"),
            Address("customer_group_setting", "autumn"),
            Address("customer_group_setting", "spring"),
        ),
        0,
    )


def test_what_has_no_file_is_deleted_where_everything_is_ours() -> None:
    live = having(a_record(GOLD, remote_id=5))
    delete = Delete(GOLD.address, 5, GOLD.spec, (FieldChange("name", "Gold", None),), where=None)
    assert difference_of(wanting(), live, ownership=ALL) == Difference((delete,), (), 0)


@pytest.mark.parametrize(
    ("keep", "unmanaged"),
    [
        ((), []),
        (("Gold",), ["Gold"]),
        (("gold",), []),
        (("G*", "?IP"), ["Gold", "VIP"]),
    ],
)
def test_a_pattern_keeps_what_has_no_file(keep: tuple[str, ...], unmanaged: list[str]) -> None:
    owned = {"groups": Ownership(mode="all", keep=keep), "settings": Ownership()}
    found = difference_of(wanting(), having(VIP, GOLD), ownership=owned)
    assert [address.key for address in found.unmanaged] == unmanaged
    assert len(found.changes) == 2 - len(unmanaged)


def test_brackets_in_a_pattern_are_letters_of_a_name() -> None:
    old, owned = a_group("VIP [old]"), {"groups": Ownership(mode="all", keep=("VIP [old]",))}
    found = difference_of(wanting(), having(old), ownership=owned)
    assert (found.changes, found.unmanaged) == ((), (old.address,))


def test_ownership_of_one_folder_says_nothing_about_the_other() -> None:
    owned = {"groups": Ownership(mode="all"), "settings": Ownership()}
    found = difference_of(wanting(), having(VIP, SPRING), ownership=owned)
    assert [change.address for change in found.changes] == [VIP.address]
    assert found.unmanaged == (SPRING.address,)


def test_a_folder_nobody_spoke_of_is_as_if_declared() -> None:
    assert difference_of(wanting(), having(VIP), ownership={}).unmanaged == (VIP.address,)


def test_what_the_shop_holds_twice_is_never_deleted_for_want_of_a_file() -> None:
    live = replace(having(GOLD), twice={GOLD.address: (1, 2)})
    found = difference_of(wanting(), live, ownership=ALL)
    assert found == Difference((), (GOLD.address,), 0)


@pytest.mark.parametrize(
    "delta",
    [
        MemberDelta(add=customers(1), remove=customers(2), kept=3),
        MemberDelta(add=customers(1), remove=(), kept=3),
        MemberDelta(add=(), remove=customers(2), kept=3),
    ],
)
def test_a_change_of_members_alone_is_an_update_without_fields(delta: MemberDelta) -> None:
    found = difference_of(wanting(VIP), having(VIP), members={VIP.address: delta})
    update = Update(VIP.address, 1, VIP.spec, VIP.spec, (), HERE, members=delta)
    assert found == Difference((update,), (), 0)


def test_members_that_are_all_there_change_nothing() -> None:
    delta = MemberDelta(add=(), remove=(), kept=3)
    found = difference_of(wanting(VIP), having(VIP), members={VIP.address: delta})
    assert found == Difference((), (), 1)


def test_an_update_speaks_of_members_only_when_they_change() -> None:
    wanted, delta = a_group("VIP", renamed_from=["Gold"]), MemberDelta((), (), kept=3)
    found = difference_of(wanting(wanted), having(GOLD), members={wanted.address: delta})
    assert [getattr(change, "members", "none") for change in found.changes] == [None]


def test_a_new_group_takes_its_members_along() -> None:
    delta = MemberDelta(add=customers(1), remove=(), kept=0)
    [change] = difference_of(wanting(VIP), having(), members={VIP.address: delta}).changes
    assert isinstance(change, Create)
    assert change.members == delta


def test_changes_are_in_the_order_of_kinds_and_then_of_keys() -> None:
    desired = wanting(SPRING, a_setting("autumn"), VIP, a_tombstone(GOLD), a_group("Best"))
    assert [it.address.key for it in changes_of(desired, having(GOLD))] == [
        "Best", "Gold", "VIP", "autumn", "spring",
    ]  # fmt: skip


def test_fields_without_a_document_have_no_place() -> None:
    changes = field_changes(CUSTOMER_GROUP, VIP.spec, GOLD.spec, None)
    assert changes == (FieldChange("name", "VIP", "Gold", None),)


def test_nothing_differs_from_itself() -> None:
    assert field_changes(CUSTOMER_GROUP_SETTING, SPRING.spec, SPRING.spec, None) == ()


NAMES = ("A", "B", "C", "D")
groups = st.builds(
    a_group, st.sampled_from(NAMES), renamed_from=st.lists(st.sampled_from(NAMES), max_size=2)
)
settings = st.builds(
    a_setting,
    st.sampled_from(NAMES),
    priority=st.integers(0, 2),
    active=st.booleans(),
    price_list=st.sampled_from([None, "staff"]),
    renamed_from=st.lists(st.sampled_from(NAMES), max_size=1),
)
resources = st.lists(groups | settings, max_size=6, unique_by=lambda it: it.address)
ownerships = st.sampled_from([DECLARED, ALL])


@st.composite
def files(draw: st.DrawFn) -> Desired:
    """Sound files: nobody is renamed from what is its own name, or from what another was."""
    claimed: set[Address] = set()
    said: list[Wanted | Tombstone] = []
    for resource in draw(resources):
        former = [Address(resource.address.kind, name) for name in resource.former]
        if draw(st.booleans()) or resource.address in former or claimed & {*former}:
            said.append(a_tombstone(resource))
        else:
            claimed |= {*former}
            said.append(resource)
    return wanting(*said)


shops = resources.map(lambda records: having(*records))


@given(resources, ownerships)
def test_what_is_as_wanted_has_no_difference(
    records: list[Wanted], ownership: Mapping[str, Ownership]
) -> None:
    same = difference_of(wanting(*records), having(*records), ownership=ownership)
    assert same == Difference((), (), len(records))


@given(files(), shops, ownerships)
def test_applying_the_changes_gives_what_is_wanted(
    desired: Desired, live: Live, ownership: Mapping[str, Ownership]
) -> None:
    found = difference_of(desired, live, ownership=ownership)
    after = applied(found.changes, {address: held.spec for address, held in live.held.items()})
    wanted = {address: it.spec for address, it in desired.wanted.items()}
    unmanaged = {address: live.held[address].spec for address in found.unmanaged}
    assert after == wanted | unmanaged
    assert not unmanaged.keys() & (wanted.keys() | desired.absent.keys())
    assert not (ownership == ALL and unmanaged)


@given(files(), shops)
def test_after_the_changes_nothing_is_left_to_change(desired: Desired, live: Live) -> None:
    found = difference_of(desired, live, ownership=ALL)
    after = applied(found.changes, {address: held.spec for address, held in live.held.items()})
    again = having(
        *(a_record(replace(it, spec=after[it.address])) for it in desired.wanted.values())
    )
    assert difference_of(desired, again, ownership=ALL) == Difference((), (), len(desired.wanted))


def applied(changes: tuple[Change, ...], shop: dict[Address, Spec]) -> dict[Address, Spec]:
    """What a shop holds after the changes; each must find what it speaks of as it says."""
    after = dict(shop)
    for change in changes:
        match change:
            case Create():
                assert change.address not in after
            case Update():
                key = change.address.key if change.former is None else change.former
                assert after.pop(Address(change.address.kind, key)) == change.before
            case Delete():
                assert after.pop(change.address) == change.before
                continue
        after[change.address] = change.spec
    return after
