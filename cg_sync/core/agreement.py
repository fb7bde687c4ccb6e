"""Whether the writes of one plan are among those of another, whoever made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.kind import Spec
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
)


@dataclass(slots=True)
class _Deeds:
    """All that happens to one resource; `update` is its id, what it becomes, and which fields."""

    create: Spec | None = None
    update: tuple[RemoteId, Spec, frozenset[str]] | None = None
    delete: RemoteId | None = None
    add: set[RemoteId] = field(default_factory=set)
    remove: set[RemoteId] = field(default_factory=set)


def not_among(steps: Sequence[Step], others: Sequence[Step]) -> tuple[Address, ...]:
    """The resources to which `steps` would do anything that `others` would not do, in order."""
    mine, theirs = _deeds(steps), _deeds(others)
    return tuple(it for it, deeds in mine.items() if not _is_within(deeds, theirs[it]))


def _is_within(mine: _Deeds, theirs: _Deeds) -> bool:
    return (
        mine.create in (None, theirs.create)
        and mine.update in (None, theirs.update)
        and mine.delete in (None, theirs.delete)
        and mine.add <= theirs.add
        and mine.remove <= theirs.remove
    )


def _deeds(steps: Sequence[Step]) -> defaultdict[Address, _Deeds]:
    found: defaultdict[Address, _Deeds] = defaultdict(_Deeds)
    for step in steps:
        deeds = found[step.change.address]
        match step:
            case CreateRecord(change):
                deeds.create = change.spec
            case UpdateRecord(change):
                names = frozenset(it.name for it in change.fields)
                deeds.update = (change.remote_id, change.spec, names)
            case AddMembers(_, members):
                deeds.add.update(it.pk for it in members)
            case RemoveMembers(_, members):
                deeds.remove.update(it.pk for it in members)
            case DeleteRecord(change):
                deeds.delete = change.remote_id
            case _:
                assert_never(step)
    return found
