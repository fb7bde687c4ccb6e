"""That a footprint says less than its rule and never more, and that the index loses nobody."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cg_sync.rules.analysis.prove import Found, World, find
from cg_sync.rules.ir import Node, Rule
from cg_sync.rules.review.footprint import Index, footprint_of, is_apart
from tests.unit.rules.review.builders import a_subject
from tests.unit.rules.strategies import NOW, catalogue, rules

CATALOGUE = catalogue()


@settings(max_examples=300)
@given(rules(CATALOGUE), rules(CATALOGUE))
def test_rules_that_are_apart_share_nobody(one: Rule, other: Rule) -> None:
    if is_apart(footprint_of(one.node), footprint_of(other.node)):
        answer = find([one.node, other.node], World(CATALOGUE, NOW.as_of))
        assert not (isinstance(answer, Found) and answer.witness.sure)


@given(st.lists(rules(CATALOGUE), min_size=1, max_size=8))
def test_the_index_finds_all_that_are_not_apart(some: list[Rule]) -> None:
    footprints = {f"s{at}": footprint_of(rule.node) for at, rule in enumerate(some)}
    index = Index(footprints)
    for mine in footprints.values():
        assert index.near(mine) == {
            slug for slug, it in footprints.items() if not is_apart(mine, it)
        }


def node(*match: object) -> Node:
    found = a_subject("s", *match).node  # type: ignore[arg-type]
    assert found is not None
    return found


APART = [
    ({"country": "TR"}, {"country": {"in": ["DE", "NO"]}}),
    ({"order_count": {"gte": 3}}, {"order_count": {"lt": 3}}),
    ({"is_active": True}, {"is_active": False}),
    ({"email": {"domain_under": ["edu.tr"]}}, {"email": {"domain_is": ["k12.tr", "a.k12.tr"]}}),
    ({"groups": {"has_any": ["g"]}}, {"groups": {"has_none": ["g", "h"]}}),
    ({"groups": {"has_any": ["g"]}}, {"none": [{"groups": {"has_any": ["g"]}}]}),
    ({"country": "TR"}, {"none": [{"country": {"not_in": ["DE"], "missing": "drop"}}]}),
]
TOGETHER = [
    ({"email": {"domain_under": ["edu.tr"]}}, {"email": {"domain_is": ["cs.boun.edu.tr"]}}),
    ({"email": {"domain_under": ["tr"]}}, {"email": {"domain_is": ["edu.tr"]}}),
    ({"country": "TR"}, {"country": {"in": ["tr", "DE"]}}),
    ({"country": "TR"}, {"country": {"eq": "DE", "missing": "keep"}}),
    ({"country": {"eq": "TR", "missing": "keep"}}, {"country": {"eq": "DE", "missing": "keep"}}),
    ({"groups": {"has_any": ["g", "k"]}}, {"groups": {"has_none": ["g"]}}),
    ({"any": [{"country": "TR"}, {"is_active": True}]}, {"country": "DE"}),
]


def test_what_lies_on_the_surface_is_seen() -> None:
    for one, other in APART:
        mine, its = footprint_of(node(one)), footprint_of(node(other))
        assert is_apart(mine, its), (one, other)
        index = Index({"mine": mine, "its": its})
        assert index.near(mine) == {"mine"}, (one, other)
        assert index.near(its) == {"its"}, (one, other)
    for one, other in TOGETHER:
        mine, its = footprint_of(node(one)), footprint_of(node(other))
        assert not is_apart(mine, its), (one, other)
        assert Index({"other": its}).near(mine) == {"other"}, (one, other)
