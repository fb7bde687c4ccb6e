"""What a page of a listing holds, and where the next one is."""

from __future__ import annotations

import pytest

from cg_sync.api.pages import Page, next_page, page_in
from cg_sync.api.wire import Request
from cg_sync.errors import BadAnswer
from cg_sync.jsonvalue import JsonValue

BASE = "https://shop.example"
PATH = "/api/v1/price_list/"
FIRST = Request("GET", PATH, {"sort": "id", "limit": "2"})


def an_envelope(next_link: JsonValue) -> JsonValue:
    return {"count": 3, "next": next_link, "previous": None, "results": [{"pk": 1}, {"id": 2}]}


def test_an_envelope_is_a_page_with_a_count_and_a_next() -> None:
    payload = an_envelope("/api/v1/price_list/?page=2")
    assert page_in(FIRST, payload, BASE) == Page(
        [{"pk": 1}, {"id": 2}],
        [1, 2],
        3,
        Request("GET", PATH, {"sort": "id", "limit": "2", "page": "2"}),
    )


def test_a_bare_array_is_the_only_page_and_has_no_count() -> None:
    assert page_in(FIRST, [{"pk": 7}], BASE) == Page([{"pk": 7}], [7], None, None)


@pytest.mark.parametrize(
    "link",
    [
        "https://shop.example/api/v1/price_list/?page=2&sort=id&limit=2",
        "https://SHOP.example:443/api/v1/price_list/?page=2",
        "/api/v1/price_list/?page=2",
        "/somewhere/else/?page=2",
        "?page=2",
    ],
)
def test_of_an_absolute_or_relative_next_only_the_query_is_used(link: str) -> None:
    expected = Request("GET", PATH, {"sort": "id", "limit": "2", "page": "2"})
    assert next_page(FIRST, an_envelope(link), BASE) == expected


def test_a_next_in_plain_http_from_behind_a_proxy_is_asked_over_our_own_scheme() -> None:
    following = next_page(FIRST, an_envelope(f"http://shop.example{PATH}?page=2"), BASE)
    assert following == Request("GET", PATH, {**FIRST.query, "page": "2"})


def test_the_shops_own_limit_wins_over_ours_in_next() -> None:
    following = next_page(FIRST, an_envelope("?page=2&limit=1&q="), BASE)
    assert following == Request("GET", PATH, {"sort": "id", "limit": "1", "page": "2", "q": ""})


@pytest.mark.parametrize("link", [None, ""])
def test_without_next_it_is_the_last_page(link: JsonValue) -> None:
    assert next_page(FIRST, an_envelope(link), BASE) is None


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/v1/price_list/?page=2",
        "https://shop.example:8443/?page=2",
        "//evil.example/?page=2",
        "ftp:?page=2",
    ],
)
def test_a_next_on_another_host_or_port_is_refused(link: str) -> None:
    with pytest.raises(BadAnswer, match="leads elsewhere") as caught:
        page_in(FIRST, an_envelope(link), BASE)
    assert str(caught.value) == (
        f"the shop answered GET {PATH} with a `next` that leads elsewhere: {link}"
    )


@pytest.mark.parametrize("link", [5, {"page": 2}, "https://[half/?page=2", "https://h:port/"])
def test_a_next_that_is_no_link_is_refused(link: JsonValue) -> None:
    with pytest.raises(BadAnswer, match="a `next` that is no link"):
        page_in(FIRST, an_envelope(link), BASE)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (None, "something that is no listing"),
        ("text", "something that is no listing"),
        ({"detail": "hm"}, "something that is no listing"),
        ({"count": 0, "results": None}, "something that is no listing"),
        ({"results": []}, "a listing that has no count"),
        ({"count": True, "results": []}, "a listing that has no count"),
        ({"count": -1, "results": []}, "a listing that has no count"),
    ],
)
def test_what_is_no_listing_is_refused(payload: JsonValue, said: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        page_in(FIRST, payload, BASE)
    assert str(caught.value) == f"the shop answered GET {PATH} with {said}"


@pytest.mark.parametrize("row", [{}, None, 5, [1], {"pk": None}, {"pk": "7"}, {"id": 1.5}])
def test_a_row_without_an_id_is_refused(row: JsonValue) -> None:
    with pytest.raises(BadAnswer, match="row 2 has no pk and no id"):
        page_in(FIRST, [{"pk": 1}, row], BASE)
