"""What a plan finds that stands on a line of YAML: problems, guards that refuse, drift, and what is
easily missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update
from cg_sync.core.guards import Tripped
from cg_sync.core.members import MemberDelta
from cg_sync.core.origin import MEMBERS, Origin
from cg_sync.core.plan import Plan
from cg_sync.core.reading import Reading
from cg_sync.errors import Position, Problem, Severity, counted
from cg_sync.report.analysis import Analysis, Told, customer_text
from cg_sync.report.change import NOBODYS, Labels
from cg_sync.report.invented import without_real_people
from cg_sync.report.values import in_words, is_tree
from cg_sync.report.verdict import guard_sentence, way_out

KEEP = "to keep what the shop holds: cg-sync import --update"


def findings_of(plan: Plan, labels: Labels) -> tuple[Problem, ...]:
    """Everything in the plan that somebody should look at in the files, in the order of files and
    places; what stands nowhere comes first. A plan that only does what its files say has none.
    """
    found = [*plan.problems, *(_refused(it, plan) for it in plan.tripped)]
    for change in plan.changes:
        found += _drifted(change, plan, labels)
        found += _missed(change, plan.readings.get(change.address))
    return tuple(sorted(found, key=_place))


def findings_of_analysis(analysis: Analysis) -> tuple[Problem, ...]:
    """What an analysis found, in its order, each with the invented customer who shows it."""
    return tuple(map(_shown, analysis.told))


def _place(problem: Problem) -> tuple[str, int, int]:
    where = problem.where
    return ("", 0, 0) if where is None else (where.file, where.line, where.column)


def _refused(tripped: Tripped, plan: Plan) -> Problem:
    message = f"refused by {tripped.rule}: {guard_sentence(tripped)}"
    return Problem(tripped.code, message, tripped.where, way_out(tripped, plan))


def _drifted(change: Change, plan: Plan, labels: Labels) -> Iterator[Problem]:
    """What the shop holds otherwise without this branch having asked for it."""
    origins = plan.origins.get(change.address, NOBODYS)

    def origin_of(name: str) -> Origin | None:
        return Origin.DRIFT if plan.view == "drift" else origins.get(name)

    if not isinstance(change, Update):
        # Of what is there or not there, every field says the same.
        if plan.view == "drift" or not {Origin.DRIFT, Origin.BOTH}.isdisjoint(origins.values()):
            yield _drift(*_there_or_not(change, labels))
        return
    reading = plan.readings.get(change.address)
    for field in change.fields:
        message = _otherwise(field, origin_of(field.name), reading)
        if message:
            yield _drift(message, field.where or change.where)
    if change.members is not None and (origin := origin_of(MEMBERS)):
        message = _other_members(change.members, origin)
        if message:
            yield _drift(message, change.where)


def _drift(message: str, where: Position | None, hint: str = KEEP) -> Problem:
    return Problem("CG-L12", message, where, hint, Severity.WARNING)


def _there_or_not(change: Create | Delete, labels: Labels) -> tuple[str, Position | None, str]:
    name = f"{labels[change.address.kind]} {change.address.key}"
    if isinstance(change, Create):
        message = f"the shop does not have the {name}; apply would create it"
        return message, change.where, "if it is not wanted any more, write `state: absent` here"
    message = f"the shop has the {name}; apply would delete it"
    if change.where is None:
        return message, None, "to keep it: cg-sync import, or `keep` of `ownership` in cg-sync.yaml"
    return message, change.where, "to keep it, remove `state: absent` and say what it is to be"


def _otherwise(field: FieldChange, origin: Origin | None, reading: Reading | None) -> str:
    """What the shop holds and what the file says; empty when that is this branch's doing alone."""
    after = _consequence(origin)
    if not after:
        return ""
    if not (is_tree(field.old) or is_tree(field.new)):
        old, new = in_words(field.old, field.name), in_words(field.new, field.name)
        return f"{field.name}: {old} in the shop, {new} here; {after}"
    said = f"{field.name}: another in the shop than here; {after}"
    if reading is None or reading.field != field.name or not reading.verdict:
        return said
    return f"{said} ({reading.verdict}: {reading.proof})"


def _other_members(members: MemberDelta, origin: Origin) -> str:
    after = _consequence(origin)
    theirs = f"{counted(len(members.remove), 'customer')} in the shop and not here"
    ours = f"{counted(len(members.add), 'customer')} here and not in the shop"
    parts = [it for it, some in ((theirs, members.remove), (ours, members.add)) if some]
    return f"members: {', '.join(parts)}; {after}" if after and parts else ""


def _consequence(origin: Origin | None) -> str:
    match origin:
        case Origin.DRIFT:
            return "apply would put it back"
        case Origin.BOTH:
            return "this branch changes it, and the shop was changed too"
        case Origin.YOURS | None:
            return ""
        case _:
            assert_never(origin)


def _missed(change: Change, reading: Reading | None) -> Iterator[Problem]:
    """What a reviewer would easily overlook, at the line that brings it about."""
    if reading is None:
        return
    places = {field.name: field.where for field in change.fields}
    for note in reading.notes:
        if note.mark == "!":
            message = f"{reading.field}: {note.text}"
            where = places.get(reading.field) or change.where
            yield Problem("CG-L13", message, where, severity=Severity.WARNING)


def _shown(told: Told) -> Problem:
    if told.witness is None:
        return told.problem
    word = "for example" if told.sure else "maybe"
    example = without_real_people(f"{word}: {customer_text(told.witness)}")
    hint = f"{example}; {told.problem.hint}" if told.problem.hint else example
    return replace(told.problem, hint=hint)
