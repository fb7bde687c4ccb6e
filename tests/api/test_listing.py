"""Pages that are read at the same time: the same rows and the same errors as one after another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.api import ahead
from cg_sync.api.listing import Incomplete, Listings
from cg_sync.api.wire import Request
from cg_sync.errors import ApiError, Rejected, Unreachable
from cg_sync.jsonvalue import JsonObject, JsonValue

PATH = "/api/v1/price_list/"
PATIENCE_SECONDS = 30


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, threads that end are waited for."""
    monkeypatch.setattr(ahead, "GRACE_SECONDS", 100.0)


@dataclass
class PagedShop:
    """Serves rows with these ids, `size` at a time at most, and keeps what it was asked for.

    `by` is how its `next` names a page: "page", "offset" or "cursor". `before` hears of each page,
    by its number from 1, before it is answered. `odd` are answers that it gives instead.
    """

    ids: list[int]
    size: int = 2
    by: str = "page"
    count: int | None = None
    before: Callable[[int], object] = lambda _: None
    odd: Mapping[int, JsonValue | ApiError] = field(default_factory=dict)
    base_url: str = "https://shop.example"
    asked: list[int] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def send(self, request: Request, *, unless: Callable[[], bool] = lambda: False) -> JsonValue:
        number = self._number(request.query)
        with self._lock:
            self.asked.append(number)
        self.before(number)
        odd = self.odd.get(number)
        if isinstance(odd, ApiError):
            raise odd
        return self.page(number) if odd is None else odd

    def page(self, number: int, **changed: JsonValue) -> JsonObject:
        end = number * self.size
        rows: list[JsonObject] = [{"pk": pk} for pk in self.ids[end - self.size : end]]
        count = len(self.ids) if self.count is None else self.count
        following = self._link(number + 1) if end < len(self.ids) else None
        return {"count": count, "next": following, "results": rows, **changed}

    def _link(self, number: int) -> str:
        names = {
            "page": f"page={number}",
            "offset": f"offset={(number - 1) * self.size}",
            "cursor": f"cursor=at-{number}",
        }
        return f"{PATH}?{names[self.by]}&limit={self.size}"

    def _number(self, query: Mapping[str, str]) -> int:
        offset = int(query.get("offset", 0)) // self.size + 1
        return int(query.get("page", query.get("cursor", "at-1").removeprefix("at-"))) - 1 + offset


def listings(shop: PagedShop, *, parallel: int = 3) -> Listings:
    return Listings(shop, page_size=1_000, parallel=parallel)


def read(shop: PagedShop, *, parallel: int = 3) -> list[int]:
    rows = listings(shop, parallel=parallel).rows(PATH, {})
    return [int(str(row["pk"])) for row in rows]


@pytest.mark.parametrize("by", ["page", "offset"])
def test_numbered_pages_are_asked_for_before_the_ones_in_front_are_there(by: str) -> None:
    later = {number: Event() for number in range(1, 8)}

    def before(number: int) -> None:
        later[number].set()
        if number in {2, 5}:  # Each waits until the two behind it were asked for.
            assert later[number + 1].wait(PATIENCE_SECONDS)
            assert later[number + 2].wait(PATIENCE_SECONDS)

    shop = PagedShop(list(range(1, 14)), by=by, before=before)
    assert read(shop) == list(range(1, 14))
    assert sorted(shop.asked) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("ids", [[], [5], [1, 2], [1, 2, 3], list(range(20))], ids=len)
@pytest.mark.parametrize("by", ["page", "offset", "cursor"])
@pytest.mark.parametrize("parallel", [1, 4, 32])
def test_a_listing_is_read_with_as_many_calls_as_it_has_pages(
    ids: list[int], by: str, parallel: int
) -> None:
    shop = PagedShop(ids, by=by)
    assert read(shop, parallel=parallel) == ids
    assert sorted(shop.asked) == list(range(1, max(1, -(-len(ids) // 2)) + 1))


def test_pages_are_read_one_after_another_by_cursor_or_where_that_is_wanted() -> None:
    before = threading.active_count()
    seen: list[int] = []
    for by, parallel in (("cursor", 4), ("page", 1), ("offset", 1)):
        shop = PagedShop(
            list(range(9)), by=by, before=lambda _: seen.append(threading.active_count())
        )
        read(shop, parallel=parallel)
        assert shop.asked == [1, 2, 3, 4, 5]
    assert set(seen) == {before}


def test_who_reads_no_further_than_the_first_page_asks_for_no_other() -> None:
    shop = PagedShop(list(range(99)))
    rows = listings(shop).rows(PATH, {})
    assert [next(rows)["pk"], next(rows)["pk"]] == [0, 1]
    assert shop.asked == [1]


def test_who_stops_in_the_middle_leaves_no_thread_and_no_call_behind() -> None:
    before = threading.active_count()
    shop = PagedShop(list(range(99)))
    rows = listings(shop, parallel=4).rows(PATH, {})
    assert [next(rows)["pk"] for _ in range(5)] == [0, 1, 2, 3, 4]
    rows.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
    assert max(shop.asked) <= 3 + 4


def test_a_listing_that_moved_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    shop = PagedShop(list(range(99)))
    shop.odd = {3: shop.page(3, count=98)}
    with pytest.raises(Incomplete, match="it had 99 rows at first, then 98") as caught:
        read(shop, parallel=4)
    assert threading.active_count() == before, "while the error is still there"
    assert caught.value.__cause__ is not None


def test_of_several_errors_that_of_the_first_page_is_told() -> None:
    later = Event()

    def before(number: int) -> None:
        if number == 2:
            assert later.wait(PATIENCE_SECONDS)
        if number == 3:
            later.set()

    odd = {number: Unreachable(f"page {number}", sent=True) for number in (2, 3)}
    with pytest.raises(Unreachable, match="page 2"):
        read(PagedShop(list(range(9)), before=before, odd=odd))


def test_a_guess_that_next_does_not_confirm_is_dropped() -> None:
    threads: dict[int, int] = {}
    shop = PagedShop(
        list(range(1, 13)), before=lambda it: threads.update({it: threading.active_count()})
    )
    # The third page is the last but one, whatever was thought of the others.
    shop.odd = {
        3: shop.page(3, next=f"{PATH}?page=9&limit=2"),
        4: Unreachable("nobody asked for this", sent=True),
        5: shop.page(1),
        9: {"count": 12, "next": None, "results": [{"pk": it} for it in range(7, 13)]},
    }
    before = threading.active_count()
    assert read(shop) == list(range(1, 13))
    assert threads[9] == before


def test_a_listing_that_ends_sooner_than_was_guessed_is_told_by_its_rows() -> None:
    shop = PagedShop(list(range(4)), count=8)
    with pytest.raises(Incomplete, match="4 rows read, 8 counted"):
        read(shop)


def test_a_page_that_vanished_is_one_of_a_listing_that_moved() -> None:
    odd = {2: Rejected("Invalid page.", status=404)}
    with pytest.raises(Incomplete, match="a page vanished while it was read"):
        read(PagedShop(list(range(9)), odd=odd))


def test_a_shop_with_an_order_of_its_own_is_read_at_the_second_time() -> None:
    nearly = [1, 2, 3, 4, 9, 5, 7, 8]
    found = listings(PagedShop(nearly))
    with pytest.raises(Incomplete, match="its rows came in another order than before"):
        list(found.rows(PATH, {}))
    assert [row["pk"] for row in found.rows(PATH, {})] == nearly


FOLLOWS = 0
"""Stands for the page after."""
PAGES = st.lists(
    st.tuples(
        st.sampled_from([2, 2, 2, 1, 0, 3]),
        st.sampled_from([FOLLOWS, FOLLOWS, FOLLOWS, FOLLOWS, None, 2, 5]),
        st.sampled_from([0, 0, 0, 0, 0, 1]),
    ),
    min_size=1,
    max_size=6,
)
"""Of some odd shop: how many rows each has, which it names as its next, and how far its count is
off.
"""


@pytest.mark.unmeasured
@given(PAGES, st.sampled_from([0, 0, 0, 1, -1]), st.sampled_from(["page", "offset"]))
def test_pages_read_ahead_give_what_pages_one_after_another_give(
    pages: Sequence[tuple[int, int | None, int]], more: int, by: str
) -> None:
    """Whatever a shop answers, as long as it answers the same."""
    shop = PagedShop([], by=by)
    odd: dict[int, JsonValue | ApiError] = {it: Rejected("no", status=404) for it in range(9)}
    total, first = sum(size for size, _, _ in pages) + more, 1
    for number, (size, named, miscount) in enumerate(pages, 1):
        following = number + 1 if named == FOLLOWS and number < len(pages) else named or None
        odd[number] = {
            "count": max(0, total + miscount),
            "next": None if following is None else shop._link(following),
            "results": [{"pk": pk} for pk in range(first, first + size)],
        }
        first += size
    shop.odd = odd

    def outcome(parallel: int) -> object:
        found: list[JsonObject] = []
        try:
            found += listings(shop, parallel=parallel).rows(PATH, {})
        except ApiError as error:
            return str(error)
        return found

    assert outcome(3) == outcome(1)
