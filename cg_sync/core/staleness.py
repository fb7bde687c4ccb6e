"""Holds a saved plan against the shop of today: what is still to do, what is done already, and what
has moved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.kind import C, Ids, Kind, Spec
from cg_sync.core.live_index import LiveIndex
from cg_sync.core.members import MemberDelta, fingerprint_of
from cg_sync.core.moved import Moved, moved_fields, told_value
from cg_sync.core.plan import AddMembers, DeleteRecord, Plan, RemoveMembers, Step, steps_of
from cg_sync.core.state import Held, Live
from cg_sync.errors import counted
from cg_sync.jsonvalue import shown


class Standing(StrEnum):
    """`OK`: the shop is as it was when the plan was made, or has a part of the change. `ALREADY`:
    it is as planned. `CONFLICT`: it is neither.
    """

    OK = "ok"
    ALREADY = "already"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Judged:
    """One change of a plan as it stands today; `record` and `members` say it of its two parts, None
    for a part it has not. `moved` says how a conflict came about; `rest` are the members who are
    still to be added and removed.
    """

    change: Change
    record: Standing | None
    members: Standing | None
    moved: tuple[Moved, ...] = ()
    rest: MemberDelta | None = None

    @property
    def standing(self) -> Standing:
        """That of the whole change: a conflict in any part is one."""
        parts = {it for it in (self.record, self.members) if it is not None}
        if Standing.CONFLICT in parts:
            return Standing.CONFLICT
        return Standing.OK if Standing.OK in parts else Standing.ALREADY


NONE_NOTED: Mapping[Address, RemoteId] = MappingProxyType({})

LiveMembers = Mapping[Address, Collection[RemoteId]]
"""The pks of those who are in a group now, for each group whose members a plan moves."""


Formerly = Callable[[Held], Held]
"""A record in the words of when the plan was made: what it refers to may have been renamed since by
the first half of the plan.
"""


def judged(
    plan: Plan,
    today: LiveIndex,
    members: LiveMembers,
    kinds: Sequence[Kind[C]],
    *,
    formerly: Formerly = lambda held: held,
) -> tuple[Judged, ...]:
    """Each change of the plan, in its order, as it stands with the shop of today."""
    by_name = {kind.name: kind for kind in kinds}
    found = tuple(
        _judged(it, plan, today, members, by_name[it.address.kind], formerly) for it in plan.changes
    )
    made = frozenset(
        (by_name[it.change.address.kind].collection, it.change.address.key)
        for it in found
        if not isinstance(it.change, Delete) and it.standing is not Standing.CONFLICT
    )
    return tuple(
        _with_references(it, made, today.live, by_name[it.change.address.kind]) for it in found
    )


def _judged(
    change: Change,
    plan: Plan,
    today: LiveIndex,
    members: LiveMembers,
    kind: Kind[C],
    formerly: Formerly,
) -> Judged:
    held = today.meant(change)
    then = plan.fingerprints[change.address]
    match change:
        case Create():
            record, moved = _created(change, held, today, kind)
        case Update():
            record, moved = _updated(change, held, then, today, kind, formerly)
        case Delete():
            record, moved = _deleted(change, held, then, today, kind, formerly)
        case _:
            assert_never(change)
    delta = None if isinstance(change, Delete) else change.members
    if delta is None or not (delta.add or delta.remove):
        return Judged(change, record, None, moved)
    if held is None:
        return Judged(change, record, Standing.OK, moved, delta)
    there = members.get(change.address, ())
    of_members, also = _members(delta, there)
    return Judged(change, record, of_members, (*moved, *also), _rest(delta, there))


def _rest(delta: MemberDelta, there: Collection[RemoteId]) -> MemberDelta:
    named = {it.pk for it in (*delta.add, *delta.remove)}
    now = named.intersection(there)
    return replace(
        delta,
        add=tuple(it for it in delta.add if it.pk not in now),
        remove=tuple(it for it in delta.remove if it.pk in now),
    )


_Found = tuple[Standing | None, tuple[Moved, ...]]


def _conflict(what: str, then: str, found: str) -> _Found:
    return Standing.CONFLICT, (Moved(what, then, found),)


def _created(change: Create, held: Held | None, today: LiveIndex, kind: Kind[C]) -> _Found:
    taken = today.taken(change.address, held.remote_id if held else None)
    if taken:
        return _conflict(kind.key, "not there", taken)
    if held is None:
        return Standing.OK, ()
    if held.spec == change.spec:
        return Standing.ALREADY, ()
    there = Moved(kind.key, "not there", "there, made by somebody else")
    return Standing.CONFLICT, (there, *moved_fields(kind, change.spec, held.spec, "as planned "))


def _updated(
    change: Update,
    held: Held | None,
    then: str,
    today: LiveIndex,
    kind: Kind[C],
    formerly: Formerly,
) -> _Found:
    if held is None:
        why = today.why_gone(kind.name, change.remote_id)
        return _conflict(kind.key, "there", why or "gone, or made anew")
    for address in (held.address, change.address):
        if taken := today.taken(address, held.remote_id):
            return _conflict(kind.key, change.former or change.address.key, taken)
    part = Standing.OK if change.fields else None
    if held_fingerprint(formerly(held), kind, with_size=False) == then:
        return part, ()
    if held.spec == change.spec:
        return Standing.ALREADY, ()
    return Standing.CONFLICT, moved_fields(kind, change.before, held.spec)


def _deleted(
    change: Delete,
    held: Held | None,
    then: str,
    today: LiveIndex,
    kind: Kind[C],
    formerly: Formerly,
) -> _Found:
    if held is None:
        why = today.why_gone(kind.name, change.remote_id)
        anew = "made anew by somebody else" if change.address in today.live.held else why
        return _conflict(kind.key, "there", anew) if anew else (Standing.ALREADY, ())
    if held.address in today.live.twice:
        return _conflict(kind.key, "there", "there more than once")
    if held_fingerprint(formerly(held), kind, with_size=True) == then:
        return Standing.OK, ()
    moved = moved_fields(kind, change.before, held.spec)
    if held.size != change.size:
        moved = (*moved, Moved("members", told_value(change.size), told_value(held.size)))
    return Standing.CONFLICT, moved


def _members(delta: MemberDelta, pks: Collection[RemoteId]) -> _Found:
    """How the members stand who are to be added and removed.

    Undoing in mind what the plan would do gives those who were there when it was made, as long as
    nobody else moved: so a change that is half done is still told from one that somebody crossed.
    """
    add = {it.pk for it in delta.add}
    remove = {it.pk for it in delta.remove}
    others: list[RemoteId] = []
    joined, staying = 0, 0
    for pk in pks:
        joined += pk in add
        staying += pk in remove
        if pk not in add and pk not in remove:
            others.append(pk)
    if delta.fingerprint and fingerprint_of([*others, *remove]) != delta.fingerprint:
        now = f"{counted(len(others) + joined + staying, 'member')}, others than planned"
        return Standing.CONFLICT, (Moved("members", counted(delta.before, "member"), now),)
    done = joined == len(add) and not staying
    return (Standing.ALREADY if done else Standing.OK), ()


def _with_references(it: Judged, made: Set[tuple[str, str]], live: Live, kind: Kind[C]) -> Judged:
    """A conflict when something that the change refers to is not there and is not made before."""
    if it.record is not Standing.OK or isinstance(it.change, Delete):
        return it
    lost = lost_references(it.change.spec, made, live.ids, kind)
    return replace(it, record=Standing.CONFLICT, moved=(*it.moved, *lost)) if lost else it


def lost_references(
    spec: Spec, made: Set[tuple[str, str]], ids: Ids, kind: Kind[C]
) -> tuple[Moved, ...]:
    """What `spec` refers to and is not there; `made` are what will be, by collection and code."""
    return tuple(
        Moved(shown(reference.pointer), reference.code, "not in the shop any more")
        for reference in kind.references(spec)
        if not ids.has(reference.collection, reference.code)
        and (reference.collection, reference.code) not in made
    )


def remaining(found: Sequence[Judged], kinds: Sequence[Kind[C]]) -> tuple[Step, ...]:
    """The writes of a plan that are still to do, in its order, without those of conflicts.

    While there is a conflict nothing is taken away either: what was to be given first may be a part
    of it.
    """
    left = {it.change.address: it for it in found if it.standing is Standing.OK}
    changes = [_with_rest(it) for it in left.values()]
    gives = not any(conflicts(found))
    return tuple(
        step
        for step in steps_of(changes, kinds)
        if _is_left(step, left[step.change.address]) and (gives or not _takes(step))
    )


def still_to_do(found: Sequence[Judged]) -> tuple[Change, ...]:
    """The changes that stand, with only those members who are still to be moved."""
    return tuple(_with_rest(it) for it in found if it.standing is Standing.OK)


def held_back(found: Sequence[Judged], kinds: Sequence[Kind[C]]) -> tuple[Change, ...]:
    """The changes that are not made, or not wholly, as long as somebody crossed a change: those in
    conflict, and those that take away.
    """
    crossed = {it.change.address for it in conflicts(found)}
    still = (_with_rest(it) for it in found if it.standing is Standing.OK)
    waits = {step.change.address for step in steps_of(list(still), kinds) if _takes(step)}
    out = crossed | waits if crossed else set()
    return tuple(it.change for it in found if it.change.address in out)


def _takes(step: Step) -> bool:
    return isinstance(step, RemoveMembers | DeleteRecord)


def _with_rest(it: Judged) -> Change:
    change = it.change
    return change if isinstance(change, Delete) else replace(change, members=it.rest)


def _is_left(step: Step, it: Judged) -> bool:
    of_members = isinstance(step, AddMembers | RemoveMembers)
    return (it.members if of_members else it.record) is Standing.OK


def made_already(
    found: Iterable[Judged], live: Live, noted: Mapping[Address, RemoteId] = NONE_NOTED
) -> dict[Address, RemoteId]:
    """The ids of what a plan creates and the shop has by now; `noted` are those that a run knows of
    what it made, whatever the shop calls it.
    """
    made = (
        it.change.address
        for it in found
        if isinstance(it.change, Create) and it.record is Standing.ALREADY
    )
    return {it: noted[it] if it in noted else live.held[it].remote_id for it in made}


def conflicts(found: Iterable[Judged]) -> Iterator[Judged]:
    """The changes that somebody crossed."""
    return (it for it in found if it.standing is Standing.CONFLICT)
