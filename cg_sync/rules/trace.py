"""How a rule comes to its answer: what every part of it says of one customer, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import GROUPS_PATH
from cg_sync.rules.evaluate import Moment, answer, evaluate
from cg_sync.rules.ir import Leaf, walk
from cg_sync.rules.outline import Part
from cg_sync.rules.values import value_at

DecidedBy = Literal["value", "missing", "invalid"]


@dataclass(frozen=True, slots=True)
class Traced:
    """A part, whether it holds, and what is below it, also where that no longer mattered.

    Of a line, `value` is what the customer's record has there (None: nothing) and `decided_by` is
    what the answer came from: the value, that there is none, or that it cannot be read, which
    counts as missing.
    """

    part: Part
    holds: bool
    parts: tuple[Traced, ...] = ()
    value: JsonValue = None
    decided_by: DecidedBy = "value"

    def below(self, word: str) -> Traced | None:
        """What is right below under a word; None when there is none."""
        return next((it for it in self.parts if it.part.word == word), None)

    @property
    def lines(self) -> Iterator[Traced]:
        """All lines of it, in the order of the file."""
        if self.part.word == "line":
            yield self
        for below in self.parts:
            yield from below.lines


def trace(part: Part, customer: JsonObject, moment: Moment) -> Traced:
    """What the part and everything below it says of the customer at that moment."""
    holds = evaluate(part.node, customer, moment)
    if part.word != "line":
        return Traced(part, holds, tuple(trace(it, customer, moment) for it in part.parts))
    leaves = [node for node in walk(part.node) if isinstance(node, Leaf)]
    # All tests of one line are of one attribute.
    path = leaves[0].path
    if path == GROUPS_PATH:
        return Traced(part, holds, value=sorted(moment.groups))
    value = value_at(customer, path)
    if all(leaf.answers_all or answer(leaf.test, value, moment) is not None for leaf in leaves):
        return Traced(part, holds, value=value)
    return Traced(part, holds, (), value, "missing" if value is None else "invalid")
