"""Listings that are complete or fail, single records, members, and the paths they live at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
from requests import PreparedRequest
from responses import CallbackResponse, RequestsMock

from cg_sync.api.login import LOGIN_PATH
from cg_sync.api.shop import DEFAULT_PATHS, Incomplete, Shop, resolved_paths
from cg_sync.errors import BadAnswer, Rejected, Unreachable, UsageWrong
from cg_sync.jsonvalue import JsonObject, JsonValue
from tests.api.clients import BASE, a_client

GROUPS = "/api/v1/remote/5/customer_groups/"
URL = f"{BASE}{GROUPS}"
Answer = tuple[int, JsonValue]


@pytest.fixture
def wire() -> Iterator[RequestsMock]:
    with RequestsMock(assert_all_requests_are_fired=True) as mock:
        yield mock


def a_shop(*, page_size: int = 2, paths: Mapping[str, str] | None = None) -> Shop:
    return Shop(a_client(attempts=1), channel=5, paths=paths or {}, page_size=page_size)


def rows(*ids: int) -> list[JsonObject]:
    return [{"pk": pk, "name": f"group {pk}"} for pk in ids]


def a_page(count: int, *ids: int, following: int | str | None = None) -> Answer:
    link = f"{GROUPS}?page={following}" if isinstance(following, int) else following
    return 200, {"count": count, "next": link, "previous": None, "results": rows(*ids)}


@dataclass
class Listing:
    """Answers with the next of its answers, the last one again and again; keeps the queries."""

    answers: list[Answer]
    queries: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: PreparedRequest) -> tuple[int, Mapping[str, str], str]:
        self.queries.append(dict(parse_qsl(urlsplit(str(request.url)).query)))
        at = min(len(self.queries), len(self.answers)) - 1
        status, payload = self.answers[at]
        return status, {}, json.dumps(payload)


def listing(wire: RequestsMock, *answers: Answer, url: str = URL) -> Listing:
    found = Listing(list(answers))
    wire.add(CallbackResponse("GET", url, callback=found))
    return found


# ── listings ─────────────────────────────────────────────────────────────────────────────────────


def test_a_listing_is_read_page_by_page_in_id_order_with_its_filters(wire: RequestsMock) -> None:
    found = listing(wire, a_page(5, 1, 2, following=2), a_page(5, 3, 4, following=3), a_page(5, 5))
    assert list(a_shop().fetch_all("customer_groups", {"name": "x"})) == rows(1, 2, 3, 4, 5)
    first = {"name": "x", "sort": "id", "limit": "2"}
    assert found.queries == [first, {**first, "page": "2"}, {**first, "page": "3"}]


def test_a_listing_is_streamed(wire: RequestsMock) -> None:
    found = listing(wire, a_page(3, 1, 2, following=2), a_page(3, 3))
    stream = a_shop().fetch_all("customer_groups")
    assert [next(stream), next(stream)] == rows(1, 2)
    assert len(found.queries) == 1


def test_an_empty_listing_and_a_bare_array_are_complete(wire: RequestsMock) -> None:
    listing(wire, a_page(0), (200, rows(3, 1)))
    shop = a_shop(page_size=9)
    assert list(shop.fetch_all("customer_groups")) == []
    assert list(shop.fetch_all("customer_groups")) == rows(3, 1)


def test_a_listing_out_of_order_is_complete_when_every_row_comes_once(wire: RequestsMock) -> None:
    listing(wire, a_page(4, 9, 2, following=2), a_page(4, 7, 1))
    assert list(a_shop().fetch_all("customer_groups")) == rows(9, 2, 7, 1)


MOVING = {
    "it had 3 rows at first, then 4": [a_page(3, 1, 2, following=2), a_page(4, 3, 4)],
    "3 rows read, 4 counted": [a_page(4, 1, 2, following=2), a_page(4, 3)],
    "1 rows read, 0 counted": [a_page(0, 1)],
    "the same row came twice": [a_page(4, 1, 2, following=2), a_page(4, 2, 3)],
    "it had 3 rows at first, then None": [a_page(3, 1, 2, following=2), (200, rows(3))],
    "a page vanished while it was read": [
        a_page(3, 1, 2, following=2), (404, {"detail": "Invalid page."}),
    ],
    "its pages do not end": [a_page(99, 1, 2, following=2), a_page(99, 3, 4, following=2)],
}  # fmt: skip


@pytest.mark.parametrize(("why", "answers"), MOVING.items(), ids=list(MOVING))
def test_a_listing_that_moves_while_it_is_read_is_incomplete(
    wire: RequestsMock, why: str, answers: list[Answer]
) -> None:
    listing(wire, *answers)
    with pytest.raises(Incomplete) as caught:
        list(a_shop().fetch_all("customer_groups"))
    assert str(caught.value) == f"CG-L01 the listing {GROUPS} is incomplete: {why}"
    assert isinstance(caught.value, BadAnswer)


@pytest.mark.parametrize(
    "pages",
    [
        [a_page(99, following=n) for n in range(2, 50)],
        [a_page(3, 1, 2, following=n) for n in range(2, 50)],
        [a_page(99, 1, 2, following=GROUPS)],
    ],
    ids=["empty pages", "more rows than counted", "a next without a page"],
)
def test_pages_without_end_are_given_up_soon(wire: RequestsMock, pages: list[Answer]) -> None:
    found = listing(wire, *pages)
    with pytest.raises(Incomplete, match="its pages do not end"):
        list(a_shop().fetch_all("customer_groups"))
    assert len(found.queries) <= 3


def test_a_complete_read_starts_over_once(wire: RequestsMock) -> None:
    found = listing(wire, a_page(3, 1, 2), a_page(2, 1, 2))
    assert a_shop().fetch_complete("customer_groups") == rows(1, 2)
    assert len(found.queries) == 2


def test_a_complete_read_gives_up_after_the_second_time(wire: RequestsMock) -> None:
    found = listing(wire, a_page(3, 1, 2))
    with pytest.raises(Incomplete, match="2 rows read, 3 counted"):
        a_shop().fetch_complete("customer_groups")
    assert len(found.queries) == 2


def test_a_complete_read_does_not_repeat_what_is_no_listing(wire: RequestsMock) -> None:
    found = listing(wire, (200, {"detail": "hm"}))
    with pytest.raises(BadAnswer, match="no listing"):
        a_shop().fetch_complete("customer_groups")
    assert len(found.queries) == 1


@pytest.mark.parametrize("answer", [(404, {"detail": "Not found."}), (400, {"name": ["No."]})])
def test_a_first_page_that_is_refused_is_rejected(wire: RequestsMock, answer: Answer) -> None:
    found = listing(wire, answer)
    with pytest.raises(Rejected):
        a_shop().fetch_complete("customer_groups")
    assert len(found.queries) == 1


def test_a_later_page_that_is_refused_is_not_taken_for_a_listing_that_shrank(
    wire: RequestsMock,
) -> None:
    listing(wire, a_page(3, 1, 2, following=2), (400, {"detail": "No."}))
    with pytest.raises(Rejected):
        list(a_shop().fetch_all("customer_groups"))


def test_a_shop_that_refuses_the_limit_is_asked_without(wire: RequestsMock) -> None:
    found = listing(wire, (400, {"limit": ["Too large."]}), a_page(1, 1), a_page(1, 1))
    shop = a_shop(page_size=5_000)
    assert list(shop.fetch_all("customer_groups")) == rows(1)
    assert found.queries == [{"sort": "id", "limit": "5000"}, {"sort": "id"}]
    # Not tried again, so that reading once more costs what reading did.
    assert list(shop.fetch_all("customer_groups")) == rows(1)
    assert found.queries[2:] == [{"sort": "id"}]


def test_a_next_on_another_host_ends_the_listing(wire: RequestsMock) -> None:
    listing(wire, a_page(3, 1, 2, following="https://evil.example/?page=2"))
    with pytest.raises(BadAnswer, match="leads elsewhere"):
        list(a_shop().fetch_all("customer_groups"))


@pytest.mark.parametrize(("page_size", "is_whole"), [(1, True), (2, False), (3, True)])
def test_an_array_of_as_many_rows_as_were_asked_for_may_be_cut_off(
    wire: RequestsMock, page_size: int, is_whole: bool
) -> None:
    listing(wire, (200, rows(1, 2)))
    shop = a_shop(page_size=page_size)
    if is_whole:
        assert shop.fetch_complete("customer_groups") == rows(1, 2)
        return
    with pytest.raises(Incomplete) as caught:
        shop.fetch_complete("customer_groups")
    assert str(caught.value) == (
        f"CG-L01 the listing {GROUPS} is incomplete: "
        "2 rows were asked for and came, without a count of all"
    )
    assert "page_size" in caught.value.hint


def test_counting_asks_for_one_row(wire: RequestsMock) -> None:
    found = listing(wire, a_page(99, 1, following=2), (200, rows(1)))
    shop = a_shop()
    assert shop.count("customer_groups", {"name": "x"}) == 99
    assert shop.count("customer_groups") is None
    assert found.queries == [{"name": "x", "limit": "1"}, {"limit": "1"}]


# ── single records ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "said"),
    [([], "something that is no record"), ({"name": "VIP"}, "a record that has no pk and no id")],
)
def test_what_is_no_record_is_a_bad_answer(
    wire: RequestsMock, answer: JsonValue, said: str
) -> None:
    wire.post(URL, json=answer, status=201)
    with pytest.raises(BadAnswer, match=said):
        a_shop().create("customer_groups", {"name": "VIP"})


def test_writes_use_post_patch_and_delete(wire: RequestsMock) -> None:
    wire.post(URL, json={"pk": 7}, status=201)
    wire.patch(f"{URL}7/", json={"pk": 7, "name": "VIP"})
    wire.delete(f"{URL}7/", status=204)
    shop = a_shop()
    assert shop.create("customer_groups", {"name": "V"}) == {"pk": 7}
    assert shop.update("customer_groups", 7, {"name": "VIP"}) == {"pk": 7, "name": "VIP"}
    shop.delete("customer_groups", 7)
    sent = [(call.request.method, call.request.body) for call in wire.calls]
    assert sent == [("POST", '{"name": "V"}'), ("PATCH", '{"name": "VIP"}'), ("DELETE", None)]
    assert shop.calls == {"POST": 1, "PATCH": 1, "DELETE": 1}


def test_a_create_without_an_answer_says_that_it_may_have_happened(wire: RequestsMock) -> None:
    wire.post(URL, status=504)
    with pytest.raises(Unreachable) as caught:
        a_shop().create("customer_groups", {"name": "VIP"})
    assert caught.value.sent


def test_a_change_whose_answer_is_empty_on_purpose_has_no_record(wire: RequestsMock) -> None:
    wire.patch(f"{URL}7/", body="", headers={"Content-Length": "0"})
    assert a_shop().update("customer_groups", 7, {"name": "VIP"}) == {}


# ── members ──────────────────────────────────────────────────────────────────────────────────────


def test_members_are_a_listing_under_the_same_promise(wire: RequestsMock) -> None:
    url = f"{URL}7/customers/"
    found = listing(wire, a_page(3, 1, 2, following=2), a_page(3, 3), a_page(9, 1), url=url)
    shop = a_shop()
    assert list(shop.fetch_members("customer_groups", 7)) == rows(1, 2, 3)
    assert found.queries[1] == {"sort": "id", "limit": "2", "page": "2"}
    with pytest.raises(Incomplete, match="1 rows read, 9 counted"):
        list(shop.fetch_members("customer_groups", 7))


def test_members_are_read_for_some_fields_on_all_pages(wire: RequestsMock) -> None:
    listing(wire, a_page(3, 1, 2, following=2), a_page(3, 3), url=f"{URL}7/customers/")
    found = a_shop().fetch_members("customer_groups", 7, fields=("email",))
    assert list(found) == [{"pk": 1}, {"pk": 2}, {"pk": 3}]


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_members_change_in_bulk_and_a_lost_answer_is_asked_again(
    wire: RequestsMock, verb: str
) -> None:
    url = f"{URL}7/customers/bulk_{verb}/"
    wire.post(url, status=503)
    wire.post(url, json={"added": 2, "already_member": 0})
    shop = Shop(a_client(), channel=5)
    change = shop.add_members if verb == "add" else shop.remove_members
    change("customer_groups", 7, (3, 4))
    assert [call.request.body for call in wire.calls] == ['{"customers": [3, 4]}'] * 2


# ── what the shop offers ─────────────────────────────────────────────────────────────────────────


def test_lookups_come_from_options(wire: RequestsMock) -> None:
    offered = {
        "email": {"lookup_types": ["exact", "in", 5]}, "odd": {}, "odder": 5,
        "oddest": {"lookup_types": "in"},
    }  # fmt: skip
    wire.add("OPTIONS", URL, json={"filters": offered})
    nothing: frozenset[str] = frozenset()
    assert a_shop().lookups("customer_groups") == {
        "email": {"exact", "in"}, "odd": nothing, "odder": nothing, "oddest": nothing,
    }  # fmt: skip


@pytest.mark.parametrize("status", [200, 204, 302, 401, 403, 404, 405, 500])
@pytest.mark.parametrize("body", ["{}", "[]", '{"filters": []}', "<html>", "5"])
def test_a_shop_that_does_not_say_offers_no_lookups(
    wire: RequestsMock, status: int, body: str
) -> None:
    wire.add("OPTIONS", URL, body=body, status=status)
    assert a_shop().lookups("customer_groups") == {}


# ── paths ────────────────────────────────────────────────────────────────────────────────────────


def test_every_path_names_the_channel_and_can_be_overridden() -> None:
    paths = resolved_paths({"customer_groups": "/api/v1/segments/{channel}/"}, 9)
    assert paths == {
        "login": "/api/v1/auth/login/",
        "price_lists": "/api/v1/price_list/",
        "stock_lists": "/api/v1/stock_list/",
        "customers": "/api/v1/channel/9/customers/",
        "customer_groups": "/api/v1/segments/9/",
        "customer_group_settings": "/api/v1/remote/9/customer_group_settings/",
    }
    assert DEFAULT_PATHS["login"] == LOGIN_PATH


def test_an_overridden_path_is_the_one_that_is_asked(wire: RequestsMock) -> None:
    listing(wire, a_page(1, 1), url=f"{BASE}/api/v2/groups/")
    shop = a_shop(paths={"customer_groups": "/api/v2/groups/"})
    assert shop.fetch_complete("customer_groups") == rows(1)


@pytest.mark.parametrize(
    "path",
    ["api/v1/x/", "/api/v1/x", "@evil.example/", "/x/?a=1/", "/x#/", "/{shop}/", "/a b/", ""],
)
def test_a_path_that_is_none_is_wrong_usage(path: str) -> None:
    with pytest.raises(UsageWrong) as caught:
        a_shop(paths={"customers": path})
    assert str(caught.value) == f"api.paths: customers: not a path: {path}"


def test_a_path_for_no_collection_is_wrong_usage_with_a_suggestion() -> None:
    with pytest.raises(UsageWrong, match="customer_group: no such collection") as caught:
        a_shop(paths={"customer_group": "/x/"})
    assert "customer_groups" in caught.value.hint
    with pytest.raises(UsageWrong) as caught:
        a_shop(paths={"xyz": "/x/"})
    assert caught.value.hint.startswith("known are login, price_lists, stock_lists")
