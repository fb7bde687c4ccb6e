"""Plans, problems and outcomes as JSON for machines: complete but for people, who are counted and
masked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.members import MemberDelta
from cg_sync.core.outcome import Outcome
from cg_sync.core.plan import Plan
from cg_sync.core.privacy import SAMPLE, masked
from cg_sync.errors import Position, Problem
from cg_sync.jsonvalue import JsonValue


def plan_data(plan: Plan) -> dict[str, JsonValue]:
    """A plan; the same for the same plan, byte by byte."""
    return {
        "format": "cg-sync/plan",
        "format_version": "1.0",
        "target": {
            "environment": plan.target.environment,
            "url": plan.target.url,
            "channel": plan.target.channel,
        },
        "digest": plan.digest,
        "summary": _summary(plan),
        "changes": [_change_data(change) for change in plan.changes],
        "guards": [
            {
                "code": it.code,
                "rule": it.rule,
                "subject": it.subject,
                "part": it.part,
                "whole": it.whole,
                "limit": it.limit,
            }
            for it in plan.tripped
        ],
        "problems": problems_data(plan.problems),
        "unmanaged": [{"kind": it.kind, "key": it.key} for it in plan.unmanaged],
        "calls": dict(sorted(plan.calls.items())),
        "writes": len(plan.steps),
    }


def _summary(plan: Plan) -> dict[str, JsonValue]:
    counts = {"create": 0, "update": 0, "delete": 0, "members_added": 0, "members_removed": 0}
    for change in plan.changes:
        counts[_action(change)] += 1
        if not isinstance(change, Delete) and change.members is not None:
            counts["members_added"] += len(change.members.add)
            counts["members_removed"] += len(change.members.remove)
    return {**counts, "unchanged": plan.unchanged, "unmanaged": len(plan.unmanaged)}


def _action(change: Change) -> str:
    match change:
        case Create():
            return "create"
        case Update():
            return "update"
        case Delete():
            return "delete"
        case _:
            assert_never(change)


def _change_data(change: Change) -> dict[str, JsonValue]:
    data: dict[str, JsonValue] = {
        "action": _action(change),
        "kind": change.address.kind,
        "key": change.address.key,
        "where": position_data(change.where),
        "fields": {field.name: {"old": field.old, "new": field.new} for field in change.fields},
    }
    if isinstance(change, Update) and change.former is not None:
        data["renamed_from"] = change.former
    if not isinstance(change, Delete) and change.members is not None:
        data["members"] = _members_data(change.members)
    return data


def _members_data(members: MemberDelta) -> dict[str, JsonValue]:
    return {
        "add": len(members.add),
        "remove": len(members.remove),
        "unchanged": members.kept,
        "unknown": len(members.unknown),
        "add_sample": [masked(it.email) for it in members.add[:SAMPLE]],
        "remove_sample": [masked(it.email) for it in members.remove[:SAMPLE]],
    }


def position_data(where: Position | None) -> JsonValue:
    """A place in a file, or null."""
    if where is None:
        return None
    return {"file": where.file, "line": where.line, "column": where.column}


def problems_data(problems: Iterable[Problem]) -> list[JsonValue]:
    """Problems in the order given."""
    return [
        {
            "code": it.code,
            "severity": it.severity.value,
            "message": it.message,
            "hint": it.hint,
            "where": position_data(it.where),
        }
        for it in problems
    ]


def outcome_data(outcome: Outcome) -> dict[str, JsonValue]:
    """How an apply ended."""
    failure = outcome.failure
    return {
        "digest": outcome.plan.digest,
        "writes": {
            "planned": len(outcome.plan.steps),
            "done": len(outcome.done),
            "failed": 0 if failure is None else 1,
            "not_tried": outcome.not_tried,
        },
        "failure": None
        if failure is None
        else {
            "kind": failure.step.change.address.kind,
            "key": failure.step.change.address.key,
            "reason": failure.reason,
        },
        "converged": outcome.converged,
        "left": [_change_data(change) for change in outcome.left or ()],
    }
