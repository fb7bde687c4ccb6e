"""`show` and `verify`: what a saved plan says, and whether it still stands."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from cg_sync.cli.moments import max_age_option
from cg_sync.cli.paper import (
    members_out_option,
    out_option,
    paper_options,
    put,
    put_members,
)
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import notice, waiting, write, write_json
from cg_sync.errors import ExitCode
from cg_sync.report.formats import PLAN_FORMATS


@click.command("show")
@click.argument("file", metavar="PLAN", type=click.Path(path_type=Path, dir_okay=False))
@format_option(*PLAN_FORMATS)
@out_option
@members_out_option
@paper_options
@result_file_option
@pass_run
def show_command(
    run: Run,
    file: Path,
    out: Path | None,
    members_out: Path | None,
    most: int,
    full_report: str,
) -> int:
    """Show a plan that `cg-sync plan -o` saved, in any format. Needs neither the project nor the
    shop.

    Exit code 5 when the file was edited or is no plan of this version.
    """
    from cg_sync.workflow.saved import load_plan

    plan = load_plan(file, environ=os.environ).plan
    run.result |= {"digest": plan.digest, "changes": bool(plan.changes)}
    put_members(plan, members_out)
    put(run, plan, out, most=most, full_report=full_report)
    return ExitCode.DONE


@click.command("verify")
@click.argument("file", metavar="PLAN", type=click.Path(path_type=Path, dir_okay=False))
@project_option
@environment_option
@format_option("text", "json")
@max_age_option("a PLAN")
@result_file_option
@pass_run
def verify_command(run: Run, file: Path, max_age: timedelta | None) -> int:
    """Hold a saved plan against the shop of today: what is still to do, what is done already, what
    somebody crossed. Writes nothing.

    Exit code 5 when a change cannot be made as planned any more.
    """
    from cg_sync.kinds import KINDS
    from cg_sync.report.standing import standing_data, standing_lines
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.saved import load_plan, refuse_if_not_for, refuse_if_too_old
    from cg_sync.workflow.today import hold_against_today, refuse_if_stale

    saved = load_plan(file, environ=os.environ)
    refuse_if_too_old(saved, max_age, now=datetime.now(UTC))
    plan = saved.plan
    run.environment = run.environment or plan.target.environment
    checked = run.check()
    refuse_if_not_for(plan, checked)
    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        today = hold_against_today(plan, checked, shop)
    data = standing_data(today.found)
    run.result |= {"digest": plan.digest, "standing": data}
    if run.format == "json":
        write_json({"digest": plan.digest, "valid": not today.conflicts, "changes": data})
        run.printed_document = True
    else:
        write(standing_lines(today.found, {kind.name: kind.label for kind in KINDS}))
    refuse_if_stale(today)
    return ExitCode.DONE
