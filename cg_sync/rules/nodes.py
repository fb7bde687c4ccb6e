"""The nodes that a rule is made of: frozen values, compared with `==`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, assert_never

from cg_sync.rules.tests import Holds, InGroups, Present, Size, Test


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


_ANSWER_ALL: Final = frozenset({Present, Holds, Size, InGroups})


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
        if type(self.test) in _ANSWER_ALL:
            object.__setattr__(
                self, "when_missing", self.exclude and isinstance(self.test, Present)
            )

    @property
    def answers_all(self) -> bool:
        """Whether no customer is without what is tested."""
        return type(self.test) in _ANSWER_ALL


Node = Everyone | All | AnyOf | Not | Leaf

NOBODY: Final = Not(Everyone())
"""Selects no customer."""


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
