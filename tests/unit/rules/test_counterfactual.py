"""What it would take for a rule to select a customer: the fewest changes, and ones that do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.analysis.record import customer_record
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, Catalogue
from cg_sync.rules.counterfactual import (
    Changes,
    Nobody,
    NotFound,
    TooFar,
    Way,
    smallest_change,
)
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import All, AnyOf, Leaf, Node, walk
from cg_sync.rules.outline import Part
from cg_sync.rules.tests import OneOf
from cg_sync.rules.values import value_at
from tests.unit.rules import strategies as our
from tests.unit.rules.test_outline import CATALOGUE, outline, written

STUDENT: JsonObject = {
    "match": [
        {"email": {"domain_under": ["edu.tr", "k12.tr"]}},
        {"email_verified": True},
        {"is_active": True},
    ],
    "except": [
        {"email": {"domain_under": ["mezun.boun.edu.tr"]}},
        {"groups": {"has_any": ["Employees"]}},
    ],
}
ALUMNA: JsonObject = {"email": "test@mezun.boun.edu.tr", "is_active": True}


def way(content: JsonObject, customer: JsonObject, moment: Moment = our.NOW) -> Way:
    return smallest_change(outline(content), customer, moment, CATALOGUE)


def told(found: Way) -> list[tuple[str, list[tuple[str, bool]]]]:
    assert isinstance(found, Changes)
    return [(it.attribute, [(on.line.place, on.holds) for on in it.turns]) for it in found.changes]


def test_the_alumna_would_have_to_change_her_address_and_verify_it() -> None:
    found = way(STUDENT, ALUMNA)
    assert told(found) == [
        ("email_verified", [("match[1]", True)]),
        ("email", [("except[0]", False)]),
    ]
    assert isinstance(found, Changes)
    assert found.smallest
    assert found.changes[0].example is True
    assert found.customer["is_active"] is True


def test_two_lines_on_one_attribute_are_one_change() -> None:
    content: JsonObject = {"match": [{"orders": {"gte": 3}}, {"orders": {"lt": 5}}]}
    assert told(way(content, {})) == [("orders", [("match[0]", True), ("match[1]", True)])]


def test_of_several_ways_the_first_in_the_file_is_told() -> None:
    content: JsonObject = {"match": [{"any": [{"city": "Bursa"}, {"country": "TR"}]}]}
    assert told(way(content, {})) == [("city", [("match[0].any[0]", True)])]


def test_a_short_way_is_taken_before_one_that_stands_first() -> None:
    both: JsonObject = {"all": [{"city": "Bursa"}, {"country": "TR"}]}
    content: JsonObject = {"match": [{"any": [both, {"is_active": True}]}]}
    assert told(way(content, {})) == [("is_active", [("match[0].any[1]", True)])]


def test_a_value_may_have_to_go() -> None:
    found = way({"match": [{"country": {"present": False}}]}, {"attributes": {"country": "TR"}})
    assert told(found) == [("country", [("match[0]", True)])]
    assert isinstance(found, Changes)
    assert found.changes[0].example is None


def test_groups_that_the_rule_does_not_name_stay() -> None:
    content: JsonObject = {"match": [{"groups": {"has_any": ["Wholesale"]}}]}
    found = way(content, {})
    assert isinstance(found, Changes)
    assert found.groups == {"VIP", "Wholesale"}


def test_a_group_may_have_to_be_left() -> None:
    found = way({"match": "everyone", "except": [{"groups": {"has_any": ["VIP"]}}]}, {})
    assert isinstance(found, Changes)
    assert (told(found), found.groups) == ([("groups", [("except[0]", False)])], frozenset())


def test_a_rule_that_contradicts_itself_selects_nobody() -> None:
    content: JsonObject = {"match": [{"orders": {"gte": 3}}, {"orders": {"lt": 3}}]}
    assert way(content, {}) == Nobody()


def test_four_attributes_are_too_many() -> None:
    lines: list[JsonValue] = [{"city": "Bursa"}, {"country": "TR"}, {"gender": "female"}]
    assert len(told(way({"match": lines}, {}))) == 3
    assert way({"match": [*lines, {"is_active": True}]}, {}) == TooFar()


def test_what_cannot_be_proved_is_not_claimed() -> None:
    patterns: list[JsonValue] = [{"city": {"matches": "a+b"}}, {"city": {"matches": "a+c"}}]
    assert way({"match": patterns}, {}) == NotFound()


def test_a_rule_of_very_many_attributes_ends_with_what_is_not_claimed() -> None:
    names = [f"a{at}" for at in range(40)]
    catalogue = Catalogue({name: Attribute(name, "string", name) for name in names})
    pairs = [AnyOf(tuple(Leaf(it, it, OneOf(("x",))) for it in two)) for two in batched(names)]
    node = All(tuple(pairs))
    part = Part("rule", node, (), (Part("match", node, ("match",)),))
    assert smallest_change(part, {}, our.NOW, catalogue) == NotFound()


def batched(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[at : at + 2] for at in range(0, len(names), 2))


def unselected(node: Node, customer: JsonObject) -> Part:
    found = outline(written(node))
    assume(not evaluate(found.node, customer, our.NOW))
    return found


several = st.lists(our.nodes(CATALOGUE, depth=1), min_size=2, max_size=5)
conjunctions: st.SearchStrategy[Node] = several.map(lambda it: All(tuple(it)))
"""Rules that several attributes decide."""


@given(our.nodes(CATALOGUE) | conjunctions, our.customers(CATALOGUE))
def test_after_the_changes_the_rule_selects_the_customer(node: Node, customer: JsonObject) -> None:
    part = unselected(node, customer)
    found = smallest_change(part, customer, our.NOW, CATALOGUE)
    if not isinstance(found, Changes):
        return
    moment = replace(our.NOW, groups=found.groups)
    assert evaluate(part.node, found.customer, moment)
    changed = {it.attribute for it in found.changes}
    assert 1 <= len(changed) <= 3
    for name, attribute in CATALOGUE.attributes.items():
        if attribute.is_groups:
            assert name in changed or found.groups == our.NOW.groups
        elif name not in changed:
            path = attribute.path
            assert value_at(found.customer, path) == value_at(customer, path)


POOL: dict[str, Sequence[JsonValue]] = {
    "email": [*our.ADDRESSES, "test@other.example", None],
    "extra_field.email_verified": [True, False, None],
    "is_active": [True, False],
    "gender": ["female", "male", None],
    "attributes.country": [*our.TEXTS, "c-42", "a", None],
    "attributes.city": [*our.TEXTS, "c-42", "a", None],
    "phone_number": [*our.PHONES, None],
    "extra_field.orders": [*range(-4, 14)],
    "extra_field.spent": [*our.NUMBERS, "1", "11", "-8", None],
    "date_of_birth": [*map(str, our.DAYS), "1990-06-15", "2026-02-01", None],
    "created_date": [f"{day}T{time}" for day in our.DAYS for time in ("12:00Z", "00:00+03:00")],
    "extra_field.tags": [[], *([it] for it in our.TAGS), [*our.TAGS], ["x", "y", "z"]],
    GROUPS_PATH: [
        sorted(it) for size in range(4) for it in combinations(sorted(our.GROUP_IDS), size)
    ],
}
"""Values of every kind that rules speak of, by path."""


def variants(customer: JsonObject, paths: Sequence[str]) -> Iterator[tuple[JsonObject, Moment]]:
    """The customer with other values at just these paths."""
    fixed = {
        it.path: value_at(customer, it.path)
        for it in CATALOGUE.attributes.values()
        if not it.is_groups
    }
    for values in product(*(POOL[path] for path in paths)):
        changed = {**fixed, **dict(zip(paths, values, strict=True))}
        groups = changed.pop(GROUPS_PATH, None)
        moment = our.NOW if groups is None else replace(our.NOW, groups=frozenset(groups))  # type: ignore[arg-type]
        yield customer_record(changed), moment


@settings(max_examples=60)
@given(our.nodes(CATALOGUE, depth=2) | conjunctions, our.customers(CATALOGUE))
def test_fewer_changes_would_not_do(node: Node, customer: JsonObject) -> None:
    part = unselected(node, customer)
    found = smallest_change(part, customer, our.NOW, CATALOGUE)
    paths = sorted({it.path for it in walk(part.node) if isinstance(it, Leaf)})
    match found:
        case Changes(changes, smallest=True):
            fewer = len(changes) - 1
        case TooFar() | Nobody():
            fewer = 2
        case _:
            return
    for size in range(1, fewer + 1):
        for free in combinations(paths, min(size, len(paths))):
            for changed, moment in variants(customer, free):
                assert not evaluate(part.node, changed, moment), (free, changed)


@given(conjunctions, our.customers(CATALOGUE))
def test_the_lines_that_are_told_are_those_that_turn(node: Node, customer: JsonObject) -> None:
    part = unselected(node, customer)
    found = smallest_change(part, customer, our.NOW, CATALOGUE)
    if not isinstance(found, Changes):
        return
    after = replace(our.NOW, groups=found.groups)
    for change in found.changes:
        assert change.turns
        for turn in change.turns:
            assert evaluate(turn.line.node, found.customer, after) is turn.holds
            assert evaluate(turn.line.node, customer, our.NOW) is not turn.holds
