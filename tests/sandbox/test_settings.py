"""Customer group settings: their fields, whom they select, and who wins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Channel, Shop

ANY = {"slug": "any-rule"}
EDU = {"slug": "email-domain-rule", "domains": ["edu.tr"], "subdomains": True}


def lists(shop: Shop, kind: str) -> dict[str, int]:
    """Code → pk."""
    return {it["code"]: it["pk"] for it in shop.get(f"/api/v1/{kind}/", limit=50)["results"]}


def winner(shop: Shop, channel: Channel, email: str) -> str | None:
    setting = shop.get(f"{channel.settings}resolve/", email=email)["setting"]
    return str(setting["slug"]) if setting else None


def a_setting(slug: str, **more: Any) -> dict[str, Any]:
    return {"name": slug.title(), "slug": slug, "config": ANY} | more


def test_a_setting_has_the_documented_defaults(shop: Shop, channel: Channel) -> None:
    answer = shop.ask("POST", channel.settings, json=a_setting("student"))
    assert answer.status_code == 201
    setting = answer.json()
    assert setting == {
        "pk": setting["pk"],
        "name": "Student",
        "slug": "student",
        "priority": 0,
        "is_active": True,
        "price_list": None,
        "stock_list": None,
        "start_date": None,
        "end_date": None,
        "config": ANY,
        "created_date": setting["created_date"],
        "modified_date": setting["modified_date"],
    }
    assert setting["created_date"].endswith("Z")


def test_all_bad_fields_are_reported_at_once(shop: Shop, channel: Channel) -> None:
    shop.post(channel.settings, a_setting("student"))
    body = {"name": "", "slug": "student", "priority": -1, "price_list": 99_999, "config": []}
    answer = shop.ask("POST", channel.settings, json=body)
    assert answer.status_code == 400
    assert answer.json() == {
        "name": ["This field may not be blank."],
        "slug": ["customer group setting with this slug already exists."],
        "priority": ["Ensure this value is greater than or equal to 0."],
        "price_list": ['Invalid pk "99999" - object does not exist.'],
        "config": ["A rule is a JSON object with a slug."],
    }
    answer = shop.ask("POST", channel.settings, json=a_setting("not a slug"))
    message = 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'
    assert answer.json() == {"slug": [message]}


def test_json_fields_are_replaced_and_kept_as_sent(shop: Shop, channel: Channel) -> None:
    odd = {"slug": "unknown-rule", "z": 1.0, "a": [1, "ı", None, {"big": 2**70}], "é": ""}
    setting = shop.post(channel.settings, a_setting("odd", config=odd))
    path = f"{channel.settings}{setting['pk']}/"
    assert list(shop.get(path)["config"].items()) == list(odd.items())
    assert '"z":1.0' in shop.ask("GET", path).text
    shop.ask("PATCH", path, json={"config": {"slug": "any-rule", "name": "All"}})
    assert shop.get(path)["config"] == {"slug": "any-rule", "name": "All"}
    assert shop.ask("PUT", path, json={"name": "Odd"}).status_code == 400
    assert shop.ask("DELETE", path).status_code == 204


@pytest.mark.parametrize("value", ["1e400", '"\\ud800"'])
def test_json_that_could_not_be_given_back_is_refused(
    shop: Shop, channel: Channel, value: str
) -> None:
    body = f'{{"name": "x", "slug": "x", "config": {{"slug": "any-rule", "a": {value}}}}}'
    headers = {"Content-Type": "application/json"}
    answer = shop.ask("POST", channel.settings, data=body, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"config": ["Value must be valid JSON."]})


def test_a_list_outside_the_catalog_is_a_business_error(shop: Shop, channel: Channel) -> None:
    price_lists, stock_lists = lists(shop, "price_list"), lists(shop, "stock_list")
    for field, pk in (
        ("price_list", price_lists["retail-eur"]),
        ("stock_list", stock_lists["eu-hub"]),
    ):
        answer = shop.ask("POST", channel.settings, json=a_setting("eu", **{field: pk}))
        assert answer.status_code == 406
        error = answer.json()
        assert error["error_code"] == "customer_group_setting_400_1"
        assert isinstance(error["non_field_errors"], str)
    assert shop.get(channel.settings)["count"] == 0
    for code in ("retail-tr", "student-tr"):
        shop.post(channel.settings, a_setting(code, price_list=price_lists[code]))


def test_the_matching_customers_are_listed(shop: Shop, channel: Channel) -> None:
    students = [channel.customers[2], *channel.add("x@edu.tr", "Y@OGR.EDU.TR")]
    channel.add("z@fakeedu.tr", "no at sign")
    pk = shop.post(channel.settings, a_setting("student", config=EDU))["pk"]
    path = f"{channel.settings}{pk}/customers/"
    page = shop.get(path, limit=2)
    assert (page["count"], [it["pk"] for it in page["results"]]) == (3, students[:2])
    assert [it["pk"] for it in shop.get(path, limit=2, page=2)["results"]] == students[2:]
    assert shop.get(f"{path}{students[0]}/") == {"customer": students[0], "matches": True}
    stranger = channel.customers[0]
    assert shop.get(f"{path}{stranger}/") == {"customer": stranger, "matches": False}
    assert shop.ask("GET", f"{path}1/").status_code == 404


def test_a_tree_of_rules_selects_among_all_customers(shop: Shop, channel: Channel) -> None:
    (off,) = channel.add({"email": "off@edu.tr", "is_active": False})
    active = {"slug": "user-attribute-rule", "key": "is_active", "values": [True]}
    rule = {"slug": "and-rule", "children": [EDU, {"slug": "not-rule", "child": active}]}
    pk = shop.post(channel.settings, a_setting("off", config=rule))["pk"]
    page = shop.get(f"{channel.settings}{pk}/customers/")
    assert [it["pk"] for it in page["results"]] == [off]


def test_the_matches_follow_the_customers(shop: Shop, channel: Channel) -> None:
    rule = {"slug": "user-attribute-rule", "key": "attributes.city", "values": ["istanbul"]}
    pk = shop.post(channel.settings, a_setting("city", config=rule))["pk"]
    path = f"{channel.settings}{pk}/customers/"
    assert shop.get(path)["count"] == 0
    ada = f"{channel.people}{channel.customers[0]}/"
    shop.ask("PATCH", ada, json={"attributes": {"city": "İSTANBUL"}})
    assert shop.get(path)["count"] == 1
    shop.ask("PATCH", ada, json={"attributes": {}})
    assert shop.get(path)["count"] == 0


def test_an_unknown_rule_matches_nobody(shop: Shop, channel: Channel) -> None:
    pk = shop.post(channel.settings, a_setting("odd", config={"slug": "new-rule"}))["pk"]
    assert shop.get(f"{channel.settings}{pk}/customers/")["count"] == 0


def test_the_lowest_priority_wins_then_the_lowest_pk(shop: Shop, channel: Channel) -> None:
    for slug, priority in (("nine", 9), ("five", 5), ("five-too", 5)):
        shop.post(channel.settings, a_setting(slug, priority=priority))
    shop.post(channel.settings, a_setting("one", priority=1, config=EDU))
    shop.post(channel.settings, a_setting("off", is_active=False))
    assert winner(shop, channel, "ada@example.com") == "five"
    assert winner(shop, channel, "can@ogr.ornek-universitesi.edu.tr") == "one"


@pytest.mark.parametrize(
    ("start_days", "end_days", "expected"),
    [
        (None, None, True),
        (-1, None, True),
        (None, 1, True),
        (-1, 1, True),
        (1, None, False),
        (None, -1, False),
    ],
)
def test_only_settings_whose_dates_hold_now_count(
    shop: Shop,
    channel: Channel,
    start_days: int | None,
    end_days: int | None,
    expected: bool,
) -> None:
    def moment(days: int | None) -> str | None:
        return None if days is None else (datetime.now(UTC) + timedelta(days=days)).isoformat()

    dates = {"start_date": moment(start_days), "end_date": moment(end_days)}
    shop.post(channel.settings, a_setting("spring", **dates))
    assert winner(shop, channel, "ada@example.com") == ("spring" if expected else None)


def test_a_customer_sees_the_lists_and_prices_of_the_setting(shop: Shop, channel: Channel) -> None:
    prices, stocks = lists(shop, "price_list"), lists(shop, "stock_list")
    chosen = {"price_list": prices["student-tr"], "stock_list": stocks["online"]}
    setting = shop.post(channel.settings, a_setting("student", priority=3, config=EDU, **chosen))
    seen = shop.get(f"{channel.settings}resolve/", email="CAN@ogr.ornek-universitesi.edu.tr")
    assert seen["customer"] == channel.customers[2]
    assert seen["email"] == "can@ogr.ornek-universitesi.edu.tr"
    assert seen["setting"] == {
        "pk": setting["pk"],
        "slug": "student",
        "name": "Student",
        "priority": 3,
    }
    assert seen["price_list"]["code"] == "student-tr"
    assert seen["stock_list"] == {"pk": stocks["online"], "code": "online", "name": "Online"}
    assert seen["prices"][0] == {"product": "Linen shirt", "price": "764.92", "currency": "try"}
    assert len(seen["prices"]) < 8  # not every list prices every product


def test_without_a_setting_the_shops_own_lists_are_shown(shop: Shop, channel: Channel) -> None:
    shop.post(channel.settings, a_setting("student", config=EDU))
    seen = shop.get(f"{channel.settings}resolve/", customer=channel.customers[0])
    assert seen["setting"] is None
    assert (seen["price_list"]["code"], seen["stock_list"]["code"]) == ("retail-tr", "main")
    assert len(seen["prices"]) == 8
    student = shop.get(f"{channel.settings}resolve/", customer=channel.customers[2])
    assert student["setting"]["slug"] == "student"
    assert student["price_list"]["code"] == "retail-tr"


@pytest.mark.parametrize(
    ("query", "status"),
    [("customer=1", 404), ("email=nobody@example.com", 404), ("", 400), ("customer=x", 400)],
)
def test_only_a_customer_of_the_channel_can_be_resolved(
    shop: Shop, channel: Channel, query: str, status: int
) -> None:
    answer = shop.ask("GET", f"{channel.settings}resolve/?{query}")
    assert answer.status_code == status
    assert status == 400 or "detail" in answer.json()


def test_settings_are_filtered(shop: Shop, channel: Channel) -> None:
    shop.post(channel.settings, a_setting("one"))
    shop.post(channel.settings, a_setting("two", is_active=False, priority=4))

    def slugs(**query: str) -> list[str]:
        return [it["slug"] for it in shop.get(channel.settings, **query)["results"]]

    assert slugs(slug="one") == slugs(is_active="true") == slugs(name="ON") == ["one"]
    assert slugs(priority="4") == ["two"]
