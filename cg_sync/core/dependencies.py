"""What each write of a plan builds on: when that fails, the write is not tried either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from cg_sync.core.address import RemoteId
from cg_sync.core.diff import Create, Delete, Update
from cg_sync.core.frozen import Frozen
from cg_sync.core.kind import C, Kind, Spec
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
)

RECORDS = CreateRecord | UpdateRecord | DeleteRecord


def phases_of(steps: Sequence[Step]) -> tuple[int, ...]:
    """The phase of each step: what is of one kind and one sort stands together in a plan, and may
    run at the same time. A phase begins when the one before it has ended.
    """
    runs = groupby(steps, key=lambda it: (type(it), it.change.address.kind))
    return tuple(number for number, (_, run) in enumerate(runs) for _ in run)


@dataclass(frozen=True, slots=True)
class Needs:
    """The steps without which a step must not be made, by their numbers. `shared` are sets that
    many steps have in common, all of phases before theirs.
    """

    own: frozenset[int]
    shared: tuple[frozenset[int], ...] = ()


def needs_of(steps: Sequence[Step], kinds: Sequence[Kind[C]]) -> tuple[Needs, ...]:
    """What each step builds on:

    - what makes or changes the same resource;
    - what makes or renames a record that it refers to;
    - of an update what frees a place that only one record can have; in a ring one goes ahead;
    - for members who go: what gives the same customers something else, and the settings that speak
      of their group;
    - for a record that goes: all that is given to its kind, all who join a group, and what speaks
      of it, since that may be what takes its place.
    """
    by_name = {kind.name: kind for kind in kinds}
    leaving = {it.pk for step in steps if isinstance(step, RemoveMembers) for it in step.members}
    known = _Known(by_name, leaving)
    handovers = _handovers(steps, by_name)
    found = []
    for number, step in enumerate(steps):
        own = frozenset((*known.needed_by(step), *handovers.get(number, ())))
        found.append(Needs(own, known.shared_by(step)))
        known.note(number, step)
    return tuple(found)


class _Known:
    """The steps so far, by what later ones may need of them; `leaving` are the customers of whom it
    matters what they are given.
    """

    def __init__(self, kinds: Mapping[str, Kind[C]], leaving: Set[RemoteId]) -> None:
        self._kinds = kinds
        self._leaving = leaving
        self._records: dict[tuple[str, str], int] = {}
        self._made: dict[tuple[str, str], int] = {}
        self._speaks_of: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._given: defaultdict[str, set[int]] = defaultdict(set)
        self._joins: dict[RemoteId, tuple[int, ...]] = {}
        self._additions: set[int] = set()
        self._shared: dict[object, frozenset[int]] = {}

    def note(self, number: int, step: Step) -> None:
        """Remember what this step does."""
        change = step.change
        kind = self._kinds[change.address.kind]
        if isinstance(step, RECORDS):
            self._records[change.address.kind, change.address.key] = number
            for spec in _specs(step):
                for it in kind.references(spec):
                    self._speaks_of[it.collection, it.code].add(number)
        if isinstance(step, CreateRecord | UpdateRecord):
            self._made[kind.collection, change.address.key] = number
            self._given[kind.name].add(number)
        if isinstance(step, AddMembers):
            self._additions.add(number)
            mine = (number,)  # One for all: a million customers may be on their way.
            for member in step.members:
                if member.pk in self._leaving:
                    earlier = self._joins.get(member.pk)
                    self._joins[member.pk] = mine if earlier is None else (*earlier, number)

    def needed_by(self, step: Step) -> Iterator[int]:
        """The earlier steps that this one alone builds on."""
        change = step.change
        kind = self._kinds[change.address.kind]
        own = self._records.get((change.address.kind, change.address.key))
        if own is not None:
            yield own
        if isinstance(step, CreateRecord | UpdateRecord):
            for it in _references(step.change.spec, kind):
                if it in self._made:
                    yield self._made[it]
        if isinstance(step, RemoveMembers):
            for member in step.members:
                yield from self._joins.get(member.pk, ())

    def shared_by(self, step: Step) -> tuple[frozenset[int], ...]:
        """What this step builds on together with others; nothing for one that gives."""
        if not isinstance(step, RemoveMembers | DeleteRecord):
            return ()
        kind = self._kinds[step.change.address.kind]
        found = [
            self._once((kind.collection, key), self._speaks_of[kind.collection, key])
            for key in sorted({step.change.address.key, _former(step)})
        ]
        if isinstance(step, DeleteRecord):
            found.append(self._once(kind.name, self._given[kind.name]))
            found.append(self._once("", self._additions))
        return tuple(it for it in found if it)

    def _once(self, name: object, steps: Set[int]) -> frozenset[int]:
        """The same set for all who ask, as long as it stays the same."""
        key = (name, len(steps))
        if key not in self._shared:
            self._shared[key] = frozenset(steps)
        return self._shared[key]


def _handovers(steps: Sequence[Step], kinds: Mapping[str, Kind[C]]) -> dict[int, tuple[int, ...]]:
    """The updates that wait for another to free a place, and for which. Rings are broken."""
    updates = {number: it for number, it in enumerate(steps) if isinstance(it, UpdateRecord)}
    frees = {
        (it.change.address.kind, repr(claim)): number
        for number, it in updates.items()
        for claim in _freed(it, kinds[it.change.address.kind])
    }
    waits: dict[int, list[int]] = {}
    for number, it in updates.items():
        kind, spec = kinds[it.change.address.kind], it.change.spec
        claims = () if isinstance(spec, Frozen) else kind.claims(spec)
        waits[number] = [
            frees[kind.name, repr(claim)]
            for claim in claims
            if frees.get((kind.name, repr(claim)), number) != number
        ]
    _break_rings(waits)
    return {number: tuple(those) for number, those in waits.items() if those}


def _break_rings(waits: Mapping[int, list[int]]) -> None:
    """Take out of each ring the wait that closes it."""
    finished: set[int] = set()
    for start in waits:
        path = {start: None} if start not in finished else {}
        while path:
            here = next(reversed(path))
            waits[here][:] = [it for it in waits[here] if it not in path]
            onward = next((it for it in waits[here] if it not in finished), None)
            if onward is None:
                finished.add(here)
                del path[here]
            else:
                path[onward] = None


def _references(spec: Spec, kind: Kind[C]) -> Iterator[tuple[str, str]]:
    """What a Spec refers to, by collection and code, as far as it is known here."""
    if not isinstance(spec, Frozen):
        yield from ((it.collection, it.code) for it in kind.references(spec))


def _former(step: Step) -> str:
    change = step.change
    return (change.former or "") if isinstance(change, Update) else change.address.key


def _specs(step: RECORDS) -> Iterator[Spec]:
    """What the record is before and after, as far as it is known here."""
    change = step.change
    both = [] if isinstance(change, Create) else [change.before]
    if not isinstance(change, Delete):
        both.append(change.spec)
    yield from (it for it in both if not isinstance(it, Frozen))


def _freed(step: UpdateRecord, kind: Kind[C]) -> Iterator[object]:
    before, after = step.change.before, step.change.spec
    if not isinstance(before, Frozen) and not isinstance(after, Frozen):
        yield from (it for it in kind.claims(before) if it not in kind.claims(after))
