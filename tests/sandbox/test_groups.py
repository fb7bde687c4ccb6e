"""Customer groups and their members."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Channel, Shop


@pytest.fixture
def vip(shop: Shop, channel: Channel) -> str:
    """The path of a new group."""
    return f"{channel.groups}{shop.post(channel.groups, {'name': 'VIP'})['pk']}/"


def test_a_group_is_created_renamed_listed_and_deleted(shop: Shop, channel: Channel) -> None:
    created = shop.ask("POST", channel.groups, json={"name": "VIP", "customer_count": 99})
    assert created.status_code == 201
    group = created.json()
    assert set(group) == {"pk", "name", "customer_count", "created_date", "modified_date"}
    assert (group["name"], group["customer_count"]) == ("VIP", 0)
    path = f"{channel.groups}{group['pk']}/"
    for verb, name in (("PATCH", "Gold"), ("PUT", "Silver")):
        assert shop.ask(verb, path, json={"name": name}).json()["name"] == name
    assert [it["name"] for it in shop.get(channel.groups)["results"]] == ["Silver"]
    assert shop.ask("DELETE", path).status_code == 204
    assert shop.ask("DELETE", path).status_code == 404


def test_a_taken_name_is_refused_in_its_own_channel_only(
    shop: Shop, channel: Channel, vip: str
) -> None:
    refused = shop.ask("POST", channel.groups, json={"name": "VIP"})
    assert refused.status_code == 400
    assert refused.json() == {"name": ["customer group with this name already exists."]}
    other = shop.post("/_sandbox/channels/", {"name": "Other"})["pk"]
    shop.post(f"/api/v1/remote/{other}/customer_groups/", {"name": "VIP"})
    assert shop.ask("PATCH", vip, json={"name": "VIP"}).status_code == 200
    shop.post(channel.groups, {"name": "Gold"})
    assert shop.ask("PATCH", vip, json={"name": "Gold"}).status_code == 400


def test_of_many_who_want_a_name_at_once_one_gets_it(shop: Shop, channel: Channel) -> None:
    def ask(_: int) -> int:
        headers = {"Authorization": f"Token {shop.token}"}
        url = f"{shop.url}{channel.groups}"
        answer = requests.post(url, json={"name": "VIP"}, headers=headers, timeout=30)
        assert answer.status_code == 201 or "name" in answer.json()
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(16))) == [201] + [400] * 15


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, {"name": ["This field is required."]}),
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"name": None}, {"name": ["This field may not be null."]}),
        (
            {"name": "x" * 256},
            {"name": ["Ensure this field has no more than 255 characters."]},
        ),
        (
            [],
            {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]},
        ),
    ],
)
def test_bad_groups_are_refused_with_drfs_words(
    shop: Shop, channel: Channel, body: Any, error: Any
) -> None:
    answer = shop.ask("POST", channel.groups, json=body)
    assert (answer.status_code, answer.json()) == (400, error)


def test_broken_json_has_a_detail(shop: Shop, channel: Channel) -> None:
    headers = {"Content-Type": "application/json"}
    for body in ('{"name": ', '{"name": NaN}', "[" * 100_000):
        answer = shop.ask("POST", channel.groups, data=body, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith("JSON parse error - ")


def test_bulk_add_and_remove_are_idempotent(shop: Shop, channel: Channel, vip: str) -> None:
    add, remove = f"{vip}customers/bulk_add/", f"{vip}customers/bulk_remove/"
    first, second, third = channel.customers
    assert shop.post(add, {"customers": [first, second]}) == {"added": 2, "already_member": 0}
    body = {"customers": [first, second, third, third, str(first)]}
    assert shop.post(add, body) == {"added": 1, "already_member": 2}
    assert shop.get(vip)["customer_count"] == 3
    assert shop.post(remove, {"customers": [first]}) == {"removed": 1, "not_member": 0}
    body = {"customers": [first, second]}
    assert shop.post(remove, body) == {"removed": 1, "not_member": 1}
    assert shop.post(remove, {"customers": []}) == {"removed": 0, "not_member": 0}
    assert [it["pk"] for it in shop.get(f"{vip}customers/")["results"]] == [third]


@pytest.mark.parametrize("verb", ["bulk_add", "bulk_remove"])
@pytest.mark.parametrize("unknown", [77_777_777, 10**30, -1, 1])
def test_one_unknown_customer_and_nothing_is_applied(
    shop: Shop, channel: Channel, vip: str, verb: str, unknown: int
) -> None:
    member, stranger, _ = channel.customers
    shop.post(f"{vip}customers/bulk_add/", {"customers": [member]})
    body = {"customers": [member, stranger, unknown]}  # 1 is a customer of another channel
    answer = shop.ask("POST", f"{vip}customers/{verb}/", json=body)
    error = {"customers": [f'Invalid pk "{unknown}" - object does not exist.']}
    assert (answer.status_code, answer.json()) == (400, error)
    assert [it["pk"] for it in shop.get(f"{vip}customers/")["results"]] == [member]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "This field is required."),
        ({"customers": 5}, 'Expected a list of items but got type "int".'),
        ({"customers": ["x"]}, "Incorrect type. Expected pk value, received str."),
        ({"customers": [True]}, "Incorrect type. Expected pk value, received bool."),
        ({"customers": [None]}, "Incorrect type. Expected pk value, received NoneType."),
    ],
)
def test_bad_lists_of_customers_are_refused(shop: Shop, vip: str, body: Any, error: str) -> None:
    answer = shop.ask("POST", f"{vip}customers/bulk_add/", json=body)
    assert (answer.status_code, answer.json()) == (400, {"customers": [error]})


def test_thousands_of_members_are_added_and_filtered(
    shop: Shop, channel: Channel, vip: str
) -> None:
    pks = channel.add(*(f"m{number}@example.com" for number in range(4500)))
    assert shop.post(f"{vip}customers/bulk_add/", {"customers": pks})["added"] == 4500
    members = f"{vip}customers/"
    assert shop.get(members, sort="-id", limit=1)["results"][0]["pk"] == pks[-1]
    assert shop.get(members, email="m7@example.com")["count"] == 1
    assert shop.post(f"{members}bulk_remove/", {"customers": pks})["removed"] == 4500


def test_groups_are_filtered_by_name(shop: Shop, channel: Channel) -> None:
    for name in ("Gold", "Old gold", "Silver"):
        shop.post(channel.groups, {"name": name})

    def names(**query: str) -> list[str]:
        return [it["name"] for it in shop.get(channel.groups, **query)["results"]]

    assert names(name="GOLD") == ["Gold", "Old gold"]
    assert names(name__exact="Gold") == ["Gold"]
    assert names(sort="-name") == ["Silver", "Old gold", "Gold"]
