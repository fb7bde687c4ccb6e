"""`apply`: plans, or takes a saved plan; asks where a person can answer, writes, looks again."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.carrying_out import Applying, ask, carried_out, ended, pass_guards, present
from cg_sync.cli.moments import max_age_option
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import notice, waiting
from cg_sync.errors import UsageWrong
from cg_sync.report.line import Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.core.plan import Plan

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
    "--allow",
    multiple=True,
    metavar="RULE@DIGEST",
    help="Let this guard pass for exactly the plan with this digest. Repeatable.",
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
    help="Plan from the files too, and refuse a PLAN that does what they do not ask for.",
)
@max_age_option("a PLAN")
@result_file_option
@pass_run
def apply_command(
    run: Run,
    file: Path | None,
    yes: bool,
    allow: tuple[str, ...],
    digest: str | None,
    on_stale: str | None,
    check_files: bool,
    max_age: timedelta | None,
) -> int:
    """Plan, ask, and make the shop as the files say; or carry out PLAN, a plan that `cg-sync plan
    -o` saved, exactly as it was read. Prints each change when it is really done, then looks again.

    Exit code 4 when a guard refuses, 5 when the plan is another or the shop has moved, 6 when only
    a part was written, 7 when nothing was.
    """
    from cg_sync.workflow.apply import refuse_if_malformed

    refuse_if_malformed(allow)
    if file is None:
        for_plans = {"--on-stale": on_stale, "--max-age": max_age, "--check-files": check_files}
        for option in (name for name, value in for_plans.items() if value):
            hint = f"name the plan: cg-sync apply PLAN {option} …"
            raise UsageWrong(f"{option} is for a saved plan, and none is named", hint=hint)
        checked = run.check()
        checked.refuse_if_broken()
        labels = {kind.name: kind.label for kind in checked.kinds}
        return _from_files(Applying(run, checked, labels, allow, digest, yes))
    from cg_sync.workflow.saved import load_plan, refuse_if_not_for, refuse_if_too_old

    saved = load_plan(file, environ=os.environ)
    refuse_if_too_old(saved, max_age, now=datetime.now(UTC))
    plan = saved.plan
    run.environment = run.environment or plan.target.environment
    checked = run.check()
    refuse_if_not_for(plan, checked)
    labels = {kind.name: kind.label for kind in checked.kinds}
    it = Applying(run, checked, labels, allow, digest, yes)
    return _saved(it, plan, on_stale or "abort", check_files=check_files)


def _from_files(it: Applying) -> int:
    from cg_sync.workflow.apply import apply_changes, look_again, refuse_if_other
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.plan import plan_changes
    from cg_sync.workflow.telling import explained

    reader = open_shop(it.checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        prepared = plan_changes(it.checked, reader)
    plan = explained(prepared.plan, it.checked, as_of=datetime.now(UTC))
    present(it, plan)
    pass_guards(it, plan)
    if plan.steps and not it.yes:
        ask(it, plan)
        # A person takes their time, and the shop may move meanwhile.
        with waiting("reading the shop …"):
            prepared = plan_changes(it.checked, reader)
        refuse_if_other(prepared.plan, plan.digest, "the shop moved while you were asked")
    shop = open_shop(it.checked, environ=os.environ, writable=True, on_retry=notice)
    outcome = carried_out(
        it, plan, lambda told: apply_changes(it.checked, prepared, shop, on_step=told)
    )
    return ended(it, plan, look_again(it.checked, outcome, shop))


def _saved(it: Applying, plan: Plan, on_stale: str, *, check_files: bool) -> int:
    from cg_sync.report.standing import standing_data, standing_lines
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.today import (
        apply_today,
        hold_against_today,
        look_at_changes,
        refuse_if_left_out,
        refuse_if_moved,
        refuse_if_not_asked,
        refuse_if_stale,
    )

    reader = open_shop(it.checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        today = hold_against_today(plan, it.checked, reader)
    it.tell(*standing_lines(today.found, it.labels))
    if today.plan.steps or today.conflicts:
        it.tell(line())
    present(it, plan, shown=bool(today.plan.steps or today.conflicts))
    it.run.result["standing"] = standing_data(today.found)
    if today.conflicts and on_stale == "replan":
        return _replan(it, plan)
    if on_stale == "abort" or not today.plan.steps:
        refuse_if_stale(today)
    if check_files:
        with waiting("reading the shop …"):
            refuse_if_not_asked(today, it.checked, reader)
    pass_guards(it, today.plan)
    if today.plan.steps and not it.yes:
        ask(it, today.plan)
        with waiting("reading the shop …"):
            refuse_if_moved(today, hold_against_today(plan, it.checked, reader))
    shop = open_shop(it.checked, environ=os.environ, writable=True, on_retry=notice)
    outcome = carried_out(
        it, today.plan, lambda told: apply_today(it.checked, today, shop, on_step=told)
    )
    outcome = look_at_changes(it.checked, outcome, today, shop)
    code = ended(it, today.plan, outcome)
    refuse_if_left_out(outcome)
    return code


def _replan(it: Applying, plan: Plan) -> int:
    """Go on from the files, as long as they ask for no more than the plan that was read."""
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.today import replanned

    reader = open_shop(it.checked, environ=os.environ, writable=False, on_retry=notice)
    it.checked.refuse_if_broken()
    with waiting("reading the shop …"):
        new = replanned(plan, it.checked, reader).plan
    it.tell(line(Span("planned anew", Tone.STRONG), ": it does no more than the saved plan"))
    it.digest = new.digest
    return _from_files(it)
