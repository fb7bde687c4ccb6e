"""`plan`: what apply would change, without changing it."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

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


@click.command("plan")
@project_option
@environment_option
@format_option("text", "json")
@click.option("--detailed-exitcode", is_flag=True, help="Exit code 2 when there are changes.")
@result_file_option
@pass_run
def plan_command(run: Run, detailed_exitcode: bool) -> int:
    """Read the shop and show what apply would change. Cannot write: the client refuses anything but
    reading.
    """
    from cg_sync.report.data import plan_data
    from cg_sync.report.text import plan_lines
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.plan import plan_changes
    from cg_sync.workflow.telling import explained

    checked = run.check()
    checked.refuse_if_broken()
    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        plan = plan_changes(checked, shop).plan
        plan = explained(plan, checked, as_of=datetime.now(UTC))
    data = plan_data(plan)
    run.result |= {"digest": plan.digest, "summary": data["summary"], "changes": bool(plan.changes)}
    if run.format == "json":
        write_json(data)
        run.printed_document = True
    else:
        write(plan_lines(plan, {kind.name: kind.label for kind in checked.kinds}))
    return ExitCode.CHANGES if detailed_exitcode and plan.changes else ExitCode.DONE
