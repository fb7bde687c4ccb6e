"""A record right before it is written: still as planned, what is kept of it, or crossed."""

from __future__ import annotations

import pytest

from cg_sync.api.look import (
    Crossed,
    Seen,
    look_at_size,
    look_before_delete,
    look_before_update,
)
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.journal import Before
from cg_sync.core.kind import Kind
from cg_sync.core.moved import Moved
from cg_sync.core.state import Held, Wanted
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group import CUSTOMER_GROUP
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from tests.builders import IDS, a_group, a_setting
from tests.memory_shop import CONTEXT, GROUPS, SETTINGS, MemoryShop
from tests.unit.core.steps import a_delete, an_update, kind_of, naming

VIP = a_group("VIP")
THEN = a_setting("spring", priority=5, price_list="student-tr")
WANTED = a_setting("spring", priority=10, price_list="staff")
UPDATE = an_update(THEN, WANTED, remote_id=40)


def name_of(it: Wanted, *, size: int | None = None, with_size: bool = False) -> str:
    held = Held(it.address, it.spec, 40, size)
    return held_fingerprint(held, kind_of(it), with_size=with_size)


def a_shop(it: Wanted, *members: int, **more: JsonValue) -> MemoryShop:
    shop = MemoryShop()
    collection = kind_of(it).collection
    shop.records[collection][40] = {**kind_of(it).to_wire(it.spec, IDS), **more}
    if collection == GROUPS:
        shop.members[40] = set(members)
    return shop


# --- before an update


def before_update(shop: MemoryShop) -> Seen:
    return look_before_update(
        UPDATE, CUSTOMER_GROUP_SETTING, shop, IDS, CONTEXT, then=name_of(THEN)
    )


def test_what_an_update_replaces_is_kept_with_the_ids_it_refers_to() -> None:
    kept = Before({"priority": 5, "price_list": 7}, {"price_lists": {"student-tr": 7}})
    assert before_update(a_shop(THEN, note="mine")) == Seen(kept)


def test_what_is_as_planned_already_needs_no_write() -> None:
    assert before_update(a_shop(WANTED)) == Seen(None, as_planned=True)


def crossed(shop: MemoryShop) -> tuple[Moved, ...]:
    with pytest.raises(Crossed) as found:
        before_update(shop)
    return found.value.moved


def test_what_somebody_changed_is_crossed() -> None:
    other = a_setting("spring", priority=7, price_list="student-tr")
    assert crossed(a_shop(other)) == (Moved("priority", "5", "7"),)


def test_another_record_that_says_the_same_is_crossed() -> None:
    with pytest.raises(Crossed):
        before_update(a_shop(THEN, pk=41))


def test_a_record_in_other_words_is_still_what_it_was() -> None:
    kept = Before({"priority": 5, "price_list": 7}, {"price_lists": {"student-tr": 7}})
    shop = a_shop(THEN)
    del shop.records[SETTINGS][40]["is_active"]  # As it is unless a record says otherwise.
    assert before_update(shop) == Seen(kept)


def test_what_is_gone_or_cannot_be_read_is_crossed() -> None:
    assert crossed(MemoryShop()) == (Moved("slug", "there", "gone"),)
    odd = "not to be read: its priority is not a whole number"
    assert crossed(a_shop(THEN, priority="high")) == (Moved("slug", "there", odd),)


def test_how_something_was_crossed_is_told_in_one_sentence() -> None:
    moved = Moved("priority", "5", "7"), Moved("active", "true", "false")
    assert str(Crossed(*moved)) == "priority was 5, is 7; active was true, is false"


# --- before a delete


def before_delete(
    it: Wanted, shop: MemoryShop, *, size: int | None = None, kind: Kind[Context] | None = None
) -> Seen:
    then = name_of(it, size=size, with_size=True)
    change = a_delete(it, remote_id=40, size=size)
    return look_before_delete(change, kind or kind_of(it), shop, IDS, CONTEXT, then=then)


def test_all_of_a_group_that_goes_is_kept_but_what_may_name_a_person() -> None:
    shop = a_shop(VIP, 3, 1, 2, note="by ayse@example.com", loyalty=1.5, id=40)
    kept = Before({"customer_count": 3, "name": "VIP", "loyalty": 1.5}, {}, (1, 2, 3), ("note",))
    assert before_delete(VIP, shop, size=3) == Seen(kept)


def test_a_field_of_ours_is_kept_whatever_it_says() -> None:
    it = a_setting("spring", name="ayse@example.com")
    seen = before_delete(it, a_shop(it))
    assert seen.before is not None
    assert (seen.before.wire["name"], seen.before.left_out) == ("ayse@example.com", ())
    assert seen.before.members is None


def test_the_groups_that_a_rule_names_are_kept_with_their_ids() -> None:
    shop = MemoryShop()
    pk = shop.group("VIP")
    ids = shop.live().ids
    it = a_setting("spring", rule=naming("VIP"))
    shop.records[SETTINGS][40] = CUSTOMER_GROUP_SETTING.to_wire(it.spec, ids)
    seen = look_before_delete(
        a_delete(it, remote_id=40), CUSTOMER_GROUP_SETTING, shop, ids, CONTEXT,
        then=name_of(it, with_size=True),
    )  # fmt: skip
    assert seen.before is not None
    assert seen.before.references == {GROUPS: {"VIP": pk}}


def test_what_is_gone_already_needs_no_delete() -> None:
    assert before_delete(VIP, MemoryShop()) == Seen(None, as_planned=True)


def test_a_record_that_somebody_worked_on_is_not_deleted() -> None:
    with pytest.raises(Crossed) as found:
        before_delete(THEN, a_shop(WANTED))
    assert Moved("priority", "5", "10") in found.value.moved


def test_a_group_that_has_grown_is_not_deleted() -> None:
    with pytest.raises(Crossed) as found:
        before_delete(VIP, a_shop(VIP, 1, 2, 3), size=2)
    assert found.value.moved == (Moved("members", "2", "3"),)


def test_a_group_whose_members_are_not_as_many_as_it_says_is_not_deleted() -> None:
    with pytest.raises(Crossed) as found:
        before_delete(VIP, a_shop(VIP, 1, 2, 3, customer_count=2), size=2)
    assert found.value.moved == (Moved("members", "2", "3"),)


def test_a_group_that_does_not_say_how_many_it_has_is_believed() -> None:
    shop = a_shop(VIP, 1, 2, customer_count=None)
    seen = before_delete(VIP, shop)
    assert seen.before is not None
    assert seen.before.members == (1, 2)


# --- before members move


def test_a_group_has_as_many_members_as_it_should() -> None:
    look_at_size(CUSTOMER_GROUP, 40, a_shop(VIP, 1, 2), expected=2)
    look_at_size(CUSTOMER_GROUP, 40, a_shop(VIP, 1, customer_count=None), expected=2)


@pytest.mark.parametrize(
    ("shop", "moved"),
    [
        (a_shop(VIP, 1, 2, 3), Moved("members", "2", "3")),
        (a_shop(VIP, *range(1200)), Moved("members", "2", "1,200")),
        (MemoryShop(), Moved("name", "there", "gone")),
    ],
)
def test_a_group_with_more_or_fewer_is_crossed(shop: MemoryShop, moved: Moved) -> None:
    with pytest.raises(Crossed) as found:
        look_at_size(CUSTOMER_GROUP, 40, shop, expected=2)
    assert found.value.moved == (moved,)
