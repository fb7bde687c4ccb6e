"""A rule as it is written with some of its conditions put out of action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from cg_sync.rules.ir import NOBODY, All, AnyOf, Everyone, Node, Not
from cg_sync.rules.outline import Part, Word

Trail = tuple[int, ...]
"""Which child of which child a part is, from the top."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A part that stands in a list of conditions, and how that list stands in the rule.

    `negations`: how many `none` and `except` stand above it.
    """

    trail: Trail
    part: Part
    list_of: Word
    negations: int

    @property
    def inverted(self) -> bool:
        """Whether the rule selects whom the condition refuses."""
        return self.negations % 2 == 1

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
    return list(_below(outline, (), 0))


def _below(part: Part, trail: Trail, negations: int) -> Iterator[Condition]:
    negations += part.word in ("none", "except")
    for index, below in enumerate(part.parts):
        here = (*trail, index)
        if below.word not in ("match", "except"):
            yield Condition(here, below, part.word, negations)
        if below.word != "use":
            yield from _below(below, here, negations)


def spared(outline: Part, atom: Condition, condition: Condition) -> Node:
    """What an atom is as good as when it no longer hides whether another condition holds.

    Whether that one counts can be seen where what stands beside it, on every level, holds in a list
    of which all must hold, and does not in one of which any will do.
    """
    depth = next(at for at, step in enumerate(atom.trail) if step != condition.trail[at])
    parts = [outline]
    for step in atom.trail:
        parts.append(parts[-1].parts[step])
    shared_list, beside, *inner = parts[depth:]
    is_wanted = beside.word == "match" or shared_list.word in ("match", "all")
    for it in (beside, *inner)[:-1]:
        is_wanted = is_wanted is not (it.word == "none")
    return Everyone() if is_wanted else NOBODY


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
