"""How a rule comes to its answer: what every part of it says of one customer, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import GROUPS_PATH
from cg_sync.rules.evaluate import Moment, answer
from cg_sync.rules.ir import All, Leaf
from cg_sync.rules.outline import Part, Word
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
    if part.word == "line":
        return _trace_line(part, customer, moment)
    parts = tuple([trace(it, customer, moment) for it in part.parts])
    return Traced(part, _holds(part.word, parts), parts)


def _holds(word: Word, parts: tuple[Traced, ...]) -> bool:
    """What a part says, from what is below it: no line is looked at twice."""
    match word:
        case "any" | "except":
            return any(it.holds for it in parts)
        case "none":
            return not any(it.holds for it in parts)
        case "rule":
            return all(it.holds is not (it.part.word == "except") for it in parts)
        case "match" | "all" | "use" | "line":
            return all(it.holds for it in parts)
        case _:
            assert_never(word)


def _trace_line(part: Part, customer: JsonObject, moment: Moment) -> Traced:
    # All tests of one line are of one attribute, and must all hold.
    tests = part.node.children if isinstance(part.node, All) else (part.node,)
    leaves = [it for it in tests if isinstance(it, Leaf)]
    path = leaves[0].path
    value = sorted(moment.groups) if path == GROUPS_PATH else value_at(customer, path)
    holds, readable = True, True
    for leaf in leaves:
        found = answer(leaf.test, value, moment)
        if found is None:
            readable = readable and leaf.answers_all
        holds = holds and (leaf.when_missing if found is None else found is not leaf.exclude)
    if readable:
        return Traced(part, holds, (), value)
    return Traced(part, holds, (), value, "missing" if value is None else "invalid")
