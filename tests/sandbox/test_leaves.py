"""The leaves about values: presence, text, pattern, number, list, group, phone; and bad ones."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.sandbox.rules import fields_of, groups_of, holds, seen_by

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FLAGS = [(missing, exclude) for missing in (True, False) for exclude in (True, False)]


def selects(rule: Any, value: Any, *groups: int) -> bool:
    """Whether the rule holds for a customer with that value at `it`, and as phone number."""
    return holds(rule, {"it": value, "phone_number": value}, now=NOW, groups=frozenset(groups))


def presence(**more: Any) -> dict[str, Any]:
    return {"slug": "user-presence-rule", "key": "it"} | more


def text(match: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {"slug": "user-text-rule", "key": "it", "match": match, "values": list(values)} | more


def pattern(it: str, **more: Any) -> dict[str, Any]:
    return {"slug": "user-pattern-rule", "key": "it", "pattern": it} | more


def number(**more: Any) -> dict[str, Any]:
    return {"slug": "user-number-rule", "key": "it"} | more


def a_list(**more: Any) -> dict[str, Any]:
    return {"slug": "user-list-rule", "key": "it"} | more


def member(*groups: Any, **more: Any) -> dict[str, Any]:
    return {"slug": "customer-group-rule", "customer_groups": list(groups)} | more


def phone(*codes: Any, **more: Any) -> dict[str, Any]:
    return {"slug": "phone-country-rule", "country_codes": list(codes)} | more


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (presence(), "x", True),
        (presence(), 0, True),
        (presence(), False, True),
        (presence(), [], True),
        (presence(), {}, True),
        (text("starts", "İst"), "ISTANBUL", True),
        (text("starts", "ist", "ank"), " Ankara ", True),
        (text("starts", "bul"), "İstanbul", False),
        (text("ends", "BUL"), "istanbul", True),
        (text("ends", "İst"), "istanbul", False),
        (text("contains", "TANB"), "İstanbul", True),
        (text("contains", "bulu"), "İstanbul", False),
        (text("contains"), "İstanbul", False),
        (text("contains", ""), "İstanbul", True),
        (text("contains", 5, None, ["5"]), "5", False),
        (text("contains", "5"), 5, False),
        (text("contains", "5"), ["5"], False),
        (pattern("c-[0-9]+"), "C-17", True),
        (pattern("c-[0-9]+"), " c-17 ", True),
        (pattern("c-[0-9]+"), "c-17b", False),
        (pattern("c-[0-9]+"), "abc-17", False),
        (pattern("C-[0-9]+"), "C-17", False),  # the text is folded, the pattern is not
        (pattern("(?i)C-[0-9]+"), "C-17", True),
        (pattern("a|b"), "ab", False),
        (pattern("[ışi]+"), "IŞİ", True),
        (pattern(".*"), 17, False),
        (pattern("."), "\ud800", False),
        (number(gte="3"), 3, True),
        (number(gt="3"), 3, False),
        (number(lte="3"), 3, True),
        (number(lt="3"), 3, False),
        (number(gte="3", lt="10.50"), "10.49", True),
        (number(gte="3", lt="10.50"), "10.5", False),
        (number(gte="3", lt="10.50"), "2.99999999999999999999", False),
        (number(gt="0.1", lte="0.3"), 0.3, True),
        (number(lt="0.1"), 0.1, False),
        (number(gt="0.1"), 0.1, False),
        (number(gte="-2"), "-1.50", True),
        (number(gte="0"), "-0.0", True),
        (number(gte="007"), "7", True),
        (number(gt="9007199254740992"), 2**53 + 1, True),
        (number(gt="9007199254740992"), "9007199254740993", True),
        (number(lt="100000000000000000000"), 1e20, False),
        (a_list(any=["Press"]), ["press", "vip"], True),
        (a_list(any=["press", "vip"]), ["VİP"], True),
        (a_list(any=["press"]), ["pressed"], False),
        (a_list(any=["press"]), [], False),
        (a_list(any=[]), ["press"], False),
        (a_list(any=[1]), [1.0], True),
        (a_list(any=[1]), [True], False),
        (a_list(any=["1"]), [1], False),
        (a_list(all=["press", "vip"]), ["vip", "x", "PRESS"], True),
        (a_list(all=["press", "vip"]), ["press"], False),
        (a_list(all=["press"]), [], False),
        (a_list(all=[]), [], True),
        (a_list(size={"gte": 1, "lte": 3}), ["a", "b", "c"], True),
        (a_list(size={"gte": 1, "lte": 3}), ["a", "b", "c", "d"], False),
        (a_list(size={"gte": 1}), [], False),
        (a_list(size={"lte": 0}), [], True),
        (phone("90"), "+90 (500) 000-00-01", True),
        (phone("90"), "0090 500 000 00 01", True),
        (phone("90"), "  +905000000001", True),
        (phone("90", "994"), "+994501234567", True),
        (phone("90"), "+99450123456", False),
        (phone("90"), "+19050000000", False),
        (phone("1"), "+19050000000", True),
        (phone(), "+905000000001", False),
        (phone("", "+90", 90, None), "+905000000001", False),
    ],
)
def test_a_leaf_asks_what_its_row_of_the_contract_says(
    rule: dict[str, Any], value: Any, expected: bool
) -> None:
    for missing in (True, False):
        assert selects(rule | {"missing": missing}, value) is expected
        assert selects(rule | {"missing": missing, "exclude": True}, value) is not expected
    assert selects(rule | {"name": "any name"}, value) is expected


NOTHING = (None, "", " \t")
WITHOUT: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    (presence(), NOTHING),
    (text("contains", ""), NOTHING),
    (pattern(".*"), NOTHING),
    (
        number(lt="999"),
        (*NOTHING, True, False, "1,5", "1e3", "+5", ".5", "5.", " 5", "٣", "NaN", float("nan"),
         float("inf"), [], [1], {}),
    ),
    (
        phone("90"),
        (*NOTHING, "905000000001", "05000000001", "0", "+", "00", "+x", "(+90) 5", 905000000001,
         ["+90"]),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "value"), [(rule, value) for rule, values in WITHOUT for value in values]
)
@pytest.mark.parametrize(("missing", "exclude"), FLAGS)
def test_missing_decides_where_there_is_no_such_value_whatever_exclude_says(
    rule: dict[str, Any], value: Any, missing: bool, exclude: bool
) -> None:
    rule = rule | {"missing": missing, "exclude": exclude}
    assert selects(rule, value) is missing
    assert holds(rule, {}, now=NOW) is missing


def test_presence_turned_round_finds_those_without_the_value() -> None:
    absent = presence(exclude=True, missing=True)
    assert [selects(absent, it) for it in ("x", 0, None, "")] == [False, False, True, True]


@pytest.mark.parametrize("value", [None, "", "press", 5, True, {"press": 1}, []])
@pytest.mark.parametrize(("missing", "exclude"), FLAGS)
def test_what_is_no_list_is_the_empty_list_and_never_missing(
    value: Any, missing: bool, exclude: bool
) -> None:
    flags = {"missing": missing, "exclude": exclude}
    assert selects(a_list(any=["press"]) | flags, value) is exclude
    assert selects(a_list(size={"lte": 0}) | flags, value) is not exclude
    assert holds(a_list(any=["press"]) | flags, {}, now=NOW) is exclude


@pytest.mark.parametrize(
    ("asked", "groups", "expected"),
    [
        ([1], [1, 5], True),
        ([2, 5], [1, 5], True),
        ([2], [1, 5], False),
        ([2], [], False),
        ([], [1], False),
        ([True, "1", 1.0, None, [1]], [1], False),
    ],
)
@pytest.mark.parametrize("missing", [True, False])
def test_a_member_of_one_of_the_groups_is_found(
    asked: list[Any], groups: list[int], expected: bool, missing: bool
) -> None:
    assert selects(member(*asked, missing=missing), "x", *groups) is expected
    assert selects(member(*asked, missing=missing, exclude=True), "x", *groups) is not expected


def test_without_groups_the_customer_is_in_none() -> None:
    assert not holds(member(1), {}, now=NOW)
    assert holds(member(1, exclude=True), {}, now=NOW, groups=None)


DAY = {"slug": "user-date-rule", "key": "it", "unit": "day", "timezone": "Europe/Istanbul"}
INSTANT = {"slug": "user-date-rule", "key": "it", "unit": "instant", "timezone": "UTC"}
YEARLY = {"slug": "user-anniversary-rule", "key": "it", "timezone": "Europe/Istanbul"}
MALFORMED: list[dict[str, Any]] = [
    {"slug": "user-presence-rule"},
    presence(key=5),
    {"slug": "user-text-rule", "key": "it", "values": ["x"]},
    text("starts", "x", values="x"),
    text("starts", "x", key=None),
    text("begins", "x"),
    text("starts", "x") | {"match": ["starts"]},
    pattern("("),
    pattern("(?=x)x"),
    pattern(r"(x)\1"),
    pattern("x{9999}"),
    pattern("\ud800"),
    pattern("x", pattern=5),
    pattern("x", pattern=None),
    number(),
    number(gte=3),
    number(gte=None),
    number(gte="three"),
    number(gte="1e3"),
    number(gte="3", lt="x"),
    number(gte="3", lt=None),
    number(gte=["3"]),
    a_list(),
    a_list(any="press"),
    a_list(all=None),
    a_list(any=["press"], all=["press"]),
    a_list(any=["press"], size={"gte": 1}),
    a_list(size=1),
    a_list(size={}),
    a_list(size={"gte": "1"}),
    a_list(size={"gte": True}),
    a_list(size={"gte": 1, "lte": None}),
    {"slug": "customer-group-rule"},
    member(customer_groups=4711),
    member(customer_groups={"1": 1}),
    {"slug": "phone-country-rule"},
    phone(country_codes="90"),
    {"slug": "email-domain-rule", "domains": "edu.tr"},
    {"slug": "user-attribute-rule", "key": "it", "values": "x"},
    {"slug": "user-attribute-rule", "values": ["x"]},
    DAY,
    DAY | {"gte": "2026-02-29"},
    DAY | {"gte": "2026-01-01T00:00:00Z"},
    DAY | {"gte": "2026-01-01", "lt": None},
    DAY | {"gt": "2026-01-01"},
    DAY | {"gte": "2026-01-01", "lte": "2026-02-01"},
    DAY | {"gte": "2026-01-01", "timezone": "Europe/Atlantis"},
    DAY | {"gte": "2026-01-01", "timezone": "../UTC"},
    DAY | {"gte": "2026-01-01", "timezone": "Europe"},
    DAY | {"gte": "2026-01-01", "timezone": "\x00"},
    DAY | {"gte": "2026-01-01", "timezone": "x" * 9999},
    DAY | {"gte": "2026-01-01", "timezone": ""},
    DAY | {"gte": "2026-01-01", "timezone": None},
    DAY | {"gte": "2026-01-01", "timezone": ["UTC"]},
    DAY | {"gte": "2026-01-01", "unit": "hour"},
    DAY | {"gte": "2026-01-01", "unit": None},
    DAY | {"gte": "2026-01-01", "key": 5},
    DAY | {"within_last": "12"},
    DAY | {"within_last": 12},
    DAY | {"within_last": None},
    DAY | {"within_last": "1h"},
    DAY | {"within_last": "1d", "older_than": "1d"},
    DAY | {"within_last": "1d", "gte": "2026-01-01"},
    DAY | {"within_last": "1d", "lte": "2026-01-01"},
    INSTANT | {"gte": "2026-01-01"},
    INSTANT | {"gte": "2026-01-01T00:00:00"},
    INSTANT | {"gte": "2026-01-01T00:00:00Z", "timezone": "x"},
    YEARLY,
    YEARLY | {"within_next": "7"},
    YEARLY | {"within_next": ["7d"]},
    YEARLY | {"within_last": "7d"},
    YEARLY | {"months": 5},
    YEARLY | {"months": "5"},
    YEARLY | {"months": [5], "within_next": "7d"},
    YEARLY | {"months": [5], "timezone": "x"},
    {"slug": "user-anniversary-rule", "key": "it", "months": [11]},
]


@pytest.mark.parametrize("rule", MALFORMED)
@pytest.mark.parametrize(("missing", "exclude"), FLAGS)
def test_a_malformed_leaf_never_holds(rule: dict[str, Any], missing: bool, exclude: bool) -> None:
    rule = rule | {"missing": missing, "exclude": exclude}
    for value in ("x", "2026-11-21", "2026-11-21T00:00:00Z", 5, ["press"], "+905", None):
        assert not selects(rule, value, 1, 4711)


def test_months_that_are_none_are_nobodys() -> None:
    rule = YEARLY | {"months": [0, 13, "11", True, None, 1.0]}
    assert not selects(rule, "2026-11-21")
    assert not selects(rule, "2026-01-21")
    assert selects(rule | {"exclude": True}, "2026-01-21")


def test_only_true_switches_exclude_and_missing_on() -> None:
    for odd in (None, 1, "true", [True]):
        assert selects(text("starts", "x", exclude=odd), "x")
        assert not selects(text("starts", "x", missing=odd), None)


def test_without_re2_a_pattern_never_holds_and_all_else_does() -> None:
    code = f"""
import sys
sys.modules["re2"] = None
from datetime import datetime, UTC
from cg_sync.sandbox.rules import holds
rules = {[pattern("x"), pattern("x", exclude=True), pattern("x", missing=True), presence()]}
print([holds(it, {{"it": "x"}}, now=datetime.now(UTC)) for it in rules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[False, False, False, True]\n"


def test_a_pattern_that_is_refused_is_refused_in_silence(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert not selects(pattern("not a pattern ("), "x")
    assert tuple(capfd.readouterr()) == ("", "")


def test_re2_is_not_loaded_before_a_rule_has_a_pattern() -> None:
    code = "import sys, cg_sync.sandbox.rules; sys.exit('re2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_a_rule_looks_at_is_found_anywhere_in_it() -> None:
    tree = {
        "slug": "and-rule",
        "children": [
            {"slug": "not-rule", "child": number(key="extra_field.orders", gte="1")},
            {"slug": "or-rule", "children": [member(7, "8", True), member(9)]},
            DAY | {"key": "date_joined", "within_last": "1d"},
            INSTANT | {"older_than": "1m"},
            YEARLY | {"within_next": "1d"},
            YEARLY | {"months": [1]},
            DAY | {"gte": "2026-01-01"},
            # A key of its own hides in what only looks like a branch.
            presence(key="attributes.city", child=5, children="none"),
        ],
    }
    looked_at = {"extra_field", "date_joined", "attributes", "it", "email", "phone_number"}
    assert fields_of(tree) == looked_at
    assert groups_of(tree) == {7, 9}
    today = datetime(2026, 11, 21, tzinfo=UTC).date()
    assert sorted(map(str, seen_by(tree, NOW))) == [str(today), str(today), str(NOW)]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["2026-02-28", "2026-11-21T10:00:00Z", "+905", "a@edu.tr", "12.50", "\ud800"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
WORDS: dict[str, Sequence[Any]] = {
    "key": ["it", "phone_number", "email", "it.it", ""],
    "match": ["starts", "ends", "contains"],
    "values": [["x", 5, None]],
    "pattern": ["x+", "(", "[^a]*"],
    **dict.fromkeys(("gt", "gte", "lt", "lte"), ("3", "-1.5", "2026-02-28", "2026-02-28T00:00Z")),
    "unit": ["day", "instant"],
    "timezone": ["Europe/Istanbul", "America/New_York", "UTC", "x"],
    **dict.fromkeys(("within_last", "older_than", "within_next"), ("7d", "9999y", "0m", "13m")),
    "months": [[2, 11]],
    **dict.fromkeys(("any", "all"), (["x", 5],)),
    "size": [{"gte": 1}, {"lte": 2}],
    "customer_groups": [[1, 2]],
    "country_codes": [["90", ""]],
    "domains": [["edu.tr", "", None]],
    **dict.fromkeys(("subdomains", "exclude", "missing"), (True, False)),
}
SLUGS = [
    *("email-domain-rule", "user-attribute-rule", "user-presence-rule", "user-text-rule"),
    *("user-pattern-rule", "user-number-rule", "user-date-rule", "user-anniversary-rule"),
    *("user-list-rule", "customer-group-rule", "phone-country-rule", "and-rule", "not-rule"),
]
LEAVES = st.fixed_dictionaries(
    {"slug": st.sampled_from(SLUGS)},
    optional={name: st.sampled_from(right) | JSON for name, right in WORDS.items()},
)
RULES = st.recursive(
    LEAVES | JSON,
    lambda inner: st.fixed_dictionaries(
        {"slug": st.sampled_from(["and-rule", "or-rule", "not-rule"])},
        optional={"children": st.lists(inner, max_size=3) | JSON, "child": inner},
    ),
    max_leaves=4,
)
CUSTOMERS = st.fixed_dictionaries({}, optional={"it": JSON, "email": JSON, "phone_number": JSON})


@given(RULES, CUSTOMERS, st.datetimes(timezones=st.timezones()))
def test_no_rule_and_no_customer_makes_it_fail(
    rule: Any, customer: dict[str, Any], now: datetime
) -> None:
    assert holds(rule, customer, now=now, groups=frozenset({1})) in (True, False)
    assert holds({"slug": "not-rule", "child": rule}, customer, now=now) in (True, False)
    # The three that look at a rule beforehand take anything, too.
    assert fields_of(rule) >= {"email"}
    assert all(isinstance(it, int) for it in groups_of(rule))
    assert hash(seen_by(rule, now)) == hash(seen_by(rule, now))


@given(LEAVES.filter(lambda it: it["slug"] not in ("and-rule", "not-rule")), CUSTOMERS)
def test_a_leaf_that_can_be_read_turns_round_or_answers_missing(
    leaf: dict[str, Any], customer: dict[str, Any]
) -> None:
    plain, turned = (
        [holds(leaf | {"exclude": exclude, "missing": missing}, customer, now=NOW)
         for missing in (False, True)]
        for exclude in (False, True)
    )  # fmt: skip
    missing, malformed = [False, True], [False, False]
    present = plain in ([True, True], [False, False]) and plain == [not it for it in turned]
    assert present or (plain == turned and plain in (missing, malformed))
