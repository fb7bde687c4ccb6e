"""The texts by which rules are ordered, and of which their hashes are made."""

from __future__ import annotations

from typing import assert_never

from hypothesis import given

from cg_sync.jsonvalue import JsonValue, canonical, digest_of
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not, Rule, rule_hash
from cg_sync.rules.normal import form_of
from cg_sync.rules.numbers import number_text
from cg_sync.rules.tests import (
    Anniversary,
    DateIn,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OneOf,
    PhoneCountry,
    Present,
    Relative,
    Size,
    Test,
    TextIs,
)
from tests.unit.rules.strategies import catalogue, nodes


def as_json(node: Node) -> JsonValue:
    """What saved plans have the hashes of, so that it may not change."""
    match node:
        case Everyone():
            return "everyone"
        case All(children):
            return {"all": [as_json(child) for child in children]}
        case AnyOf(children):
            return {"any": [as_json(child) for child in children]}
        case Not(child):
            return {"not": as_json(child)}
        case Leaf(_, path, test, exclude, when_missing):
            return {"at": [path, *json_of(test), exclude, when_missing]}
        case _:
            assert_never(node)


def json_of(test: Test) -> tuple[JsonValue, ...]:
    match test:
        case Present():
            return ("present",)
        case OneOf(values):
            return ("one_of", values)
        case TextIs(where, values):
            return (where, values)
        case Matches(pattern):
            return ("matches", pattern)
        case DomainIn(domains, below):
            return ("domain_under" if below else "domain_is", domains)
        case PhoneCountry(codes):
            return ("phone", codes)
        case NumberIn(low, high, low_open, high_open):
            ends = [None if it is None else number_text(it) for it in (low, high)]
            return ("number", *ends, low_open, high_open)
        case DateIn(unit, first, end, zone):
            return (unit, *(None if it is None else it.isoformat() for it in (first, end)), zone)
        case Relative(kind, duration, unit, zone):
            return (kind, duration.text, unit, zone)
        case Anniversary(zone, days, months):
            return ("anniversary", days, months, zone)
        case Holds(values, every):
            return ("holds_all" if every else "holds_any", values)
        case Size(least, most):
            return ("size", least, most)
        case InGroups(names):
            return ("groups", names)
        case _:
            assert_never(test)


@given(nodes(catalogue()))
def test_the_text_of_a_form_is_canonical_json(node: Node) -> None:
    form = form_of(node)
    assert form.text == canonical(as_json(form.node))
    assert form_of(form.node) == form
    assert rule_hash(Rule(node)) == digest_of(as_json(form.node))


@given(nodes(catalogue()))
def test_parts_stand_in_the_order_of_their_texts(node: Node) -> None:
    waiting = [form_of(node)]
    while waiting:
        form = waiting.pop()
        texts = [it.text for it in form.parts]
        assert texts == sorted(set(texts))
        waiting += form.parts


def test_odd_letters_are_texts_as_json_has_them() -> None:
    for text in ('"\\/', "\n\x00\x7f", "\u2028", "\ud800", "😀"):
        leaf = Leaf(text, text, OneOf((text,)))
        assert form_of(leaf).text == canonical(as_json(leaf))
