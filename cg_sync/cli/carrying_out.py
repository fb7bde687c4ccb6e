"""What every run that writes does, wherever its plan comes from: shows, asks, writes, and tells."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.conducting import Wishes, conduct_of
from cg_sync.cli.foreseeing import foreseen, refuse_if_over
from cg_sync.cli.run import Run
from cg_sync.cli.stopping import orderly
from cg_sync.cli.terminal import notice, progress, write, write_json, writer
from cg_sync.errors import CgSyncError, ExitCode, UsageWrong
from cg_sync.report.line import Line, Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.core.acknowledgement import Acknowledgement
    from cg_sync.core.diff import Change
    from cg_sync.core.forecast import Reads
    from cg_sync.core.job import Job
    from cg_sync.core.outcome import Outcome
    from cg_sync.core.plan import Plan, Step
    from cg_sync.core.policy import Policy
    from cg_sync.core.source import Source
    from cg_sync.files.journal import Journal
    from cg_sync.workflow.apply import Conduct
    from cg_sync.workflow.check import Checked
    from cg_sync.workflow.connect import Pacer, Shop
    from cg_sync.workflow.lease import Lease


@dataclass
class Applying:
    """One run: what was asked for, how it is to be carried out, and what is known so far."""

    run: Run
    checked: Checked
    wishes: Wishes
    policy: Policy
    conduct: Conduct
    acknowledgements: tuple[Acknowledgement, ...]
    yes: bool
    digest: str | None = None
    wrote: bool = False
    """Whether anything may have been written."""
    pacer: Pacer | None = None
    """Shared by what reads and what writes: the shop counts both."""
    shops: list[Shop] = field(default_factory=list)
    """Those that were opened so far."""
    answered: bool = False
    """Whether somebody was asked, and agreed."""

    @property
    def labels(self) -> dict[str, str]:
        return {kind.name: kind.label for kind in self.checked.kinds}

    @property
    def aside(self) -> bool:
        """Whether what people read goes to stderr, since stdout is for one document."""
        return self.run.format == "json"

    def tell(self, *lines: Line) -> None:
        write(lines, to_stderr=self.aside)

    def shop(self, *, writable: bool) -> Shop:
        """The shop, with the patience of this run."""
        from cg_sync.workflow.connect import open_shop, pacer_for

        if self.pacer is None:
            self.pacer = pacer_for(self.checked)
        shop = open_shop(
            self.checked,
            environ=os.environ,
            writable=writable,
            on_retry=_tell_retry,
            pause=self.conduct.stop.pause,
            pacer=self.pacer,
        )
        self.shops.append(shop)
        return shop

    @property
    def spent(self) -> Reads:
        """The calls that were made so far."""
        from cg_sync.core.forecast import NO_READS

        return sum((shop.reads for shop in self.shops), NO_READS)


def _tell_retry(message: str) -> None:
    with suppress(OSError):
        notice(message)


def applying(
    run: Run,
    checked: Checked,
    wishes: Wishes,
    policy: Policy,
    *,
    yes: bool,
    digest: str | None = None,
    journal: Path | None = None,
    name: str = "",
) -> Applying:
    """A run of these wishes under this policy; its deadline begins now. `name` is that of one that
    goes on. Raises UsageWrong and FilesError for wishes that cannot be met.
    """
    from cg_sync.workflow.guarding import acknowledged, with_guards

    now = datetime.now(UTC)
    return Applying(
        run,
        with_guards(checked, wishes.guard),
        wishes,
        policy,
        conduct_of(checked, wishes, policy, run=name, journal=journal),
        acknowledged(wishes.allow, wishes.allowances, policy, now=now),
        yes,
        digest,
    )


def present(it: Applying, plan: Plan, *, shown: bool = True) -> None:
    """Show the plan, and refuse one that is not the one that was asked for."""
    from cg_sync.report.data import plan_data
    from cg_sync.report.text import plan_lines
    from cg_sync.workflow.apply import refuse_if_other

    it.run.result |= {"digest": plan.digest, "summary": plan_data(plan)["summary"]}
    if shown:
        it.tell(*plan_lines(foreseen(it, plan), it.labels))
    if it.digest is not None:
        refuse_if_other(plan, it.digest, "the plan is not the one that was asked for")


def only_shown(it: Applying, plan: Plan, also: str) -> None:
    """End a dry run: in JSON with the plan, and what the run's result knows under `also`."""
    from cg_sync.report.data import plan_data

    if it.aside:
        write_json({"plan": plan_data(plan), also: it.run.result[also]})
        it.run.printed_document = True


def pass_guards(
    it: Applying, plan: Plan, *, before: Sequence[str] = (), command: str = "apply"
) -> None:
    """Raise PlanRefused unless the run keeps within its bounds, and every guard that says no was
    allowed for this plan; what was is kept for the journal, and comes from there as `before` when a
    run goes on.
    """
    from cg_sync.core.acknowledgement import acknowledgement_said
    from cg_sync.workflow.guarding import acknowledged, refuse_if_guarded, used_said

    now = datetime.now(UTC)
    given = (*it.acknowledgements, *acknowledged(before, None, it.policy, now=now))
    used = refuse_if_guarded(plan, it.checked, given, now=now, command=command)
    for said in used_said(used):
        it.tell(line(Span(said, Tone.STRONG)))
    it.conduct = replace(it.conduct, allowed=tuple(acknowledgement_said(ack) for ack in used))
    refuse_if_over(it, plan)


@contextmanager
def fence(it: Applying, source: Source | None) -> Iterator[Lease]:
    """The right to write; free where the project has no fence."""
    from cg_sync.workflow.fence import fenced

    with fenced(
        it.checked,
        source=source,
        run_id=it.conduct.run,
        replace_applied=it.wishes.replace_applied,
        wait=it.wishes.lock_wait,
        clock=lambda: datetime.now(UTC),
        sleep=time.sleep,
        environ=os.environ,
        tell=notice,
    ) as lease:
        it.conduct = replace(it.conduct, between=lease.renew_if_due)
        try:
            yield lease
        except BaseException:
            if not it.wrote:
                lease.withdraw()
            raise


def written(
    it: Applying,
    job: Job,
    lease: Lease,
    *,
    begin: Callable[[], Journal],
    look: Callable[[Shop], tuple[Change, ...]],
    finishing: Callable[[Outcome], Outcome] = lambda outcome: outcome,
    command: str = "plan",
) -> int:
    """Carry out the job, look again, tell how it ended, and return the exit code of a good end.

    Raises ApplyStopped and others when it did not end well.
    """
    from cg_sync.report.data import outcome_data
    from cg_sync.workflow.apply import look_again, refuse_if_stopped, ways_on

    refuse_if_over(it, job.plan)
    job = replace(job, plan=foreseen(it, job.plan))
    shop = it.shop(writable=True)
    with orderly(it.conduct.stop) as signals:
        outcome = finishing(_carried_out(it, job, shop, begin))
        whole = len(outcome.done) == len(outcome.plan.steps) and not outcome.left_out
        if outcome.wrote or whole:
            said = lease.finish("done" if whole else "partly")
        else:
            said = lease.withdraw()
        if said:
            notice(said)
        it.run.result["apply"] = outcome_data(outcome)
        outcome = look_again(
            outcome, lambda: look(shop), pause=it.conduct.stop.pause, command=command
        )
    _told(it, outcome)
    if outcome.stopped and signals.number is not None:
        if outcome.wrote:
            notice(ways_on(outcome))
        signals.reraise()
    refuse_if_stopped(outcome)
    return ExitCode.DONE


def _carried_out(it: Applying, job: Job, shop: Shop, begin: Callable[[], Journal]) -> Outcome:
    """The outcome of the writes, each told when it is done; an interruption is accounted for."""
    from cg_sync.report.data import outcome_data
    from cg_sync.report.outcome import outcome_lines
    from cg_sync.report.text import step_line
    from cg_sync.workflow.apply import carry_out, interrupted, ways_on

    done: list[Step] = []
    labels, say = it.labels, writer(to_stderr=it.aside)
    with progress("applying", len(job.plan.steps)) as advance:

        def told(step: Step) -> None:
            done.append(step)
            with suppress(OSError):  # A full disk under our output is no reason to stop.
                advance()
                say(step_line(step, labels))

        def begun() -> Journal:
            journal = begin()
            it.wrote = True
            return journal

        try:
            return carry_out(it.checked, job, shop, it.conduct, begun, told)
        except CgSyncError:
            it.wrote = False  # That is certain, and the error says why.
            raise
        except BaseException:
            stopped = interrupted(job.plan, done, it.conduct)
            it.run.result["apply"] = outcome_data(stopped)
            it.tell(*outcome_lines(stopped, it.labels))
            if it.wrote:
                notice(ways_on(stopped))
            raise


def _told(it: Applying, outcome: Outcome) -> None:
    from cg_sync.report.data import outcome_data, plan_data
    from cg_sync.report.outcome import outcome_lines

    it.run.result["apply"] = outcome_data(outcome)
    if it.aside:
        write_json({"plan": plan_data(outcome.plan), "apply": outcome_data(outcome)})
        it.run.printed_document = True
    elif outcome.plan.steps:
        it.tell(*outcome_lines(outcome, it.labels))


def ask(it: Applying, plan: Plan, command: str) -> None:
    """Let a person decide; raises UsageWrong where there is none."""
    from cg_sync.workflow.chosen import chosen_environment

    if not sys.stdin.isatty():
        raise UsageWrong(
            f"{command.split()[0]} asks before it writes, and there is no terminal to ask on",
            hint=f"read the plan above; to go on without asking: cg-sync {command} --yes",
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
    it.answered = True
