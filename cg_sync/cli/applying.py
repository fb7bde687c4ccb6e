"""`apply`: plans, or takes a saved plan; asks where a person can answer, writes, looks again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.moments import max_age_option
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import notice, progress, waiting, write, write_json
from cg_sync.errors import CgSyncError, ExitCode, UsageWrong
from cg_sync.report.line import Line, Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.core.outcome import Outcome
    from cg_sync.core.plan import Plan, Step
    from cg_sync.workflow.check import Checked

ON_STALE = ("abort", "skip", "replan")


@dataclass
class _Apply:
    """One run of apply: what was asked for, and what is known so far."""

    run: Run
    checked: Checked
    labels: dict[str, str]
    allow: Sequence[str]
    digest: str | None
    yes: bool

    @property
    def aside(self) -> bool:
        """Whether what people read goes to stderr, since stdout is for one document."""
        return self.run.format == "json"

    def tell(self, *lines: Line) -> None:
        write(lines, to_stderr=self.aside)


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
        return _from_files(_Apply(run, checked, labels, allow, digest, yes))
    from cg_sync.workflow.saved import load_plan, refuse_if_not_for, refuse_if_too_old

    saved = load_plan(file, environ=os.environ)
    refuse_if_too_old(saved, max_age, now=datetime.now(UTC))
    plan = saved.plan
    run.environment = run.environment or plan.target.environment
    checked = run.check()
    refuse_if_not_for(plan, checked)
    labels = {kind.name: kind.label for kind in checked.kinds}
    it = _Apply(run, checked, labels, allow, digest, yes)
    return _saved(it, plan, on_stale or "abort", check_files=check_files)


def _from_files(it: _Apply) -> int:
    from cg_sync.workflow.apply import apply_changes, look_again, refuse_if_other
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.plan import plan_changes
    from cg_sync.workflow.telling import explained

    reader = open_shop(it.checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        prepared = plan_changes(it.checked, reader)
    plan = explained(prepared.plan, it.checked, as_of=datetime.now(UTC))
    _present(it, plan)
    _pass_guards(it, plan)
    if plan.steps and not it.yes:
        _ask(it, plan)
        # A person takes their time, and the shop may move meanwhile.
        with waiting("reading the shop …"):
            prepared = plan_changes(it.checked, reader)
        refuse_if_other(prepared.plan, plan.digest, "the shop moved while you were asked")
    shop = open_shop(it.checked, environ=os.environ, writable=True, on_retry=notice)
    outcome = _carried_out(
        it, plan, lambda told: apply_changes(it.checked, prepared, shop, on_step=told)
    )
    return _ended(it, plan, look_again(it.checked, outcome, shop))


def _saved(it: _Apply, plan: Plan, on_stale: str, *, check_files: bool) -> int:
    from cg_sync.report.standing import standing_data, standing_lines
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.saved import (
        apply_today,
        hold_against_today,
        look_at_changes,
        refuse_if_moved,
        refuse_if_not_asked,
        refuse_if_skipped,
        refuse_if_stale,
    )

    reader = open_shop(it.checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        today = hold_against_today(plan, it.checked, reader)
    _present(it, plan)
    it.tell(line(), *standing_lines(today.found, it.labels))
    it.run.result["standing"] = standing_data(today.found)
    if today.conflicts and on_stale == "replan":
        return _replan(it, plan)
    if on_stale == "abort":
        refuse_if_stale(today)
    if check_files:
        with waiting("reading the shop …"):
            refuse_if_not_asked(today, it.checked, reader)
    _pass_guards(it, today.plan)
    if today.plan.steps and not it.yes:
        _ask(it, today.plan)
        with waiting("reading the shop …"):
            refuse_if_moved(today, hold_against_today(plan, it.checked, reader))
    shop = open_shop(it.checked, environ=os.environ, writable=True, on_retry=notice)
    outcome = _carried_out(
        it, today.plan, lambda told: apply_today(it.checked, today, shop, on_step=told)
    )
    code = _ended(it, today.plan, look_at_changes(it.checked, outcome, today, shop))
    refuse_if_skipped(today)
    return code


def _replan(it: _Apply, plan: Plan) -> int:
    """Go on from the files, as long as they ask for no more than the plan that was read."""
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.saved import replanned

    reader = open_shop(it.checked, environ=os.environ, writable=False, on_retry=notice)
    it.checked.refuse_if_broken()
    with waiting("reading the shop …"):
        new = replanned(plan, it.checked, reader).plan
    it.tell(line(Span("planned anew", Tone.STRONG), ": it does no more than the saved plan"))
    it.digest = new.digest
    return _from_files(it)


def _present(it: _Apply, plan: Plan) -> None:
    """Show the plan, and refuse one that is not the one that was asked for."""
    from cg_sync.report.data import plan_data
    from cg_sync.report.text import plan_lines
    from cg_sync.workflow.apply import refuse_if_other

    it.run.result |= {"digest": plan.digest, "summary": plan_data(plan)["summary"]}
    it.tell(*plan_lines(plan, it.labels))
    if it.digest is not None:
        refuse_if_other(plan, it.digest, "the plan is not the one that was asked for")


def _pass_guards(it: _Apply, plan: Plan) -> None:
    from cg_sync.workflow.apply import refuse_if_guarded

    refuse_if_guarded(plan, it.allow)
    if plan.tripped:
        rules = ", ".join(dict.fromkeys(guard.rule for guard in plan.tripped))
        it.tell(line(Span(f"allowed for this plan: {rules}", Tone.STRONG)))


def _carried_out(
    it: _Apply, plan: Plan, carry_out: Callable[[Callable[[Step], None]], Outcome]
) -> Outcome:
    """The outcome of the writes, each told when it is done; an interruption is accounted for."""
    from cg_sync.report.data import outcome_data
    from cg_sync.report.text import outcome_lines, step_line
    from cg_sync.workflow.apply import interrupted

    done: list[Step] = []
    with progress("applying", len(plan.steps)) as advance:

        def told(step: Step) -> None:
            done.append(step)
            advance()
            it.tell(step_line(step, it.labels))

        try:
            outcome = carry_out(told)
        except CgSyncError:
            raise  # It is certain that nothing was written, and the error says why.
        except BaseException:
            stopped = interrupted(plan, done)
            it.run.result["apply"] = outcome_data(stopped)
            it.tell(*outcome_lines(stopped, it.labels))
            raise
    it.run.result["apply"] = outcome_data(outcome)
    return outcome


def _ended(it: _Apply, plan: Plan, outcome: Outcome) -> int:
    from cg_sync.report.data import outcome_data, plan_data
    from cg_sync.report.text import outcome_lines
    from cg_sync.workflow.apply import refuse_if_stopped

    it.run.result["apply"] = outcome_data(outcome)
    if it.aside:
        write_json({"plan": plan_data(plan), "apply": outcome_data(outcome)})
        it.run.printed_document = True
    elif plan.steps:
        it.tell(*outcome_lines(outcome, it.labels))
    refuse_if_stopped(outcome)
    return ExitCode.DONE


def _ask(it: _Apply, plan: Plan) -> None:
    """Let a person decide; raises UsageWrong where there is none."""
    from cg_sync.workflow.connect import chosen_environment

    if not sys.stdin.isatty():
        raise UsageWrong(
            "apply asks before it writes, and there is no terminal to ask on",
            hint="read the plan above; to go on without asking: cg-sync apply --yes",
        )
    name = plan.target.environment
    if chosen_environment(it.checked).confirm:
        answer = click.prompt(
            f"This is {name}. Write its name to go on", err=True, default="", show_default=False
        )
        agreed = answer.strip() == name
    else:
        agreed = click.confirm(f"Make these {len(plan.steps)} writes to {name}?", err=True)
    if not agreed:
        notice("nothing was changed")
        raise click.Abort
