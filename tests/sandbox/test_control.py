"""The control door."""

import pytest
import requests

from tests.sandbox.conftest import Channel, Shop

DOOR = "/_sandbox/"


def test_reset_empties_one_channel_and_leaves_the_others(shop: Shop, channel: Channel) -> None:
    other = shop.post(f"{DOOR}channels/", {"name": "Other"})["pk"]
    for pk in (channel.pk, other):
        shop.post(f"/api/v1/remote/{pk}/customer_groups/", {"name": "VIP"})
    shop.post(channel.settings, {"name": "x", "slug": "x", "config": {"slug": "any-rule"}})
    assert shop.post(f"{DOOR}reset/", {"channel": channel.pk}) == {"groups": 1, "settings": 1}
    assert shop.get(channel.groups)["count"] == shop.get(channel.settings)["count"] == 0
    assert shop.get(f"/api/v1/remote/{other}/customer_groups/")["count"] == 1
    assert shop.get(channel.people)["count"] == 3


def test_reset_without_a_channel_empties_all(quiet_shop: Shop) -> None:
    shop = quiet_shop
    for pk in (1, 5):
        shop.post(f"/api/v1/remote/{pk}/customer_groups/", {"name": "VIP"})
    answer = requests.post(f"{shop.url}{DOOR}reset/", timeout=30)
    assert answer.json() == {"groups": 2, "settings": 0}


def test_customers_are_made_in_the_order_given_or_not_at_all(shop: Shop, channel: Channel) -> None:
    made = channel.add("new@example.com", {"email": "no at sign", "date_of_birth": "2001-02-03"})
    people = shop.get(channel.people, pk__in=",".join(map(str, made)))["results"]
    assert [it["email"] for it in people] == ["new@example.com", "no at sign"]
    assert [it["date_of_birth"] for it in people] == [None, "2001-02-03"]
    body = {"channel": channel.pk, "customers": ["fresh@example.com", "ADA@example.com"]}
    refused = shop.ask("POST", f"{DOOR}customers/", json=body)
    assert refused.status_code == 400
    assert refused.json() == {"email": ["customer with this email already exists."]}
    assert shop.get(channel.people)["count"] == 5


def test_customers_of_a_channel_are_deleted_by_pk(shop: Shop, channel: Channel) -> None:
    one, other = channel.add("one@example.com", "other@example.com")
    before = shop.get(channel.people)["count"]
    body = {"channel": channel.pk, "customers": [one, 999_999_999]}
    assert shop.ask("DELETE", f"{DOOR}customers/", json=body).json() == {"deleted": 1}
    elsewhere = {"channel": 1, "customers": [other]}
    assert shop.ask("DELETE", f"{DOOR}customers/", json=elsewhere).json() == {"deleted": 0}
    assert shop.get(channel.people)["count"] == before - 1
    for wrong in (None, ["x"], [True]):
        body = {"channel": channel.pk, "customers": wrong}
        assert shop.ask("DELETE", f"{DOOR}customers/", json=body).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("customers/", {"customers": [5]}),
        ("customers/", {"customers": 5}),
        ("customers/", [{"no_such_field": 1}]),
        ("customers/", [{"email": "a@b.c", "date_of_birth": "yesterday"}]),
        ("customers/", {"channel": "x"}),
        ("reset/", [1]),
        ("channels/", []),
    ],
)
def test_nonsense_is_a_bad_request(shop: Shop, path: str, body: object) -> None:
    assert shop.ask("POST", f"{DOOR}{path}", json=body).status_code == 400


def test_a_plain_list_goes_to_the_first_channel(quiet_shop: Shop) -> None:
    shop = quiet_shop
    (pk,) = shop.post(f"{DOOR}customers/", ["someone.new@example.com"])["customers"]
    assert shop.get(f"/api/v1/channel/1/customers/{pk}/")["email"] == "someone.new@example.com"


def test_requests_are_counted_without_the_doors_own(quiet_shop: Shop) -> None:
    shop = quiet_shop
    shop.ask("DELETE", f"{DOOR}requests/")
    assert shop.get(f"{DOOR}requests/") == {
        "total": 0,
        "by_method": {},
        "log": [],
        "faulted": [],
    }
    shop.get("/api/v1/channels/", limit=2)
    shop.ask("POST", "/api/v1/remote/1/customer_groups/", json={})
    assert shop.get(f"{DOOR}requests/") == {
        "total": 2,
        "by_method": {"GET": 1, "POST": 1},
        "log": [
            ["GET", "/api/v1/channels/?limit=2", 200],
            ["POST", "/api/v1/remote/1/customer_groups/", 400],
        ],
        "faulted": [],
    }
    assert shop.ask("DELETE", f"{DOOR}requests/").status_code == 204
    assert shop.get(f"{DOOR}requests/")["total"] == 0


def test_pages_of_other_sites_are_kept_out(shop: Shop) -> None:
    path = f"{DOOR}requests/"
    foreign = shop.ask("GET", path, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert shop.ask("GET", path, headers={"Origin": shop.url}).status_code == 200
