"""Rules as they are written: parts that know their place, and mean what the parsed rule means."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.ir import Everyone, Node, Rule
from cg_sync.rules.limits import is_within_limits
from cg_sync.rules.outline import Part, lines_of
from cg_sync.rules.parse import Vocabulary, outline_of, parse_rule
from tests.unit.rules import strategies as our

CATALOGUE = our.catalogue()
CONDITIONS: dict[str, JsonValue] = {
    "near": [{"city": "Bursa"}, {"any": [{"country": "TR"}, {"country": "CY"}]}],
    "active": {"is_active": True},
    "near-and-active": {"all": [{"use": "near"}, {"use": "active"}]},
}
VOCABULARY = Vocabulary(CATALOGUE, {}, CONDITIONS)


def outline(content: JsonObject) -> Part:
    found = outline_of(content, VOCABULARY)
    assert found is not None
    return found


def places(part: Part) -> list[tuple[str, str]]:
    return [(part.word, part.place), *(it for below in part.parts for it in places(below))]


def test_every_part_is_named_by_where_it_stands() -> None:
    content: JsonObject = {
        "match": [
            {"is_active": True},
            {"any": [{"city": "Bursa"}, {"all": [{"country": "TR"}]}]},
        ],
        "except": [{"none": [{"city": {"eq": "Bursa", "missing": "drop"}}]}],
    }
    assert places(outline(content)) == [
        ("rule", ""),
        ("match", "match"),
        ("line", "match[0]"),
        ("any", "match[1]"),
        ("line", "match[1].any[0]"),
        ("all", "match[1].any[1]"),
        ("line", "match[1].any[1].all[0]"),
        ("except", "except"),
        ("none", "except[0]"),
        ("line", "except[0].none[0]"),
    ]


def test_one_condition_without_a_list_stands_at_the_word() -> None:
    assert places(outline({"match": {"is_active": True}, "except": {"city": "Bursa"}})) == [
        ("rule", ""),
        ("match", "match"),
        ("line", "match"),
        ("except", "except"),
        ("line", "except"),
    ]


def test_below_a_shared_condition_places_are_those_of_its_file() -> None:
    assert places(outline({"match": [{"use": "near-and-active"}]})) == [
        ("rule", ""),
        ("match", "match"),
        ("use", "match[0]"),
        ("all", "near-and-active"),
        ("use", "near-and-active: all[0]"),
        ("all", "near"),
        ("line", "near: [0]"),
        ("any", "near: [1]"),
        ("line", "near: [1].any[0]"),
        ("line", "near: [1].any[1]"),
        ("use", "near-and-active: all[1]"),
        ("line", "active"),
    ]


def test_a_line_with_several_operators_is_one_part() -> None:
    found = outline({"match": [{"tags": {"has_any": ["press"], "size": {"gte": 1}}}]})
    assert [part.place for part, _ in lines_of(found)] == ["match[0]"]


def test_a_part_is_found_by_the_word_above_it() -> None:
    found = outline({"match": "everyone"})
    assert found.part("match") == Part("match", Everyone(), ("match",))
    assert found.part("except") is None


def test_a_raw_rule_has_no_outline() -> None:
    assert outline_of({"raw": {"slug": "basket-rule"}}, VOCABULARY) is None


@pytest.mark.parametrize(
    ("content", "inverted"),
    [
        ({"match": [{"city": "Bursa"}]}, False),
        ({"match": [{"any": [{"city": "Bursa"}]}]}, False),
        ({"match": [{"none": [{"city": {"eq": "Bursa", "missing": "drop"}}]}]}, True),
        ({"match": "everyone", "except": [{"city": {"eq": "Bursa", "missing": "drop"}}]}, True),
        (
            {
                "match": "everyone",
                "except": [{"none": [{"city": {"eq": "Bursa", "missing": "drop"}}]}],
            },
            False,
        ),
    ],
)
def test_a_line_knows_whether_it_is_inverted(content: JsonObject, inverted: bool) -> None:
    assert [it for _, it in lines_of(outline(content))] == [inverted]


def written(node: Node) -> JsonObject:
    """The rule of a node as a document; such as cannot be written are passed over."""
    rule = Rule(node)
    try:
        content = rule_to_document(rule)
    except ValueError:
        assume(False)
        raise
    assume(is_within_limits(content) and parse_rule(content, VOCABULARY)[0] == rule)
    return content


@given(st.just(Everyone()) | our.nodes(CATALOGUE))
def test_the_outline_means_what_the_parsed_rule_means(node: Node) -> None:
    content = written(node)
    assert Rule(outline(content).node) == parse_rule(content, VOCABULARY)[0]


@given(our.nodes(CATALOGUE))
def test_every_pointer_leads_to_the_condition_it_names(node: Node) -> None:
    content = written(node)
    for part, _ in lines_of(outline(content)):
        found: JsonValue = content
        for step in part.pointer:
            found = found[step]  # type: ignore[index]
        assert isinstance(found, dict)
        assert set(found) <= set(CATALOGUE.attributes)
