"""Plans, problems and outcomes as JSON for machines: complete but for people, who are counted and
masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.journal import WRITES
from cg_sync.core.members import MemberDelta
from cg_sync.core.moves import Move, moves_of
from cg_sync.core.origin import Origin
from cg_sync.core.outcome import Outcome
from cg_sync.core.plan import Plan, Step
from cg_sync.core.privacy import SAMPLE
from cg_sync.core.reading import Reading
from cg_sync.core.source import Source
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.as_json import position_data, problems_data, without_people
from cg_sync.report.change import shown_member
from cg_sync.report.forecast import forecast_data


def plan_data(plan: Plan) -> dict[str, JsonValue]:
    """A plan; the same for the same plan, byte by byte."""
    data: dict[str, JsonValue] = {
        "format": "cg-sync/plan",
        "format_version": "1.0",
        "target": {
            "environment": plan.target.environment,
            "url": plan.target.url,
            "channel": plan.target.channel,
        },
        "view": plan.view,
        "source": _source_data(plan.source),
        "digest": plan.digest,
        "summary": _summary(plan),
        "changes": [
            _change_data(it, plan.readings.get(it.address), plan.origins.get(it.address))
            for it in plan.changes
        ],
        "already_live": [{"kind": it.kind, "key": it.key} for it in plan.already_live],
        "moves": [_move_data(it) for it in moves_of(plan.changes)],
        "guards": [
            {
                "code": it.code,
                "rule": it.rule,
                "subject": it.subject,
                "part": it.part,
                "whole": it.whole,
                "limit": it.limit,
                "names": list(it.names),
                "bound": it.bound,
                "where": position_data(it.where),
            }
            for it in plan.tripped
        ],
        "problems": problems_data(plan.problems),
        "unmanaged": [{"kind": it.kind, "key": it.key} for it in plan.unmanaged],
        "calls": dict(sorted(plan.calls.items())),
        "writes": len(plan.steps),
        "forecast": forecast_data(plan.forecast),
    }
    return without_people(data)


def _source_data(source: Source | None) -> JsonValue:
    if source is None:
        return None
    snapshot = source.snapshot
    return {
        "tool_version": source.tool_version,
        "commit": source.commit,
        "dirty": source.dirty,
        "base": source.base,
        "folder": source.folder,
        "snapshot": None
        if snapshot is None
        else {
            "read_at": snapshot.read_at.isoformat(),
            "age_seconds": int(snapshot.age.total_seconds()),
            "signed": snapshot.signed,
        },
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


def _change_data(
    change: Change,
    reading: Reading | None = None,
    origins: Mapping[str, Origin] | None = None,
) -> dict[str, JsonValue]:
    data: dict[str, JsonValue] = {
        "action": _action(change),
        "kind": change.address.kind,
        "key": change.address.key,
        "where": position_data(change.where),
        "fields": {
            it.name: {"old": it.old, "new": it.new, "where": position_data(it.where)}
            for it in change.fields
        },
    }
    if isinstance(change, Update) and change.former is not None:
        data["renamed_from"] = change.former
    if not isinstance(change, Delete) and change.members is not None:
        data["members"] = _members_data(change.members)
    if reading is not None:
        data["reading"] = _reading_data(reading)
    if origins is not None:
        data["origins"] = {name: origin.value for name, origin in origins.items()}
    return data


def _reading_data(reading: Reading) -> dict[str, JsonValue]:
    return {
        "field": reading.field,
        "english": list(reading.english),
        "notes": [{"mark": it.mark, "text": it.text} for it in reading.notes],
        "verdict": reading.verdict,
        "proof": reading.proof,
        "gains": reading.gains,
        "loses": reading.loses,
        "unverified": list(reading.unverified),
    }


def _members_data(members: MemberDelta) -> dict[str, JsonValue]:
    return {
        "add": len(members.add),
        "remove": len(members.remove),
        "unchanged": members.kept,
        "unknown": len(members.unknown),
        "add_sample": [shown_member(it) for it in members.add[:SAMPLE]],
        "remove_sample": [shown_member(it) for it in members.remove[:SAMPLE]],
    }


def _move_data(move: Move) -> dict[str, JsonValue]:
    return {
        "source": {"kind": move.source.kind, "key": move.source.key},
        "target": {"kind": move.target.kind, "key": move.target.key},
        "count": move.count,
    }


def outcome_data(outcome: Outcome) -> dict[str, JsonValue]:
    """How an apply ended."""
    data: dict[str, JsonValue] = {
        "digest": outcome.plan.digest,
        "run": outcome.run,
        "journal": outcome.journal,
        "writes": {
            "planned": len(outcome.plan.steps),
            "done": len(outcome.done),
            "failed": len(outcome.failures),
            "skipped": len(outcome.skipped),
            "not_tried": outcome.not_tried,
        },
        "stopped": outcome.stopped,
        "failures": [
            {
                **_step_data(it.step),
                "reason": it.reason,
                "unsure": it.unsure,
                "crossed": it.crossed,
                "partly": it.partly,
            }
            for it in outcome.failures
        ],
        "skipped": [
            {**_step_data(it.step), "because": _step_data(it.because)} for it in outcome.skipped
        ],
        "converged": outcome.converged,
        "normalised": [
            {
                "kind": it.address.kind,
                "key": it.address.key,
                "field": it.field,
                "sent": it.wanted,
                "stored": it.stored,
            }
            for it in outcome.normalised
        ],
        "left": [_change_data(change) for change in outcome.left or ()],
        "left_out": [{"kind": it.address.kind, "key": it.address.key} for it in outcome.left_out],
    }
    return without_people(data)


def _step_data(step: Step) -> dict[str, JsonValue]:
    address = step.change.address
    return {"write": WRITES[type(step)], "kind": address.kind, "key": address.key}
