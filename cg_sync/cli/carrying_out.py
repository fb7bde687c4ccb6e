"""What every apply does, wherever its plan comes from: shows, asks, writes, and tells."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cg_sync.cli.run import Run
from cg_sync.cli.terminal import notice, progress, write, write_json
from cg_sync.errors import CgSyncError, ExitCode, UsageWrong
from cg_sync.report.line import Line, Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.core.outcome import Outcome
    from cg_sync.core.plan import Plan, Step
    from cg_sync.workflow.check import Checked


@dataclass
class Applying:
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


def present(it: Applying, plan: Plan, *, shown: bool = True) -> None:
    """Show the plan, and refuse one that is not the one that was asked for."""
    from cg_sync.report.data import plan_data
    from cg_sync.report.text import plan_lines
    from cg_sync.workflow.apply import refuse_if_other

    it.run.result |= {"digest": plan.digest, "summary": plan_data(plan)["summary"]}
    if shown:
        it.tell(*plan_lines(plan, it.labels))
    if it.digest is not None:
        refuse_if_other(plan, it.digest, "the plan is not the one that was asked for")


def pass_guards(it: Applying, plan: Plan) -> None:
    """Raise PlanRefused unless every guard that says no was allowed for this plan."""
    from cg_sync.workflow.apply import refuse_if_guarded

    refuse_if_guarded(plan, it.allow)
    if plan.tripped:
        rules = ", ".join(dict.fromkeys(guard.rule for guard in plan.tripped))
        it.tell(line(Span(f"allowed for this plan: {rules}", Tone.STRONG)))


def carried_out(
    it: Applying, plan: Plan, carry_out: Callable[[Callable[[Step], None]], Outcome]
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


def ended(it: Applying, plan: Plan, outcome: Outcome) -> int:
    """Tell how it ended; raises ApplyStopped when it did not end well."""
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


def ask(it: Applying, plan: Plan) -> None:
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
