"""The plan: changes, the ordered steps that carry them out, and what the guards say. Nothing after
it decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Difference, Update
from cg_sync.core.fingerprint import fingerprints_of
from cg_sync.core.forecast import Forecast
from cg_sync.core.guards import Tripped, tripped_guards
from cg_sync.core.kind import C, Kind
from cg_sync.core.members import Member
from cg_sync.core.origin import Origin
from cg_sync.core.project import Guards
from cg_sync.core.reading import Reading
from cg_sync.core.source import Source
from cg_sync.core.state import Live
from cg_sync.errors import Problem
from cg_sync.jsonvalue import JsonValue, digest_of

MEMBERS_PER_CALL = 500
"""Customers in one bulk call: small enough for any body limit, large enough that calls do not
dominate.
"""

FORMAT = "cg-sync/intent/2"


@dataclass(frozen=True, slots=True)
class CreateRecord:
    change: Create


@dataclass(frozen=True, slots=True)
class UpdateRecord:
    change: Update


@dataclass(frozen=True, slots=True)
class AddMembers:
    change: Create | Update
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class RemoveMembers:
    change: Update
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class DeleteRecord:
    change: Delete


Step = CreateRecord | UpdateRecord | AddMembers | RemoveMembers | DeleteRecord
"""One write to the shop."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a plan belongs: it is no other environment's and no other channel's."""

    environment: str
    url: str
    channel: int


View = Literal["plan", "drift"]
"""What the reader is after: what apply will do, or how far the shop is from the files."""


@dataclass(frozen=True)
class Plan:
    """Everything there is to say about a run before it writes. `calls` were spent on making it, by
    verb; `intents` name what each change means to do, `readings` are there for the changes that
    words say better than fields.

    `fingerprints` name the live state that each change was made from. `origins` say of each changed
    field whose doing it is, and `already_live` names what the branch changes and the shop has: both
    are there only when a base was asked for. `forecast` is what applying it costs, None of a plan
    from a file of long ago.
    """

    target: Target
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    tripped: tuple[Tripped, ...]
    problems: tuple[Problem, ...]
    unmanaged: tuple[Address, ...]
    unchanged: int
    digest: str
    calls: Mapping[str, int]
    intents: Mapping[Address, str] = field(default_factory=dict)
    readings: Mapping[Address, Reading] = field(default_factory=dict)
    fingerprints: Mapping[Address, str] = field(default_factory=dict)
    origins: Mapping[Address, Mapping[str, Origin]] = field(default_factory=dict)
    already_live: tuple[Address, ...] = ()
    source: Source | None = None
    view: View = "plan"
    forecast: Forecast | None = None

    @property
    def unverified(self) -> int:
        """How many changes would send something in a form that nobody has tried with the shop."""
        return sum(1 for it in self.readings.values() if it.unverified)

    @property
    def short_digest(self) -> str:
        return self.digest[:SHORT_DIGEST]


SHORT_DIGEST = 12


def make_plan(
    difference: Difference,
    live: Live,
    *,
    target: Target,
    kinds: Sequence[Kind[C]],
    guards: Guards,
    problems: Iterable[Problem],
    calls: Mapping[str, int],
    source: Source | None = None,
) -> Plan:
    """Freeze what is to be done, in order, and hold it against the guards."""
    intents = {it.address: intent_of(it) for it in difference.changes}
    return Plan(
        target=target,
        changes=difference.changes,
        steps=tuple(steps_of(difference.changes, kinds)),
        tripped=tuple(tripped_guards(difference.changes, live, kinds, guards)),
        problems=tuple(problems),
        unmanaged=difference.unmanaged,
        unchanged=difference.unchanged,
        digest=digest_of_intents(target, intents.values()),
        calls=dict(calls),
        intents=intents,
        fingerprints=fingerprints_of(difference.changes, live, kinds),
        source=source,
    )


def steps_of(changes: Sequence[Change], kinds: Sequence[Kind[C]]) -> Iterator[Step]:
    """The writes, ordered so that nothing is used before it exists and destructive ones come last.

    By kind: records created, then updated, then members added. When all that is given: members
    removed, and at the end, kinds backwards: records deleted. A run that dies half-way has then
    given too much rather than taken too much.
    """
    for kind in kinds:
        mine = [change for change in changes if change.address.kind == kind.name]
        yield from (CreateRecord(change) for change in mine if isinstance(change, Create))
        yield from (UpdateRecord(it) for it in mine if isinstance(it, Update) and it.fields)
        for change in mine:
            if not isinstance(change, Delete) and change.members is not None:
                yield from (AddMembers(change, chunk) for chunk in _chunks(change.members.add))
    for change in changes:
        if isinstance(change, Update) and change.members is not None:
            yield from (RemoveMembers(change, chunk) for chunk in _chunks(change.members.remove))
    for kind in reversed(kinds):
        yield from (
            DeleteRecord(it)
            for it in changes
            if isinstance(it, Delete) and it.address.kind == kind.name
        )


def _chunks(members: Sequence[Member]) -> Iterator[tuple[Member, ...]]:
    for start in range(0, len(members), MEMBERS_PER_CALL):
        yield tuple(members[start : start + MEMBERS_PER_CALL])


def digest_of_intents(target: Target, intents: Iterable[str]) -> str:
    """SHA-256 of what is meant to happen, from the intents of the changes in their order: the same
    for the same intent whatever the commit, the layout of the files or the time, and different as
    soon as any value, member or target differs.
    """
    return digest_of([FORMAT, target.environment, target.url, target.channel, [*intents]])


def intent_of(change: Change) -> str:
    """SHA-256 of what one change means to do."""
    return digest_of(_intent(change))


def _intent(change: Change) -> JsonValue:
    match change:
        case Create():
            action, remote = "create", None
        case Update():
            action, remote = "update", change.former
        case Delete():
            action, remote = "delete", None
        case _:
            assert_never(change)
    members = None if isinstance(change, Delete) else change.members
    meant = change.before if isinstance(change, Delete) else change.spec
    return [
        action,
        change.address.kind,
        change.address.key,
        remote,
        [[it.name, it.old, it.new] for it in change.fields],
        meant.meaning(),
        change.size if isinstance(change, Delete) else None,
        [member.pk for member in members.add] if members else [],
        [member.pk for member in members.remove] if members else [],
    ]
