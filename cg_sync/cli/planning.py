"""`plan`: what apply would change, without changing it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.conducting import max_calls_option
from cg_sync.cli.moments import max_age_option
from cg_sync.cli.paper import members_out_option, paper_options, put, put_members
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import notice, waiting
from cg_sync.errors import ExitCode, UsageWrong
from cg_sync.report.formats import PLAN_FORMATS

if TYPE_CHECKING:
    from cg_sync.core.plan import Plan
    from cg_sync.workflow.base import Base
    from cg_sync.workflow.check import Checked
    from cg_sync.workflow.plan import Prepared


@click.command("plan")
@project_option
@environment_option
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Save the plan to this file too, to be shown, verified and applied later.",
)
@members_out_option
@click.option(
    "--base",
    metavar="REF",
    help="Tell what this branch does from what somebody changed in the shop, held against where "
    "the branch left REF.",
)
@click.option(
    "--against",
    metavar="SNAPSHOT",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Plan against a snapshot instead of the shop: no network, no credentials.",
)
@max_age_option("a SNAPSHOT")
@click.option(
    "--guard",
    multiple=True,
    metavar="NAME=VALUE",
    help="Make this guard of cg-sync.yaml stricter for this plan. Repeatable.",
)
@max_calls_option
@format_option(*PLAN_FORMATS)
@paper_options
@click.option("--detailed-exitcode", is_flag=True, help="Exit code 2 when there are changes.")
@result_file_option
@pass_run
def plan_command(
    run: Run,
    out: Path | None,
    members_out: Path | None,
    base: str | None,
    against: Path | None,
    max_age: timedelta | None,
    guard: tuple[str, ...],
    max_calls: int | None,
    most: int,
    full_report: str,
    detailed_exitcode: bool,
) -> int:
    """Read the shop and show what apply would change. Cannot write: the client refuses anything but
    reading.
    """
    from cg_sync.report.data import plan_data
    from cg_sync.workflow.forecast import refuse_if_too_many_calls
    from cg_sync.workflow.guarding import with_guards
    from cg_sync.workflow.saved import save_plan

    now = datetime.now(UTC)
    if out is not None and not out.parent.is_dir():
        raise UsageWrong(f"--out {out}: no such folder", hint="name a file in a folder there is")
    if out is not None and members_out is not None and out.resolve() == members_out.resolve():
        raise UsageWrong(f"--out and --members-out name one file, {out}", hint="name two")
    if max_age is not None and against is None:
        raise UsageWrong("--max-age is for a snapshot, and none is named", hint="add --against")
    checked = run.check(to_connect=against is None)
    checked.refuse_if_broken()
    checked = with_guards(checked, guard)
    held_against = _checked_base(checked, base)
    prepared = _prepared(checked, against, now, max_age)
    plan = _explained(_told_apart(prepared, checked, held_against), checked, as_of=now)
    if out is not None:
        save_plan(plan, checked, out, made_at=now, environ=os.environ)
    summary = plan_data(plan)["summary"]
    run.result |= {"digest": plan.digest, "summary": summary, "changes": bool(plan.changes)}
    put_members(plan, members_out)
    put(run, plan, None, most=most, full_report=full_report)
    if out is not None:
        notice(f"saved to {out}; cg-sync show, verify and apply take it")
    refuse_if_too_many_calls(plan, max_calls)
    return ExitCode.CHANGES if detailed_exitcode and plan.changes else ExitCode.DONE


def _prepared(
    checked: Checked, against: Path | None, now: datetime, max_age: timedelta | None
) -> Prepared:
    if against is not None:
        from cg_sync.workflow.snapshot import plan_against

        return plan_against(checked, against, now=now, environ=os.environ, max_age=max_age)
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.plan import plan_changes

    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        return plan_changes(checked, shop)


def _checked_base(checked: Checked, ref: str | None) -> Base | None:
    """What the branch is held against; a wrong REF is told before the shop is read."""
    if ref is None:
        return None
    from cg_sync.workflow.base import check_base

    return check_base(checked, ref, environ=os.environ)


def _told_apart(prepared: Prepared, checked: Checked, base: Base | None) -> Plan:
    if base is None:
        return prepared.plan
    from cg_sync.workflow.base import told_apart

    return told_apart(prepared.plan, checked, base, prepared.live)


def _explained(plan: Plan, checked: Checked, *, as_of: datetime) -> Plan:
    """The plan with readings of its changes; one without any does not wait for proofs to load."""
    if not plan.changes:
        return plan
    from cg_sync.workflow.telling import explained

    return explained(plan, checked, as_of=as_of)
