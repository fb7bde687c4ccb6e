"""Plans, problems and outcomes for a terminal: the verdict first, then one block a resource, and
nothing that scrolls for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from cg_sync.core.address import Address
from cg_sync.core.guards import Tripped
from cg_sync.core.moves import Move, moves_of
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    Plan,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.errors import counted
from cg_sync.report.change import NOBODYS, Labels, change_lines, title_of
from cg_sync.report.forecast import forecast_sentence
from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.report.problem_lines import problem_lines
from cg_sync.report.verdict import (
    about,
    beside,
    guard_sentence,
    heading,
    move_sentence,
    relied_on,
    spent,
    verdict,
    way_out,
)

NAMES_SHOWN = 10
MOVES_SHOWN = 10


def plan_lines(plan: Plan, labels: Labels) -> Iterator[Line]:
    """A plan as reviewers read it."""
    where = Span(heading(plan), Tone.STRONG)
    yield line(where, f" (channel {plan.target.channel}): {verdict(plan)}")
    yield line(Span(beside(plan), Tone.QUIET))
    for sentence in about(plan):
        yield line(Span(sentence, Tone.QUIET))
    if plan.tripped:
        yield line(Span(f"refused by {counted(len(plan.tripped), 'guard')}", Tone.ERROR), ", below")
    yield from _blocks(
        change_lines(
            change,
            labels,
            plan.readings.get(change.address),
            plan.origins.get(change.address, NOBODYS),
        )
        for change in plan.changes
    )
    yield from _move_lines(moves_of(plan.changes))
    yield from _already_live_lines(plan.already_live, labels)
    yield from _unmanaged_lines(plan.unmanaged, labels)
    if plan.tripped:
        yield line()
        for tripped in plan.tripped:
            yield from _guard_lines(tripped, plan)
    if plan.problems:
        yield line()
        yield from problem_lines(plan.problems)
    yield line()
    if plan.unverified:
        yield line(Span(relied_on(plan.unverified), Tone.QUIET))
    yield line(Span(spent(plan.calls, plan.view), Tone.QUIET))
    if plan.steps and plan.view == "plan":
        yield line(Span(forecast_sentence(plan), Tone.QUIET))
    if plan.changes and plan.view == "plan":
        yield line(Span(f"Digest {plan.short_digest}: the same for the same intent.", Tone.QUIET))


def _blocks(blocks: Iterable[Iterator[Line]]) -> Iterator[Line]:
    """The blocks with an empty line before each, but not between two that are one line."""
    length = 0
    for block in map(list, blocks):
        if length != 1 or len(block) != 1:
            yield line()
        yield from block
        length = len(block)


def _move_lines(moves: Sequence[Move]) -> Iterator[Line]:
    if not moves:
        return
    yield line()
    yield line(Span("Moved between groups", Tone.STRONG))
    for move in moves[:MOVES_SHOWN]:
        yield line(f"  {move_sentence(move)}")
    if len(moves) > MOVES_SHOWN:
        yield line(Span(f"  and {len(moves) - MOVES_SHOWN:,} more", Tone.QUIET))


def _already_live_lines(already: Sequence[Address], labels: Labels) -> Iterator[Line]:
    if already:
        yield line()
        yield line(
            Span("Already live", Tone.STRONG), ": this branch changes it, and the shop has it"
        )
        yield from _named_lines(already, labels)


def _unmanaged_lines(unmanaged: Sequence[Address], labels: Labels) -> Iterator[Line]:
    if not unmanaged:
        return
    yield line()
    yield line(Span("Unmanaged", Tone.STRONG), ": in the shop, in no file, left alone")
    yield from _named_lines(unmanaged, labels)


def _named_lines(addresses: Sequence[Address], labels: Labels) -> Iterator[Line]:
    for kind, label in labels.items():
        keys = [address.key for address in addresses if address.kind == kind]
        if keys:
            shown = ", ".join(discreet(key, 60) for key in keys[:NAMES_SHOWN])
            more = f" and {len(keys) - NAMES_SHOWN:,} more" if len(keys) > NAMES_SHOWN else ""
            yield line(f"  {label}s: ", Span(f"{shown}{more}", Tone.QUIET))


def _guard_lines(tripped: Tripped, plan: Plan) -> Iterator[Line]:
    refused = Span(f"{tripped.code} refused by {tripped.rule}", Tone.ERROR)
    yield line(refused, f": {guard_sentence(tripped)}")
    yield line(Span(f"  {way_out(tripped, plan)}", Tone.QUIET))


def step_line(step: Step, labels: Labels) -> Line:
    """One write that is done."""
    mark, tone, done = _said(step)
    return line(Span(f"{mark} {title_of(step.change, labels)}", tone), done)


def _said(step: Step) -> tuple[str, Tone, str]:
    match step:
        case CreateRecord():
            return "+", Tone.ADDED, " created"
        case UpdateRecord(change):
            names = ", ".join(field.name for field in change.fields)
            return "~", Tone.CHANGED, f" updated: {names}"
        case AddMembers(_, members):
            return "+", Tone.ADDED, f": {counted(len(members), 'member')} added"
        case RemoveMembers(_, members):
            return "-", Tone.REMOVED, f": {counted(len(members), 'member')} removed"
        case DeleteRecord():
            return "-", Tone.REMOVED, " deleted"
        case _:
            assert_never(step)
