"""The sandbox's own reading of the rule JSON: each row of the contract."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cg_sync.sandbox import rules
from cg_sync.sandbox.texts import fold

EDU = {"slug": "email-domain-rule", "domains": ["edu.tr"], "subdomains": True}
ANY = {"slug": "any-rule"}
NEVER = {"slug": "not-rule", "child": ANY}
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def holds(rule: Any, customer: dict[str, Any]) -> bool:
    return rules.holds(rule, customer, now=NOW)


def leaf(key: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {"slug": "user-attribute-rule", "key": key, "values": list(values)} | more


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (ANY, True),
        ({"slug": "any-rule", "name": "Any Rule"}, True),
        (NEVER, False),
        ({"slug": "and-rule", "children": [ANY, ANY]}, True),
        ({"slug": "and-rule", "children": [ANY, NEVER]}, False),
        ({"slug": "and-rule", "children": []}, True),
        ({"slug": "or-rule", "children": [NEVER, ANY]}, True),
        ({"slug": "or-rule", "children": [NEVER, NEVER]}, False),
        ({"slug": "or-rule", "children": []}, False),
        ({"slug": "not-rule", "child": {"slug": "or-rule", "children": [NEVER]}}, True),
        ({"slug": "country-rule", "countries": [1]}, False),
        ({"slug": "and-rule"}, False),
        ({"slug": "not-rule"}, False),
        ({}, False),
        ("any-rule", False),
        (None, False),
    ],
)
def test_trees_mean_what_their_slugs_say_and_unknown_nodes_never_hold(
    rule: Any, expected: bool
) -> None:
    assert holds(rule, {}) is expected


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("a@edu.tr", True),
        ("a@ogr.ornek.edu.tr", True),
        ("A@OGR.ORNEK.EDU.TR", True),
        ("a@edu.tr.", True),
        ('"odd@edu.tr"@example.com', False),
        ("a@fakeedu.tr", False),
        ("a@edu.tr.example.com", False),
        ("a@tr", False),
    ],
)
def test_subdomains_are_compared_label_by_label(email: str, expected: bool) -> None:
    assert holds(EDU, {"email": email}) is expected
    assert holds(EDU | {"exclude": True}, {"email": email}) is not expected


def test_a_domain_that_idna_refuses_matches_nobody() -> None:
    rule = EDU | {"domains": ["-bad-", "", None, "edu..tr"]}
    assert not holds(rule, {"email": "a@edu.tr"})
    assert holds(rule | {"exclude": True}, {"email": "a@edu.tr"})


def test_without_subdomains_only_the_domain_itself_matches() -> None:
    for rule in (EDU | {"subdomains": False}, {"slug": EDU["slug"], "domains": ["edu.tr"]}):
        assert holds(rule, {"email": "a@edu.tr"})
        assert not holds(rule, {"email": "a@ogr.edu.tr"})


@pytest.mark.parametrize(
    ("domain", "email"),
    [
        ("örnek-mağaza.example", "a@xn--rnek-maaza-dcb31c.example"),
        ("xn--rnek-maaza-dcb31c.example", "a@ÖRNEK-MAĞAZA.example"),
        ("istanbul.example", "a@İSTANBUL.example"),
        ("ISTANBUL.example", "a@istanbul.example"),
        ("edu.tr.", "a@edu.tr"),
    ],
)
def test_domains_are_compared_as_dns_has_them(domain: str, email: str) -> None:
    assert holds({"slug": "email-domain-rule", "domains": [domain]}, {"email": email})


@pytest.mark.parametrize(
    "email", [None, "", "  ", "no at sign", "a@", "a@ ", "a@-bad-.example", "a@b..c", 5]
)
@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("exclude", [True, False])
def test_missing_decides_for_customers_without_a_domain_whatever_exclude_says(
    email: object, missing: bool, exclude: bool
) -> None:
    rule = EDU | {"missing": missing, "exclude": exclude}
    assert holds(rule, {"email": email}) is missing
    assert holds(EDU, {}) is False


@pytest.mark.parametrize(
    "record",
    [{}, {"extra_field": None}, {"extra_field": {}}, {"extra_field": "text"}]
    + [{"extra_field": {"plan": value}} for value in (None, "", " \t")],
)
@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("exclude", [True, False])
def test_missing_decides_for_customers_without_the_value_whatever_exclude_says(
    record: dict[str, Any], missing: bool, exclude: bool
) -> None:
    rule = leaf("extra_field.plan", "gold", missing=missing, exclude=exclude)
    assert holds(rule, record) is missing
    assert holds(leaf("extra_field.plan", "gold"), record) is False


@pytest.mark.parametrize("text", ["İSTANBUL", "ISTANBUL", "istanbul", "ıstanbul", " İstanbul "])
def test_all_spellings_of_istanbul_are_one(text: str) -> None:
    assert fold(text) == "istanbul"
    assert holds(leaf("city", "istanbul"), {"city": text})
    assert not holds(leaf("city", "istanbul", exclude=True), {"city": text})


@pytest.mark.parametrize("text", ["ﬁn", "FIN", "fi\u0307n"])
def test_compatibility_forms_and_stray_dots_fold_away(text: str) -> None:
    assert fold(text) == "fin"


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        (1, 1, True),
        (1, 1.0, True),
        (1, "1", False),
        (False, 0, False),
        (False, False, True),
        (0, 0, True),
        (["a"], ["a"], True),
        (["a"], "a", False),
        ([1], [True], False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"b": 1}, False),
        ([], [], True),
    ],
)
def test_other_values_are_compared_by_type_and_value(
    value: Any, wanted: Any, expected: bool
) -> None:
    assert holds(leaf("key", "else", wanted), {"key": value}) is expected


def test_a_very_deep_rule_is_read_to_its_end() -> None:
    rule: dict[str, Any] = ANY
    for _ in range(200):
        rule = {"slug": "not-rule", "child": rule}
    assert holds(rule, {})
