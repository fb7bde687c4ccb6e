"""What asks for a closer look at a change: it takes away, a guard refuses it, a warning is about
its file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import assert_never

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.guards import Tripped, address_in_shop
from cg_sync.core.plan import Plan, View
from cg_sync.errors import Problem
from cg_sync.report.change import Labels


class Risk(StrEnum):
    """Why a change is looked at first."""

    DESTRUCTIVE = "destructive"
    GUARD = "guard"
    WARNING = "warning"


RISK_WORDS: Mapping[Risk, str] = {
    Risk.DESTRUCTIVE: "takes away",
    Risk.GUARD: "refused by a guard",
    Risk.WARNING: "has a warning",
}


def risks_of(
    change: Change, guards: Sequence[Tripped], problems: Sequence[Problem], view: View
) -> list[Risk]:
    """The risks of a change, of which these guards and problems are. Drift takes nothing away."""
    return [
        *([Risk.DESTRUCTIVE] if view == "plan" and takes_away(change) else []),
        *([Risk.GUARD] if guards else []),
        *([Risk.WARNING] if problems else []),
    ]


def takes_away(change: Change) -> bool:
    """Whether a resource, or a member of one, is gone afterwards."""
    match change:
        case Delete():
            return True
        case Create():
            return False
        case Update():
            return change.members is not None and bool(change.members.remove)
        case _:
            assert_never(change)


def guards_by_change(plan: Plan, labels: Labels) -> Mapping[Address, list[Tripped]]:
    """The guards that refuse a plan, by what they are about: all that is deleted or changed of a
    kind, those that a guard names, or one group.
    """
    found: dict[Address, list[Tripped]] = {}
    if plan.tripped:
        for change in plan.changes:
            members, kind = f"members of {change.address.key}", f"{labels[change.address.kind]}s"
            guards = [
                it
                for it in plan.tripped
                if (it.subject == members and takes_away(change))
                or (it.subject == kind and _counts(it, change))
            ]
            if guards:
                found[change.address] = guards
    return found


def _counts(guard: Tripped, change: Change) -> bool:
    """Whether a guard about all of a kind counts this change of it."""
    if guard.names:
        return address_in_shop(change).key in guard.names or change.address.key in guard.names
    if guard.rule == "max_update_share":
        return isinstance(change, Update) and bool(change.fields)
    return isinstance(change, Delete)


def problems_by_change(plan: Plan) -> Mapping[Address, list[Problem]]:
    """The problems in the file of each change."""
    by_file: dict[str, list[Problem]] = {}
    for problem in plan.problems:
        if problem.where is not None:
            by_file.setdefault(problem.where.file, []).append(problem)
    return {
        it.address: by_file[it.where.file]
        for it in plan.changes
        if it.where is not None and it.where.file in by_file
    }
