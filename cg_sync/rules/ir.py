"""A rule as data: frozen nodes with one canonical form, so that rules are compared with `==`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, assert_never

from cg_sync.jsonvalue import JsonValue, canonical, digest_of
from cg_sync.rules.numbers import number_text
from cg_sync.rules.tests import (
    Anniversary,
    DateIn,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OfList,
    OneOf,
    PhoneCountry,
    Present,
    Relative,
    Size,
    Test,
    TextIs,
)

__all__ = [
    "NOBODY", "All", "AnyOf", "DomainIn", "Everyone", "Leaf", "Node", "Not", "OneOf", "RawRule",
    "Rule", "groups_named", "normalise", "rule_hash", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Everyone:
    """Every customer."""


@dataclass(frozen=True, slots=True)
class All:
    """Whoever all of the children select."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Whoever at least one of the children selects."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Whoever the child does not select."""

    child: Node


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test of one attribute, inverted by `exclude`.

    A customer without a value gets `when_missing`, whatever `exclude` says. `nullable` False
    promises that there is none: it changes how the leaf is written, not what it is. Tests that
    answer for every customer (of presence, and of lists, which are never missing) decide
    `when_missing` themselves.
    """

    attribute: str
    path: str
    test: Test
    exclude: bool = False
    when_missing: bool = False
    nullable: bool = field(default=True, compare=False)

    def __post_init__(self) -> None:
        if self.answers_all:
            object.__setattr__(
                self, "when_missing", self.exclude and isinstance(self.test, Present)
            )

    @property
    def answers_all(self) -> bool:
        """Whether no customer is without what is tested."""
        return isinstance(self.test, Present | OfList)


Node = Everyone | All | AnyOf | Not | Leaf

NOBODY: Final = Not(Everyone())
"""Selects no customer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule the language can express; its node is in normal form from the moment it is built."""

    node: Node

    def __post_init__(self) -> None:
        object.__setattr__(self, "node", normalise(self.node))


@dataclass(frozen=True, slots=True)
class RawRule:
    """A rule of the shop that the language cannot express, as canonical JSON text."""

    text: str


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, parents first."""
    yield node
    match node:
        case All(children) | AnyOf(children):
            for child in children:
                yield from walk(child)
        case Not(child):
            yield from walk(child)
        case Everyone() | Leaf():
            pass
        case _:
            assert_never(node)


def normalise(node: Node) -> Node:
    """The canonical form: it selects the same customers, and applying it twice changes nothing.

    Nested `All`s and `AnyOf`s are flat, a single child stands alone, double `Not`s are gone, the
    `Not`s of an `All` are one, children are sorted and none is there twice, and `Everyone` is left
    only at the top or under a `Not`.
    """
    match node:
        case Everyone() | Leaf():
            return node
        case Not(child):
            return _not(normalise(child))
        case All(children):
            return _all([part for child in children for part in _parts(All, normalise(child))])
        case AnyOf(children):
            return _any([part for child in children for part in _parts(AnyOf, normalise(child))])
        case _:
            assert_never(node)


def _parts(kind: type[All | AnyOf], node: Node) -> tuple[Node, ...]:
    return node.children if isinstance(node, All | AnyOf) and isinstance(node, kind) else (node,)


def _not(child: Node) -> Node:
    return child.child if isinstance(child, Not) else Not(child)


def _all(parts: list[Node]) -> Node:
    refused = [part.child for part in parts if isinstance(part, Not)]
    wanted: list[Node] = [part for part in parts if not isinstance(part, Not | Everyone)]
    if refused:
        wanted.append(_not(_any([part for child in refused for part in _parts(AnyOf, child)])))
    if not wanted:
        return Everyone()
    ordered = _ordered(wanted)
    return ordered[0] if len(ordered) == 1 else All(ordered)


def _any(parts: list[Node]) -> Node:
    if not parts:
        return NOBODY
    if Everyone() in parts:
        return Everyone()
    ordered = _ordered(parts)
    return ordered[0] if len(ordered) == 1 else AnyOf(ordered)


def _ordered(nodes: Iterable[Node]) -> tuple[Node, ...]:
    by_text = {canonical(_as_json(node)): node for node in nodes}
    return tuple(by_text[text] for text in sorted(by_text))


def rule_hash(rule: Rule | RawRule) -> str:
    """SHA-256 in hex, equal for equal rules; an attribute counts by its path, not its name."""
    if isinstance(rule, RawRule):
        return digest_of({"raw": rule.text})
    return digest_of(_as_json(rule.node))


def _as_json(node: Node) -> JsonValue:
    match node:
        case Everyone():
            return "everyone"
        case All(children):
            return {"all": [_as_json(child) for child in children]}
        case AnyOf(children):
            return {"any": [_as_json(child) for child in children]}
        case Not(child):
            return {"not": _as_json(child)}
        case Leaf(_, path, test, exclude, when_missing):
            return {"at": [path, *_test_as_json(test), exclude, when_missing]}
        case _:
            assert_never(node)


def _test_as_json(test: Test) -> tuple[JsonValue, ...]:
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


def groups_named(rule: Rule | RawRule) -> frozenset[str]:
    """The static groups that the rule asks about, by name; a raw rule names none."""
    if isinstance(rule, RawRule):
        return frozenset()
    tests = [node.test for node in walk(rule.node) if isinstance(node, Leaf)]
    return frozenset(name for it in tests if isinstance(it, InGroups) for name in it.names)
