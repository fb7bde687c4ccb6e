"""The quick reader reads what the full one finds nothing wrong with, and as the same rule."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.ir import RawRule, Rule
from cg_sync.rules.operators import OPERATORS
from cg_sync.rules.parse import Vocabulary, parse_rule, read_fully
from cg_sync.rules.quick_line import LONGEST_LINE, MOST_LINES
from tests.unit.rules.strategies import catalogue, json_values, nodes

CATALOGUE = catalogue()
LISTS = {
    "domains": ("edu.tr", "K12.tr"),
    "towns": ("Bursa", "İzmir"),
    "nothing": (),
    "broken": ("edu.tr", "@a.tr", ""),
}
CONDITIONS: dict[str, JsonValue] = {
    "active": {"is_active": True},
    "both": [{"use": "active"}, {"city": {"eq": "Bursa", "missing": "drop"}}],
    "town": {"city": "Bursa"},
    "round": {"use": "round"},
    "deep": {"all": [{"any": [{"none": [{"use": "active"}]}]}]},
    "one": {"use": "two"},
    "two": {"use": "three"},
    "three": {"use": "active"},
    "odd": 7,
}
WORDS = Vocabulary(CATALOGUE, LISTS, CONDITIONS)

DOMAINS = ("edu.tr", "EDU.tr", "boğaziçi.edu.tr", "a..tr", "-.tr", f"{'x' * 64}.tr")
ODD = ("", " ", "a\u200bb", "\u0301", "x" * 255, "x" * 256, "(", "1e3", "+90")
DATES = ("2026-11-22", "2026-11-21", "2026-11-22T09:00+03:00", "30d", "1y", "today")
TEXTS = st.sampled_from(
    [*("TR", "Bursa", "İstanbul", "female", "VIP", "true", "90", "12"), *DOMAINS, *DATES, *ODD]
)
SCALARS = (
    TEXTS
    | st.sampled_from([None, True, False, 0, 1, 2, -3, 10**50, 1.0, 1.5, 0.1])
    | st.text(max_size=2)
)
SHAPED: st.SearchStrategy[JsonValue] = st.sampled_from(
    [{"list": name} for name in (*LISTS, "nowhere")]
    + [{"list": 1}, {"list": "towns", "why": ""}, {}, {"within_next": "7d"}, {"month": [5, 13]}]
    + [{"month": 5}, {"gte": 1}, {"gte": 1, "lt": 5}, {"gt": True}, []]
)
OPERANDS: st.SearchStrategy[JsonValue] = (
    SCALARS | SHAPED | st.lists(SCALARS, max_size=3) | st.lists(TEXTS, min_size=1, max_size=2)
)
OPERATOR_WORDS = sorted({word for row in OPERATORS.values() for word in row} | {"present"})
NOTES = st.fixed_dictionaries(
    {},
    optional={
        "missing": st.sampled_from(["keep", "drop", "stay", None, ["keep"]]),
        "why": st.sampled_from(["because", "", 7]),
    },
)
LINES: st.SearchStrategy[JsonValue] = st.builds(
    lambda name, test: {name: test},
    st.sampled_from([*CATALOGUE.attributes, "use", "cty"]),
    OPERANDS
    | st.sampled_from([*CONDITIONS, "nowhere"])
    | st.builds(
        lambda words, notes: {**words, **notes},
        st.dictionaries(st.sampled_from([*OPERATOR_WORDS, "eqq"]), OPERANDS, max_size=2),
        NOTES,
    ),
)


def conditions(depth: int) -> st.SearchStrategy[JsonValue]:
    """Lines, and groups of them as deep as that, some of which are wrong."""
    if depth == 0:
        return LINES
    inner = conditions(depth - 1)
    groups = st.dictionaries(
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, max_size=3) | inner,
        min_size=1,
        max_size=1,
    )
    return LINES | groups


ONE_OR_MORE = st.lists(conditions(5), max_size=2) | conditions(5) | json_values
RULES = st.fixed_dictionaries(
    {"match": ONE_OR_MORE | st.just("everyone")},
    optional={"except": ONE_OR_MORE, "mach": json_values},
)
GOOD = nodes(CATALOGUE).map(Rule).map(rule_to_document)
ONE_LINE = LINES.map(lambda line: {"match": [line]}) | LINES.map(
    lambda line: {"match": "everyone", "except": [{"none": [line]}]}
)


def agree(content: JsonValue) -> None:
    """Both readers say the same, also of what does not count when rules are compared."""
    quick = WORDS.quick.rule(content)
    rule, problems = read_fully(content, WORDS)
    if problems or isinstance(rule, RawRule) or _is_raw(content):
        assert quick is None
    else:
        assert repr(quick) == repr(rule)
    assert parse_rule(content, WORDS) == (rule, problems)


def under_all(levels: int, line: JsonValue) -> JsonValue:
    return line if levels == 0 else {"all": [under_all(levels - 1, line)]}


def _is_raw(content: JsonValue) -> bool:
    return isinstance(content, Mapping) and "raw" in content


@given(ONE_LINE)
def test_a_line_means_the_same_to_both_readers(content: JsonValue) -> None:
    agree(content)


@given(RULES | GOOD)
def test_a_rule_means_the_same_to_both_readers(content: JsonValue) -> None:
    agree(content)


@pytest.mark.parametrize(
    "content",
    [
        {"match": "everyone"},
        {"match": {"is_active": True}},
        {"match": [{"orders": {"gte": 2, "lt": 5}}, {"spent": {"gte": 2, "lt": 1}}]},
        {"match": {"orders": {"between": [1, 2]}}},
        {"match": {"orders": {"between": [True, 2]}}},
        {"match": {"email": {"domain_under": {"list": "domains"}}}},
        {"match": {"email": {"domain_under": {"list": "broken"}}}},
        {"match": {"groups": {"has_all": ["VIP", "Employees"]}}},
        {"match": {"city": {"present": False, "why": "they are asked"}}},
        {"match": {"city": {"present": True, "missing": "keep"}}},
        {"match": "everyone", "except": [{"city": {"eq": "Bursa", "missing": "keep"}}]},
        {"match": "everyone", "except": {"use": "town"}},
        {"match": [{"use": "both"}, {"use": "round"}]},
        {"match": {"use": "one"}},
        {"match": {"use": "two"}},
        {"match": [{"any": [{"use": "deep"}, {"use": "both"}]}]},
        {"match": [{"any": [{"all": [{"use": "deep"}]}]}]},
        {"match": [{"all": [{"use": "deep"}]}, {"none": [{"use": "active"}]}]},
        {"match": [{"any": [{"all": [{"any": [{"all": [{"use": "both"}]}]}]}]}]},
        {"match": [{"use": "active"}] * 101},
        {"match": [{"is_active": True}] * 101},
        {"match": {"city": {"neq": "Bursa"}}},
        {"match": {"city": {"in": ["Bursa", " "]}}},
        {"match": {"city": {"in": ["Bursa", "x" * 256]}}},
        {"match": {"city": {"in": ["Bursa", "a\u200bb"]}}},
        {"match": under_all(3, {"city": {"starts_with": "B", "ends_with": "a"}})},
        {"match": under_all(4, {"city": {"starts_with": "B", "ends_with": "a"}})},
        {"match": under_all(4, {"city": "Bursa"})},
        {"match": under_all(5, {"city": "Bursa"})},
        {"match": [{"is_active": True, "email": {"domain_is": ["a.tr"]}}]},
        {"raw": {"slug": "any-rule"}},
        [],
    ],
)
def test_odd_and_plain_rules_mean_the_same_to_both_readers(content: JsonValue) -> None:
    agree(content)


@pytest.mark.parametrize(
    "line", [MappingProxyType({"is_active": True}), {"is_active": MappingProxyType({"eq": True})}]
)
def test_what_no_file_holds_is_left_to_the_full_reader(line: JsonValue) -> None:
    assert WORDS.quick.rule({"match": [line]}) is None
    assert parse_rule({"match": [line]}, WORDS) == parse_rule({"match": {"is_active": True}}, WORDS)


def test_a_line_that_stands_in_many_rules_is_read_once() -> None:
    one, other = (WORDS.quick.rule({"match": {"city": "Bursa"}}) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.node is other.node


def test_a_number_is_not_taken_for_the_truth_that_was_read_before() -> None:
    assert parse_rule({"match": {"is_active": True}}, WORDS)[1] == ()
    (problem,) = parse_rule({"match": {"is_active": 1}}, WORDS)[1]
    assert problem.message == "is_active: 1 is neither true nor false"


def test_lines_that_are_remembered_are_few_and_short() -> None:
    words = Vocabulary(CATALOGUE, {})
    lines = words.quick.lines["city"]
    parse_rule({"match": {"city": {"eq": "Bursa", "why": "x" * LONGEST_LINE}}}, words)
    assert len(lines.remembered) == 0
    for number in range(MOST_LINES + 1):
        parse_rule({"match": {"city": f"Town {number}"}}, words)
    assert len(lines.remembered) == 1
