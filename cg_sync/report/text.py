"""Plans, problems and outcomes for a terminal: the verdict first, then one block a resource, and
nothing that scrolls for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import assert_never

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update
from cg_sync.core.guards import Tripped
from cg_sync.core.members import MemberDelta
from cg_sync.core.outcome import Outcome
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    Plan,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.core.privacy import sample
from cg_sync.errors import Position, Problem, Severity
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import Line, Span, Tone, harmless, line
from cg_sync.report.values import in_words, is_tree, tree_lines

Labels = Mapping[str, str]
"""Name of a kind → what one such resource is called."""

NAMES_SHOWN = 10
_MARK = {Create: ("+", Tone.ADDED), Update: ("~", Tone.CHANGED), Delete: ("-", Tone.REMOVED)}


def plan_lines(plan: Plan, labels: Labels) -> Iterator[Line]:
    """A plan as reviewers read it."""
    target = plan.target
    yield line(
        Span(f"Plan for {target.environment}", Tone.STRONG),
        f" (channel {target.channel}): {verdict(plan)}",
    )
    for change in plan.changes:
        yield line()
        yield from _change_lines(change, labels)
    yield from _unmanaged_lines(plan.unmanaged, labels)
    if plan.tripped:
        yield line()
        for tripped in plan.tripped:
            yield from _guard_lines(tripped, plan)
    if plan.problems:
        yield line()
        yield from problem_lines(plan.problems)
    yield line()
    yield line(Span(f"{_spent(plan.calls)}{_forecast(plan)}", Tone.QUIET))
    if plan.changes:
        yield line(Span(f"Digest {plan.digest[:12]}: the same for the same intent.", Tone.QUIET))


def verdict(plan: Plan) -> str:
    """The plan in one sentence."""
    counts = Counter(type(change) for change in plan.changes)
    parts = [
        f"{counts[kind]} to {word}"
        for kind, word in ((Create, "create"), (Update, "update"), (Delete, "delete"))
        if counts[kind]
    ]
    added, removed = _moved(plan.changes)
    if added or removed:
        parts.append(f"members +{added:,} −{removed:,}")
    parts = parts or ["nothing to do"]
    parts.append(f"{plan.unchanged} as written")
    if plan.unmanaged:
        parts.append(f"{len(plan.unmanaged)} unmanaged")
    return ", ".join(parts)


def _moved(changes: Iterable[Change]) -> tuple[int, int]:
    deltas = [it.members for it in changes if not isinstance(it, Delete) and it.members is not None]
    return sum(len(it.add) for it in deltas), sum(len(it.remove) for it in deltas)


def title_of(change: Change, labels: Labels) -> str:
    """A change's resource in words: `group VIP Customers`, with its former name when renamed."""
    name = f"{labels[change.address.kind]} {harmless(change.address.key)}"
    if isinstance(change, Update) and change.former is not None:
        return f"{name} (was {harmless(change.former)})"
    if isinstance(change, Delete) and change.size:
        return f"{name} (with {change.size:,} members)"
    return name


def _change_lines(change: Change, labels: Labels) -> Iterator[Line]:
    mark, tone = _MARK[type(change)]
    where = change.where if change.where is not None else "no file, and all of its kind are ours"
    yield line(
        "  ", Span(f"{mark} {title_of(change, labels)}", tone), "  ", Span(str(where), Tone.QUIET)
    )
    if isinstance(change, Delete):
        return
    width = max(
        [len(field.name) for field in change.fields] + [len("members") if change.members else 0]
    )
    for field in change.fields:
        yield from _field_lines(field, width, is_new=isinstance(change, Create))
    if change.members is not None:
        yield from _member_lines(change.members, width)


def _field_lines(field: FieldChange, width: int, *, is_new: bool) -> Iterator[Line]:
    name = f"      {field.name.ljust(width)}  "
    if is_tree(field.old) or is_tree(field.new):
        yield line(name.rstrip())
        pairs = [(" ", it) for it in tree_lines(field.new)] if is_new else None
        for mark, text in pairs or _tree_diff(field.old, field.new):
            tone = {"+": Tone.ADDED, "-": Tone.REMOVED}.get(mark, Tone.QUIET)
            yield line("        ", Span(f"{mark} {text}", tone))
    elif is_new:
        yield line(name, in_words(field.new, field.name))
    else:
        old, new = in_words(field.old, field.name), in_words(field.new, field.name)
        yield line(name, Span(old, Tone.REMOVED), " → ", Span(new, Tone.ADDED))


def _tree_diff(old: JsonValue, new: JsonValue) -> Iterator[tuple[str, str]]:
    before = tree_lines(old) if old is not None else ()
    after = tree_lines(new) if new is not None else ()
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((" ", text) for text in before[a:b])
        else:
            yield from (("-", text) for text in before[a:b])
            yield from (("+", text) for text in after[c:d])


def _member_lines(members: MemberDelta, width: int) -> Iterator[Line]:
    name = f"      {'members'.ljust(width)}  "
    yield line(name, f"+{len(members.add):,} −{len(members.remove):,} = {members.after:,}")
    for mark, tone, moved in (("+", Tone.ADDED, members.add), ("-", Tone.REMOVED, members.remove)):
        if moved:
            shown = sample([harmless(member.email) or str(member.pk) for member in moved])
            yield line("        ", Span(f"{mark} {shown}", tone))


def _unmanaged_lines(unmanaged: Sequence[Address], labels: Labels) -> Iterator[Line]:
    if not unmanaged:
        return
    yield line()
    yield line(Span("Unmanaged", Tone.STRONG), ": in the shop, in no file, left alone")
    for kind, label in labels.items():
        keys = [harmless(address.key, 60) for address in unmanaged if address.kind == kind]
        if keys:
            more = f" and {len(keys) - NAMES_SHOWN:,} more" if len(keys) > NAMES_SHOWN else ""
            yield line(f"  {label}s: ", Span(", ".join(keys[:NAMES_SHOWN]) + more, Tone.QUIET))


def _guard_lines(tripped: Tripped, plan: Plan) -> Iterator[Line]:
    yield line(
        Span(f"{tripped.code} refused by {tripped.rule}", Tone.ERROR),
        f": {tripped.part:,} of {tripped.whole:,} {harmless(tripped.subject)} "
        f"({tripped.share:.0%}) would go; the limit is {tripped.limit:.0%}",
    )
    yield line(
        Span(
            f"  if this is meant: cg-sync apply --allow {tripped.rule}@{plan.short_digest}",
            Tone.QUIET,
        )
    )


def counted(number: int, noun: str) -> str:
    """`1 write`, `2,000 writes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _spent(calls: Mapping[str, int]) -> str:
    total = sum(calls.values())
    detail = ", ".join(f"{count} {verb}" for verb, count in sorted(calls.items()))
    return f"This plan cost {counted(total, 'call')} ({detail})."


def _forecast(plan: Plan) -> str:
    writes = len(plan.steps)
    reads = sum(plan.calls.values())
    return (
        f" Applying it: {counted(writes, 'write')}, then about {reads} calls to look again."
        if writes
        else ""
    )


def problem_lines(problems: Sequence[Problem]) -> Iterator[Line]:
    """Problems under a count, errors first, each with its place and its way out."""
    errors = [it for it in problems if it.severity is Severity.ERROR]
    warnings = [it for it in problems if it.severity is Severity.WARNING]
    for found, word, tone in ((errors, "error", Tone.ERROR), (warnings, "warning", Tone.WARNING)):
        if not found:
            continue
        yield line(Span(f"{len(found)} {word}{'s' if len(found) > 1 else ''}", tone))
        for problem in found:
            yield line(
                "  ",
                Span(_place(problem.where), Tone.STRONG),
                harmless(problem.message, 1000),
                " ",
                Span(problem.code, Tone.QUIET),
            )
            if problem.hint:
                yield line("      ", Span(harmless(problem.hint, 1000), Tone.QUIET))


def _place(where: Position | None) -> str:
    return "" if where is None else f"{harmless(str(where))}: "


def step_line(step: Step, labels: Labels) -> Line:
    """One write that is done."""
    title = title_of(step.change, labels)
    match step:
        case CreateRecord():
            return line(Span(f"+ {title}", Tone.ADDED), " created")
        case UpdateRecord(change):
            names = ", ".join(field.name for field in change.fields)
            return line(Span(f"~ {title}", Tone.CHANGED), f" updated: {names}")
        case AddMembers(_, members):
            return line(Span(f"+ {title}", Tone.ADDED), f" {counted(len(members), 'member')} added")
        case RemoveMembers(_, members):
            return line(
                Span(f"- {title}", Tone.REMOVED), f" {counted(len(members), 'member')} removed"
            )
        case DeleteRecord():
            return line(Span(f"- {title}", Tone.REMOVED), " deleted")
        case _:
            assert_never(step)


def outcome_lines(outcome: Outcome, labels: Labels) -> Iterator[Line]:
    """How an apply ended. The writes themselves were told as they happened."""
    total = len(outcome.plan.steps)
    if outcome.failure is not None:
        yield line(
            Span(
                f"stopped: {len(outcome.done)} of {total} writes done, 1 failed, "
                f"{outcome.not_tried} not tried",
                Tone.ERROR,
            )
        )
        yield line("  failed: ", *step_line(outcome.failure.step, labels)[:1])
        yield line(f"  {harmless(outcome.failure.reason, 1000)}")
        return
    yield line(Span(f"done: {counted(total, 'write')}", Tone.STRONG))
    if outcome.left is None:
        return
    if not outcome.left:
        yield line(Span("converged: yes", Tone.ADDED), ", a new plan is empty")
        return
    yield line(
        Span("converged: no", Tone.ERROR), ", the shop holds something else than it was sent:"
    )
    for change in outcome.left:
        yield from _change_lines(change, labels)
