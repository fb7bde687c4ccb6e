"""Asks the prover: less patiently of settings whose questions stay open, and not for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cg_sync.rules.analysis.budget import TICKS_OF_A_STEP
from cg_sync.rules.analysis.prove import Answer, Found, Undecided, World, find
from cg_sync.rules.ir import Node
from cg_sync.rules.review.finding import Open
from cg_sync.rules.review.subject import count_lines

MIN_BUDGET: Final = 50
"""Enough for most questions that come up in practice."""
OPEN_PER_HALVING: Final = 8
"""So many open questions of a whole review halve the budget of all that follow."""
TOTAL_STEPS: Final = 200_000
"""Of a whole review: about 40 seconds."""
BUDGETS_OF_A_REVIEW: Final = 10
"""With a budget so large that these are more than TOTAL_STEPS, they are the total."""
RETRY_FACTOR: Final = 8
"""How much more a question may cost each time it is asked again."""
TICKS_OF_A_LINE: Final = 50
"""What a line of a rule costs in a question that needs no search."""


@dataclass(slots=True)
class Inquiry:
    """One review's questions. A clock would bound them otherwise from machine to machine.

    Each open question of a setting halves the budget of its next one, down to MIN_BUDGET or a
    smaller budget of the world's own; and once the review has cost its total, nothing is asked any
    more. So rules that are made to be hard leave questions open, and the review ends.
    """

    world: World
    undecided: list[Open] = field(default_factory=list)
    _stuck: Counter[str] = field(default_factory=Counter)
    _ticks: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether the review has cost all it may."""
        total = max(TOTAL_STEPS, BUDGETS_OF_A_REVIEW * self.world.budget)
        return self._ticks >= total * TICKS_OF_A_STEP

    def charge(self, ticks: int) -> None:
        """Takes note of work; a tick is about a microsecond of it."""
        self._ticks += ticks

    def find(self, wanted: Sequence[Node], slugs: Sequence[str]) -> Answer:
        """A customer whom all of the nodes select; `slugs` are the settings they come from."""
        if self.is_spent:
            return Undecided()
        lines = sum(map(count_lines, wanted)) * TICKS_OF_A_LINE
        for steps in _more_and_more(self.budget_for(slugs)):
            answer = find(wanted, replace(self.world, budget=steps))
            is_first = steps <= MIN_BUDGET
            is_guess = isinstance(answer, Found) and not answer.witness.sure
            if not isinstance(answer, Undecided) and not (is_guess and is_first):
                # What was decided later than at first has cost something between two budgets.
                self.charge(lines if is_first else lines + steps * TICKS_OF_A_STEP // 2)
                return answer
            self.charge(lines if is_guess else steps * TICKS_OF_A_STEP)
        if isinstance(answer, Undecided):
            self.note_stuck(slugs)
        return answer

    def budget_for(self, slugs: Sequence[str]) -> int:
        """What the next question about these settings may cost."""
        halvings = max((self._stuck[it] for it in slugs), default=0)
        halvings += self._stuck.total() // OPEN_PER_HALVING
        return max(self.world.budget >> halvings, min(MIN_BUDGET, self.world.budget))

    def note_stuck(self, slugs: Sequence[str]) -> None:
        """Takes note that a question about these settings used up its budget."""
        self._stuck.update(slugs)

    def leave_open(self, question: str, *slugs: str) -> None:
        """Notes that a question of the review has no answer."""
        self.undecided.append(Open(question, slugs))


def _more_and_more(most: int) -> Iterator[int]:
    """Budgets to ask one question with: the prover does not tell what an answer has cost, so that
    it is known from those that were not enough."""
    steps = MIN_BUDGET
    while steps < most:
        yield steps
        steps *= RETRY_FACTOR
    yield most
