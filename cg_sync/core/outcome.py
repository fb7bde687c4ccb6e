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
    """

    plan: Plan
    done: tuple[Step, ...]
    failure: Failure | None = None
    left: tuple[Change, ...] | None = None

    @property
    def converged(self) -> bool | None:
        return None if self.left is None else not self.left

    @property
    def not_tried(self) -> int:
        return len(self.plan.steps) - len(self.done) - (self.failure is not None)
