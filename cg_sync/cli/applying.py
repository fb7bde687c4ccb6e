"""`apply`: plans, or takes a saved plan; asks where a person can answer, writes, looks again."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.carrying_out import (
    Applying,
    applying,
    ask,
    fence,
    pass_guards,
    present,
    written,
)
from cg_sync.cli.conducting import Wishes, journal_option, wishes_options
from cg_sync.cli.moments import max_age_option
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import waiting
from cg_sync.errors import UsageWrong
from cg_sync.report.line import Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.core.outcome import Outcome
    from cg_sync.core.plan import Plan
    from cg_sync.core.policy import OnStale, Policy
    from cg_sync.report.saved import SavedPlan
    from cg_sync.workflow.lease import Lease
    from cg_sync.workflow.plan import Prepared
    from cg_sync.workflow.today import Today

ON_STALE = ("abort", "skip", "replan")


@click.command("apply")
@click.argument(
    "file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path, dir_okay=False)
)
@project_option
@environment_option
@format_option("text", "json")
@click.option(
    "--yes", is_flag=True, help="Do not ask. Needed where no person can answer, as in CI."
)
@click.option(
    "--digest",
    metavar="DIGEST",
    help="Apply only the plan with this digest, the one that was reviewed; else exit code 5.",
)
@click.option(
    "--on-stale",
    type=click.Choice(ON_STALE),
    help="What to do when the shop has moved since PLAN was made: write nothing; leave out what "
    "cannot be made as planned; or plan anew, if that does no more than PLAN.  [default: abort]",
)
@click.option(
    "--check-files",
    is_flag=True,
    default=None,
    help="Plan from the files too, and refuse a PLAN that does what they do not ask for.",
)
@max_age_option("a PLAN")
@wishes_options
@journal_option
@result_file_option
@pass_run
def apply_command(
    run: Run,
    file: Path | None,
    yes: bool,
    digest: str | None,
    on_stale: OnStale | None,
    check_files: bool | None,
    max_age: timedelta | None,
    wishes: Wishes,
    journal: Path | None,
) -> int:
    """Plan, ask, and make the shop as the files say; or carry out PLAN, a plan that `cg-sync plan
    -o` saved, exactly as it was read. Prints each change when it is really done, then looks again.

    Every write is noted in a journal before it is made: `cg-sync resume` finishes a run that was
    cut short, `cg-sync undo` takes one back.

    Exit code 4 when a guard refuses, 5 when the plan is another or the shop has moved, 6 when only
    a part was written, 7 when nothing was, 8 when somebody else is at work.
    """
    from cg_sync.workflow.guarding import effective_policy, refuse_if_not_saved

    if file is None:
        for_plans = {"--on-stale": on_stale, "--max-age": max_age, "--check-files": check_files}
        for option in (name for name, value in for_plans.items() if value):
            hint = f"name the plan: cg-sync apply PLAN {option} …"
            raise UsageWrong(f"{option} is for a saved plan, and none is named", hint=hint)
    saved = _loaded(run, file) if file is not None else None
    checked = run.check()
    if saved is None:
        checked.refuse_if_broken()
    policy = effective_policy(
        checked,
        max_age=max_age,
        check_files=check_files,
        on_stale=on_stale,
        deadline=wishes.deadline,
        fail_fast=wishes.fail_fast,
        recheck=wishes.recheck,
    )
    it = applying(run, checked, wishes, policy, yes=yes, digest=digest, journal=journal)
    if saved is None:
        refuse_if_not_saved(policy, checked)
        return _from_files(it)
    from cg_sync.workflow.saved import refuse_if_not_for, refuse_if_too_old

    refuse_if_too_old(saved, policy.max_age, now=datetime.now(UTC))
    refuse_if_not_for(saved.plan, checked)
    return _saved(it, saved.plan, policy)


def _loaded(run: Run, file: Path) -> SavedPlan:
    from cg_sync.workflow.saved import load_plan

    saved = load_plan(file, environ=os.environ)
    run.environment = run.environment or saved.plan.target.environment
    return saved


def _from_files(it: Applying) -> int:
    from cg_sync.workflow.apply import refuse_if_other
    from cg_sync.workflow.plan import source_of

    source = source_of(it.checked)
    if it.yes:
        # Where there is a fence nobody else applies from here on: what is read stays so.
        with fence(it, source) as lease:
            return _write(it, _shown(it), lease)
    prepared = _shown(it)
    asked = bool(prepared.plan.steps)
    if asked:
        ask(it, prepared.plan, "apply")
    with fence(it, source) as lease:
        if asked:  # A person takes their time, and the shop may move meanwhile.
            again = _prepared(it)
            moved = "the shop moved while you were asked"
            refuse_if_other(again.plan, prepared.plan.digest, moved)
            prepared = again
        return _write(it, prepared, lease)


def _prepared(it: Applying) -> Prepared:
    """A plan from the files, told in words."""
    from cg_sync.workflow.plan import plan_changes
    from cg_sync.workflow.telling import explained

    with waiting("reading the shop …"):
        prepared = plan_changes(it.checked, it.shop(writable=False))
    return replace(prepared, plan=explained(prepared.plan, it.checked, as_of=datetime.now(UTC)))


def _shown(it: Applying) -> Prepared:
    """A plan from the files that people have seen, and guards let pass."""
    prepared = _prepared(it)
    present(it, prepared.plan)
    pass_guards(it, prepared.plan)
    return prepared


def _write(it: Applying, prepared: Prepared, lease: Lease) -> int:
    from cg_sync.workflow.apply import begin_journal, changes_left, job_of

    return written(
        it,
        job_of(prepared),
        lease,
        begin=lambda: begin_journal(it.checked, prepared.plan, it.conduct),
        look=lambda shop: changes_left(it.checked, shop),
    )


def _saved(it: Applying, plan: Plan, policy: Policy) -> int:
    if it.yes:
        with fence(it, plan.source) as lease:
            today = _held(it, plan, policy)
            return _replan(it, plan, lease) if today is None else _write_rest(it, today, lease)
    today = _held(it, plan, policy)
    if today is None:
        with fence(it, plan.source) as lease:
            return _replan(it, plan, lease)
    asked = bool(today.plan.steps)
    if asked:
        ask(it, today.plan, "apply PLAN")
    with fence(it, plan.source) as lease:
        if asked:
            from cg_sync.workflow.today import hold_against_today, refuse_if_moved

            with waiting("reading the shop …"):
                again = hold_against_today(plan, it.checked, it.shop(writable=False))
            refuse_if_moved(today, again)
            today = again
        return _write_rest(it, today, lease)


def _held(it: Applying, plan: Plan, policy: Policy) -> Today | None:
    """What is still to do of the saved plan, once people have seen it and guards let it pass; None
    when it is to be planned anew.
    """
    from cg_sync.report.standing import standing_data, standing_lines
    from cg_sync.workflow.today import hold_against_today, refuse_if_not_asked, refuse_if_stale

    reader = it.shop(writable=False)
    with waiting("reading the shop …"):
        today = hold_against_today(plan, it.checked, reader)
    it.tell(*standing_lines(today.found, it.labels))
    any_left = bool(today.plan.steps or today.conflicts)
    if any_left:
        it.tell(line())
    present(it, replace(plan, forecast=today.plan.forecast), shown=any_left)
    it.run.result["standing"] = standing_data(today.found)
    if today.conflicts and policy.on_stale == "replan":
        return None
    if policy.on_stale == "abort" or not today.plan.steps:
        refuse_if_stale(today)
    if policy.check_files:
        it.checked.refuse_if_broken()
        with waiting("reading the shop …"):
            refuse_if_not_asked(today, it.checked, reader)
    pass_guards(it, today.plan)
    return today


def _write_rest(it: Applying, today: Today, lease: Lease) -> int:
    from cg_sync.workflow.apply import begin_journal
    from cg_sync.workflow.today import job_of_today, not_as_planned, refuse_if_left_out

    def finishing(outcome: Outcome) -> Outcome:
        return replace(outcome, aim="plan", left_out=today.left_out)

    code = written(
        it,
        job_of_today(today),
        lease,
        begin=lambda: begin_journal(it.checked, today.plan, it.conduct),
        look=lambda shop: not_as_planned(it.checked, today, shop, today.left_out),
        finishing=finishing,
        command="verify",
    )
    refuse_if_left_out(today)
    return code


def _replan(it: Applying, plan: Plan, lease: Lease) -> int:
    """Go on from the files, as long as they ask for no more than the plan that was read."""
    from cg_sync.workflow.today import replanned

    it.checked.refuse_if_broken()
    with waiting("reading the shop …"):
        new = replanned(plan, it.checked, it.shop(writable=False)).plan
    it.tell(line(Span("planned anew", Tone.STRONG), ": it does no more than the saved plan"))
    it.digest = new.digest
    prepared = _shown(it)
    if prepared.plan.steps and not it.yes:
        ask(it, prepared.plan, "apply PLAN")
    return _write(it, prepared, lease)
