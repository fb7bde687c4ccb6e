"""Carrying out a plan against a shop that loses answers: nothing is made twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from cg_sync.api.apply import CREATE_ATTEMPTS, StepFailed, apply_plan
from cg_sync.core.diff import diff
from cg_sync.core.match import pair_up
from cg_sync.core.plan import Plan, Target, make_plan
from cg_sync.core.project import Guards
from cg_sync.core.state import Desired, Live
from cg_sync.errors import ApiError, BadAnswer, Rejected, Unreachable
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds import KINDS
from tests.builders import IDS, a_group, a_record, a_tombstone, having, wanting

LOST = Unreachable("no answer", sent=True)
UNSENT = Unreachable("no connection", sent=False)
WEB_PAGE = BadAnswer("a web page")
TAKEN = Rejected("name: already exists", status=400)
GONE = Rejected("not found", status=404)


class Shop:
    """Keeps groups, and answers writes with the next of `says`: an error, or None for a success.

    Of a create that is answered with an error, `keeps` says whether it was made all the same.
    """

    def __init__(self, *says: ApiError | None, keeps: Sequence[bool] = ()) -> None:
        self.says = list(says)
        self.keeps = list(keeps)
        self.groups: list[JsonObject] = []
        self.creates = 0
        self.blind = False

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] | None = None
    ) -> list[JsonObject]:
        if self.blind:
            raise UNSENT
        return list(self.groups)

    def create(self, collection: str, payload: JsonObject) -> JsonObject:
        self.creates += 1
        error = self.says.pop(0) if self.says else None
        if error is None or (self.keeps and self.keeps.pop(0)):
            self.groups.append({**payload, "pk": 40 + self.creates})
        if error is not None:
            raise error
        return self.groups[-1]

    def update(self, collection: str, remote_id: int, payload: JsonObject) -> JsonObject:
        raise AssertionError("nothing is updated here")

    def delete(self, collection: str, remote_id: int) -> None:
        error = self.says.pop(0) if self.says else None
        if error is not None:
            raise error

    def add_members(self, collection: str, remote_id: int, customers: Sequence[int]) -> None:
        raise AssertionError("nobody is added here")

    def remove_members(self, collection: str, remote_id: int, customers: Sequence[int]) -> None:
        raise AssertionError("nobody is removed here")


def a_plan(desired: Desired, live: Live) -> Plan:
    difference = diff(pair_up(desired, live), desired, live, kinds=KINDS, ownership={}, members={})
    target = Target("test", "https://shop.example", 1)
    return make_plan(
        difference, live, target=target, kinds=KINDS, guards=Guards(), problems=(), calls={}
    )


CREATE = a_plan(wanting(a_group("VIP")), having())
DELETE = a_plan(wanting(a_tombstone(a_group("VIP"))), having(a_record(a_group("VIP"))))


def run(plan: Plan, shop: Shop) -> list[object]:
    return list(apply_plan(plan, shop, kinds=KINDS, ids=IDS))


@pytest.mark.parametrize("lost", [LOST, WEB_PAGE])
def test_a_create_whose_answer_is_lost_is_found_and_not_made_again(lost: ApiError) -> None:
    shop = Shop(lost, keeps=[True])
    assert run(CREATE, shop) == list(CREATE.steps)
    assert (shop.creates, len(shop.groups)) == (1, 1)


def test_a_create_that_got_lost_itself_is_made_again() -> None:
    shop = Shop(LOST, keeps=[False])
    assert run(CREATE, shop) == list(CREATE.steps)
    assert (shop.creates, len(shop.groups)) == (2, 1)


def test_a_shop_that_shows_a_lost_create_late_refuses_the_second_and_the_first_counts() -> None:
    class LateShop(Shop):
        def fetch_complete(
            self, collection: str, query: Mapping[str, str] | None = None
        ) -> list[JsonObject]:
            return self.groups if self.creates > 1 else []

    shop = LateShop(LOST, TAKEN, keeps=[True, False])
    assert run(CREATE, shop) == list(CREATE.steps)
    assert (shop.creates, len(shop.groups)) == (2, 1)


@pytest.mark.parametrize("error", [UNSENT, TAKEN])
def test_a_create_that_certainly_did_not_happen_fails_at_once(error: ApiError) -> None:
    shop = Shop(error)
    with pytest.raises(StepFailed) as failed:
        run(CREATE, shop)
    assert (failed.value.error, shop.creates) == (error, 1)


def test_a_create_is_given_up_after_its_attempts() -> None:
    shop = Shop(*[LOST] * CREATE_ATTEMPTS, keeps=[False] * CREATE_ATTEMPTS)
    with pytest.raises(StepFailed) as failed:
        run(CREATE, shop)
    assert (failed.value.error, shop.creates) == (LOST, CREATE_ATTEMPTS)


def test_a_refusal_of_the_second_attempt_that_leads_to_nothing_is_the_reason() -> None:
    shop = Shop(LOST, TAKEN, keeps=[False, False])
    with pytest.raises(StepFailed) as failed:
        run(CREATE, shop)
    assert failed.value.error is TAKEN


def test_a_lost_create_that_cannot_be_looked_for_is_not_called_unsent() -> None:
    shop = Shop(LOST, keeps=[True])
    shop.blind = True
    with pytest.raises(StepFailed) as failed:
        run(CREATE, shop)
    assert isinstance(failed.value.error, Unreachable)
    assert failed.value.error.sent
    assert "whether it was made is unknown" in str(failed.value.error)


def test_what_somebody_else_has_deleted_already_counts_as_deleted() -> None:
    assert run(DELETE, Shop(GONE)) == list(DELETE.steps)


def test_a_delete_that_is_refused_fails() -> None:
    with pytest.raises(StepFailed):
        run(DELETE, Shop(TAKEN))
