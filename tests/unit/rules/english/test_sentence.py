"""Whole rules in English: sentences, outlines, and that different rules read differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.rules.english.names import Names
from cg_sync.rules.english.sentence import MOST_CONDITIONS, in_english, sentence
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not, RawRule, Rule
from cg_sync.rules.tests import OneOf
from tests.unit.report.conftest import Golden
from tests.unit.rules.english.builders import DEEP, EXAMPLES, NAMES, a_rule
from tests.unit.rules.strategies import catalogue, leaves, nodes, rules

CATALOGUE = catalogue()
ORDERED = Names(attributes=tuple(CATALOGUE.attributes), timezone="Europe/Istanbul")


def one(name: str, value: str = "x") -> Leaf:
    return Leaf(name, name, OneOf((value,)), nullable=False)


A, B, C, D = map(one, "abcd")
RULES: dict[str, Node] = {
    "everyone": Everyone(),
    "nobody": Not(Everyone()),
    "one": A,
    "all but some": Not(A),
    "some but": All((A, Not(B))),
    "some but none": All((A, Not(Everyone()))),
    "any": AnyOf((A, B, C)),
    "any but": All((AnyOf((A, B)), Not(AnyOf((C, D))))),
    "but all of": All((A, Not(All((B, C))))),
    "any of all": AnyOf((All((A, B)), All((C, D)))),
    "or not": AnyOf((A, Not(B))),
    "or nobody": AnyOf((A, Not(Everyone()))),
    "all of any": All((AnyOf((A, B)), AnyOf((C, D)), one("e"))),
    "deep, all but": Not(All((A, AnyOf((B, All((C, D))))))),
    "deep, one but": All((A, Not(AnyOf((B, All((C, AnyOf((D, one("e")))))))))),
    "deep, not all": AnyOf((A, All((B, Not(All((C, D))))))),
    "deep, not one": AnyOf((A, All((B, AnyOf((C, Not(D))))))),
    "deep, nobody": AnyOf((A, All((B, AnyOf((C, Not(Everyone()))))))),
    "as many as fit": All(tuple(map(one, "abcdefgh"))),
    "one too many": All(tuple(map(one, "abcdefghi"))),
}


def test_rules_read_as_on_record(golden: Golden) -> None:
    rules = {
        **{name: a_rule(it) for name, it in EXAMPLES.items()},
        "deep": a_rule(DEEP),
        **{name: Rule(node) for name, node in RULES.items()},
        "raw": RawRule('{"slug":"basket-rule"}'),
    }
    texts = [
        "".join(f"{line}\n" for line in (f"{name}:", *in_english(rule, NAMES)))
        for name, rule in rules.items()
    ]
    golden("english-rules.txt", "\n".join(texts))


def test_a_sentence_has_at_most_so_many_conditions() -> None:
    many = tuple(one(f"a{number}") for number in range(MOST_CONDITIONS + 1))
    assert len(in_english(Rule(All(many[1:])), NAMES)) == 1
    assert len(in_english(Rule(All(many)), NAMES)) == 1 + len(many)
    assert "\n" not in sentence(Rule(All(many)), NAMES)


def test_conditions_come_in_the_order_of_attributes_yaml() -> None:
    node = All((one("a"), one("b"), AnyOf((one("b", "y"), one("c"))), one("c", "z")))
    said = "Customers whose c is z, and whose b is x, and whose a is x, and (whose c is x, or whose"
    assert sentence(Rule(node), Names(attributes=("c", "b", "a"))).startswith(said)


@given(nodes(CATALOGUE))
def test_the_order_of_a_file_is_not_read(node: Node) -> None:
    assert in_english(Rule(_turned(node)), ORDERED) == in_english(Rule(node), ORDERED)


def _turned(node: Node) -> Node:
    match node:
        case All(children):
            return All(tuple(_turned(it) for it in reversed(children)))
        case AnyOf(children):
            return AnyOf(tuple(_turned(it) for it in reversed(children)))
        case Not(child):
            return Not(_turned(child))
        case _:
            return node


@given(st.data(), nodes(CATALOGUE))
def test_rules_that_differ_read_differently(data: st.DataObject, node: Node) -> None:
    one, two = Rule(node), Rule(_bent(node, data))
    assert (in_english(one, ORDERED) == in_english(two, ORDERED)) == (one == two)
    assert (sentence(one, ORDERED) == sentence(two, ORDERED)) == (one == two)


NEAR = {name: leaves(it) for name, it in CATALOGUE.attributes.items()}


def _bent(node: Node, data: st.DataObject) -> Node:
    """The node with some of it turned into something near: another kind of group, negated, or
    another condition on the same attribute.
    """
    turn = data.draw(st.sampled_from(["inside", "inside", "kind", "not", "no"]))
    match node:
        case All(children) | AnyOf(children):
            kind = AnyOf if isinstance(node, All) is (turn == "kind") else All
            bent = tuple(_bent(it, data) for it in children) if turn != "no" else children
            return Not(kind(bent)) if turn == "not" else kind(bent)
        case Not(child):
            return _bent(child, data) if turn == "not" else Not(_bent(child, data))
        case Leaf(attribute):
            near = data.draw(NEAR[attribute]) if turn == "inside" else node
            return Not(node) if turn == "not" else near
        case _:
            return node


@given(rules(CATALOGUE))
def test_a_sentence_is_one_line_and_an_outline_has_a_line_a_condition(rule: Rule) -> None:
    lines = in_english(rule, ORDERED)
    assert all(line == line.rstrip() and "\n" not in line for line in lines)
    if len(lines) == 1:
        assert lines[0].endswith(".")
    else:
        assert all(line.endswith((":", ",")) or line.lstrip().startswith("- ") for line in lines)


@pytest.mark.parametrize("text", ['{"slug":"basket-rule"}', "{}"])
def test_a_raw_rule_is_said_to_be_unknown(text: str) -> None:
    (line,) = in_english(RawRule(text), NAMES)
    assert "not analysed" in line
