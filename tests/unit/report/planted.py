"""A plan with one text planted wherever files, the shop, git or a saved plan can put theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Delete, Update
from cg_sync.core.members import Member, MemberDelta, UnknownKey
from cg_sync.core.origin import MEMBERS, WHOLE, Origin
from cg_sync.core.plan import Plan, Target, View
from cg_sync.core.reading import Note, Reading
from cg_sync.core.source import SnapshotRead, Source
from cg_sync.errors import Position, Problem, Severity
from cg_sync.rules.ir import Leaf, OneOf, RawRule, Rule
from tests.unit.report.builders import (
    LABELS,
    a_guard,
    a_plan,
    a_setting,
    group_created,
    group_deleted,
    group_updated,
    setting_created,
    setting_updated,
)


def planted(text: str, view: View = "plan") -> Plan:
    """The plan; `text` stands alone, between other words and at the beginning of what is longer."""
    where = Position(f"groups/{text}.yaml", 2, 1)
    changes = tuple(_at(it, where) for it in _changes(text))
    plan = a_plan(
        *changes,
        target=Target(text, f"https://{text}/", 5),
        tripped=(a_guard(subject=f"members of {text}", where=where), a_guard(subject=text)),
        problems=_problems(text, where),
        unmanaged=tuple(Address(kind, text) for kind in LABELS),
        already_live=tuple(Address(kind, text) for kind in LABELS),
        source=_source(text),
        view=view,
    )
    origins = {it.address: _origins(it) for it in changes}
    return replace(plan, readings=_readings(plan, text), origins=origins)


def _changes(text: str) -> tuple[Change, ...]:
    moved, known = Member(1, text), (Member(2, text), Member(3, f"{text} and {text}"))
    unknown = (UnknownKey("email", text), UnknownKey("erp_code", text, several=True))
    return (
        group_created(text, MemberDelta((moved, *known), (), 0, unknown)),
        group_created(f"Friends of {text}"),
        group_updated(
            f"{text} 2",
            former=f"x {text}",
            members=MemberDelta(known[:1], (moved,), 9, unknown, known),
        ),
        group_deleted(f"{text} 3", where=Position(f"{text}/a.yaml"), size=7),
        group_deleted(f"{text} 4"),
        setting_created(
            "new", name=text, price_list=text, stock_list=f"{text} {text}", rule=_rule(text)
        ),
        setting_created("raw", rule=RawRule(json.dumps({text: [text, {"a": text}]}))),
        setting_updated(
            a_setting("old-one", price_list=text, rule=_rule(text, "before")),
            a_setting(text, name=text, stock_list=text, rule=_rule(text, "after")),
        ),
        setting_updated(
            a_setting("rerawed", rule=RawRule(json.dumps({"a": text}))),
            a_setting("rerawed", rule=RawRule(json.dumps({"a": [text]}))),
        ),
    )


def _rule(*cities: str) -> Rule:
    """A rule that files might refuse, as a shop may have it."""
    return Rule(Leaf("city", "city", OneOf(tuple(sorted(cities)))))


def _at(change: Change, where: Position) -> Change:
    """The change there, but for one that has no file."""
    fields = tuple(replace(it, where=where) for it in change.fields)
    if isinstance(change, Delete):
        return replace(change, fields=fields, where=change.where and where)
    return replace(change, fields=fields, where=where)


def _problems(text: str, where: Position) -> tuple[Problem, ...]:
    return (
        Problem("CG-L08", f"{text} was deleted", where, f"bring ({text}) back", Severity.WARNING),
        Problem("CG-F06", f"members.customers[1]: {text!r}", None, text),
        Problem("CG-F05", text, where),
    )


def _source(text: str) -> Source:
    snapshot = SnapshotRead(datetime(2026, 11, 20, 8, tzinfo=UTC), timedelta(hours=26), False)
    return Source(text, text, True, text, text, snapshot)


def _readings(plan: Plan, text: str) -> dict[Address, Reading]:
    """What was told of the plan, with the text in what is told too."""
    notes = (Note("!", f"whoever is in {text}"), Note("~", text), Note("+", text))
    return {
        address: replace(
            reading,
            english=(*reading.english, f"Customers in {text}.", text),
            notes=(*reading.notes, *notes),
            proof=text,
            verdict="NARROWER",
            gains={"city": text, text: [text]},
            loses={text: text},
            unverified=(text,),
        )
        for address, reading in plan.readings.items()
    }


def _origins(change: Change) -> dict[str, Origin]:
    whose = (Origin.DRIFT, Origin.BOTH, Origin.YOURS)
    if not isinstance(change, Update):
        return {WHOLE: whose[len(change.address.key) % 2]}
    names = [*(it.name for it in change.fields), MEMBERS]
    return {name: whose[at % 3] for at, name in enumerate(names)}
