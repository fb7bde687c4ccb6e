"""A rule as it is written with some of its conditions put out of action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from cg_sync.rules.ir import All, AnyOf, Everyone, Node, Not
from cg_sync.rules.outline import Part, Word

NOBODY: Final = Not(Everyone())

Trail = tuple[int, ...]
"""Which child of which child a part is, from the top."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A part that stands in a list of conditions, and how that list stands in the rule.

    `inverted`: below an odd number of `none` and `except`.
    """

    trail: Trail
    part: Part
    list_of: Word
    inverted: bool

    @property
    def is_atom(self) -> bool:
        """Whether no other condition of the rule's own file stands below it."""
        return self.part.word in ("line", "use")

    @property
    def narrows(self) -> bool:
        """Whether the rule selects no more customers for having this condition than without it."""
        return (self.list_of in ("match", "all")) is not self.inverted

    @property
    def deleted(self) -> Node:
        """What it is as good as when it is deleted from its list."""
        return Everyone() if self.list_of in ("match", "all") else NOBODY

    @property
    def met(self) -> Node:
        """What it is as good as when it refuses nobody."""
        return NOBODY if self.inverted else Everyone()

    def is_within(self, trails: Mapping[Trail, object]) -> bool:
        """Whether it, or a condition around it, is among these."""
        return any(self.trail[:length] in trails for length in range(1, len(self.trail) + 1))


def conditions_of(outline: Part) -> list[Condition]:
    """Every condition in the rule's own file, in its order; those around others come first.

    What a shared condition holds is not among them: other rules use it too.
    """
    return list(_below(outline, (), False))


def _below(part: Part, trail: Trail, inverted: bool) -> Iterator[Condition]:
    inverted = inverted is not (part.word in ("none", "except"))
    for index, below in enumerate(part.parts):
        here = (*trail, index)
        if below.word not in ("match", "except"):
            yield Condition(here, below, part.word, inverted)
        if below.word != "use":
            yield from _below(below, here, inverted)


def replacing(part: Part, replaced: Mapping[Trail, Node], trail: Trail = ()) -> Node:
    """What the part says when the conditions at these places say something else."""
    if trail in replaced:
        return replaced[trail]
    if not part.parts:
        return part.node
    nodes = tuple(
        replacing(below, replaced, (*trail, index)) for index, below in enumerate(part.parts)
    )
    match part.word:
        case "rule":
            refused = (below.word == "except" for below in part.parts)
            pairs = zip(nodes, refused, strict=True)
            return All(tuple(Not(node) if is_refused else node for node, is_refused in pairs))
        case "match" | "all":
            return All(nodes)
        case "any" | "except":
            return AnyOf(nodes)
        case "none":
            return Not(AnyOf(nodes))
        case "use" | "line":
            return part.node
        case _:
            assert_never(part.word)
