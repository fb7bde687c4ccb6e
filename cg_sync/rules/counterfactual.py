"""The smallest change of a customer that would make a rule select them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Final, assert_never

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.analysis.prove import Found, Impossible, Witness, World, find
from cg_sync.rules.catalogue import GROUPS_PATH, Catalogue
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not, walk
from cg_sync.rules.outline import Part
from cg_sync.rules.tests import InGroups
from cg_sync.rules.trace import Traced, trace
from cg_sync.rules.values import value_at

MOST_CHANGES: Final = 3
MOST_SETS: Final = 2_000
"""Sets of attributes that are looked at."""
MOST_QUESTIONS: Final = 100
"""Those of them about which the prover is asked: what bounds the time."""
BUDGET: Final = 500
"""Steps of one question: about a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A line that must come to say something else: it holds after the change, or no longer does."""

    line: Part
    holds: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What must happen to one attribute, with a value that would do; of `@static_groups` all
    groups. None: there must be no value.
    """

    attribute: str
    turns: tuple[Turn, ...]
    example: JsonValue


@dataclass(frozen=True)
class Changes:
    """Changes after which the rule selects the customer, and the customer after them.

    No fewer changes would do when they are `smallest`; else it could not be proved.
    """

    changes: tuple[Change, ...]
    customer: JsonObject
    groups: frozenset[str]
    smallest: bool


@dataclass(frozen=True, slots=True)
class Nobody:
    """The rule can select nobody at all."""


@dataclass(frozen=True, slots=True)
class TooFar:
    """No change of up to MOST_CHANGES attributes is enough."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """None was found, and it is not proved that there is none."""


Way = Changes | Nobody | TooFar | NotFound


def smallest_change(
    outline: Part, customer: JsonObject, moment: Moment, catalogue: Catalogue
) -> Way:
    """The fewest attributes that would have to change for the rule to select the customer.

    Of several sets of one size the first in the order of the lines. The customer is one whom the
    rule does not select.
    """
    case = _Case(outline, customer, moment, World(catalogue, moment.as_of, BUDGET))
    if isinstance(find([outline.node], case.world), Impossible):
        return Nobody()
    decided, asked = True, 0
    for number, free in enumerate(case.choices()):
        if number == MOST_SETS or asked == MOST_QUESTIONS:
            return NotFound()
        left = case.left(free)
        if isinstance(left, bool):
            continue  # What the other values say leaves no way.
        asked += 1
        answer = find([left], case.world)
        found = case.changed(free, answer.witness) if isinstance(answer, Found) else None
        if found is not None:
            return replace(found, smallest=decided)
        decided = decided and isinstance(answer, Impossible)
    return TooFar() if decided else NotFound()


@dataclass(frozen=True)
class _Case:
    """A rule as it is written, and a customer whom it does not select."""

    outline: Part
    customer: JsonObject
    moment: Moment
    world: World

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Where the rule looks, in the order of its lines."""
        return tuple(dict.fromkeys(it.path for it in _leaves(self.outline.node)))

    def choices(self) -> Iterator[frozenset[str]]:
        """The paths that may be free to change, few before many."""
        every = frozenset(self.paths)
        # Without these nothing helps.
        needed = frozenset(it for it in self.paths if self.left(every - {it}) is False)
        others = [it for it in self.paths if it not in needed]
        for more in range(MOST_CHANGES - len(needed) + 1):
            for chosen in combinations(others, more):
                if needed or chosen:
                    yield needed | frozenset(chosen)

    def left(self, free: Set[str]) -> Node | bool:
        """What the rule still asks when all but the free values are as they are."""
        return _left(self.outline.node, free, self.customer, self.moment)

    def changed(self, free: Set[str], witness: Witness) -> Changes | None:
        """The customer with the free values of the witness; None when the rule still refuses."""
        customer, groups = self.customer, self.moment.groups
        for path in free:
            if path == GROUPS_PATH:
                groups = (groups - _groups_in(self.outline.node)) | witness.groups
            else:
                customer = _with(customer, path, value_at(witness.customer, path))
        after = trace(self.outline, customer, replace(self.moment, groups=groups))
        if not after.holds:
            return None
        changes = self._changes(after)
        return Changes(changes, customer, groups, smallest=False)

    def _changes(self, after: Traced) -> tuple[Change, ...]:
        """What the lines say otherwise than before, by attribute in the order of the lines."""
        before = trace(self.outline, self.customer, self.moment)
        turns: dict[str, list[Turn]] = {}
        examples: dict[str, JsonValue] = {}
        for old, new in zip(before.lines, after.lines, strict=True):
            if old.holds is not new.holds:
                name = next(_leaves(new.part.node)).attribute
                turns.setdefault(name, []).append(Turn(new.part, new.holds))
                examples[name] = new.value
        return tuple(Change(name, tuple(it), examples[name]) for name, it in turns.items())


def _leaves(node: Node) -> Iterator[Leaf]:
    return (it for it in walk(node) if isinstance(it, Leaf))


def _groups_in(node: Node) -> frozenset[str]:
    tests = (it.test for it in _leaves(node))
    return frozenset(name for it in tests if isinstance(it, InGroups) for name in it.names)


def _left(node: Node, free: Set[str], customer: JsonObject, moment: Moment) -> Node | bool:
    """The node with the answers of all leaves put in whose path is not free."""
    match node:
        case Leaf():
            return node if node.path in free else evaluate(node, customer, moment)
        case Everyone():
            return True
        case Not(child):
            left = _left(child, free, customer, moment)
            return (not left) if isinstance(left, bool) else Not(left)
        case All(children) | AnyOf(children):
            # One child of an AnyOf that holds settles it, and one of an All that does not.
            settles = isinstance(node, AnyOf)
            lefts = [_left(child, free, customer, moment) for child in children]
            if settles in lefts:
                return settles
            nodes = tuple(it for it in lefts if not isinstance(it, bool))
            return replace(node, children=nodes) if nodes else not settles
        case _:
            assert_never(node)


def _with(record: JsonObject, path: str, value: JsonValue) -> JsonObject:
    """The record with this value at a dotted path; with None, without any."""
    step, _, rest = path.partition(".")
    if rest:
        below = record.get(step)
        return {**record, step: _with(below if isinstance(below, Mapping) else {}, rest, value)}
    return {**record, step: value}
