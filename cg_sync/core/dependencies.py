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
    """The earlier steps without which a step must not be made, by their numbers; `all_given` is one
    set for many steps, of phases before theirs.
    """

    own: frozenset[int]
    all_given: frozenset[int] = frozenset()


def needs_of(steps: Sequence[Step], kinds: Sequence[Kind[C]]) -> tuple[Needs, ...]:
    """What each step builds on:

    - the others of the same resource, but for lists of members, which stand for themselves;
    - what makes or renames a record that it refers to;
    - what frees a place that only one record can have;
    - for members who go: what gives the same customers something else, and the settings that speak
      of their group;
    - for a record that goes: all that is given to its kind, and all who join a group if it has
      members, since that may be what takes its place.
    """
    leaving = {it.pk for step in steps if isinstance(step, RemoveMembers) for it in step.members}
    known = _Known({kind.name: kind for kind in kinds}, leaving)
    found = []
    for number, step in enumerate(steps):
        found.append(Needs(frozenset(known.needed_by(step)), known.all_given(step)))
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
        self._freed: dict[tuple[str, str], int] = {}
        self._speaks_of: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._given: defaultdict[str, set[int]] = defaultdict(set)
        self._joins: defaultdict[RemoteId, set[int]] = defaultdict(set)
        self._additions: set[int] = set()
        self._all_given: dict[str, frozenset[int]] = {}

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
        if isinstance(step, UpdateRecord | DeleteRecord):
            for claim in _freed(step, kind):
                self._freed[kind.name, repr(claim)] = number
        if isinstance(step, AddMembers):
            self._additions.add(number)
            for member in step.members:
                if member.pk in self._leaving:
                    self._joins[member.pk].add(number)

    def needed_by(self, step: Step) -> Iterator[int]:
        """The earlier steps that this one builds on."""
        change = step.change
        kind = self._kinds[change.address.kind]
        own = self._records.get((change.address.kind, change.address.key))
        if own is not None:
            yield own
        if isinstance(step, CreateRecord | UpdateRecord) and not isinstance(
            step.change.spec, Frozen
        ):
            for it in kind.references(step.change.spec):
                if (it.collection, it.code) in self._made:
                    yield self._made[it.collection, it.code]
            for claim in kind.claims(step.change.spec):
                if (kind.name, repr(claim)) in self._freed:
                    yield self._freed[kind.name, repr(claim)]
        if isinstance(step, RemoveMembers | DeleteRecord):
            for key in {change.address.key, _former(step)}:
                yield from self._speaks_of[kind.collection, key]
        if isinstance(step, RemoveMembers):
            for member in step.members:
                yield from self._joins.get(member.pk, ())

    def all_given(self, step: Step) -> frozenset[int]:
        """What may take the place of a record that goes; empty for other steps."""
        if not isinstance(step, DeleteRecord):
            return frozenset()
        kind = self._kinds[step.change.address.kind]
        if kind.name not in self._all_given:  # Nothing is given any more once records go.
            joins = self._additions if kind.has_members else ()
            self._all_given[kind.name] = frozenset(self._given[kind.name].union(joins))
        return self._all_given[kind.name]


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


def _freed(step: UpdateRecord | DeleteRecord, kind: Kind[C]) -> Iterator[object]:
    before, after = step.change.before, None
    if isinstance(step, UpdateRecord):
        after = step.change.spec
    if isinstance(before, Frozen) or isinstance(after, Frozen):
        return
    kept = kind.claims(after) if after is not None else ()
    yield from (it for it in kind.claims(before) if it not in kept)
