"""Guards: a plan that would take away or change too much is refused, with the numbers, until
somebody allows it for that plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.kind import C, Kind, Spec
from cg_sync.core.limits import Bounds, Guards, Loosened, is_looser
from cg_sync.core.precedence import moved
from cg_sync.core.state import Live
from cg_sync.errors import Position

RULES = (
    "empty",
    "max_delete_share",
    "max_member_removal_share",
    "max_update_share",
    "max_priority_moves",
    "max_display_changes",
)
"""What can be allowed for one plan, as named in cg-sync.yaml."""

COUNTING = frozenset({"max_priority_moves", "max_display_changes"})
"""The guards whose limit is a number, not a share; that of `empty` is 0."""

_NOT_LOOSENED = Loosened()


@dataclass(frozen=True, slots=True)
class Tripped:
    """A guard that said no: `rule` as in cg-sync.yaml, `part` of `whole` is over `limit`, which is
    a share from 0 to 1 or a number.

    `names` are the keys of what is counted, where that is not plain from `subject`. `bound` is that
    of the policy, when the plan is over it too: then no allowance helps.
    """

    code: str
    rule: str
    subject: str
    part: int
    whole: int
    limit: float
    where: Position | None = None
    names: tuple[str, ...] = ()
    bound: float | None = None

    @property
    def share(self) -> float:
        return self.part / self.whole


def tripped_guards(
    changes: Sequence[Change], live: Live, kinds: Sequence[Kind[C]], guards: Guards
) -> Iterator[Tripped]:
    """Every guard that these changes trip: those about all records of a kind, kind by kind, then
    those about one resource. Below `min_existing` records or members a share says nothing.
    """
    for kind in kinds:
        mine = [it for it in changes if it.address.kind == kind.name]
        for tripped in _of_kind(mine, live, kind, guards):
            yield bound_to(tripped, guards.bounds)
    for change in changes:
        for tripped in _of_resource(change, guards):
            yield bound_to(tripped, guards.bounds)


def bound_to(tripped: Tripped, bounds: Bounds) -> Tripped:
    """The guard with the bound that it is over, if it is over one."""
    bound = bounds.of(tripped.rule)
    if isinstance(bound, bool):
        return replace(tripped, bound=0 if bound else None)
    measure = tripped.part if tripped.rule in COUNTING else tripped.share
    return replace(tripped, bound=bound if is_looser(measure, bound) else None)


def _of_kind(
    changes: Sequence[Change], live: Live, kind: Kind[C], guards: Guards
) -> Iterator[Tripped]:
    if not changes:
        return
    held = {address: it.spec for address, it in live.held.items() if address.kind == kind.name}
    whole, subject = len(held), f"{kind.label}s"
    deletes = [it for it in changes if isinstance(it, Delete)]
    updates = [it for it in changes if isinstance(it, Update) and it.fields]
    no_file = [it for it in deletes if it.where is None]
    if guards.empty and no_file and len(changes) == len(deletes) == whole:
        yield Tripped("CG-G03", "empty", subject, whole, whole, 0)
    for code, rule, some, limit in (
        ("CG-G01", "max_delete_share", deletes, guards.max_delete_share),
        ("CG-G04", "max_update_share", updates, guards.max_update_share),
    ):
        if some and whole >= guards.min_existing and len(some) / whole > limit:
            yield Tripped(code, rule, subject, len(some), whole, limit, some[0].where)
    after = _after(held, changes)
    yield from _places(held, after, kind, guards)
    yield from _displays(held, after, kind, guards)


_After = Mapping[Address, tuple[Spec | None, Change]]
"""What becomes of each live record that changes (None: it goes), by its address in the shop."""


def _after(held: Mapping[Address, Spec], changes: Sequence[Change]) -> _After:
    found: dict[Address, tuple[Spec | None, Change]] = {}
    for change in changes:
        there = address_in_shop(change)
        if there in held and not isinstance(change, Create):
            found[there] = (None if isinstance(change, Delete) else change.spec, change)
    return found


def address_in_shop(change: Change) -> Address:
    """Where the shop has the record that changes: under its former key, when it is renamed."""
    former = change.former if isinstance(change, Update) else None
    return change.address if former is None else Address(change.address.kind, former)


def _places(
    held: Mapping[Address, Spec], after: _After, kind: Kind[C], guards: Guards
) -> Iterator[Tripped]:
    """Records that take another place among those that win over each other before and after."""
    ranks = {
        there.key: None if spec is None else kind.precedence(spec)
        for there, (spec, _) in after.items()
    }
    touched = {it.key for it in after if ranks[it.key] != kind.precedence(held[it])}
    if not touched:
        return
    then = {
        it.key: rank for it, spec in held.items() if (rank := kind.precedence(spec)) is not None
    }
    now = {key: it for key, it in {**then, **ranks}.items() if it is not None}
    names = moved(then, now, touched)
    if len(names) > guards.max_priority_moves:
        where = next((it.where for there, (_, it) in after.items() if there.key in touched), None)
        yield Tripped(
            "CG-G05", "max_priority_moves", f"{kind.label}s", len(names),
            len(then.keys() & now.keys()), guards.max_priority_moves, where, names,
        )  # fmt: skip


def _displays(
    held: Mapping[Address, Spec], after: _After, kind: Kind[C], guards: Guards
) -> Iterator[Tripped]:
    """Records through which customers are shown something else afterwards, or nothing."""
    others = [
        change
        for there, (spec, change) in after.items()
        if kind.shows(held[there]) != (None if spec is None else kind.shows(spec))
    ]
    counted = [it for it in others if not _loosened(it, guards).may_change_display]
    bound = guards.bounds.max_display_changes
    limit = guards.max_display_changes
    if bound is not None and len(others) > bound:
        counted, limit = others, min(bound, limit)
    if len(counted) > limit:
        names = tuple(it.address.key for it in counted)
        yield Tripped(
            "CG-G06", "max_display_changes", f"{kind.label}s", len(counted), len(held), limit,
            counted[0].where, names,
        )  # fmt: skip


def _of_resource(change: Change, guards: Guards) -> Iterator[Tripped]:
    removed, before = _leaving(change)
    loosened = _loosened(change, guards)
    share = loosened.max_member_removal_share
    if share is None:
        share = guards.max_member_removal_share
    bound = guards.bounds.max_member_removal_share
    limit = share if bound is None else min(share, bound)
    subject = _members_of(change.address)
    if removed and before >= guards.min_existing and removed / before > limit:
        yield Tripped(
            "CG-G02", "max_member_removal_share", subject, removed, before, limit, change.where,
        )  # fmt: skip
    may = loosened.may_be_emptied and not guards.bounds.empty
    if guards.empty and not may and _is_emptied(change):
        yield Tripped("CG-G03", "empty", subject, before, before, 0, change.where)


def _loosened(change: Change, guards: Guards) -> Loosened:
    return guards.loosened.get(change.address, _NOT_LOOSENED)


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


def _is_emptied(change: Change) -> bool:
    """Whether a group loses its last members; a tombstone says of itself that it means to."""
    match change:
        case Delete():
            return change.where is None and bool(change.size)
        case Update() if change.members is not None:
            return change.members.before > 0 and change.members.after == 0
        case Create() | Update():
            return False
        case _:
            assert_never(change)


def _members_of(address: Address) -> str:
    return f"members of {address.key}"
