"""Whom a rule selects."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.evaluate import evaluate
from cg_sync.rules.ir import All, AnyOf, DomainIn, Everyone, Leaf, Node, Not, OneOf, Rule
from cg_sync.rules.parse import Vocabulary, parse_rule
from cg_sync.rules.values import value_at
from tests.unit.rules.strategies import NOW, catalogue, customers, rules

CATALOGUE = catalogue()


def selects(rule_text: str, customer: JsonObject) -> bool:
    rule, problems = parse_rule(yaml.safe_load(rule_text), Vocabulary(CATALOGUE, {}))
    assert problems == ()
    assert isinstance(rule, Rule)
    return evaluate(rule.node, customer, NOW)


@pytest.mark.parametrize(
    ("rule", "turkish", "german", "without"),
    [
        ("match: [{country: {in: [TR]}}]", True, False, False),
        ("match: [{country: {in: [TR], missing: keep}}]", True, False, True),
        ("match: [{country: {not_in: [TR], missing: drop}}]", False, True, False),
        ("match: [{country: {not_in: [TR], missing: keep}}]", False, True, True),
        ("match: [{none: [{country: {in: [TR], missing: keep}}]}]", False, True, True),
        ("match: [{none: [{country: {in: [TR], missing: drop}}]}]", False, True, False),
        ("match: everyone\nexcept: [{country: {not_in: [TR], missing: keep}}]", True, False, True),
        ("match: everyone\nexcept: [{country: {not_in: [TR], missing: drop}}]", True, False, False),
    ],
)
def test_the_table_of_missing_values(rule: str, turkish: bool, german: bool, without: bool) -> None:
    assert selects(rule, {"attributes": {"country": "TR"}}) is turkish
    assert selects(rule, {"attributes": {"country": "DE"}}) is german
    nobody: list[JsonObject] = [
        {"attributes": {"country": None}},
        {"attributes": {"country": " \t"}},
        {"attributes": {"country": ""}},
        {"attributes": {}},
        {"attributes": None},
        {"attributes": "TR"},
        {},
    ]
    assert [selects(rule, customer) for customer in nobody] == [without] * len(nobody)


@pytest.mark.parametrize(
    ("address", "at", "under"),
    [
        ("test@edu.tr", True, True),
        ("test@EDU.TR", True, True),
        ("test@edu.tr.", True, True),
        ("test@boun.edu.tr", False, True),
        ("test@a.b.c.edu.tr", False, True),
        ("test@fakeedu.tr", False, False),
        ("test@edu.tr.evil.com", False, False),
        ("edu.tr@gmail.com", False, False),
        ("test@tr", False, False),
        ("test@еdu.tr", False, False),
    ],
)
def test_domains_are_compared_label_by_label(address: str, at: bool, under: bool) -> None:
    customer = {"email": address}
    assert selects("match: {email: {domain_is: [edu.tr]}}", customer) is at
    assert selects("match: {email: {domain_under: [edu.tr]}}", customer) is under


@pytest.mark.parametrize("address", [None, "", "test", "test@", "test@edu..tr", 7, ["test@edu.tr"]])
def test_an_address_without_a_domain_is_missing(address: JsonValue) -> None:
    customer: JsonObject = {"email": address}
    assert selects("match: {email: {domain_under: [edu.tr]}}", customer) is False
    assert selects("match: {email: {domain_under: [edu.tr], missing: keep}}", customer) is True
    assert selects("match: everyone\nexcept: {email: {domain_under: [edu.tr]}}", customer) is False


@pytest.mark.parametrize("city", ["İstanbul", "ISTANBUL", "istanbul", "ıstanbul", " istanbul "])
def test_texts_are_compared_folded(city: str) -> None:
    assert selects("match: {city: {in: [İSTANBUL]}}", {"attributes": {"city": city}}) is True


@pytest.mark.parametrize("value", [1, "true", "", None, False, [True], {}])
def test_only_true_is_true(value: JsonValue) -> None:
    assert selects("match: {is_active: true}", {"is_active": value}) is False


def test_true_is_true() -> None:
    assert selects("match: {is_active: true}", {"is_active": True}) is True


@pytest.mark.parametrize("value", [1, True, ["TR"], {"TR": 1}])
def test_a_value_of_another_type_is_there_but_is_no_text(value: JsonValue) -> None:
    customer: JsonObject = {"attributes": {"country": value}}
    assert selects("match: {country: TR}", customer) is False
    assert selects("match: {country: {neq: TR, missing: drop}}", customer) is True


def test_several_operators_must_all_hold() -> None:
    rule = "match: {country: {in: [TR, DE], neq: DE, missing: drop}}"
    found = [selects(rule, {"attributes": {"country": it}}) for it in ("TR", "DE", "FR")]
    assert found == [True, False, False]


def test_trees_are_all_any_and_not() -> None:
    yes, no = Everyone(), Not(Everyone())
    assert evaluate(All((yes, yes)), {}, NOW)
    assert not evaluate(All((yes, no)), {}, NOW)
    assert evaluate(AnyOf((no, yes)), {}, NOW)
    assert not evaluate(AnyOf((no, no)), {}, NOW)


def test_value_at_follows_dots_and_takes_blanks_for_nothing() -> None:
    record: JsonObject = {"a": {"b": {"c": 0}}, "t": "  ", "x.y": 1}
    assert [value_at(record, path) for path in ("a.b.c", "a.b", "a.b.c.d", "t", "x.y", "q")] == [
        *(0, {"c": 0}, None, None, None, None)
    ]


@given(rules(CATALOGUE), customers(CATALOGUE))
def test_turning_a_drop_into_a_keep_never_removes_a_customer(
    rule: Rule, customer: JsonObject
) -> None:
    kept = all_kept(rule.node, inverted=False)
    assert evaluate(kept, customer, NOW) or not evaluate(rule.node, customer, NOW)


def all_kept(node: Node, *, inverted: bool) -> Node:
    match node:
        case Everyone():
            return node
        case All(children):
            return All(tuple(all_kept(child, inverted=inverted) for child in children))
        case AnyOf(children):
            return AnyOf(tuple(all_kept(child, inverted=inverted) for child in children))
        case Not(child):
            return Not(all_kept(child, inverted=not inverted))
        case Leaf():
            return replace(node, when_missing=not inverted)


def test_a_domain_test_without_below_is_exact() -> None:
    leaf = Leaf("email", "email", DomainIn(("edu.tr",), below=False), exclude=True)
    assert evaluate(leaf, {"email": "a@boun.edu.tr"}, NOW)
    assert not evaluate(leaf, {"email": "a@edu.tr"}, NOW)
    assert not evaluate(
        Leaf("city", "city", OneOf(("Bursa",)), exclude=True), {"city": "BURSA"}, NOW
    )


@pytest.mark.parametrize("value", [7, True, ["+905321112233"], {}, "0532"])
def test_what_is_no_international_number_is_no_phone(value: JsonValue) -> None:
    customer: JsonObject = {"phone_number": value}
    assert selects("match: {phone: {country_code_in: ['90']}}", customer) is False
    assert selects("match: {phone: {country_code_in: ['90'], missing: keep}}", customer) is True


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1" * 5_000 + "x", None, {}])
def test_what_is_no_finite_number_is_missing(value: JsonValue) -> None:
    customer: JsonObject = {"extra_field": {"spent": value}}
    assert selects("match: {spent: {gte: 0}}", customer) is False
    assert selects("match: {spent: {gte: 0, missing: keep}}", customer) is True


def test_an_instant_is_compared_with_now_by_its_offset() -> None:
    # Now is 01:30 on the 22nd in İstanbul; the day before it began 24 hours earlier.
    found = [
        selects("match: {created_at: {within_last: 1d}}", {"created_date": it})
        for it in (
            *("2026-11-20T22:30:00Z", "2026-11-20T22:30:00.000001Z", "2026-11-22T01:30:00+03:00"),
            *("2026-11-22T01:30:00.000001+03:00", "2026-11-21", "2026-11-21 00:30:00Z"),
        )
    ]
    assert found == [False, True, True, False, False, False]


def test_a_date_without_a_value_has_no_anniversary() -> None:
    assert selects("match: {birthdate: {anniversary: today}}", {"date_of_birth": "2000"}) is False
