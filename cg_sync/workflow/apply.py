"""Apply: carries a plan out under a journal, looks at the shop again, and says how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cg_sync.api.apply import Result, apply_plan
from cg_sync.api.shop import Shop
from cg_sync.core.diff import Change
from cg_sync.core.job import Job, Manner
from cg_sync.core.journal import Header
from cg_sync.core.outcome import Outcome
from cg_sync.core.plan import SHORT_DIGEST, Plan, Step
from cg_sync.core.stop import Stop
from cg_sync.errors import (
    ApplyStopped,
    CgSyncError,
    JournalLost,
    PlanStale,
    Unauthorised,
    Unreachable,
    counted,
)
from cg_sync.files.journal import FOLDER, Journal, new_journal
from cg_sync.report.saved import SavedPlan, saved_data
from cg_sync.workflow.check import Checked
from cg_sync.workflow.forecast import guarded_sizes
from cg_sync.workflow.plan import Prepared, plan_changes

LATE_SECONDS = (1.0, 3.0)
"""The pauses before another look, when the shop does not show yet what it has confirmed."""


@dataclass(frozen=True)
class Conduct:
    """How one run is carried out. `run` names it, also in its journal, which is at `journal` or,
    None, in the project's own folder for them; `key` signs it. `between` is called now and then
    while it lasts.
    """

    run: str
    started_at: datetime
    stop: Stop
    manner: Manner = field(default_factory=Manner)
    journal: Path | None = None
    key: str = ""
    allowed: tuple[str, ...] = ()
    between: Callable[[], None] = lambda: None


def refuse_if_other(plan: Plan, digest: str, why: str) -> None:
    """Raise PlanStale unless `digest`, of which 12 letters do, is that of `plan`."""
    if len(digest) < SHORT_DIGEST or not plan.digest.startswith(digest):
        raise PlanStale(
            f"{why}: this plan has the digest {plan.short_digest}, not {digest[:SHORT_DIGEST]}; "
            "nothing was changed",
            hint="read the new plan before you go on: cg-sync plan",
        )


def job_of(prepared: Prepared) -> Job:
    """What is to be carried out of a plan that was just made."""
    return Job(prepared.plan, prepared.ids, prepared.ids, sizes=guarded_sizes(prepared.plan))


def begin_journal(
    checked: Checked, plan: Plan, conduct: Conduct, *, undoes: str | None = None
) -> Journal:
    """The journal of a run that is about to write. Raises JournalLost, or UsageWrong when there is
    such a file.
    """
    path = conduct.journal or checked.root / FOLDER / f"{conduct.run}.jsonl"
    data = saved_data(SavedPlan(plan, conduct.started_at), checked.kinds)
    header = Header(conduct.run, conduct.started_at.isoformat(), data, undoes, conduct.allowed)
    return new_journal(path, header, key=conduct.key)


def carry_out(
    checked: Checked,
    job: Job,
    shop: Shop,
    conduct: Conduct,
    begin: Callable[[], Journal],
    on_step: Callable[[Step], None],
) -> Outcome:
    """Carry out the steps of the job, if there are any, under the journal that `begin` makes, and
    tell of each once it is really done.

    When it is certain that nothing was written, for a reason that has an exit code of its own, the
    error itself is raised.
    """
    if not job.plan.steps:
        return Outcome(job.plan, ())
    journal = begin()
    try:
        result = apply_plan(
            job,
            shop,
            journal,
            conduct.stop,
            kinds=checked.kinds,
            context=checked.context,
            manner=conduct.manner,
            on_done=on_step,
            between=conduct.between,
        )
    except BaseException:
        journal.abandon()
        raise
    outcome = _outcome(job.plan, result, conduct.run, journal.path, checked.root)
    with suppress(JournalLost):  # What it would have said last is told all the same.
        journal.close(_closing(outcome))
    _raise_if_nothing_was_written(outcome, result)
    return outcome


def _outcome(plan: Plan, result: Result, run: str, journal: Path, root: Path) -> Outcome:
    shown = journal.relative_to(root) if journal.is_relative_to(root) else journal
    return Outcome(
        plan,
        tuple(result.done),
        tuple(result.failures),
        result.skipped,
        result.stopped,
        result.out_of_time,
        tuple(result.normalised),
        run=run,
        journal=str(shown),
    )


def _closing(outcome: Outcome) -> str:
    if not outcome.wrote:
        return "failed"
    return "partly" if _is_partial(outcome) else "done"


def _is_partial(outcome: Outcome) -> bool:
    return len(outcome.done) < len(outcome.plan.steps)


def _raise_if_nothing_was_written(outcome: Outcome, result: Result) -> None:
    if not outcome.wrote and isinstance(result.error, Unauthorised | Unreachable):
        result.error.args = (f"{result.error}; nothing was written",)
        raise result.error


def interrupted(plan: Plan, done: Sequence[Step], conduct: Conduct) -> Outcome:
    """The account of a run that was stopped at once, after these steps."""
    why = "it was stopped at once: a write that was under way may be done"
    journal = str(conduct.journal or f"{FOLDER}/{conduct.run}.jsonl")
    return Outcome(plan, tuple(done), stopped=why, run=conduct.run, journal=journal)


def changes_left(checked: Checked, shop: Shop) -> tuple[Change, ...]:
    """What a new plan still finds to change. Raises a CgSyncError."""
    return plan_changes(checked, shop).plan.changes


def look_again(
    outcome: Outcome,
    look: Callable[[], tuple[Change, ...]],
    *,
    pause: Callable[[float], bool],
    command: str = "plan",
) -> Outcome:
    """The outcome with what `look` still finds to change. Of a run that was stopped nobody looks:
    it is to end.

    Raises ApplyStopped when everything was written and the shop cannot be read any more; after a
    failure that is no news. `command` tells then.
    """
    if outcome.stopped:
        return outcome
    if not outcome.wrote and not outcome.failures:
        return replace(outcome, left=())
    try:
        return replace(outcome, left=_settled(outcome, look, pause))
    except CgSyncError as error:
        if outcome.failures:
            return outcome
        raise ApplyStopped(
            f"all {len(outcome.done)} writes are done, but the shop could not be read again: "
            f"{error}",
            done=True,
            hint=error.hint or f"run `cg-sync {command}` to see whether anything is left",
        ) from error


def _settled(
    outcome: Outcome,
    look: Callable[[], tuple[Change, ...]],
    pause: Callable[[float], bool],
) -> tuple[Change, ...]:
    """What is left, looked for again where the shop may just be slow to show what it confirmed."""
    left = look()
    explained = outcome.failures or outcome.normalised
    for seconds in LATE_SECONDS:
        if not left or explained or not pause(seconds):
            break
        left = look()
    return left


def ways_on(outcome: Outcome) -> str:
    """What can be done about a run that wrote a part."""
    usual = outcome.journal == f"{FOLDER}/{outcome.run}.jsonl"
    named = outcome.run if usual else outcome.journal
    return f"finish it: cg-sync resume {named}; or take back what is done: cg-sync undo {named}"


def refuse_if_stopped(outcome: Outcome) -> None:
    """Raise ApplyStopped when a run did not reach what was planned; PlanStale when nothing was
    written since somebody crossed it, Unreachable when the deadline passed before the first write.
    """
    if _is_partial(outcome):
        _raise_partial(outcome)
    if outcome.left:
        raise ApplyStopped(
            f"not converged: {counted(len(outcome.left), 'resource')} not as written",
            done=True,
            hint="the shop stores something else than it was sent; the list above names it",
        )


def _raise_partial(outcome: Outcome) -> None:
    why = outcome.failures[0].reason if outcome.failures else outcome.stopped
    told = f"{len(outcome.done)} of {counted(len(outcome.plan.steps), 'write')} done: {why}"
    if outcome.wrote:
        raise ApplyStopped(
            told,
            done=True,
            hint=ways_on(outcome),
        )
    if all(it.crossed for it in outcome.failures) and outcome.failures:
        raise PlanStale(
            f"the shop moved while it was applied: {why}; nothing was written",
            hint="plan anew: cg-sync plan",
        )
    if outcome.out_of_time:
        raise Unreachable(f"{why}; nothing was written", sent=False, hint="run it again")
    hint = (
        outcome.failures[0].hint if outcome.failures else ""
    ) or "mend the cause, then run it again"
    raise ApplyStopped(f"{told}; nothing was written", done=False, hint=hint)
