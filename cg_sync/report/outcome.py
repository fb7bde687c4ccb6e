"""How an apply ended, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar, assert_never

from cg_sync.core.outcome import Aim, Failure, Outcome
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.core.privacy import named
from cg_sync.core.schedule import Skipped
from cg_sync.errors import counted
from cg_sync.report.change import Labels, change_lines, title_of
from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.report.problem_lines import MESSAGE_LETTERS
from cg_sync.report.values import in_words

T = TypeVar("T")
MOST_SHOWN = 20
"""Of each list; the JSON has all."""


_REACHED: Mapping[Aim, str] = {
    "files": "a new plan is empty",
    "plan": "the shop is as planned",
    "undo": "the shop is as it was before that run",
}


_REST: Mapping[Aim, str] = {
    "files": "the rest is as the files say",
    "plan": "the rest is as planned",
    "undo": "the rest is as it was before that run",
}


def outcome_lines(outcome: Outcome, labels: Labels) -> Iterator[Line]:
    """How it ended. The writes themselves were told as they happened."""
    if len(outcome.done) < len(outcome.plan.steps):
        yield from _partial_lines(outcome, labels)
    else:
        yield line(Span(f"done: {counted(len(outcome.done), 'write')}", Tone.STRONG))
    if outcome.left_out:
        names = named([discreet(title_of(it, labels)) for it in outcome.left_out])
        yield line(Span("left out, as the shop has moved", Tone.WARNING), f": {names}")
    yield from _normalised_lines(outcome)
    yield from _converged_lines(outcome, labels)


def _partial_lines(outcome: Outcome, labels: Labels) -> Iterator[Line]:
    unsure = sum(it.unsure for it in outcome.failures)
    numbers = [f"{len(outcome.done):,} of {counted(len(outcome.plan.steps), 'write')} done"]
    for number, word in (
        (len(outcome.failures) - unsure, "failed"),
        (unsure, "may be done"),
        (len(outcome.skipped), "skipped"),
        (outcome.not_tried, "not tried"),
    ):
        if number:
            numbers.append(f"{number:,} {word}")
    yield line(Span(", ".join(numbers), Tone.ERROR))
    yield from _first(outcome.failures, lambda it: _failure_lines(it, labels))
    yield from _first(outcome.skipped, lambda it: _skipped_lines(it, labels))
    if outcome.stopped:
        yield line("  stopped: ", discreet(outcome.stopped, MESSAGE_LETTERS))
    if outcome.run and outcome.wrote:
        yield line(Span(f"  run {outcome.run}, journal {outcome.journal}", Tone.QUIET))


def _first(items: Sequence[T], lines: Callable[[T], Iterator[Line]]) -> Iterator[Line]:
    for it in items[:MOST_SHOWN]:
        yield from lines(it)
    if len(items) > MOST_SHOWN:
        yield line(f"  … and {len(items) - MOST_SHOWN:,} more")


def _failure_lines(it: Failure, labels: Labels) -> Iterator[Line]:
    words = (("may be done", it.unsure), ("crossed", it.crossed), ("done in part", it.partly))
    word = next((word for word, is_so in words if is_so), "failed")
    yield line(f"  {word}: ", _attempted(it.step), " ", title_of(it.step.change, labels))
    yield line(f"    {discreet(it.reason, MESSAGE_LETTERS)}")


def _skipped_lines(it: Skipped, labels: Labels) -> Iterator[Line]:
    because = discreet(title_of(it.because.change, labels))
    yield line(
        "  skipped: ", _attempted(it.step), " ", title_of(it.step.change, labels),
        Span(f", after {because}", Tone.QUIET),
    )  # fmt: skip


def _normalised_lines(outcome: Outcome) -> Iterator[Line]:
    for it in outcome.normalised[:MOST_SHOWN]:
        sent, stored = (discreet(in_words(value, it.field)) for value in (it.wanted, it.stored))
        name = discreet(it.address.key)
        yield line(
            Span("stored otherwise", Tone.WARNING),
            f": {name} {it.field}: sent {sent}, stored {stored}",
        )


def _converged_lines(outcome: Outcome, labels: Labels) -> Iterator[Line]:
    if outcome.left is None:
        return
    if not outcome.left:
        if outcome.left_out:
            yield line(Span("converged: no", Tone.ERROR), f", {_REST[outcome.aim]}")
            return
        yield line(Span("converged: yes", Tone.ADDED), f", {_REACHED[outcome.aim]}")
        return
    if outcome.failures or outcome.skipped:
        left = counted(len(outcome.left), "change")
        yield line(Span("converged: no", Tone.ERROR), f", {left} still to make")
        return
    yield line(
        Span("converged: no", Tone.ERROR), ", the shop holds something else than it was sent:"
    )
    for change in outcome.left:
        yield from change_lines(change, labels)


def _attempted(step: Step) -> str:
    match step:
        case CreateRecord():
            return "create"
        case UpdateRecord():
            return "update"
        case AddMembers(_, members):
            return f"add {counted(len(members), 'member')} to"
        case RemoveMembers(_, members):
            return f"remove {counted(len(members), 'member')} from"
        case DeleteRecord():
            return "delete"
        case _:
            assert_never(step)
