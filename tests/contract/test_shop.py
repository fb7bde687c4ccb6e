"""The facts of docs/shop-api.md that we rely on: true of the sandbox, of the benchmarks' shop, and
of a test shop.

`pytest -m live` asks the shop of CG_SYNC_LIVE_URL, CG_SYNC_LIVE_TOKEN and CG_SYNC_LIVE_CHANNEL. It
makes groups and settings named cg-sync-contract-…, and removes them again.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from benchmarks.customers import Customers
from benchmarks.server import serve
from benchmarks.shop import CHANNEL, ShopStock
from tests.shop import SandboxShop

RULE = {
    "slug": "or-rule",
    "children": [
        {"slug": "email-domain-rule", "domains": ["edu.tr"], "subdomains": True,
         "exclude": False, "missing": False},
        {"slug": "not-rule", "child": {"slug": "user-attribute-rule", "key": "is_active",
                                       "values": [True], "exclude": True, "missing": True}},
    ],
}  # fmt: skip


class AnyShop:
    """A shop over plain HTTP; what a test makes in it, it removes."""

    def __init__(self, url: str, token: str, channel: int) -> None:
        self.url, self.token, self.channel = url.rstrip("/"), token, channel
        self._made: list[str] = []

    @property
    def groups(self) -> str:
        return f"/api/v1/remote/{self.channel}/customer_groups/"

    @property
    def settings(self) -> str:
        return f"/api/v1/remote/{self.channel}/customer_group_settings/"

    @property
    def customers(self) -> str:
        return f"/api/v1/channel/{self.channel}/customers/"

    def ask(self, method: str, path: str, *, token: str | None = None, **more: Any) -> Any:
        """The answer to one request, whatever its status."""
        headers = {"Authorization": f"Token {self.token if token is None else token}"}
        return requests.request(
            method, f"{self.url}{path}", headers=headers, timeout=30, allow_redirects=False, **more
        )

    def page(self, path: str, **query: Any) -> dict[str, Any]:
        """One page of a listing."""
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text[:300]
        page: dict[str, Any] = answer.json()
        return page

    def made(self, path: str, **payload: Any) -> dict[str, Any]:
        """A new record, removed at the end."""
        answer = self.ask("POST", path, json=payload)
        assert answer.status_code == 201, answer.text[:300]
        record: dict[str, Any] = answer.json()
        self._made.append(f"{path}{record.get('pk', record.get('id'))}/")
        return record

    def clean_up(self) -> None:
        """Remove whatever was made."""
        for path in reversed(self._made):
            self.ask("DELETE", path)


@pytest.fixture(scope="module")
def benchmark_shop() -> Iterator[AnyShop]:
    """The shop of the benchmarks."""
    stock = ShopStock(Customers(70), price_lists=["retail"], stock_lists=["online"])
    with serve(stock) as served:
        yield AnyShop(served.url, served.token, CHANNEL)


@pytest.fixture(params=["sandbox", "benchmark", pytest.param("live", marks=pytest.mark.live)])
def any_shop(request: pytest.FixtureRequest) -> Iterator[AnyShop]:
    """The two of our own always; a real test shop only where its tests are selected."""
    if request.param == "live":
        environ = os.environ
        shop = AnyShop(
            environ["CG_SYNC_LIVE_URL"],
            environ["CG_SYNC_LIVE_TOKEN"],
            int(environ["CG_SYNC_LIVE_CHANNEL"]),
        )
    elif request.param == "benchmark":
        shop = request.getfixturevalue("benchmark_shop")
    else:
        sandbox: SandboxShop = request.getfixturevalue("shop")
        shop = AnyShop(sandbox.url, sandbox.token, sandbox.channel)
    try:
        yield shop
    finally:
        shop.clean_up()


@pytest.fixture
def name() -> str:
    """A name, and a slug, that nothing else in the shop has."""
    return f"cg-sync-contract-{secrets.token_hex(4)}"


def id_of(record: dict[str, Any]) -> int:
    """The id, which a shop calls pk or id."""
    return int(record["pk"] if "pk" in record else record["id"])


# --- access


def test_a_valid_token_is_answered_and_an_invalid_one_is_401(any_shop: AnyShop) -> None:
    path = "/api/v1/active_user/"
    assert any_shop.ask("GET", path).status_code == 200
    refused = any_shop.ask("GET", path, token="0" * 40)
    assert refused.status_code == 401
    assert "detail" in refused.json()


def test_a_wrong_password_is_400_and_not_401(any_shop: AnyShop) -> None:
    body = {"username": "cg-sync-contract", "password": "no"}
    answer = requests.post(f"{any_shop.url}/api/v1/auth/login/", json=body, timeout=30)
    assert answer.status_code == 400


# --- listings


@pytest.mark.parametrize("path", ["price_list", "stock_list", "channels", "catalogs"])
def test_listings_are_envelopes_of_records_with_an_id(any_shop: AnyShop, path: str) -> None:
    page = any_shop.page(f"/api/v1/{path}/", limit=5)
    assert {"count", "next", "previous", "results"} <= set(page)
    assert all(isinstance(id_of(it), int) for it in page["results"])


def test_price_and_stock_lists_have_codes_that_are_texts_or_null(any_shop: AnyShop) -> None:
    for path in ("price_list", "stock_list"):
        for record in any_shop.page(f"/api/v1/{path}/", limit=1000)["results"]:
            assert record["code"] is None or isinstance(record["code"], str)


def test_pages_in_id_order_hold_every_customer_once(any_shop: AnyShop) -> None:
    first = any_shop.page(any_shop.customers, limit=20, sort="id")
    pages = min(3, -(-first["count"] // 20))
    ids = [
        id_of(it)
        for number in range(1, pages + 1)
        for it in any_shop.page(any_shop.customers, limit=20, sort="id", page=number)["results"]
    ]
    assert ids == sorted(set(ids))
    assert len(ids) == min(first["count"], 60)


def test_a_page_past_the_end_is_404(any_shop: AnyShop) -> None:
    answer = any_shop.ask("GET", any_shop.customers, params={"page": 999_999, "limit": 100})
    assert answer.status_code == 404


def test_a_limit_above_the_cap_is_lowered_and_not_refused(any_shop: AnyShop) -> None:
    page = any_shop.page(any_shop.customers, limit=1_000_000)
    assert len(page["results"]) == page["count"] or page["next"]


def test_an_unknown_filter_is_ignored(any_shop: AnyShop) -> None:
    query = {"limit": 1, "no_such_filter_cg_sync": "x"}
    assert (
        any_shop.page(any_shop.customers, **query)["count"]
        == (any_shop.page(any_shop.customers, limit=1)["count"])
    )


def test_customers_are_found_by_several_ids_at_once(any_shop: AnyShop) -> None:
    some = [id_of(it) for it in any_shop.page(any_shop.customers, limit=3)["results"]]
    found = any_shop.page(any_shop.customers, pk__in=",".join(map(str, some)), limit=10)
    assert sorted(id_of(it) for it in found["results"]) == sorted(some)


def test_customers_are_found_by_their_address_as_it_is_written(any_shop: AnyShop) -> None:
    one = any_shop.page(any_shop.customers, limit=1)["results"][0]
    found = any_shop.page(any_shop.customers, email=one["email"], limit=10)["results"]
    assert id_of(one) in [id_of(it) for it in found]


def test_options_names_filters_with_lookup_types_or_none_at_all(any_shop: AnyShop) -> None:
    answer = any_shop.ask("OPTIONS", any_shop.customers)
    assert answer.status_code == 200
    for offered in answer.json().get("filters", {}).values():
        assert isinstance(offered["lookup_types"], list)


# --- groups and members


def test_a_group_is_made_renamed_and_deleted(any_shop: AnyShop, name: str) -> None:
    group = any_shop.made(any_shop.groups, name=name)
    path = f"{any_shop.groups}{id_of(group)}/"
    renamed = any_shop.ask("PATCH", path, json={"name": f"{name}-2"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, f"{name}-2")
    assert id_of(renamed.json()) == id_of(group)
    assert any_shop.ask("DELETE", path).status_code == 204
    assert any_shop.ask("DELETE", path).status_code == 404
    assert any_shop.ask("GET", path).status_code == 404


def test_a_name_that_is_taken_is_400_about_the_name(any_shop: AnyShop, name: str) -> None:
    any_shop.made(any_shop.groups, name=name)
    answer = any_shop.ask("POST", any_shop.groups, json={"name": name})
    assert (answer.status_code, list(answer.json())) == (400, ["name"])


def test_members_are_added_and_removed_in_bulk_and_twice_is_as_good_as_once(
    any_shop: AnyShop, name: str
) -> None:
    pks = [id_of(it) for it in any_shop.page(any_shop.customers, limit=3, sort="id")["results"]]
    group = any_shop.made(any_shop.groups, name=name)
    members = f"{any_shop.groups}{id_of(group)}/customers/"
    for counts in ({"added": 3, "already_member": 0}, {"added": 0, "already_member": 3}):
        answer = any_shop.ask("POST", f"{members}bulk_add/", json={"customers": pks})
        assert (answer.status_code, answer.json()) == (200, counts)
    listed = any_shop.page(members, limit=10, sort="id")["results"]
    assert [id_of(it) for it in listed] == pks
    assert all("email" in it for it in listed)
    for counts in ({"removed": 2, "not_member": 0}, {"removed": 0, "not_member": 2}):
        answer = any_shop.ask("POST", f"{members}bulk_remove/", json={"customers": pks[:2]})
        assert (answer.status_code, answer.json()) == (200, counts)
    record = any_shop.ask("GET", f"{any_shop.groups}{id_of(group)}/").json()
    assert record["customer_count"] == 1


def test_a_bulk_call_with_an_unknown_customer_changes_nothing(any_shop: AnyShop, name: str) -> None:
    pk = id_of(any_shop.page(any_shop.customers, limit=1)["results"][0])
    group = any_shop.made(any_shop.groups, name=name)
    members = f"{any_shop.groups}{id_of(group)}/customers/"
    answer = any_shop.ask("POST", f"{members}bulk_add/", json={"customers": [pk, 2**40]})
    assert (answer.status_code, list(answer.json())) == (400, ["customers"])
    assert any_shop.page(members)["count"] == 0


# --- settings


def test_a_setting_comes_back_as_it_was_sent(any_shop: AnyShop, name: str) -> None:
    sent = {
        "name": f"{name} öğrenci",
        "slug": name,
        "priority": 987_654,
        "is_active": False,
        "start_date": "2030-01-01T00:00:00+03:00",
        "end_date": None,
        "config": RULE,
        "price_list": None,
        "stock_list": None,
    }
    record = any_shop.made(any_shop.settings, **sent)
    again = any_shop.ask("GET", f"{any_shop.settings}{id_of(record)}/").json()
    assert again.pop("start_date").startswith("2029-12-31T21:00:00")
    assert {key: again[key] for key in sent if key in again} == {
        key: value for key, value in sent.items() if key != "start_date"
    }


def test_patch_changes_the_fields_it_names_and_replaces_a_rule_whole(
    any_shop: AnyShop, name: str
) -> None:
    record = any_shop.made(any_shop.settings, name=name, slug=name, priority=987_655,
                           is_active=False, config=RULE)  # fmt: skip
    path = f"{any_shop.settings}{id_of(record)}/"
    rule = {"slug": "any-rule"}
    answer = any_shop.ask("PATCH", path, json={"config": rule})
    assert answer.status_code == 200
    moving = ("config", "modified_date")
    after = any_shop.ask("GET", path).json()
    assert after["config"] == rule
    assert {key: after[key] for key in after if key not in moving} == {
        key: record[key] for key in record if key not in moving
    }


def test_a_slug_that_is_taken_is_400_about_the_slug(any_shop: AnyShop, name: str) -> None:
    any_shop.made(any_shop.settings, name=name, slug=name, config=RULE, is_active=False)
    again = {"name": "other", "slug": name, "config": RULE, "is_active": False}
    answer = any_shop.ask("POST", any_shop.settings, json=again)
    assert (answer.status_code, list(answer.json())) == (400, ["slug"])


def test_all_bad_fields_are_named_at_once(any_shop: AnyShop) -> None:
    bad = {"slug": "no spaces please", "priority": -1, "config": RULE}
    answer = any_shop.ask("POST", any_shop.settings, json=bad)
    assert answer.status_code == 400
    assert {"name", "slug", "priority"} <= set(answer.json())
