"""Apply: holds the plan up to the guards, carries it out, and looks at the shop again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cg_sync.api.apply import NOTHING, StepFailed, apply_plan
from cg_sync.api.shop import Shop
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.guards import RULES
from cg_sync.core.outcome import Failure, Outcome
from cg_sync.core.plan import SHORT_DIGEST, Plan, Step
from cg_sync.errors import (
    ApplyStopped,
    BadAnswer,
    CgSyncError,
    PlanRefused,
    PlanStale,
    Unauthorised,
    Unreachable,
    UsageWrong,
    counted,
    did_you_mean,
)
from cg_sync.workflow.check import Checked
from cg_sync.workflow.plan import Prepared, plan_changes


def refuse_if_other(plan: Plan, digest: str, why: str) -> None:
    """Raise PlanStale unless `digest`, of which 12 letters do, is that of `plan`."""
    if len(digest) < SHORT_DIGEST or not plan.digest.startswith(digest):
        raise PlanStale(
            f"{why}: this plan has the digest {plan.short_digest}, not {digest[:SHORT_DIGEST]}; "
            "nothing was changed",
            hint="read the new plan before you go on: cg-sync plan",
        )


def refuse_if_malformed(acknowledgements: Sequence[str]) -> None:
    """Raise UsageWrong for an acknowledgement that could not allow anything in any plan."""
    for text in acknowledgements:
        rule, _, digest = text.partition("@")
        if rule not in RULES:
            near = did_you_mean(rule, RULES) or f"there are {', '.join(RULES)}"
            raise UsageWrong(f"--allow {text!r}: no such guard", hint=near)
        if not re.fullmatch(f"[0-9a-f]{{{SHORT_DIGEST},64}}", digest):
            hint = "the plan prints what to write: RULE@DIGEST"
            raise UsageWrong(f"--allow {text!r}: names no plan by its digest", hint=hint)


def refuse_if_guarded(plan: Plan, acknowledgements: Sequence[str]) -> None:
    """Raise PlanRefused when a guard says no and nobody has allowed it for exactly this plan."""
    tripped = plan.still_refused(acknowledgements)
    if tripped:
        allow = " ".join(f"--allow {it.rule}@{plan.short_digest}" for it in tripped)
        other = "; what was allowed is another plan" if acknowledgements else ""
        raise PlanRefused(
            f"this plan is refused by {counted(len(tripped), 'guard')}{other}; nothing was changed",
            hint=f"if this is meant: cg-sync apply {allow}",
        )


def apply_changes(
    checked: Checked,
    prepared: Prepared,
    shop: Shop,
    *,
    on_step: Callable[[Step], None],
    made: Mapping[Address, RemoteId] = NOTHING,
) -> Outcome:
    """Carry out the plan, and tell of each write once it is really done. `made` are the ids of what
    it creates and the shop has already.

    An API error ends it; the result then has the failure. When it is certain that nothing was
    written, for a reason that has an exit code of its own, that error itself is raised.
    """
    done: list[Step] = []
    try:
        for step in apply_plan(
            prepared.plan, shop, kinds=checked.kinds, ids=prepared.ids, made=made
        ):
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


def interrupted(plan: Plan, done: Sequence[Step]) -> Outcome:
    """The account of an apply that was stopped from outside after these steps."""
    if len(done) == len(plan.steps):
        return Outcome(plan, tuple(done))
    failure = Failure(plan.steps[len(done)], "it was interrupted", unsure=True)
    return Outcome(plan, tuple(done), failure)


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
            hint=failure.hint
            or f"{'what is done stays done' if done else 'nothing was written'}; "
            "mend the cause and apply again",
        )
    if outcome.left:
        raise ApplyStopped(
            f"not converged: {counted(len(outcome.left), 'resource')} not as written",
            done=True,
            hint="the shop stores something else than it was sent; the list above names it",
        )
