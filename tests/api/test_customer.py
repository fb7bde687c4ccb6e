"""Single customers of a shop: found by a key, read by pk, asked whether they are in a group."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from cg_sync.api.customer import fetch_customer, find_pks, is_member
from cg_sync.api.customer_cache import CustomerCache
from cg_sync.api.shop import NOTHING, Incomplete
from cg_sync.core.members import KeyField
from cg_sync.jsonvalue import JsonObject

PEOPLE: tuple[JsonObject, ...] = (
    {"pk": 1, "email": "One@example.com", "erp_code": "A-1", "phone_number": "+90 500 1"},
    {"pk": 2, "email": "two@example.com", "erp_code": "A-2"},
    {"pk": 3, "email": "three@example.com", "erp_code": "A-2"},
)


@dataclass
class FakeShop:
    """Holds three customers; may not know filters, and may move under the first reading."""

    knows_filters: bool = True
    moves: int = 0
    queries: list[Mapping[str, str]] = field(default_factory=list)
    page_size: int = 2
    customer_cache: CustomerCache | None = None

    def _rows(self, query: Mapping[str, str]) -> Iterator[JsonObject]:
        self.queries.append(query)
        wanted = query.get("pk__in") if self.knows_filters else None
        for person in PEOPLE:
            if wanted in (None, str(person["pk"])) and not self.moves:
                yield person
        if self.moves:
            self.moves -= 1
            raise Incomplete("/customers/", "it moved")

    def fetch_each(
        self, collection: str, queries: Sequence[Mapping[str, str]]
    ) -> Iterator[list[JsonObject]]:
        return (self.fetch_complete(collection, it) for it in queries)

    def fetch_all(
        self, collection: str, query: Mapping[str, str] = NOTHING, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        assert collection == "customers"
        return self._rows(query)

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = NOTHING
    ) -> list[JsonObject]:
        return list(self.fetch_all(collection, query))

    def fetch_members(
        self,
        collection: str,
        remote_id: int,
        query: Mapping[str, str] = NOTHING,
    ) -> Iterator[JsonObject]:
        assert (collection, remote_id) == ("customer_groups", 7)
        return self._rows(query)

    def count(self, _collection: str, _query: Mapping[str, str] = NOTHING) -> int | None:
        return len(PEOPLE)

    def lookups(self, _collection: str) -> Mapping[str, frozenset[str]]:
        return {}


@pytest.mark.parametrize(
    ("name", "key", "pks"),
    [
        ("email", "one@example.com", (1,)),
        ("erp_code", "A-2", (2, 3)),
        ("phone_number", "+905001", (1,)),
        ("email", "nobody@example.com", ()),
        ("pk", "2", (2,)),
        ("pk", "99", (99,)),
    ],
)
def test_a_key_leads_to_those_who_have_it(name: KeyField, key: str, pks: tuple[int, ...]) -> None:
    assert find_pks(FakeShop(), name, key) == pks


@pytest.mark.parametrize("knows_filters", [True, False])
@pytest.mark.parametrize("moves", [0, 1])
def test_a_record_is_that_of_the_pk_whatever_the_shop_sends(
    knows_filters: bool, moves: int
) -> None:
    shop = FakeShop(knows_filters, moves)
    assert fetch_customer(shop, 2) == PEOPLE[1]
    assert fetch_customer(shop, 99) is None
    assert shop.queries[0] == {"pk__in": "2"}


@pytest.mark.parametrize("knows_filters", [True, False])
@pytest.mark.parametrize("moves", [0, 1])
def test_a_member_is_one_whom_the_group_lists(knows_filters: bool, moves: int) -> None:
    shop = FakeShop(knows_filters, moves)
    assert is_member(shop, "customer_groups", 7, 3)
    assert not is_member(shop, "customer_groups", 7, 4)


def test_a_listing_that_goes_on_moving_tells_nothing() -> None:
    with pytest.raises(Incomplete):
        fetch_customer(FakeShop(moves=2), 2)
    with pytest.raises(Incomplete):
        is_member(FakeShop(moves=2), "customer_groups", 7, 3)
