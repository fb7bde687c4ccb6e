"""Rules as people write them, and as lines for a diff."""

from __future__ import annotations

import difflib

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import GROUPS_PATH
from cg_sync.rules.document import (
    MAX_LINE_WIDTH,
    document_lines,
    rule_to_document,
    rule_to_file,
)
from cg_sync.rules.ir import (
    All,
    AnyOf,
    DomainIn,
    Everyone,
    Leaf,
    Node,
    Not,
    OneOf,
    RawRule,
    Rule,
)
from cg_sync.rules.limits import MAX_DEPTH, MAX_INLINE_VALUES, MAX_LINES
from cg_sync.rules.parse import Vocabulary, parse_rule
from cg_sync.rules.tests import InGroups, Matches
from cg_sync.rules.wire import rule_from_wire, rule_to_wire
from tests.unit.rules.strategies import catalogue, json_values, rules

CATALOGUE = catalogue()
VOCABULARY = Vocabulary(CATALOGUE, {})


def rule_lines(rule: Rule | RawRule) -> tuple[str, ...]:
    return document_lines(rule_to_document(rule))


def email(*domains: str, when_missing: bool = False) -> Leaf:
    return Leaf("email", "email", DomainIn(domains, below=True), False, when_missing)


def country(*values: str, exclude: bool = False, when_missing: bool = False) -> Leaf:
    return Leaf("country", "attributes.country", OneOf(values), exclude, when_missing)


def nested(levels: int) -> Node:
    """A rule whose conditions lie `levels` groups deep."""
    node: Node = country("TR")
    for level in range(levels):
        both = (node, country(f"X{level}"))
        node = AnyOf(both) if level % 2 == 0 else All(both)
    return node


ACTIVE = Leaf("is_active", "is_active", OneOf((True,)))


@pytest.mark.parametrize(
    ("node", "document"),
    [
        (Everyone(), {"match": "everyone"}),
        (ACTIVE, {"match": [{"is_active": True}]}),
        (country("TR", "DE"), {"match": [{"country": {"in": ["DE", "TR"]}}]}),
        (
            country("TR", when_missing=True),
            {"match": [{"country": {"eq": "TR", "missing": "keep"}}]},
        ),
        (country("TR", exclude=True), {"match": [{"country": {"neq": "TR", "missing": "drop"}}]}),
        (
            country("TR", "DE", exclude=True, when_missing=True),
            {"match": [{"country": {"not_in": ["DE", "TR"], "missing": "keep"}}]},
        ),
        (
            Leaf("email", "email", DomainIn(("edu.tr",), below=False)),
            {"match": [{"email": {"domain_is": ["edu.tr"]}}]},
        ),
        (
            Not(email("edu.tr", when_missing=True)),
            {
                "match": "everyone",
                "except": [{"email": {"domain_under": ["edu.tr"], "missing": "drop"}}],
            },
        ),
        (
            All((ACTIVE, Not(AnyOf((country("DE"), country("TR")))))),
            {
                "match": [{"is_active": True}],
                "except": [
                    {"country": {"eq": "DE", "missing": "keep"}},
                    {"country": {"eq": "TR", "missing": "keep"}},
                ],
            },
        ),
        (
            AnyOf((All((ACTIVE, country("TR"))), Not(country("DE")))),
            {
                "match": [
                    {
                        "any": [
                            {"all": [{"country": "TR"}, {"is_active": True}]},
                            {"none": [{"country": {"eq": "DE", "missing": "keep"}}]},
                        ]
                    }
                ]
            },
        ),
        (
            Not(All((ACTIVE, Not(country("DE"))))),
            {
                "match": "everyone",
                "except": [
                    {
                        "all": [
                            {"is_active": {"eq": True, "missing": "keep"}},
                            {"none": [{"country": {"eq": "DE", "missing": "drop"}}]},
                        ]
                    }
                ],
            },
        ),
    ],
)
def test_a_rule_is_written_as_an_author_would(node: Node, document: JsonObject) -> None:
    assert rule_to_document(Rule(node)) == document
    assert parse_rule(document, VOCABULARY) == (Rule(node), ())


def test_a_raw_rule_is_written_as_it_is() -> None:
    assert rule_to_document(RawRule('{"slug":"basket-rule"}')) == {"raw": {"slug": "basket-rule"}}
    assert rule_lines(RawRule('{"slug":"basket-rule","min":[1]}')) == (
        "raw:",
        "  {",
        '    "min": [',
        "      1",
        "    ],",
        '    "slug": "basket-rule"',
        "  }",
    )


@pytest.mark.parametrize("node", [Not(Everyone()), All((ACTIVE, AnyOf((ACTIVE, Not(Everyone())))))])
def test_a_rule_that_selects_nobody_cannot_be_written(node: Node) -> None:
    with pytest.raises(ValueError, match="a rule that selects nobody cannot be written"):
        rule_to_document(Rule(node))


@given(rules(CATALOGUE))
def test_a_written_rule_reads_back_as_the_same_rule(rule: Rule) -> None:
    assert parse_rule(rule_to_document(rule), VOCABULARY) == (rule, ())


@given(json_values)
def test_a_written_raw_rule_reads_back_as_the_same_rule(payload: object) -> None:
    raw = RawRule(canonical({"slug": "basket-rule", "payload": repr(payload)}))
    assert parse_rule(rule_to_document(raw), VOCABULARY) == (raw, ())


@pytest.mark.parametrize("text", ["T\u200bR", "x" * 256])
def test_a_live_text_that_files_refuse_is_written_raw_and_reads_back(text: str) -> None:
    payload = rule_to_wire(Rule(All((country(text), ACTIVE))))
    live = rule_from_wire(payload, CATALOGUE)
    assert isinstance(live, Rule)
    assert parse_rule(rule_to_document(live), VOCABULARY)[0] is None
    assert rule_to_file(live) == {"raw": payload}
    assert parse_rule(rule_to_file(live), VOCABULARY) == (live, ())


@given(st.lists(st.text(max_size=12), min_size=1, max_size=3), st.booleans())
def test_a_live_rule_of_any_texts_can_be_written_and_read_back(
    texts: list[str], exclude: bool
) -> None:
    leaf: JsonObject = {"slug": "user-attribute-rule", "key": "attributes.country",
                        "values": [*texts], "exclude": exclude, "missing": False}  # fmt: skip
    live = rule_from_wire(leaf, CATALOGUE)
    assert live is not None
    assert parse_rule(rule_to_file(live), VOCABULARY) == (live, ())


def test_a_group_may_have_an_odd_name() -> None:
    rule = Rule(Leaf("groups", GROUPS_PATH, InGroups(("V\u200bIP",))))
    assert parse_rule(rule_to_file(rule), VOCABULARY) == (rule, ())


def test_a_long_pattern_is_within_the_limits() -> None:
    rule = Rule(Leaf("country", "attributes.country", Matches("a" * 256)))
    assert rule_to_file(rule) == rule_to_document(rule)
    assert parse_rule(rule_to_file(rule), VOCABULARY) == (rule, ())


@given(rules(CATALOGUE))
def test_the_lines_are_yaml_of_the_document(rule: Rule) -> None:
    assert yaml.safe_load("\n".join(rule_lines(rule))) == rule_to_document(rule)


def test_a_condition_is_a_line() -> None:
    rule = Rule(
        All(
            (
                email("edu.tr", "k12.tr"),
                ACTIVE,
                AnyOf((country("TR"), Leaf("city", "attributes.city", OneOf(("İstanbul",))))),
                Not(email("mezun.boun.edu.tr", when_missing=True)),
            )
        )
    )
    assert rule_lines(rule) == (
        "match:",
        "  - any:",
        "      - city: İstanbul",
        "      - country: TR",
        "  - email: {domain_under: [edu.tr, k12.tr]}",
        "  - is_active: true",
        "except:",
        "  - email: {domain_under: [mezun.boun.edu.tr], missing: drop}",
    )
    assert rule_lines(Rule(Everyone())) == ("match: everyone",)


def test_one_more_value_in_a_long_list_is_one_more_line() -> None:
    domains = [f"school-{number:02}.k12.tr" for number in range(30)]
    before = rule_lines(Rule(email(*domains)))
    after = rule_lines(Rule(email(*domains, "school-07a.k12.tr")))
    assert before[:4] == (
        "match:",
        "  - email:",
        "      domain_under:",
        "        - school-00.k12.tr",
    )
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert changed == ["+         - school-07a.k12.tr"]
    assert max(map(len, before)) <= MAX_LINE_WIDTH


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Bursa", "Bursa"),
        ("Afyon Karahisar", "Afyon Karahisar"),
        ("a.b@c/d-e_f", "a.b@c/d-e_f"),
        ("NO", '"NO"'),
        ("true", '"true"'),
        ("007", '"007"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("a ", '"a "'),
        ("[a]", '"[a]"'),
        ('a"b', '"a\\"b"'),
        ("a\x1b[31m", '"a\\u001b[31m"'),
        ("a\u202eb", '"a\\u202eb"'),
        ("İZ\u200b👩", '"İZ\\u200b👩"'),
        ("a\U000e0041", '"a\\U000E0041"'),
    ],
)
def test_a_text_is_quoted_where_yaml_or_a_reader_could_be_misled(value: str, written: str) -> None:
    lines = rule_lines(Rule(country(value)))
    assert lines == ("match:", f"  - country: {written}")
    assert yaml.safe_load("\n".join(lines)) == {"match": [{"country": value}]}


@pytest.mark.parametrize(
    "node",
    [
        nested(MAX_DEPTH),
        AnyOf(tuple(country(f"C{number}") for number in range(MAX_LINES))),
        country(*(f"C{number}" for number in range(MAX_INLINE_VALUES))),
        All((ACTIVE, Not(nested(MAX_DEPTH - 1)))),
    ],
)
def test_a_rule_within_the_limits_is_written_in_the_language(node: Node) -> None:
    assert rule_to_file(Rule(node)) == rule_to_document(Rule(node))


@pytest.mark.parametrize(
    "node",
    [
        nested(MAX_DEPTH + 1),
        AnyOf(tuple(country(f"C{number}") for number in range(MAX_LINES + 1))),
        country(*(f"C{number}" for number in range(MAX_INLINE_VALUES + 1))),
        Not(nested(MAX_DEPTH + 2)),
    ],
)
def test_a_rule_beyond_the_limits_is_written_raw_and_means_the_same(node: Node) -> None:
    written = rule_to_file(Rule(node))
    assert written.keys() == {"raw"}
    assert parse_rule(written, VOCABULARY) == (Rule(node), ())


@given(rules(CATALOGUE))
def test_what_is_written_to_a_file_always_reads_back(rule: Rule) -> None:
    assert parse_rule(rule_to_file(rule), VOCABULARY) == (rule, ())


def test_a_raw_rule_stays_raw_in_a_file() -> None:
    assert rule_to_file(RawRule('{"slug":"odd-rule"}')) == {"raw": {"slug": "odd-rule"}}


def test_conditions_alone_are_lines_too() -> None:
    assert document_lines([{"is_active": True}, {"city": "Bursa"}]) == (
        "- is_active: true",
        "- city: Bursa",
    )


def test_a_duration_is_written_bare_in_lines_and_a_number_that_is_a_text_is_not() -> None:
    lines = document_lines({"match": [{"born": {"within_last": "30d"}}, {"code": "30"}]})
    assert lines[1:] == ("  - born: {within_last: 30d}", '  - code: "30"')


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.dictionaries(TEXTS, st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS, max_size=20), min_size=1))
)
@example({"raw": {"a\u202e\x85\u2028": "\ufeff\U000e0041"}})
@example({"long": {"k" * 90: []}})
@example({"e": {"1e3": ["y", "null", "~", "0x1", "²", "a:", "a b", "1_0", ".inf", "-"]}})
def test_what_is_printed_reads_back_as_it_was(content: dict[str, JsonValue]) -> None:
    text = "\n".join(document_lines(content)) or "{}"
    assert text.replace("\n", "").isprintable()
    document, problems = read_yaml(text.encode(), file="a.yaml")
    assert problems == ()
    assert document is not None
    assert document.content == content
