"""What became of an apply."""

from __future__ import annotations

from dataclasses import dataclass

from cg_sync.core.diff import Change
from cg_sync.core.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class Failure:
    """The step that stopped an apply, and why, in the shop's words.

    `unsure` when the step may be done all the same, since its answer was lost.
    """

    step: Step
    reason: str
    hint: str = ""
    unsure: bool = False


@dataclass(frozen=True)
class Outcome:
    """`done` are the steps the shop has confirmed. `left` is what a new look at the shop still
    finds to change: empty means converged, None that nobody looked.

    Of a `saved` plan the look is for what was planned, and `left_out` are the changes that were not
    made, or not wholly, since somebody crossed one.
    """

    plan: Plan
    done: tuple[Step, ...]
    failure: Failure | None = None
    left: tuple[Change, ...] | None = None
    left_out: tuple[Change, ...] = ()
    saved: bool = False

    @property
    def converged(self) -> bool | None:
        return None if self.left is None else not (self.left or self.left_out)

    @property
    def not_tried(self) -> int:
        return len(self.plan.steps) - len(self.done) - (self.failure is not None)
