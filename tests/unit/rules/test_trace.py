"""Traces: what every part of a rule says of a customer, and what each line came from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import All, Everyone, Leaf, Node
from cg_sync.rules.trace import Traced, trace
from tests.unit.rules import strategies as our
from tests.unit.rules.test_outline import CATALOGUE, outline, written


def traced(content: JsonObject, customer: JsonObject, moment: Moment = our.NOW) -> Traced:
    return trace(outline(content), customer, moment)


def everything(it: Traced) -> list[Traced]:
    return [it, *(below for part in it.parts for below in everything(part))]


@given(
    st.just(Everyone()) | our.nodes(CATALOGUE),
    our.customers(CATALOGUE),
    st.sampled_from([our.NOW, replace(our.NOW, groups=frozenset())]),
)
def test_every_part_holds_when_its_node_selects_the_customer(
    node: Node, customer: JsonObject, moment: Moment
) -> None:
    found = traced(written(node), customer, moment)
    for it in everything(found):
        assert it.holds is evaluate(it.part.node, customer, moment)


@given(our.nodes(CATALOGUE), our.customers(CATALOGUE))
def test_the_words_decide_from_what_is_below_them(node: Node, customer: JsonObject) -> None:
    for it in everything(traced(written(node), customer)):
        below = [part.holds for part in it.parts]
        match it.part.word:
            case "rule":
                refused = it.below("except")
                matched = it.below("match")
                assert matched is not None
                assert it.holds is (matched.holds and not (refused is not None and refused.holds))
            case "match" | "all" | "use":
                assert it.holds is all(below)
            case "any" | "except":
                assert it.holds is any(below)
            case "none":
                assert it.holds is (not any(below))
            case "line":
                assert below == []


@given(our.nodes(CATALOGUE), our.customers(CATALOGUE))
def test_a_line_decided_by_its_value_does_not_depend_on_what_missing_says(
    node: Node, customer: JsonObject
) -> None:
    for it in traced(written(node), customer).lines:
        leaves = it.part.node.children if isinstance(it.part.node, All) else (it.part.node,)
        turned = [
            replace(leaf, when_missing=not leaf.when_missing)
            for leaf in leaves
            if isinstance(leaf, Leaf)
        ]
        differs = any(
            evaluate(new, customer, our.NOW) is not evaluate(old, customer, our.NOW)
            for new, old in zip(turned, leaves, strict=True)
        )
        assert differs is (it.decided_by != "value")


# Each: a line, the customer's record, and value, what decided, and whether it holds.
LINES: list[tuple[JsonObject, JsonObject, JsonValue, str, bool]] = [
    ({"city": "Bursa"}, {"attributes": {"city": "BURSA"}}, "BURSA", "value", True),
    ({"city": "Bursa"}, {"attributes": {"city": None}}, None, "missing", False),
    ({"city": "Bursa"}, {"attributes": {"city": "  "}}, None, "missing", False),
    ({"city": "Bursa"}, {}, None, "missing", False),
    ({"city": {"eq": "Bursa", "missing": "keep"}}, {}, None, "missing", True),
    ({"birthdate": {"before": "2000-01-01"}}, {"date_of_birth": "x"}, "x", "invalid", False),
    (
        {"birthdate": {"before": "2000-01-01", "missing": "keep"}},
        {"date_of_birth": "x"},
        "x",
        "invalid",
        True,
    ),
    ({"city": {"present": False}}, {}, None, "value", True),
    ({"birthdate": {"present": True}}, {"date_of_birth": "x"}, "x", "value", True),
    ({"tags": {"size": 0}}, {}, None, "value", True),
    (
        {"tags": {"has_any": ["press"]}},
        {"extra_field": {"tags": ["press"]}},
        ["press"],
        "value",
        True,
    ),
    ({"groups": {"has_any": ["VIP"]}}, {}, ["VIP"], "value", True),
    ({"email": {"domain_is": ["edu.tr"]}}, {"email": "test"}, "test", "invalid", False),
]


@pytest.mark.parametrize(("line", "customer", "value", "decided_by", "holds"), LINES)
def test_a_line_tells_the_value_and_what_decided(
    line: JsonObject, customer: JsonObject, value: JsonValue, decided_by: str, holds: bool
) -> None:
    (it,) = traced({"match": [line]}, customer).lines
    assert (it.value, it.decided_by, it.holds) == (value, decided_by, holds)


def test_lines_come_in_the_order_of_the_file_also_from_shared_conditions() -> None:
    content: JsonObject = {
        "match": [{"tags": {"has_any": ["press"]}}, {"use": "near"}, {"is_active": True}],
        "except": [{"groups": {"has_any": ["VIP"]}}],
    }
    found = traced(content, {})
    assert [it.part.place for it in found.lines] == [
        "match[0]", "near: [0]", "near: [1].any[0]", "near: [1].any[1]", "match[2]", "except[0]",
    ]  # fmt: skip


def test_what_no_longer_matters_is_told_too() -> None:
    found = traced({"match": [{"is_active": True}, {"city": "Bursa"}]}, {"is_active": False})
    assert [it.holds for it in found.lines] == [False, False]
    assert found.below("except") is None
