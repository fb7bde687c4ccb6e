"""A plan as its file holds it: the report that everybody may read and, bound to it, what apply
needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.fingerprint import readable_fields
from cg_sync.core.frozen import frozen
from cg_sync.core.kind import C, Kind
from cg_sync.core.members import MemberDelta
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    Plan,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.core.privacy import masked
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.report.as_json import without_people
from cg_sync.report.data import plan_data

SAMPLE = 20
"""Members of each list whose masked addresses are kept to be shown."""


_WRITES: Mapping[type[Step], str] = {
    CreateRecord: "create",
    UpdateRecord: "update",
    AddMembers: "add_members",
    RemoveMembers: "remove_members",
    DeleteRecord: "delete",
}


@dataclass(frozen=True)
class SavedPlan:
    """A plan, and when it was made. Of its Specs there are stand-ins until a project thaws them."""

    plan: Plan
    made_at: datetime


def saved_data(saved: SavedPlan, kinds: Sequence[Kind[C]]) -> dict[str, JsonValue]:
    """The plan as its file holds it, but for the seal: the same plan and time, the same data.

    `bound` holds what is applied: what authors wrote, in clear, and customers by pk. All else is
    masked, what was in the shop before too.
    """
    by_name = {kind.name: kind for kind in kinds}
    plan = saved.plan
    changes = [_bound(it, plan, by_name[it.address.kind]) for it in plan.changes]
    bound: JsonObject = {
        "made_at": saved.made_at.isoformat(),
        "changes": changes,
        "steps": bound_steps(plan),
    }
    return {**plan_data(plan), "bound": bound}


def _bound(change: Change, plan: Plan, kind: Kind[C]) -> JsonObject:
    data: dict[str, JsonValue] = {
        "kind": change.address.kind,
        "key": change.address.key,
        "former": change.former if isinstance(change, Update) else None,
        "id": None if isinstance(change, Create) else change.remote_id,
        "intent": plan.intents[change.address],
        "fingerprint": plan.fingerprints[change.address],
        "before": None,
        "after": None,
    }
    if not isinstance(change, Create):
        data["before"] = without_people(readable_fields(change.before, kind))
    if isinstance(change, Delete):
        data["size"] = change.size
        return data
    after = frozen(change.spec, kind)
    data["after"] = {"content": after.content, "fingerprint": after.fingerprint}
    if change.members is not None:
        data["members"] = _bound_members(change.members)
    return data


def bound_steps(plan: Plan) -> list[JsonValue]:
    """The writes in their order: of which change, what, and of members how many."""
    numbers = {it.address: number for number, it in enumerate(plan.changes)}
    steps: list[JsonValue] = []
    for step in plan.steps:
        data: dict[str, JsonValue] = {
            "change": numbers[step.change.address],
            "write": _WRITES[type(step)],
        }
        if isinstance(step, AddMembers | RemoveMembers):
            data["members"] = len(step.members)
        steps.append(data)
    return steps


def _bound_members(delta: MemberDelta) -> JsonObject:
    return {
        "add": [it.pk for it in delta.add],
        "remove": [it.pk for it in delta.remove],
        "withheld": [it.pk for it in delta.withheld],
        "add_shown": [masked(it.email) if it.email else "" for it in delta.add[:SAMPLE]],
        "remove_shown": [masked(it.email) if it.email else "" for it in delta.remove[:SAMPLE]],
        "kept": delta.kept,
        "unknown": [[it.field, masked(it.key), it.several] for it in delta.unknown],
        "fingerprint": delta.fingerprint,
    }
