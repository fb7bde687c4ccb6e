"""The order in which conditions are said: by attribute, plain ones before groups of them."""

from __future__ import annotations

from collections.abc import Iterable

from cg_sync.rules.english.names import Names
from cg_sync.rules.ir import Leaf, Node, Not, walk
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
    TextIs,
)

_TESTS = (
    Present, OneOf, DomainIn, PhoneCountry, TextIs, Matches, NumberIn, DateIn, Relative,
    Anniversary, Holds, Size, InGroups,
)  # fmt: skip
_Place = tuple[int, str, int, bool]


def in_order(nodes: Iterable[Node], names: Names) -> list[Node]:
    """Conditions as attributes.yaml has their attributes, then by operator; after them groups by
    their first condition, and last what is negated. What is alike stays as it is.
    """
    return sorted(nodes, key=lambda it: (_rank(it), _first(it, names)))


def leaves_of(node: Node, names: Names) -> list[Leaf]:
    """All conditions in a node, in the same order."""
    found = [it for it in walk(node) if isinstance(it, Leaf)]
    return sorted(found, key=lambda it: _place(it, names))


def _rank(node: Node) -> int:
    return 0 if isinstance(node, Leaf) else 2 if isinstance(node, Not) else 1


def _first(node: Node, names: Names) -> _Place:
    places = [_place(it, names) for it in walk(node) if isinstance(it, Leaf)]
    return min(places, default=(0, "", 0, False))


def _place(leaf: Leaf, names: Names) -> _Place:
    attribute = leaf.attribute
    return names.place_of(attribute), attribute, _TESTS.index(type(leaf.test)), leaf.exclude
