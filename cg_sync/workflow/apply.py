"""Apply: holds the plan up to the guards, carries it out, and looks at the shop again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cg_sync.api.apply import StepFailed, apply_plan
from cg_sync.api.shop import Shop
from cg_sync.core.outcome import Failure, Outcome
from cg_sync.core.plan import Plan, Step
from cg_sync.errors import (
    ApplyStopped,
    BadAnswer,
    CgSyncError,
    PlanRefused,
    Unauthorised,
    Unreachable,
    counted,
)
from cg_sync.workflow.check import Checked
from cg_sync.workflow.plan import Prepared, plan_changes


def refuse_if_guarded(plan: Plan, acknowledgements: Sequence[str]) -> None:
    """Raise PlanRefused when a guard says no and nobody has allowed it for exactly this plan."""
    tripped = plan.still_refused(acknowledgements)
    if tripped:
        allow = " ".join(f"--allow {it.rule}@{plan.short_digest}" for it in tripped)
        raise PlanRefused(
            f"this plan is refused by {counted(len(tripped), 'guard')}; nothing was changed",
            hint=f"if this is meant: cg-sync apply {allow}",
        )


def apply_changes(
    checked: Checked,
    prepared: Prepared,
    shop: Shop,
    *,
    on_step: Callable[[Step], None],
) -> Outcome:
    """Carry out the plan, and tell of each write once it is really done.

    An API error ends it; the result then has the failure. When it is certain that nothing was
    written, for a reason that has an exit code of its own, that error itself is raised.
    """
    done: list[Step] = []
    try:
        for step in apply_plan(prepared.plan, shop, kinds=checked.kinds, ids=prepared.ids):
            done.append(step)
            on_step(step)
    except StepFailed as failed:
        error = failed.error
        unsure = isinstance(error, BadAnswer) or (isinstance(error, Unreachable) and error.sent)
        if not done and not unsure and isinstance(error, Unauthorised | Unreachable):
            raise error from failed
        failure = Failure(failed.step, str(error), error.hint, unsure)
        return Outcome(prepared.plan, tuple(done), failure)
    return Outcome(prepared.plan, tuple(done))


def look_again(checked: Checked, outcome: Outcome, shop: Shop) -> Outcome:
    """The outcome with what a new plan still finds to change; nobody looks after a failure.

    Raises ApplyStopped when everything was written and the shop cannot be read any more.
    """
    if outcome.failure is not None:
        return outcome
    if not outcome.done:
        return replace(outcome, left=())
    try:
        return replace(outcome, left=plan_changes(checked, shop).plan.changes)
    except CgSyncError as error:
        raise ApplyStopped(
            f"all {len(outcome.done)} writes are done, but the shop could not be read again: "
            f"{error}",
            done=True,
            hint=error.hint or "run `cg-sync plan` to see whether anything is left",
        ) from error


def refuse_if_stopped(outcome: Outcome) -> None:
    """Raise ApplyStopped when an apply did not reach what was planned."""
    failure, done, planned = outcome.failure, len(outcome.done), len(outcome.plan.steps)
    if failure is not None and failure.unsure:
        raise ApplyStopped(
            f"stopped after {done} of {planned} writes; the next may be done: {failure.reason}",
            done=True,
            hint="run `cg-sync plan` to see whether it is; applying again is safe",
        )
    if failure is not None:
        raise ApplyStopped(
            f"stopped after {done} of {planned} writes: {failure.reason}",
            done=bool(done),
            hint=failure.hint or "what is done stays done; mend the cause and apply again",
        )
    if outcome.left:
        raise ApplyStopped(
            f"not converged: {counted(len(outcome.left), 'resource')} not as written",
            done=True,
            hint="the shop stores something else than it was sent; the list above names it",
        )
