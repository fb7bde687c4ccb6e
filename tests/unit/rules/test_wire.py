"""Rules as the shop's JSON, there and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_writer import to_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.document import rule_to_file
from cg_sync.rules.evaluate import evaluate
from cg_sync.rules.ir import All, AnyOf, DomainIn, Everyone, Leaf, Node, Not, OneOf, RawRule, Rule
from cg_sync.rules.parse import Vocabulary, parse_rule
from cg_sync.rules.wire import rule_from_wire, rule_to_wire
from tests.unit.rules.strategies import GROUP_IDS, NOW, catalogue, customers, json_values, rules

CATALOGUE = catalogue()
GROUP_NAMES = {pk: name for name, pk in GROUP_IDS.items()}

EMAIL: JsonObject = {
    "slug": "email-domain-rule",
    "domains": ["edu.tr", "k12.tr"],
    "subdomains": True,
    "exclude": False,
    "missing": False,
}
COUNTRY: JsonObject = {
    "slug": "user-attribute-rule",
    "key": "attributes.country",
    "values": ["DE", "TR"],
    "exclude": True,
    "missing": True,
}
ACTIVE: JsonObject = {
    "slug": "user-attribute-rule",
    "key": "is_active",
    "values": [True],
    "exclude": False,
    "missing": False,
}
EMAIL_LEAF = Leaf("email", "email", DomainIn(("edu.tr", "k12.tr"), below=True))
COUNTRY_LEAF = Leaf("country", "attributes.country", OneOf(("DE", "TR")), True, True)
ACTIVE_LEAF = Leaf("is_active", "is_active", OneOf((True,)))


@pytest.mark.parametrize(
    ("node", "payload"),
    [
        (Everyone(), {"slug": "any-rule"}),
        (EMAIL_LEAF, EMAIL),
        (COUNTRY_LEAF, COUNTRY),
        (ACTIVE_LEAF, ACTIVE),
        (Not(ACTIVE_LEAF), {"slug": "not-rule", "child": ACTIVE}),
        (All((EMAIL_LEAF, COUNTRY_LEAF)), {"slug": "and-rule", "children": [COUNTRY, EMAIL]}),
        (AnyOf((ACTIVE_LEAF, EMAIL_LEAF)), {"slug": "or-rule", "children": [EMAIL, ACTIVE]}),
    ],
)
def test_each_node_has_its_rule_json(node: Node, payload: JsonObject) -> None:
    assert rule_to_wire(Rule(node)) == payload
    assert rule_from_wire(payload, CATALOGUE) == Rule(node)


def test_what_may_be_left_out_has_its_default_and_names_do_not_count() -> None:
    payload: JsonObject = {
        "slug": "and-rule",
        "name": "Students",
        "children": [
            {
                "slug": "email-domain-rule",
                "domains": ["k12.tr", "edu.tr"],
                "subdomains": True,
                "name": "",
            },
            {"slug": "user-attribute-rule", "key": "is_active", "values": [True], "name": None},
        ],
    }
    assert rule_from_wire(payload, CATALOGUE) == Rule(All((EMAIL_LEAF, ACTIVE_LEAF)))


@pytest.mark.parametrize("payload", [None, {}])
def test_no_json_is_no_rule(payload: JsonValue) -> None:
    assert rule_from_wire(payload, CATALOGUE) is None


def deep(levels: int) -> JsonObject:
    payload: JsonObject = ACTIVE
    for _ in range(levels):
        payload = {"slug": "and-rule", "children": [payload]}
    return payload


@pytest.mark.parametrize(
    "payload",
    [
        [],
        "any-rule",
        0,
        {"slug": "basket-rule"},
        {"slug": ["any-rule"]},
        {"children": []},
        {"slug": "any-rule", "children": []},
        {"slug": "and-rule"},
        {"slug": "and-rule", "children": []},
        {"slug": "or-rule", "children": []},
        {"slug": "or-rule", "children": ACTIVE},
        {"slug": "or-rule", "children": [ACTIVE], "child": ACTIVE},
        {"slug": "and-rule", "children": [ACTIVE, None]},
        {"slug": "and-rule", "children": [ACTIVE, {"slug": "basket-rule"}]},
        {"slug": "not-rule"},
        {"slug": "not-rule", "child": [ACTIVE]},
        {"slug": "not-rule", "child": {"slug": "any-rule"}},
        {"slug": "not-rule", "child": ACTIVE, "children": []},
        {**EMAIL, "domains": []},
        {**EMAIL, "domains": "edu.tr"},
        {**EMAIL, "domains": ["EDU.TR"]},
        {**EMAIL, "domains": ["edu.tr", 1]},
        {**EMAIL, "domains": ["@edu.tr"]},
        {**EMAIL, "subdomains": None},
        {**EMAIL, "subdomains": 1},
        {**EMAIL, "exclude": 0},
        {**EMAIL, "missing": "false"},
        {**EMAIL, "key": "email"},
        {"slug": "email-domain-rule", "domains": ["edu.tr"]},
        {**COUNTRY, "key": "attributes.planet"},
        {**COUNTRY, "key": 7},
        {**COUNTRY, "key": "created_date"},
        {**COUNTRY, "key": "email"},
        {**COUNTRY, "values": []},
        {**COUNTRY, "values": {"TR": 1}},
        {**COUNTRY, "values": ["TR", 7]},
        {**COUNTRY, "values": [" "]},
        {**COUNTRY, "missing": None},
        {**COUNTRY, "lookup": "exact"},
        {**ACTIVE, "values": [1]},
        {**ACTIVE, "values": ["true"]},
        {**ACTIVE, "values": [True, False]},
        {**ACTIVE, "key": "gender", "values": ["other"]},
        deep(50),
    ],
)
def test_what_is_not_understood_exactly_stays_as_it_is(payload: JsonValue) -> None:
    rule = rule_from_wire(payload, CATALOGUE)
    assert rule == RawRule(canonical(payload))
    assert isinstance(rule, RawRule)
    assert rule_to_wire(rule) == payload


def test_fifty_levels_are_understood() -> None:
    assert rule_from_wire(deep(49), CATALOGUE) == Rule(ACTIVE_LEAF)


def test_an_email_rule_needs_an_attribute_of_type_email() -> None:
    as_text = Catalogue({"email": Attribute("email", "string", "email")})
    assert rule_from_wire(EMAIL, as_text) == RawRule(canonical(EMAIL))
    assert rule_from_wire(EMAIL, Catalogue({})) == RawRule(canonical(EMAIL))


def test_a_phone_rule_needs_an_attribute_of_type_phone() -> None:
    payload: JsonObject = {"slug": "phone-country-rule", "country_codes": ["90"]}
    as_text = Catalogue({"phone": Attribute("phone", "string", "phone_number")})
    assert isinstance(rule_from_wire(payload, CATALOGUE), Rule)
    assert rule_from_wire(payload, as_text) == RawRule(canonical(payload))


@pytest.mark.parametrize(
    ("payload", "leaf"),
    [
        (
            {**EMAIL, "exclude": True, "missing": True},
            Leaf("email", "email", DomainIn(("edu.tr", "k12.tr"), below=True), False, False),
        ),
        (
            {**ACTIVE, "exclude": True},
            Leaf("is_active", "is_active", OneOf((True,)), False, True),
        ),
    ],
)
def test_an_inverted_leaf_without_an_operator_becomes_a_not(
    payload: JsonObject, leaf: Leaf
) -> None:
    assert rule_from_wire(payload, CATALOGUE) == Rule(Not(leaf))


@given(customers(CATALOGUE), st.booleans(), st.booleans(), st.sampled_from([EMAIL, ACTIVE]))
def test_an_inverted_leaf_selects_as_the_shop_says(
    customer: JsonObject, exclude: bool, missing: bool, payload: JsonObject
) -> None:
    rule = rule_from_wire({**payload, "exclude": exclude, "missing": missing}, CATALOGUE)
    assert isinstance(rule, Rule)
    plain = EMAIL_LEAF if payload is EMAIL else ACTIVE_LEAF
    literal = Leaf(plain.attribute, plain.path, plain.test, exclude, missing)
    assert evaluate(rule.node, customer, NOW) is evaluate(literal, customer, NOW)


@given(rules(CATALOGUE))
def test_a_rule_survives_the_way_to_the_shop_and_back(rule: Rule) -> None:
    sent = json.loads(json.dumps(rule_to_wire(rule, GROUP_IDS)))
    assert rule_from_wire(sent, CATALOGUE, GROUP_NAMES) == rule


SLUGS = ("any-rule", "and-rule", "or-rule", "not-rule", "email-domain-rule", "user-attribute-rule")
KEYS = ("slug", "children", "child", "domains", "subdomains", "key", "values", "exclude", "missing")
wire_like: st.SearchStrategy[JsonValue] = st.recursive(
    st.sampled_from([*SLUGS, *KEYS, "edu.tr", "is_active", True, False, None]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
        | st.fixed_dictionaries(
            {"slug": st.sampled_from(SLUGS)}, optional=dict.fromkeys(KEYS[1:], inner)
        )
    ),
    max_leaves=12,
)


@given(json_values | wire_like)
def test_any_json_is_understood_or_kept(payload: JsonValue) -> None:
    rule = rule_from_wire(payload, CATALOGUE)
    if rule is None:
        assert payload in (None, {})
    else:
        assert rule_from_wire(rule_to_wire(rule), CATALOGUE) == rule


hostile_texts = st.text(max_size=8) | st.sampled_from(
    ["${HOME}", "$${A}", "yes", "012", "1e3", "~", "a: b #", "\u0085", "\ufeff", "İ", "\U0001f600"]
)
hostile_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**299) + 1, 10**299 - 1)  # a file holds 300 digits and signs
    | st.floats(allow_nan=False, allow_infinity=False)
    | hostile_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hostile_texts, inner, max_size=4),
    max_leaves=20,
)


def nested(depth: int, inside: JsonValue) -> JsonValue:
    for level in range(depth):
        inside = [inside] if level % 2 else {"child": inside}
    return inside


@given(
    st.dictionaries(hostile_texts, hostile_values, max_size=4),
    st.sampled_from(["weather-rule", "and-rule", "user-date-rule", ""]),
    st.integers(0, 40),
)
def test_foreign_json_survives_the_way_through_a_file(
    fields: dict[str, JsonValue], slug: str, depth: int
) -> None:
    payload: JsonObject = {**fields, "slug": slug, "deep": nested(depth, fields)}
    live = rule_from_wire(payload, CATALOGUE)
    assert isinstance(live, RawRule)
    document, problems = read_yaml(to_yaml(rule_to_file(live)).encode(), file="f.yaml")
    assert problems == ()
    assert document is not None
    assert parse_rule(document.content, Vocabulary(CATALOGUE, {})) == (live, ())
    # As texts: in Python 1, 1.0 and True are equal.
    assert canonical(rule_to_wire(live)) == canonical(payload)


def test_deep_json_is_kept() -> None:
    payload: JsonValue = []
    for _ in range(400):
        payload = [payload]
    assert rule_from_wire(payload, CATALOGUE) == RawRule(canonical(payload))


def leaf_of(slug: str, key: str = "", **asks: JsonValue) -> JsonObject:
    return {"slug": slug, **({"key": key} if key else {}), **asks}


ZONED: JsonObject = {"unit": "day", "timezone": "Europe/Istanbul"}
INSTANT: JsonObject = {"unit": "instant", "timezone": "Europe/Istanbul"}
CITY, SPENT, ORDERS = "attributes.city", "extra_field.spent", "extra_field.orders"
BORN, MADE, TAGS = "date_of_birth", "created_date", "extra_field.tags"


@pytest.mark.parametrize(
    ("payload", "same"),
    [
        (
            leaf_of("user-number-rule", ORDERS, gt="2", lt="6.0"),
            leaf_of("user-number-rule", ORDERS, gte="3", lte="5"),
        ),
        (
            leaf_of("user-number-rule", SPENT, gte="1.50", gt="1"),
            leaf_of("user-number-rule", SPENT, gte="1.5"),
        ),
        (
            leaf_of("user-date-rule", MADE, gte="2026-01-01T00:00:00Z", unit="instant"),
            leaf_of("user-date-rule", MADE, gte="2026-01-01T03:00:00+03:00", **INSTANT),
        ),
        (
            leaf_of("user-date-rule", BORN, older_than="1y", **ZONED),
            leaf_of("user-date-rule", BORN, older_than="12m", **ZONED),
        ),
        (
            leaf_of("user-anniversary-rule", BORN, within_next="2w", timezone="Europe/Istanbul"),
            leaf_of("user-anniversary-rule", BORN, within_next="14d", timezone="Europe/Istanbul"),
        ),
        (
            leaf_of("user-list-rule", TAGS, all=["a", "A"], missing=True),
            leaf_of("user-list-rule", TAGS, any=["A"]),
        ),
        (
            leaf_of("user-list-rule", TAGS, size={"gte": 0, "lte": 2}),
            leaf_of("user-list-rule", TAGS, size={"lte": 2}),
        ),
        (
            leaf_of("customer-group-rule", customer_groups=[42, 41, 42]),
            leaf_of("customer-group-rule", customer_groups=[41, 42]),
        ),
    ],
)
def test_another_spelling_of_one_leaf_is_the_same_rule(
    payload: JsonObject, same: JsonObject
) -> None:
    rule = rule_from_wire(payload, CATALOGUE, GROUP_NAMES)
    assert isinstance(rule, Rule)
    assert rule_to_wire(rule, GROUP_IDS) == {"exclude": False, "missing": False, **same}


@pytest.mark.parametrize(
    "payload",
    [
        leaf_of("user-presence-rule", CITY, missing=True),
        leaf_of("user-presence-rule", CITY, exclude=True),
        leaf_of("user-presence-rule", CITY, values=["a"]),
        leaf_of("user-presence-rule", "is_active"),
        leaf_of("user-text-rule", CITY, match="is", values=["a"]),
        leaf_of("user-text-rule", CITY, match="starts", values=[]),
        leaf_of("user-text-rule", CITY, match="starts", values=["\u0307"]),
        leaf_of("user-text-rule", "gender", match="starts", values=["f"]),
        leaf_of("user-text-rule", CITY, values=["a"]),
        leaf_of("user-pattern-rule", CITY, pattern="A"),
        leaf_of("user-pattern-rule", CITY, pattern="("),
        leaf_of("user-pattern-rule", CITY, pattern=" "),
        leaf_of("user-pattern-rule", CITY, pattern="a" * 257),
        leaf_of("user-number-rule", SPENT),
        leaf_of("user-number-rule", SPENT, gte=3),
        leaf_of("user-number-rule", SPENT, gte="1e3"),
        leaf_of("user-number-rule", SPENT, gte="3", lt="3"),
        leaf_of("user-number-rule", SPENT, gte="3", eq="3"),
        leaf_of("user-number-rule", ORDERS, gte="3.5"),
        leaf_of("user-number-rule", CITY, gte="3"),
        leaf_of("user-attribute-rule", ORDERS, values=[3]),
        leaf_of("user-date-rule", BORN, **ZONED),
        leaf_of("user-date-rule", BORN, gte="2026-01-01", unit="day", timezone="UTC"),
        leaf_of("user-date-rule", BORN, gte="2026-01-01", unit="day"),
        leaf_of("user-date-rule", BORN, gte="2026-02-30", **ZONED),
        leaf_of("user-date-rule", BORN, gte="0001-01-01", **ZONED),
        leaf_of("user-date-rule", BORN, gte="2026-01-01T00:00:00Z", **INSTANT),
        leaf_of("user-date-rule", BORN, gte="2026-01-02", lt="2026-01-01", **ZONED),
        leaf_of("user-date-rule", BORN, gte="2026-01-02", older_than="1d", **ZONED),
        leaf_of("user-date-rule", BORN, older_than="1h", **ZONED),
        leaf_of("user-date-rule", BORN, lte="2026-01-01", **ZONED),
        leaf_of("user-date-rule", MADE, gte="2026-01-01T00:00:00", **INSTANT),
        leaf_of("user-date-rule", MADE, older_than="1d", unit="instant"),
        leaf_of("user-anniversary-rule", BORN, within_next="7d", timezone="UTC"),
        leaf_of("user-anniversary-rule", BORN, within_next="1m", timezone="Europe/Istanbul"),
        leaf_of("user-anniversary-rule", BORN, months=[13], timezone="Europe/Istanbul"),
        leaf_of("user-anniversary-rule", BORN, timezone="Europe/Istanbul"),
        leaf_of("user-list-rule", TAGS, any=["a"], all=["b"]),
        leaf_of("user-list-rule", TAGS, any=[1]),
        leaf_of("user-list-rule", TAGS, size={"gt": 1}),
        leaf_of("user-list-rule", TAGS, size=2),
        leaf_of("user-list-rule", CITY, any=["a"]),
        leaf_of("user-list-rule", "@static_groups", any=["VIP"]),
        leaf_of("customer-group-rule", customer_groups=[77]),
        leaf_of("customer-group-rule", customer_groups=[True]),
        leaf_of("phone-country-rule", country_codes=["+90"]),
        leaf_of("user-text-rule", CITY, match=7, values=["a"]),
        leaf_of("email-domain-rule", domains=["EDU.tr"], subdomains=False),
        leaf_of("phone-country-rule", key="phone_number", country_codes=["90"]),
        leaf_of("user-odd-rule", CITY, values=["a"]),
    ],
)
def test_a_leaf_that_says_something_else_stays_as_it_is(payload: JsonObject) -> None:
    assert rule_from_wire(payload, CATALOGUE, GROUP_NAMES) == RawRule(canonical(payload))


def test_a_list_of_fifty_thousand_values_is_read() -> None:
    values = [f"T{number}" for number in range(50_000)]
    assert isinstance(rule_from_wire(leaf_of("user-list-rule", TAGS, any=values), CATALOGUE), Rule)
