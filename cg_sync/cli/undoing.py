"""`undo`: takes back what a run did, as a plan that people read first."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.carrying_out import (
    Applying,
    ask,
    fence,
    only_shown,
    pass_guards,
    present,
    written,
)
from cg_sync.cli.conducting import Wishes, journal_option, wishes_options
from cg_sync.cli.resuming import applying_again
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import waiting
from cg_sync.errors import ExitCode
from cg_sync.report.line import Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.core.outcome import Outcome
    from cg_sync.workflow.journals import PastRun
    from cg_sync.workflow.lease import Lease
    from cg_sync.workflow.undo import Undoing


@click.command("undo")
@click.argument("named", metavar="RUN")
@project_option
@environment_option
@format_option("text", "json")
@click.option(
    "--yes", is_flag=True, help="Do not ask. Needed where no person can answer, as in CI."
)
@click.option("--dry-run", is_flag=True, help="Show what would be taken back, and write nothing.")
@click.option(
    "--digest",
    metavar="DIGEST",
    help="Take back only as this plan says, the one that was reviewed; else exit code 5.",
)
@wishes_options
@journal_option
@result_file_option
@pass_run
def undo_command(
    run: Run,
    named: str,
    yes: bool,
    dry_run: bool,
    digest: str | None,
    wishes: Wishes,
    journal: Path | None,
) -> int:
    """Take back what RUN wrote, from its journal: the file, or the name of the run. Prints the
    plan that does it, with what cannot be had back; guards hold for it as for any other.

    What somebody else has changed since the run is left alone and named. Running it again goes on
    where it stopped.

    Exit code 0 when all is as it was before the run, 6 when a part is not.
    """
    from cg_sync.workflow.journals import journal_of, load_run

    past = load_run(journal_of(run.project, named), environ=os.environ)
    return undo(run, past, wishes, yes=yes, dry_run=dry_run, digest=digest, journal=journal)


def undo(
    run: Run,
    past: PastRun,
    wishes: Wishes,
    *,
    yes: bool,
    dry_run: bool,
    digest: str | None = None,
    journal: Path | None = None,
) -> int:
    """Take back a run; the exit code of a good end. Raises a CgSyncError for others."""
    from cg_sync.workflow.journals import load_run, standing_still

    with standing_still(past):
        past = load_run(past.path, environ=os.environ)
        return _undo(run, past, wishes, yes=yes, dry_run=dry_run, digest=digest, journal=journal)


def _undo(
    run: Run,
    past: PastRun,
    wishes: Wishes,
    *,
    yes: bool,
    dry_run: bool,
    digest: str | None,
    journal: Path | None,
) -> int:
    from cg_sync.workflow.apply import refuse_if_other
    from cg_sync.workflow.plan import source_of

    it = applying_again(run, past, wishes, yes=yes, journal=journal)
    it.digest = digest
    if dry_run:
        only_shown(it, _shown(it, past).plan, "undo")
        return ExitCode.DONE
    source = source_of(it.checked)
    if it.yes:
        with fence(it, source) as lease:
            return _take_back(it, past, _shown(it, past), lease)
    undoing = _shown(it, past)
    asked = bool(undoing.plan.steps)
    if asked:
        ask(it, undoing.plan, f"undo {past.run}")
    with fence(it, source) as lease:
        if asked:
            again = _planned(it, past)
            refuse_if_other(again.plan, undoing.plan.digest, "the shop moved while you were asked")
            undoing = again
        return _take_back(it, past, undoing, lease)


def _planned(it: Applying, past: PastRun) -> Undoing:
    from cg_sync.workflow.undo import plan_undo

    with waiting("reading the shop …"):
        return plan_undo(past, it.checked, it.shop(writable=False))


def _shown(it: Applying, past: PastRun) -> Undoing:
    """The plan that takes the run back, once people have seen it and guards let it pass."""
    from cg_sync.report.undo import undo_data, undo_lines

    undoing = _planned(it, past)
    it.run.result["undo"] = undo_data(past.run, undoing.inverse)
    it.tell(line(Span(f"Taking back run {past.run}", Tone.STRONG)))
    it.tell(*undo_lines(undoing.inverse, it.labels), line())
    present(it, undoing.plan, shown=bool(undoing.plan.steps))
    if not undoing.plan.steps and not undoing.inverse.refused:
        it.tell(line("nothing of that run is left to take back"))
    pass_guards(it, undoing.plan, command=f"undo {past.run}")
    return undoing


def _take_back(it: Applying, past: PastRun, undoing: Undoing, lease: Lease) -> int:
    from cg_sync.workflow.apply import begin_journal
    from cg_sync.workflow.undo import refuse_if_moved_since, still_to_undo

    moved = {it.address for it in undoing.inverse.refused}
    left_out = tuple(it for it in past.plan.changes if it.address in moved)

    def finishing(outcome: Outcome) -> Outcome:
        return replace(outcome, aim="undo", left_out=left_out)

    code = written(
        it,
        undoing.job,
        lease,
        begin=lambda: begin_journal(it.checked, undoing.plan, it.conduct, undoes=past.run),
        look=lambda shop: still_to_undo(past, it.checked, shop),
        finishing=finishing,
        command=f"undo {past.run} --dry-run",
    )
    refuse_if_moved_since(undoing)
    return code
