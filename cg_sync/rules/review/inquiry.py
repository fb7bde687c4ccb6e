"""Asks the prover, and asks less patiently of settings whose questions stay open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cg_sync.rules.analysis.prove import Answer, Undecided, World, find
from cg_sync.rules.ir import Leaf, Node, walk
from cg_sync.rules.review.finding import Open

MIN_BUDGET: Final = 50
"""Enough for most questions that come up in practice."""
OPEN_PER_HALVING: Final = 8
"""So many open questions of a whole review halve the budget of all that follow."""
WORK_PER_HALVING: Final = 4_000_000
"""So does so much work, in squared lines of rules: about 20 seconds of it."""


@dataclass(slots=True)
class Inquiry:
    """One review's questions. A clock would bound them otherwise from machine to machine.

    Each open question of a setting halves the budget of its next one, and so does much work of the
    whole review, down to MIN_BUDGET or a smaller budget of the world's own: rules that are made to
    be hard leave questions open, and the review ends.
    """

    world: World
    undecided: list[Open] = field(default_factory=list)
    _stuck: Counter[str] = field(default_factory=Counter)
    _work: int = 0

    def find(self, wanted: Sequence[Node], slugs: Sequence[str]) -> Answer:
        """A customer whom all of the nodes select; `slugs` are the settings they come from."""
        self._work += sum(isinstance(it, Leaf) for node in wanted for it in walk(node)) ** 2
        answer = find(wanted, replace(self.world, budget=self.budget_for(slugs)))
        if isinstance(answer, Undecided):
            self.note_stuck(slugs)
        return answer

    def budget_for(self, slugs: Sequence[str]) -> int:
        """What the next question about these settings may cost."""
        halvings = max((self._stuck[it] for it in slugs), default=0)
        halvings += self._stuck.total() // OPEN_PER_HALVING + self._work // WORK_PER_HALVING
        return max(self.world.budget >> halvings, min(MIN_BUDGET, self.world.budget))

    def note_stuck(self, slugs: Sequence[str]) -> None:
        """Takes note that a question about these settings used up its budget."""
        self._stuck.update(slugs)

    def leave_open(self, question: str, *slugs: str) -> None:
        """Notes that a question of the review has no answer."""
        self.undecided.append(Open(question, slugs))
