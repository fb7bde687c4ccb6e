"""`resume`: finishes exactly the rest of a run that was cut short."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.carrying_out import (
    Applying,
    applying,
    ask,
    fence,
    only_shown,
    pass_guards,
    present,
    written,
)
from cg_sync.cli.conducting import Wishes, wishes_options
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import waiting
from cg_sync.errors import ExitCode, UsageWrong
from cg_sync.report.line import Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.core.outcome import Outcome
    from cg_sync.workflow.journals import PastRun
    from cg_sync.workflow.lease import Lease
    from cg_sync.workflow.today import Today


@click.command("resume")
@click.argument("named", metavar="[RUN]", required=False)
@project_option
@environment_option
@format_option("text", "json")
@click.option(
    "--yes", is_flag=True, help="Do not ask. Needed where no person can answer, as in CI."
)
@click.option("--dry-run", is_flag=True, help="Show what is left to do, and write nothing.")
@wishes_options
@result_file_option
@pass_run
def resume_command(run: Run, named: str | None, yes: bool, dry_run: bool, wishes: Wishes) -> int:
    """Finish RUN, a run that was killed, stopped or failed in part, from its journal: the file, or
    the name of the run. Without RUN the newest one; with `--yes` it must be named.

    The shop is read first. What the run did counts as done, a write whose answer was lost is looked
    for, and what somebody else has changed since is left alone and named.

    Exit code 0 when all is as the run meant it, 6 when a part is still left.
    """
    from cg_sync.workflow.journals import journal_of, load_run, refuse_if_taken_back

    if named is None and yes:
        raise UsageWrong(
            "with --yes nobody sees which run is meant",
            hint="name it: cg-sync resume RUN --yes",
        )
    past = load_run(journal_of(run.project, named), environ=os.environ)
    undone = past.recorded.header.undoes
    if undone is not None:  # What is still to be taken back is worked out anew.
        from cg_sync.cli.undoing import undo

        past = load_run(journal_of(run.project, undone), environ=os.environ)
        return undo(run, past, wishes, yes=yes, dry_run=dry_run)
    from cg_sync.workflow.resume import what_is_left

    refuse_if_taken_back(run.project, past.run)
    it = applying_again(run, past, wishes, yes=yes, name=past.run)
    if dry_run:
        only_shown(it, what_is_left(_held(it, past)), "standing")
        return ExitCode.DONE
    if it.yes:
        with fence(it, past.plan.source) as lease:
            return _finish(it, past, _held(it, past), lease)
    today = _held(it, past)
    asked = bool(today.plan.steps)
    if asked:
        ask(it, today.plan, f"resume {past.run}")
    with fence(it, past.plan.source) as lease:
        if asked:
            from cg_sync.workflow.today import refuse_if_moved

            again = _read(it, past)
            refuse_if_moved(today, again)
            today = again
        return _finish(it, past, today, lease)


def applying_again(
    run: Run,
    past: PastRun,
    wishes: Wishes,
    *,
    yes: bool,
    name: str = "",
    journal: Path | None = None,
) -> Applying:
    """A run that goes on with an earlier one, or takes it back, in the same environment."""
    from cg_sync.report.saved import SavedPlan
    from cg_sync.workflow.guarding import effective_policy
    from cg_sync.workflow.saved import refuse_if_not_for, refuse_if_too_old

    run.environment = run.environment or past.plan.target.environment
    checked = run.check()
    refuse_if_not_for(past.plan, checked)
    policy = effective_policy(
        checked, deadline=wishes.deadline, fail_fast=wishes.fail_fast, recheck=wishes.recheck
    )
    began = SavedPlan(past.plan, datetime.fromisoformat(past.recorded.header.started_at))
    if name:
        refuse_if_too_old(began, policy.max_age, now=datetime.now(UTC))
    return applying(run, checked, wishes, policy, yes=yes, name=name, journal=journal)


def _read(it: Applying, past: PastRun) -> Today:
    from cg_sync.workflow.resume import hold_run_against_today

    with waiting("reading the shop …"):
        return hold_run_against_today(past, it.checked, it.shop(writable=False))


def _held(it: Applying, past: PastRun) -> Today:
    """What is left to do, once people have seen it and guards let it pass."""
    from cg_sync.report.standing import standing_data, standing_lines
    from cg_sync.workflow.resume import what_is_left
    from cg_sync.workflow.today import refuse_if_not_asked

    today = _read(it, past)
    it.tell(
        line(Span(f"run {past.run}", Tone.STRONG), f", begun {past.recorded.header.started_at}")
    )
    it.tell(*standing_lines(today.found, it.labels))
    if not today.plan.steps and not today.conflicts:
        it.tell(line("nothing is left to do: the shop is as planned"))
    if today.plan.steps:
        it.tell(line())
    present(it, what_is_left(today), shown=bool(today.plan.steps))
    it.run.result["standing"] = standing_data(today.found)
    if it.policy.check_files:
        it.checked.refuse_if_broken()
        with waiting("reading the shop …"):
            refuse_if_not_asked(today, it.checked, it.shop(writable=False))
    allowed = past.recorded.header.allowed
    pass_guards(it, today.plan, before=allowed, command=f"resume {past.run}")
    return today


def _finish(it: Applying, past: PastRun, today: Today, lease: Lease) -> int:
    from cg_sync.workflow.resume import continued_journal, run_not_as_planned
    from cg_sync.workflow.today import job_of_today, refuse_if_left_out

    def finishing(outcome: Outcome) -> Outcome:
        return replace(outcome, aim="plan", left_out=today.left_out)

    code = written(
        it,
        job_of_today(today),
        lease,
        begin=lambda: continued_journal(past, today, key=it.conduct.key),
        look=lambda shop: run_not_as_planned(past, it.checked, today, shop),
        finishing=finishing,
        command=f"resume {past.run} --dry-run",
    )
    refuse_if_left_out(today)
    return code
