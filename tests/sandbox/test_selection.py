"""Whom settings select when time and membership matter, asked over HTTP."""

from typing import Any

import pytest

from tests.sandbox.conftest import Channel, Shop

RECENT = {
    "slug": "user-date-rule",
    "key": "extra_field.last_order_at",
    "within_last": "1m",
    "unit": "day",
    "timezone": "Europe/Istanbul",
}
BIRTHDAY = {
    "slug": "user-anniversary-rule",
    "key": "date_of_birth",
    "within_next": "7d",
    "timezone": "Europe/Istanbul",
}


def member(*groups: int, **more: Any) -> dict[str, Any]:
    return {"slug": "customer-group-rule", "customer_groups": list(groups)} | more


def a_setting(shop: Shop, channel: Channel, rule: dict[str, Any], **more: Any) -> str:
    """The address of a new setting with that rule."""
    count = shop.get(channel.settings)["count"]
    body = {"name": "Rule", "slug": f"rule-{count}", "config": rule} | more
    return f"{channel.settings}{shop.post(channel.settings, body)['pk']}/"


def selected(shop: Shop, setting: str, **query: str) -> list[int]:
    page = shop.get(f"{setting}customers/", limit=50, **query)
    return [it["pk"] for it in page["results"]]


def group(shop: Shop, channel: Channel, *members: int) -> int:
    count = shop.get(channel.groups)["count"]
    pk: int = shop.post(channel.groups, {"name": f"Group {count}"})["pk"]
    change(shop, channel, pk, "bulk_add", *members)
    return pk


def change(shop: Shop, channel: Channel, group: int, verb: str, *pks: int) -> None:
    shop.post(f"{channel.groups}{group}/customers/{verb}/", {"customers": list(pks)})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-31T12:00:00+03:00", True),
        ("2026-03-31T20:59:59Z", True),
        ("2026-03-31T21:00:00Z", False),  # 1 April in İstanbul
        ("2026-03-14T21:00:00Z", True),
        ("2026-03-14T20:59:59Z", False),  # still the day before the order
    ],
)
def test_the_clock_can_be_set_wherever_rules_are_evaluated(
    shop: Shop, channel: Channel, now: str, expected: bool
) -> None:
    order = {"extra_field": {"last_order_at": "2026-03-15T00:30:00+03:00"}}
    (pk,) = channel.add({"email": "buyer@example.com"} | order)
    rule = RECENT | {"within_last": "17d"}
    setting = a_setting(shop, channel, rule)
    assert selected(shop, setting, now=now) == ([pk] if expected else [])
    answer = shop.get(f"{setting}customers/{pk}/", now=now)
    assert answer == {"customer": pk, "matches": expected}
    won = shop.get(f"{channel.settings}resolve/", customer=pk, now=now)["setting"]
    assert (won is not None) is expected


def test_without_now_it_is_now(shop: Shop, channel: Channel) -> None:
    long_ago, ahead = channel.add(
        {"email": "past@example.com", "extra_field": {"last_order_at": "2001-01-01"}},
        {"email": "future@example.com", "extra_field": {"last_order_at": "9001-01-01"}},
    )
    assert selected(shop, a_setting(shop, channel, RECENT | {"within_last": "5000y"})) == [long_ago]
    rule = {name: it for name, it in RECENT.items() if name != "within_last"}
    assert selected(shop, a_setting(shop, channel, rule | {"within_next": "7999y"})) == [ahead]


def test_the_clock_decides_which_settings_count(shop: Shop, channel: Channel) -> None:
    dates = {"start_date": "2026-03-01T00:00:00Z", "end_date": "2026-04-01T00:00:00Z"}
    a_setting(shop, channel, {"slug": "any-rule"}, **dates)

    def wins(now: str) -> bool:
        query = {"customer": str(channel.customers[0]), "now": now}
        return shop.get(f"{channel.settings}resolve/", **query)["setting"] is not None

    assert [
        wins(it)
        for it in (
            *("2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z"),
            *("2026-03-31T23:59:59Z", "2026-04-01T03:00:00+03:00"),
        )
    ] == [False, True, True, False]


@pytest.mark.parametrize(
    "now", ["", "now", "2026-03-31", "2026-03-31T12:00:00", "2026-03-31T12:00:00 03:00"]
)
def test_a_clock_that_cannot_be_read_is_a_bad_request(
    shop: Shop, channel: Channel, now: str
) -> None:
    setting = a_setting(shop, channel, RECENT)
    customer = channel.customers[0]
    message = "Give a date-time with its offset: 2026-11-21T10:00:00Z, or %2B03:00 for +03:00."
    for path in (
        f"{setting}customers/",
        f"{setting}customers/{customer}/",
        f"{channel.settings}resolve/?customer={customer}",
    ):
        answer = shop.ask("GET", path, params={"now": now})
        assert (answer.status_code, answer.json()) == (400, {"now": [message]})


def test_the_pages_of_a_stopped_clock_lead_to_each_other(shop: Shop, channel: Channel) -> None:
    born = [f"{year}-12-30" for year in (1970, 1980, 1990)]
    pks = channel.add(*({"email": f"{it}@example.com", "date_of_birth": it} for it in born))
    setting = a_setting(shop, channel, BIRTHDAY)
    page = shop.get(f"{setting}customers/", now="2026-12-25T10:00:00+03:00", limit=2)
    assert (page["count"], [it["pk"] for it in page["results"]]) == (3, pks[:2])
    following = shop.ask("GET", page["next"].removeprefix(shop.url)).json()
    assert [it["pk"] for it in following["results"]] == pks[2:]
    assert selected(shop, setting, now="2026-12-31T10:00:00+03:00") == []


def test_members_of_the_named_groups_are_selected(shop: Shop, channel: Channel) -> None:
    ada, bob, can = channel.customers
    first, second = group(shop, channel, ada, bob), group(shop, channel, bob)
    other = group(shop, channel, can)
    either = a_setting(shop, channel, member(first, second))
    neither = a_setting(shop, channel, member(first, second, exclude=True))
    assert selected(shop, either) == [ada, bob]
    assert selected(shop, neither) == [can]
    for pk in channel.customers:
        matches = shop.get(f"{either}customers/{pk}/")["matches"]
        assert matches is (pk != can)
    assert selected(shop, a_setting(shop, channel, member(second))) == [bob]
    odd = a_setting(shop, channel, member(0, -1, 2**70, 99_999, other))
    assert selected(shop, odd) == [can]


def test_the_matches_follow_the_members(shop: Shop, channel: Channel) -> None:
    ada, bob, can = channel.customers
    pk = group(shop, channel, ada)
    setting = a_setting(shop, channel, member(pk))
    assert selected(shop, setting) == [ada]
    # As many members as before, and no customer was touched.
    change(shop, channel, pk, "bulk_remove", ada)
    change(shop, channel, pk, "bulk_add", can)
    assert selected(shop, setting) == [can]
    change(shop, channel, pk, "bulk_add", bob)
    assert selected(shop, setting) == [bob, can]
    change(shop, channel, pk, "bulk_remove", can)
    assert selected(shop, setting) == [bob]
    assert shop.ask("DELETE", f"{channel.groups}{pk}/").status_code == 204
    assert selected(shop, setting) == []


def test_a_group_decides_who_wins(shop: Shop, channel: Channel) -> None:
    ada, bob, _ = channel.customers
    pk = group(shop, channel, bob)
    a_setting(shop, channel, member(pk), priority=1)
    a_setting(shop, channel, {"slug": "any-rule"}, priority=2)
    found = [
        shop.get(f"{channel.settings}resolve/", customer=it)["setting"]["priority"]
        for it in (ada, bob)
    ]
    assert found == [2, 1]


def test_another_channels_group_of_the_same_customers_name_is_another_group(
    shop: Shop, channel: Channel
) -> None:
    emails = ["ada@example.com"]
    made = shop.post("/_sandbox/channels/", {"name": "Elsewhere", "customers": emails})
    elsewhere = Channel(made["pk"], shop, made["customers"])
    foreign = group(shop, elsewhere, *elsewhere.customers)
    assert selected(shop, a_setting(shop, channel, member(foreign))) == []
    assert selected(shop, a_setting(shop, elsewhere, member(foreign))) == elsewhere.customers


def test_groups_and_other_leaves_meet_in_one_rule(shop: Shop, channel: Channel) -> None:
    ada, bob, can = channel.customers
    rich, poor = channel.add(
        {"email": "rich@example.com", "extra_field": {"lifetime_value": "25000.00"}},
        {"email": "poor@example.com", "extra_field": {"lifetime_value": "24999.99"}},
    )
    pk = group(shop, channel, poor, can)
    value = {"slug": "user-number-rule", "key": "extra_field.lifetime_value", "gte": "25000"}
    rule = {"slug": "or-rule", "children": [value, member(pk)]}
    assert selected(shop, a_setting(shop, channel, rule)) == [can, rich, poor]
    assert selected(shop, a_setting(shop, channel, {"slug": "not-rule", "child": rule})) == [
        *(ada, bob)
    ]


@pytest.mark.parametrize(
    "leaf",
    [
        RECENT | {"timezone": "Europe/Atlantis"},
        RECENT | {"within_last": "1 month"},
        {"slug": "user-pattern-rule", "key": "email", "pattern": "("},
        {"slug": "user-number-rule", "key": "pk", "gte": 1},
        {"slug": "customer-group-rule", "customer_groups": "all"},
        {"slug": "user-weather-rule", "rain": True},
    ],
)
def test_a_rule_with_a_part_nobody_can_read_is_kept_and_that_part_holds_for_none(
    shop: Shop, channel: Channel, leaf: dict[str, Any]
) -> None:
    rule = {
        "slug": "or-rule",
        "children": [leaf, member(group(shop, channel, channel.customers[1]))],
    }
    setting = a_setting(shop, channel, rule)
    assert shop.get(setting)["config"] == rule
    assert selected(shop, setting) == [channel.customers[1]]


def test_the_well_known_customers_are_found_by_what_is_written_of_them(shop: Shop) -> None:
    known = Channel(1, shop, list(range(1, 11)))
    key = {"key": "extra_field.orders"}
    city = {"slug": "user-text-rule", "key": "attributes.city", "match": "contains"}
    rules: list[tuple[dict[str, Any], list[int]]] = [
        ({"slug": "phone-country-rule", "country_codes": ["47", "357"]}, [5, 8]),
        ({"slug": "user-list-rule", "key": "extra_field.tags", "any": ["PRESS"]}, [3]),
        ({"slug": "user-number-rule", "gte": "5", "lt": "13"} | key, [2, 5, 8]),
        (BIRTHDAY | {"within_next": "1d"}, [2]),
        (city | {"values": ["STANB"]}, [7]),
    ]
    for rule, pks in rules:
        setting = a_setting(shop, known, rule)
        matches = [
            pk
            for pk in known.customers
            if shop.get(f"{setting}customers/{pk}/", now="2027-02-28T09:00:00Z")["matches"]
        ]
        assert shop.ask("DELETE", setting).status_code == 204
        assert matches == pks
