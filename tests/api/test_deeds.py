"""Single writes against a shop that loses answers: nothing is made twice, nothing is lost."""

from __future__ import annotations

import pytest

from cg_sync.api.deeds import (
    CREATE_ATTEMPTS,
    LOOKS_SECONDS,
    Stored,
    changed_fields,
    create,
    delete,
    stored,
    update,
)
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.outcome import Normalised
from cg_sync.core.state import Held, Wanted
from cg_sync.errors import ApiError, BadAnswer, Rejected, Unreachable
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.kinds.customer_group import CUSTOMER_GROUP
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from tests.builders import IDS, a_group, a_setting
from tests.memory_shop import CONTEXT, GROUPS, SETTINGS, Clock, Fault, MemoryShop
from tests.unit.core.steps import a_create, an_update, kind_of

LOST = Unreachable("no answer", sent=True)
UNSENT = Unreachable("no connection", sent=False)
WEB_PAGE = BadAnswer("a web page")
TAKEN = Rejected("name: already exists", status=400)

VIP = a_group("VIP")
SPRING = a_setting("spring")


def make(shop: MemoryShop, it: Wanted = VIP, clock: Clock | None = None) -> Stored:
    kind = kind_of(it)
    pause = (clock or Clock()).stop(60).pause
    return create(a_create(it), kind.to_wire(it.spec, IDS), kind, shop, IDS, CONTEXT, pause=pause)


def failing(shop: MemoryShop, it: Wanted = VIP) -> ApiError:
    with pytest.raises(ApiError) as failed:
        make(shop, it)
    return failed.value


def named(it: Wanted, remote_id: int) -> str:
    held = Held(it.address, it.spec, remote_id)
    return held_fingerprint(held, kind_of(it), with_size=False)


# --- creating


def test_a_create_tells_the_id_and_what_the_shop_stored() -> None:
    for it in (VIP, SPRING):
        assert make(MemoryShop(), it) == Stored(101, named(it, 101))


@pytest.mark.parametrize("lost", [LOST, WEB_PAGE])
def test_a_create_whose_answer_is_lost_is_found_and_not_made_again(lost: ApiError) -> None:
    shop = MemoryShop([Fault(lost, kept=True)])
    assert make(shop) == Stored(101, named(VIP, 101))
    assert (shop.writes, len(shop.records[GROUPS])) == (["create"], 1)


def test_a_create_that_got_lost_itself_is_made_again() -> None:
    shop = MemoryShop([Fault(LOST)])
    assert make(shop).remote_id == 101
    assert (shop.writes, len(shop.records[GROUPS])) == (["create", "create"], 1)


def test_what_was_made_may_take_a_while_to_be_seen() -> None:
    """The last look is the one that finds it; each waits longer than the one before."""
    clock = Clock()

    class LateShop(MemoryShop):
        def fetch_complete(self, collection: str, query: object = None) -> list[JsonObject]:
            found = super().fetch_complete(collection)
            return found if clock.now >= sum(LOOKS_SECONDS) else []

    shop = LateShop([Fault(LOST, kept=True)])
    assert make(shop, clock=clock).remote_id == 101
    assert shop.writes == ["create"]
    assert [verb for verb, _ in shop.calls].count("list") == len(LOOKS_SECONDS)
    assert clock.now == sum(LOOKS_SECONDS)


def test_a_shop_that_shows_a_lost_create_later_still_refuses_the_second_and_the_first_counts() -> (
    None
):
    class LateShop(MemoryShop):
        def fetch_complete(self, collection: str, query: object = None) -> list[JsonObject]:
            found = super().fetch_complete(collection)
            return found if self.writes.count("create") > 1 else []

    shop = LateShop([Fault(LOST, kept=True), Fault(TAKEN)])
    assert make(shop).remote_id == 101
    assert (shop.writes, len(shop.records[GROUPS])) == (["create", "create"], 1)


@pytest.mark.parametrize("error", [UNSENT, TAKEN])
def test_a_create_that_certainly_did_not_happen_fails_at_once(error: ApiError) -> None:
    shop = MemoryShop([Fault(error)])
    assert failing(shop) is error
    assert [verb for verb, _ in shop.calls] == ["create"]


def test_a_create_is_given_up_after_its_attempts() -> None:
    shop = MemoryShop([Fault(LOST)] * CREATE_ATTEMPTS)
    assert failing(shop) is LOST
    assert shop.writes == ["create"] * CREATE_ATTEMPTS


def test_the_last_attempt_is_looked_for_as_well() -> None:
    shop = MemoryShop([*[Fault(LOST)] * (CREATE_ATTEMPTS - 1), Fault(LOST, kept=True)])
    assert make(shop).remote_id == 101


def test_a_refusal_of_the_second_attempt_that_leads_to_nothing_is_the_reason() -> None:
    shop = MemoryShop([Fault(LOST), Fault(TAKEN)])
    assert failing(shop) is TAKEN
    assert shop.writes == ["create", "create"]


def test_a_second_attempt_that_was_not_even_sent_does_not_make_the_first_undone() -> None:
    shop = MemoryShop([Fault(LOST), Fault(UNSENT), None])
    assert make(shop).remote_id == 101


def test_a_lost_create_that_cannot_be_looked_for_is_not_called_unsent() -> None:
    shop = MemoryShop([Fault(LOST, kept=True)], blind=Unreachable("down", sent=False, hint="wait"))
    error = failing(shop)
    assert isinstance(error, Unreachable)
    assert error.sent
    assert str(error) == "no answer; whether it was made is unknown: down"
    assert error.hint == "wait"


@pytest.mark.parametrize("kept", [False, True])
def test_once_the_run_must_end_a_lost_create_is_looked_for_once_and_not_made_again(
    kept: bool,
) -> None:
    shop, stop = MemoryShop([Fault(LOST, kept=kept)]), Clock().stop()
    stop.ask("Ctrl-C")

    def makes() -> Stored:
        return create(
            a_create(VIP), {"name": "VIP"}, CUSTOMER_GROUP, shop, IDS, CONTEXT, pause=stop.pause
        )

    if kept:
        assert makes().remote_id == 101
    else:
        with pytest.raises(Unreachable, match="is unknown, as the run had to end") as failed:
            makes()
        assert failed.value.sent
    assert [verb for verb, _ in shop.calls] == ["create", "list"]


def test_what_is_found_but_is_not_what_was_sent_is_not_taken_for_it() -> None:
    def otherwise(record: dict[str, JsonValue]) -> dict[str, JsonValue]:
        return {**record, "priority": 7, "is_active": False}

    shop = MemoryShop([Fault(LOST, kept=True)], normalises=otherwise)
    error = failing(shop, SPRING)
    assert str(error) == (
        "no answer; by now there is one of that slug, but otherwise: priority, active"
    )
    assert isinstance(error, Unreachable)
    assert error.sent


def test_what_is_found_and_cannot_be_read_is_not_taken_for_it() -> None:
    shop = MemoryShop([Fault(LOST, kept=True)], normalises=lambda it: {**it, "priority": "high"})
    assert str(failing(shop, SPRING)).endswith("but otherwise: all of it")


# --- what the shop stored


def test_fields_that_the_shop_stored_otherwise_are_named() -> None:
    shop = MemoryShop(normalises=lambda it: {**it, "priority": 99, "price_list": 8})
    found = make(shop, a_setting("spring", price_list="student-tr"))
    assert found == Stored(
        101,
        named(a_setting("spring", priority=99, price_list="staff"), 101),
        (
            Normalised(SPRING.address, "priority", 10, 99),
            Normalised(SPRING.address, "display.price_list", "student-tr", "staff"),
        ),
    )


def test_an_answer_that_cannot_be_read_still_tells_the_id() -> None:
    payload: JsonObject = {"id": 7, "name": ""}
    assert stored(payload, VIP.spec, CUSTOMER_GROUP, IDS, CONTEXT) == Stored(7)


# --- updating

EARLIER = a_setting("spring", priority=5)
UPDATE = an_update(EARLIER, SPRING, remote_id=40)


def a_shop_with(it: Wanted) -> MemoryShop:
    shop = MemoryShop()
    shop.records[SETTINGS][40] = CUSTOMER_GROUP_SETTING.to_wire(it.spec, IDS)
    return shop


def change(shop: MemoryShop) -> Stored:
    payload = changed_fields(
        UPDATE, CUSTOMER_GROUP_SETTING.to_wire(SPRING.spec, IDS), CUSTOMER_GROUP_SETTING
    )
    return update(UPDATE, payload, CUSTOMER_GROUP_SETTING, shop, IDS, CONTEXT)


def test_only_fields_that_change_are_sent() -> None:
    shop = a_shop_with(EARLIER)
    assert change(shop) == Stored(40, named(SPRING, 40))
    assert shop.sent == [{"priority": 10}]


def test_a_shop_that_says_nothing_after_a_change_is_asked() -> None:
    shop = a_shop_with(EARLIER)
    shop.echoes = False
    assert change(shop) == Stored(40, named(SPRING, 40))
    assert shop.calls == [("update", 40), ("record", 40)]


def test_of_a_record_that_is_gone_right_after_nobody_knows_what_was_stored() -> None:
    shop = a_shop_with(EARLIER)
    shop.echoes = False

    def deleting(verb: str, _id: int | None) -> None:
        if verb == "record":
            del shop.records[SETTINGS][40]

    shop.watch = deleting
    assert change(shop) == Stored(40)


# --- deleting


def test_what_somebody_else_has_deleted_already_counts_as_deleted() -> None:
    shop = MemoryShop()
    delete(CUSTOMER_GROUP, shop, 40)
    assert shop.writes == ["delete"]


def test_a_delete_that_is_refused_fails() -> None:
    with pytest.raises(Rejected):
        delete(CUSTOMER_GROUP, MemoryShop([Fault(TAKEN)]), 40)
