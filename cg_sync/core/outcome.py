"""What became of an apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cg_sync.core.address import Address
from cg_sync.core.diff import Change
from cg_sync.core.plan import Plan, Step
from cg_sync.core.schedule import Skipped
from cg_sync.jsonvalue import JsonValue

Aim = Literal["files", "plan", "undo"]
"""What a run is to make true: what the files say, what a saved plan says, or what was before."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that was not made, and why, in the shop's words.

    `unsure` when it may be done all the same, since its answer was lost; `crossed` when somebody
    changed the record since it was read, so that nothing was sent; `partly` when some of its
    customers went through.
    """

    step: Step
    reason: str
    hint: str = ""
    unsure: bool = False
    crossed: bool = False
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Normalised:
    """A field that the shop stored otherwise than it was told."""

    address: Address
    field: str
    wanted: JsonValue
    stored: JsonValue


@dataclass(frozen=True)
class Outcome:
    """`done` are the steps the shop has confirmed, in the order in which it did; `skipped` those
    that build on a failed one. `stopped` says why it ended before its end, empty when it did
    not; `out_of_time` that it was the deadline.

    `left` is what a new look at the shop still finds to change to get to the `aim`: empty means
    converged, None that nobody looked. `left_out` are changes that were not made, or not wholly,
    since somebody crossed one.

    `run` and `journal` are where it can be resumed from, or undone; empty when nothing was to do.
    """

    plan: Plan
    done: tuple[Step, ...]
    failures: tuple[Failure, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    stopped: str = ""
    out_of_time: bool = False
    normalised: tuple[Normalised, ...] = ()
    left: tuple[Change, ...] | None = None
    left_out: tuple[Change, ...] = ()
    aim: Aim = "files"
    run: str = ""
    journal: str = ""

    @property
    def converged(self) -> bool | None:
        return None if self.left is None else not (self.left or self.left_out)

    @property
    def wrote(self) -> bool:
        """Whether anything was written, or may have been."""
        return bool(self.done) or any(it.unsure or it.partly for it in self.failures)

    @property
    def not_tried(self) -> int:
        """How many steps were neither done, nor failed, nor skipped."""
        tried = len(self.done) + len(self.failures) + len(self.skipped)
        return len(self.plan.steps) - tried
