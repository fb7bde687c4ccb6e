"""Guards: a plan that would take away too much is refused, with the numbers, until somebody allows
it for that plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.kind import C, Kind
from cg_sync.core.project import Guards
from cg_sync.core.state import Live
from cg_sync.errors import Position

RULES = ("max_delete_share", "max_member_removal_share")
"""What can be allowed for one plan, as named in cg-sync.yaml."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """A guard that said no: `rule` as in cg-sync.yaml, `part` of `whole` is over `limit` (a share
    from 0 to 1).
    """

    code: str
    rule: str
    subject: str
    part: int
    whole: int
    limit: float
    where: Position | None = None

    @property
    def share(self) -> float:
        return self.part / self.whole


def tripped_guards(
    changes: Sequence[Change], live: Live, kinds: Sequence[Kind[C]], guards: Guards
) -> Iterator[Tripped]:
    """Every guard that these changes trip. Below `min_existing` records or members a share says
    nothing.
    """
    existing = Counter(address.kind for address in live.held)
    for kind in kinds:
        deletes = [it for it in changes if isinstance(it, Delete) and it.address.kind == kind.name]
        whole = existing[kind.name]
        if (
            deletes
            and whole >= guards.min_existing
            and len(deletes) / whole > guards.max_delete_share
        ):
            yield Tripped(
                "CG-G01", "max_delete_share", f"{kind.label}s", len(deletes), whole,
                guards.max_delete_share, deletes[0].where,
            )  # fmt: skip
    for change in changes:
        removed, before = _leaving(change)
        if (
            removed
            and before >= guards.min_existing
            and removed / before > guards.max_member_removal_share
        ):
            yield Tripped(
                "CG-G02", "max_member_removal_share", _members_of(change.address), removed, before,
                guards.max_member_removal_share, change.where,
            )  # fmt: skip


def _leaving(change: Change) -> tuple[int, int]:
    """How many members leave a group, and of how many; all of them when it is deleted."""
    match change:
        case Delete():
            return change.size or 0, change.size or 0
        case Update() if change.members is not None:
            return len(change.members.remove), change.members.before
        case Create() | Update():
            return 0, 0
        case _:
            assert_never(change)


def _members_of(address: Address) -> str:
    return f"members of {address.key}"
