"""`apply`: plans, asks where a person can answer, writes, and looks again."""

from __future__ import annotations

import os
import sys
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
from cg_sync.cli.terminal import notice, progress, waiting, write, write_json
from cg_sync.core.plan import Plan, Step
from cg_sync.errors import CgSyncError, ExitCode, UsageWrong
from cg_sync.report.line import Span, Tone, line


@click.command("apply")
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
@result_file_option
@pass_run
def apply_command(run: Run, yes: bool, allow: tuple[str, ...], digest: str | None) -> int:
    """Plan, ask, and make the shop as the files say. Prints each change when it is really done,
    then looks again.

    Exit code 4 when a guard refuses, 5 when the plan is another, 6 when only a part was written,
    7 when nothing was.
    """
    from cg_sync.report.data import outcome_data, plan_data
    from cg_sync.report.text import outcome_lines, plan_lines, step_line
    from cg_sync.workflow.apply import (
        apply_changes,
        interrupted,
        look_again,
        refuse_if_guarded,
        refuse_if_malformed,
        refuse_if_other,
        refuse_if_stopped,
    )
    from cg_sync.workflow.connect import chosen_environment, open_shop
    from cg_sync.workflow.plan import plan_changes
    from cg_sync.workflow.telling import explained

    refuse_if_malformed(allow)
    checked = run.check()
    checked.refuse_if_broken()
    labels = {kind.name: kind.label for kind in checked.kinds}
    aside = run.format == "json"
    with waiting("reading the shop …"):
        reader = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
        prepared = plan_changes(checked, reader)
    plan = explained(prepared.plan, checked, as_of=datetime.now(UTC))
    run.result |= {"digest": plan.digest, "summary": plan_data(plan)["summary"]}
    write(plan_lines(plan, labels), to_stderr=aside)
    if digest is not None:
        refuse_if_other(plan, digest, "the plan is not the one that was asked for")
    refuse_if_guarded(plan, allow)
    if plan.tripped:
        rules = ", ".join(dict.fromkeys(it.rule for it in plan.tripped))
        write([line(Span(f"allowed for this plan: {rules}", Tone.STRONG))], to_stderr=aside)
    if plan.steps and not yes:
        _ask(plan, chosen_environment(checked).confirm)
        # A person takes their time, and the shop may move meanwhile.
        with waiting("reading the shop …"):
            prepared = plan_changes(checked, reader)
        refuse_if_other(prepared.plan, plan.digest, "the shop moved while you were asked")
    shop = open_shop(checked, environ=os.environ, writable=True, on_retry=notice)
    with progress("applying", len(plan.steps)) as advance:
        done: list[Step] = []

        def tell(step: Step) -> None:
            done.append(step)
            advance()
            write([step_line(step, labels)], to_stderr=aside)

        try:
            outcome = apply_changes(checked, prepared, shop, on_step=tell)
        except CgSyncError:
            raise  # It is certain that nothing was written, and the error says why.
        except BaseException:
            stopped = interrupted(plan, done)
            run.result["apply"] = outcome_data(stopped)
            write(outcome_lines(stopped, labels), to_stderr=aside)
            raise
    run.result["apply"] = outcome_data(outcome)
    outcome = look_again(checked, outcome, shop)
    run.result["apply"] = outcome_data(outcome)
    if run.format == "json":
        write_json({"plan": plan_data(plan), "apply": outcome_data(outcome)})
        run.printed_document = True
    elif plan.steps:
        write(outcome_lines(outcome, labels))
    refuse_if_stopped(outcome)
    return ExitCode.DONE


def _ask(plan: Plan, by_name: bool) -> None:
    """Let a person decide; raises UsageWrong where there is none."""
    if not sys.stdin.isatty():
        raise UsageWrong(
            "apply asks before it writes, and there is no terminal to ask on",
            hint="read the plan above; to go on without asking: cg-sync apply --yes",
        )
    name = plan.target.environment
    if by_name:
        answer = click.prompt(
            f"This is {name}. Write its name to go on", err=True, default="", show_default=False
        )
        agreed = answer.strip() == name
    else:
        agreed = click.confirm(f"Make these {len(plan.steps)} writes to {name}?", err=True)
    if not agreed:
        notice("nothing was changed")
        raise click.Abort
