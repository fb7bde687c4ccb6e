"""Where a reader of a rule stands, and what it has found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cg_sync.jsonvalue import Pointer
from cg_sync.rules.problem import RuleProblem


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stands: `inverted` turns with each `none` or `except` above.

    `negated` is whether there is one at all.
    """

    pointer: Pointer
    depth: int = 0
    inverted: bool = False
    negated: bool = False

    def at(self, step: str | int) -> Place:
        """One step further into the rule."""
        return replace(self, pointer=(*self.pointer, step))

    def under_not(self) -> Place:
        """The same place, inside one more negation."""
        return replace(self, inverted=not self.inverted, negated=True)


@dataclass(slots=True)
class Findings:
    """What one reading of a rule has found so far: its problems, and how many conditions and uses
    of shared ones it has."""

    problems: list[RuleProblem] = field(default_factory=list)
    lines: int = 0
    uses: int = 0

    def report(
        self, code: str, message: str, place: Place, *, of_key: bool = False, hint: str = ""
    ) -> None:
        """Notes a problem at a place."""
        self.problems.append(RuleProblem(code, message, place.pointer, of_key, hint))
