"""The normal form of rules, and what it promises."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.evaluate import evaluate
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
    normalise,
    rule_hash,
    walk,
)
from tests.unit.rules.strategies import NOW, catalogue, customers, nodes

CATALOGUE = catalogue()
T = TypeVar("T")


def with_everyone() -> st.SearchStrategy[Node]:
    """Trees that also hold `Everyone` and empty lists anywhere."""
    return st.recursive(
        nodes(CATALOGUE, depth=1) | st.just(Everyone()),
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(All, st.lists(inner, max_size=3).map(tuple))
            | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
        ),
        max_leaves=8,
    )


def a_leaf(value: str) -> Leaf:
    return Leaf("city", "city", OneOf((value,)))


A, B, C = a_leaf("a"), a_leaf("b"), a_leaf("c")


def test_values_are_sorted_and_none_is_there_twice() -> None:
    assert OneOf(("b", "A", "a", "B")).values == ("A", "B")
    assert OneOf(("istanbul", "İstanbul", "Bursa")) == OneOf(("Bursa", "İstanbul", "istanbul"))
    assert OneOf((True, False, True)).values == (False, True)
    assert DomainIn(("k12.tr", "edu.tr", "k12.tr"), below=True).domains == ("edu.tr", "k12.tr")


def test_nesting_without_meaning_goes_away() -> None:
    assert normalise(All((All((A, B)), C))) == All((A, B, C))
    assert normalise(AnyOf((A, AnyOf((B, AnyOf((C,))))))) == AnyOf((A, B, C))
    assert normalise(All((AnyOf((A,)),))) == A
    assert normalise(Not(Not(A))) == A
    assert normalise(Not(Not(Not(A)))) == Not(A)


def test_several_refusals_become_one() -> None:
    assert normalise(All((Not(B), C, Not(A)))) == All((C, Not(AnyOf((A, B)))))
    assert normalise(All((Not(AnyOf((A, B))), Not(C)))) == Not(AnyOf((A, B, C)))


def test_everyone_is_left_only_where_it_means_something() -> None:
    assert normalise(All((Everyone(), A))) == A
    assert normalise(All((Everyone(), Everyone()))) == Everyone()
    assert normalise(All(())) == Everyone()
    assert normalise(AnyOf((A, Everyone()))) == Everyone()
    assert normalise(AnyOf(())) == Not(Everyone())


def test_the_same_line_twice_is_there_once() -> None:
    assert normalise(All((A, B, A))) == All((A, B))
    assert normalise(AnyOf((A, A))) == A


def test_equal_rules_have_equal_hashes_and_others_do_not() -> None:
    assert rule_hash(Rule(All((A, B)))) == rule_hash(Rule(All((B, A))))
    renamed = replace(A, attribute="town")
    assert rule_hash(Rule(renamed)) == rule_hash(Rule(A))
    others: list[Rule | RawRule] = [
        Rule(Everyone()),
        Rule(A),
        Rule(B),
        Rule(Not(A)),
        Rule(All((A, B))),
        Rule(AnyOf((A, B))),
        Rule(replace(A, path="attributes.city")),
        Rule(replace(A, exclude=True)),
        Rule(replace(A, when_missing=True)),
        Rule(Leaf("email", "email", DomainIn(("edu.tr",), below=True))),
        Rule(Leaf("email", "email", DomainIn(("edu.tr",), below=False))),
        RawRule("[]"),
        RawRule("{}"),
    ]
    assert len({rule_hash(rule) for rule in others}) == len(others)


def test_walk_names_parents_before_children() -> None:
    tree = All((A, Not(AnyOf((B, C)))))
    assert list(walk(tree)) == [tree, A, Not(AnyOf((B, C))), AnyOf((B, C)), B, C]


@given(with_everyone())
def test_normalising_twice_changes_nothing(node: Node) -> None:
    assert normalise(normalise(node)) == normalise(node)


@given(with_everyone(), customers(CATALOGUE))
def test_the_normal_form_selects_the_same_customers(node: Node, customer: JsonObject) -> None:
    assert evaluate(normalise(node), customer, NOW) is evaluate(node, customer, NOW)


@given(with_everyone(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_values_never_matters(node: Node, chance: random.Random) -> None:
    assert Rule(shuffled(node, chance)) == Rule(node)


def shuffled(node: Node, chance: random.Random) -> Node:
    match node:
        case All(children):
            return All(tuple(in_some_order((shuffled(it, chance) for it in children), chance)))
        case AnyOf(children):
            return AnyOf(tuple(in_some_order((shuffled(it, chance) for it in children), chance)))
        case Not(child):
            return Not(shuffled(child, chance))
        case Leaf(test=OneOf(values)):
            return replace(node, test=OneOf(tuple(in_some_order(values, chance))))
        case _:
            return node


def in_some_order(items: Iterable[T], chance: random.Random) -> list[T]:
    drawn = list(items)
    chance.shuffle(drawn)
    return drawn
