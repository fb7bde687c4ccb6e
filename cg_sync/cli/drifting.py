"""`drift`: how far the shop is from the files."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from cg_sync.cli.paper import out_option, paper_options, put
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import notice, waiting
from cg_sync.errors import ExitCode, Severity
from cg_sync.report.formats import PLAN_FORMATS


@click.command("drift")
@project_option
@environment_option
@format_option(*PLAN_FORMATS)
@out_option
@paper_options
@click.option("--detailed-exitcode", is_flag=True, help="Exit code 2 when there is drift.")
@result_file_option
@pass_run
def drift_command(
    run: Run, out: Path | None, most: int, full_report: str, detailed_exitcode: bool
) -> int:
    """Read the shop and show what it holds otherwise than the files. Writes nothing.

    Run it on the files that were applied last: each difference is then somebody's work in the
    panel.
    """
    from cg_sync.report.data import plan_data
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.plan import plan_changes
    from cg_sync.workflow.telling import explained

    checked = run.check()
    checked.refuse_if_broken()
    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        plan = plan_changes(checked, shop, renames=Severity.WARNING).plan
    # Nothing is about to be taken away, so no guard has a say.
    plan = replace(plan, view="drift", tripped=())
    plan = explained(plan, checked, as_of=datetime.now(UTC))
    summary = plan_data(plan)["summary"]
    run.result |= {"digest": plan.digest, "summary": summary, "drifted": bool(plan.changes)}
    put(run, plan, out, most=most, full_report=full_report)
    return ExitCode.CHANGES if detailed_exitcode and plan.changes else ExitCode.DONE
