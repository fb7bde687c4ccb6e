"""Customers found by their keys: the same ones on every way, and for how many calls."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cg_sync.api.finding import Found, find_customers
from cg_sync.api.shop import Incomplete
from cg_sync.core.members import KeyField, MemberKeys
from cg_sync.files.customer_cache import CustomerFile
from tests.api.people_shop import PeopleShop

PEOPLE = 40
PAGES = PEOPLE // 2


def a_shop(folder: Path | None = None) -> PeopleShop:
    """Forty customers, who came two hours one after another; the last two share an ERP code."""
    shop = PeopleShop()
    if folder is not None:
        shop.customer_cache = CustomerFile(folder, "shop", secret=b"", clock=shop.clock)
    for number in range(PEOPLE):
        shop.add(f"p{number}@example.com", erp_code=f"E-{min(number, PEOPLE - 2)}")
        shop.wait(2)
    return shop


def looked_up(shop: PeopleShop, *keys: str, field: KeyField = "email") -> dict[str, list[int]]:
    """The pks behind keys, and only of those that name somebody."""
    found = find_customers(shop, MemberKeys({field: set(keys)}))
    return {key: [it.pk for it in members] for (_, key), members in found.items()}


UNKNOWN = "nobody@example.com"


def test_no_keys_cost_no_call() -> None:
    shop = a_shop()
    assert (find_customers(shop, MemberKeys({"email": set()})), shop.spent()) == ({}, 0)


def test_a_key_that_a_filter_finds_costs_one_call_beside_the_count() -> None:
    shop = a_shop()
    assert looked_up(shop, "p3@example.com") == {"p3@example.com": [4]}
    assert shop.spent() == 2


def test_whom_a_filter_does_not_find_is_looked_for_in_a_walk() -> None:
    shop = a_shop()
    shop.change(7, email="P6@Example.COM")
    assert looked_up(shop, "p6@example.com") == {"p6@example.com": [7]}
    assert shop.spent() == 2 + PAGES


def test_an_id_that_a_filter_does_not_find_is_nobody() -> None:
    shop = a_shop()
    assert looked_up(shop, "5", "999", field="pk") == {"5": [5]}
    assert shop.spent() == 2


def test_a_shop_that_ignores_a_filter_has_shown_everybody() -> None:
    shop = replace(a_shop(), filters=frozenset())
    assert looked_up(shop, "999", "5", field="pk") == {"5": [5]}
    shop.spent()
    assert looked_up(shop, UNKNOWN, "x@example.com", "p3@example.com") == {"p3@example.com": [4]}
    assert shop.spent() == 2 + PAGES


def test_a_filter_that_brings_strangers_settles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = a_shop()
    monkeypatch.setattr(shop, "fetch_complete", lambda *_: [shop.people[1]])
    assert looked_up(shop, "5", field="pk") == {"5": [5]}


def test_a_listing_that_moves_is_read_once_more() -> None:
    shop = a_shop()
    shop.filters, shop.page_size, shop.moves = frozenset(), 100, 1
    assert looked_up(shop, "p3@example.com") == {"p3@example.com": [4]}
    shop.moves = 2
    with pytest.raises(Incomplete):
        looked_up(shop, "p3@example.com")


# --- with a cache


@pytest.fixture
def shop(tmp_path: Path) -> PeopleShop:
    """The shop with a cache that a walk for an unknown key has filled."""
    shop = a_shop(tmp_path)
    assert looked_up(shop, UNKNOWN) == {}
    assert shop.spent() == 2 + PAGES
    return shop


def test_an_unknown_key_costs_two_calls_once_everybody_is_known(shop: PeopleShop) -> None:
    assert (looked_up(shop, UNKNOWN), shop.spent()) == ({}, 2)
    assert (looked_up(shop, UNKNOWN, "x@example.com"), shop.spent()) == ({}, 2)


def test_a_shop_of_one_page_needs_no_cache(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    shop.page_size = 100
    assert (looked_up(shop, UNKNOWN), shop.spent()) == ({}, 2)
    assert not (tmp_path / ".cg-sync").exists()


def test_whom_the_cache_names_are_confirmed_by_the_shop(shop: PeopleShop) -> None:
    found = looked_up(shop, "p3@example.com", UNKNOWN)
    assert (found, shop.spent()) == ({"p3@example.com": [4]}, 3)
    assert looked_up(shop, "E-38", "E-99", field="erp_code") == {"E-38": [39, 40]}


def test_who_came_is_known(shop: PeopleShop) -> None:
    pk = shop.add(UNKNOWN)
    assert (looked_up(shop, UNKNOWN), shop.spent()) == ({UNKNOWN: [pk]}, 3)


def test_who_changed_their_address_is_known_by_the_new_one(shop: PeopleShop) -> None:
    shop.change(4, email=UNKNOWN.upper())
    assert (looked_up(shop, UNKNOWN), shop.spent()) == ({UNKNOWN: [4]}, 3)


def test_by_the_old_one_they_are_looked_for_once_in_a_walk(shop: PeopleShop) -> None:
    shop.change(4, email=UNKNOWN)
    assert looked_up(shop, "p3@example.com") == {}
    assert shop.spent() == 3 + PAGES
    assert (looked_up(shop, "p3@example.com"), shop.spent()) == ({}, 2)


def test_somebody_else_with_the_same_key_is_noticed(shop: PeopleShop) -> None:
    pk = shop.add("other@example.com", erp_code="E-3")
    assert looked_up(shop, "E-3", field="erp_code") == {"E-3": [4, pk]}


def test_who_was_deleted_makes_the_cache_anew(shop: PeopleShop) -> None:
    del shop.people[4]
    assert looked_up(shop, "p3@example.com") == {}
    assert shop.spent() > PAGES
    assert (looked_up(shop, "p3@example.com"), shop.spent()) == ({}, 2)


def test_who_came_and_who_went_do_not_cancel_out(shop: PeopleShop) -> None:
    del shop.people[4]
    pk = shop.add(UNKNOWN)
    assert looked_up(shop, UNKNOWN, "p3@example.com") == {UNKNOWN: [pk]}


def test_somebody_who_comes_while_the_others_are_counted_does_not_cost_a_walk(
    shop: PeopleShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add("first@example.com")
    counts = iter([PEOPLE, PEOPLE + 1])
    monkeypatch.setattr(shop, "count", lambda _: next(counts))
    assert (looked_up(shop, UNKNOWN), shop.spent()) == ({}, 2)


def test_where_the_cache_names_more_than_pages_can_tell_there_is_a_walk(tmp_path: Path) -> None:
    shop = PeopleShop(page_size=30)
    shop.customer_cache = CustomerFile(tmp_path, "shop", secret=b"", clock=shop.clock)
    people = [f"p{number}@example.com" for number in range(60)]
    for it in people:
        shop.add(it)
        shop.wait(2)
    looked_up(shop, UNKNOWN)
    shop.spent()
    assert len(looked_up(shop, *people)) == len(people)
    assert shop.asked[2:] == [{}, {}]


def test_customers_named_by_several_keys_are_counted_once(tmp_path: Path) -> None:
    shop = PeopleShop(page_size=50)
    shop.customer_cache = CustomerFile(tmp_path, "shop", secret=b"", clock=shop.clock)
    for number in range(150):
        shop.add(f"p{number}@example.com", erp_code=f"E-{number}")
        shop.wait(2)
    mails = {f"p{number}@example.com" for number in range(75)}
    pks = {
        str(found[0].pk) for found in find_customers(shop, MemberKeys({"email": mails})).values()
    }
    keys = MemberKeys({"email": mails, "pk": pks, "erp_code": {"E-75", "none"}})
    for _ in range(2):
        assert len(find_customers(shop, keys)) == 151
        calls = shop.spent()
    # How many there are, who has changed, two to confirm by pk, and one for the ERP code.
    assert calls == 5


LIES: dict[str, Callable[[PeopleShop], None]] = {
    "ignores the date": lambda it: setattr(it, "filters", it.filters - {"modified_date__gte"}),
    "refuses the date": lambda it: setattr(it, "refuses_dates", True),
    "means a later time": lambda it: setattr(it, "shift", timedelta(hours=3)),
    "has no dates": lambda it: it.forget_dates(),
    "moves while it is read": lambda it: setattr(it, "moves", 1),
    "ignores ids": lambda it: setattr(it, "filters", it.filters - {"pk__in"}),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_shop_that_cannot_be_relied_on_costs_calls_and_nothing_else(
    shop: PeopleShop, lie: Callable[[PeopleShop], None]
) -> None:
    pk = shop.add(UNKNOWN)
    lie(shop)
    found = looked_up(shop, UNKNOWN, "p3@example.com", "x@example.com")
    assert found == {UNKNOWN: [pk], "p3@example.com": [4]}


def test_a_shop_that_means_a_later_time_is_found_out(shop: PeopleShop) -> None:
    shop.change(4, email=UNKNOWN)
    shop.shift = timedelta(hours=24)
    assert looked_up(shop, UNKNOWN) == {UNKNOWN: [4]}


def test_a_shop_that_ignores_the_date_is_found_out_by_its_first_page(shop: PeopleShop) -> None:
    shop.filters -= {"modified_date__gte"}
    looked_up(shop, "p3@example.com")
    assert shop.spent() == 3
    looked_up(shop, "p3@example.com")
    assert shop.spent() == 2


def test_another_kind_of_key_is_kept_beside_those_that_were_asked_for_before(
    shop: PeopleShop,
) -> None:
    assert looked_up(shop, "E-99", field="erp_code") == {}
    assert shop.spent() > PAGES
    asked: tuple[tuple[KeyField, str], ...] = (("email", UNKNOWN), ("erp_code", "E-99"))
    for field, key in asked:
        assert (looked_up(shop, key, field=field), shop.spent()) == ({}, 2)


def test_a_shop_that_stamps_nothing_when_it_changes_is_found_out_by_the_count(
    shop: PeopleShop,
) -> None:
    shop.people[41] = {**shop.people[4], "pk": 41, "email": UNKNOWN}
    assert looked_up(shop, UNKNOWN) == {UNKNOWN: [41]}


def test_a_date_to_come_does_not_hide_what_changes_before_it(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    shop.people[3]["modified_date"] = "2099-01-01T00:00:00Z"
    assert looked_up(shop, UNKNOWN) == {}
    shop.wait()
    shop.change(4, email=UNKNOWN)
    assert looked_up(shop, UNKNOWN) == {UNKNOWN: [4]}


LIES_OF_A_CACHE = {
    "somebody else": "UPDATE OR REPLACE name SET pk = 9 WHERE pk = 4",
    "nobody there": "UPDATE name SET pk = 999 WHERE pk = 4",
    "everybody": "INSERT OR IGNORE INTO name SELECT hash, customer.pk FROM name, customer",
    "one for another": "UPDATE customer SET pk = 999 WHERE pk = 4",
    "one fewer": "DELETE FROM customer WHERE pk = 4",
    "a date to come": "UPDATE about SET since = '2099-01-01T00:00:00+00:00'",
}


@pytest.mark.parametrize("lie", LIES_OF_A_CACHE.values(), ids=LIES_OF_A_CACHE)
def test_a_cache_that_says_what_is_not_so_costs_calls_and_nothing_else(
    shop: PeopleShop, tmp_path: Path, lie: str
) -> None:
    edit(tmp_path, lie)
    shop.change(8, email="new@example.com")
    found = looked_up(shop, "p3@example.com", "new@example.com", UNKNOWN)
    assert found == {"p3@example.com": [4], "new@example.com": [8]}
    assert looked_up(shop, "4", field="pk") == {"4": [4]}


def test_whom_a_cache_leaves_out_is_not_seen_before_it_is_made_anew(
    shop: PeopleShop, tmp_path: Path
) -> None:
    edit(tmp_path, "DELETE FROM name WHERE pk = 4")
    assert looked_up(shop, "p3@example.com") == {}
    shop.wait(8 * 24)
    assert looked_up(shop, "p3@example.com") == {"p3@example.com": [4]}


def edit(folder: Path, statement: str) -> None:
    """Change the cache behind the back of whoever made it."""
    (path,) = (folder / ".cg-sync/customers").iterdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


@pytest.mark.parametrize("hours", [-24, 0, 24])
def test_who_changed_behind_a_long_walk_is_not_missed(tmp_path: Path, hours: int) -> None:
    shop = a_shop(tmp_path)
    shop.ahead = timedelta(hours=hours)
    reading = shop.fetch_all("customers")
    cache = shop.customer_cache
    assert cache is not None
    fields: tuple[KeyField, ...] = ("email",)
    for customer in cache.recorded(reading, fields):
        if customer["pk"] == 1:
            shop.change(1, email=UNKNOWN)
        shop.wait(1)
        if customer["pk"] == 30:
            shop.change(40, first_name="Late")
    assert looked_up(shop, UNKNOWN) == {UNKNOWN: [1]}
    assert len(shop.asked) < 2 * PAGES


# --- the law

_KEYS = [f"{name}@example.com" for name in ("a", "b", "c", "A", "d")]
_CODES = [None, "1", "2", "x,y"]
_EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(_KEYS), st.sampled_from(_CODES)),
        st.tuples(st.just("change"), st.integers(0, 99), st.sampled_from(_KEYS)),
        st.tuples(st.just("delete"), st.integers(0, 99), st.none()),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 2, 30, 200]), st.none()),
        st.tuples(st.just("look"), st.none(), st.none()),
    ),
    min_size=1,
    max_size=25,
)
ASKED = MemberKeys(
    {
        "email": {key.lower() for key in _KEYS} | {UNKNOWN},
        "erp_code": {"1", "2", "x,y", "none"},
        "pk": {"1", "2", "50", "007"},
    }
)


def in_the_listing(shop: PeopleShop) -> Found:
    """What a walk through all customers says."""
    return find_customers(replace(shop, filters=frozenset(), customer_cache=None), ASKED)


@settings(max_examples=settings().max_examples // 4)  # Each writes files.
@given(_EVENTS, st.booleans())
def test_a_cache_says_what_the_listing_says(
    events: list[tuple[str, object, object]], batched: bool
) -> None:
    with TemporaryDirectory() as folder:
        shop = PeopleShop(page_size=1, folds=True)
        shop.filters |= {"email__in"} if batched else set()
        shop.customer_cache = CustomerFile(Path(folder), "shop", secret=b"", clock=shop.clock)
        for event, one, other in [*events, ("look", None, None)]:
            pks = sorted(shop.people)
            match event, one:
                case "add", str():
                    shop.add(one, erp_code=other)  # type: ignore[arg-type]
                case "change", int() if pks:
                    shop.change(pks[one % len(pks)], email=other)  # type: ignore[arg-type]
                case "delete", int() if pks:
                    del shop.people[pks[one % len(pks)]]
                case "wait", int() | float():
                    shop.wait(one)
                case "look", _:
                    assert find_customers(shop, ASKED) == in_the_listing(shop)
