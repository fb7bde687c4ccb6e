"""What has to change: the closed union of changes, and how pairs of wanted and live state become
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.document import Document
from cg_sync.core.kind import C, Kind, Spec
from cg_sync.core.match import Pair
from cg_sync.core.members import MemberDelta
from cg_sync.core.project import Ownership
from cg_sync.core.state import Desired, Held, Live, Wanted
from cg_sync.errors import Position
from cg_sync.jsonvalue import JsonValue, shown


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, named as authors write it (`display.price_list`), before and after.

    `is_key` when it names the resource: that changes how it is shown, not what it is.
    """

    name: str
    old: JsonValue
    new: JsonValue
    where: Position | None = None
    is_key: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Create:
    """A resource the shop does not have."""

    address: Address
    spec: Spec
    fields: tuple[FieldChange, ...]
    where: Position
    members: MemberDelta | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """A resource the shop has otherwise. `former` is its key in the shop when that changes too: a
    rename.
    """

    address: Address
    remote_id: RemoteId
    before: Spec
    spec: Spec
    fields: tuple[FieldChange, ...]
    where: Position
    former: str | None = None
    members: MemberDelta | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """A resource that must go: its file says so or, `where` None, it has no file and all of its
    kind are ours.
    """

    address: Address
    remote_id: RemoteId
    before: Spec
    fields: tuple[FieldChange, ...]
    where: Position | None = None
    size: int | None = None


Change = Create | Update | Delete


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes, in the order of kinds and then of keys; what is left alone; how many resources
    are as wanted.
    """

    changes: tuple[Change, ...]
    unmanaged: tuple[Address, ...]
    unchanged: int


def diff(
    pairs: Sequence[Pair],
    desired: Desired,
    live: Live,
    *,
    kinds: Sequence[Kind[C]],
    ownership: Mapping[str, Ownership],
    members: Mapping[Address, MemberDelta],
) -> Difference:
    """Hold wanted and live state against each other.

    `ownership` by folder, `declared` for one that is not named; `members` for every resource whose
    file speaks of members. What the shop holds twice is not deleted for want of a file.
    """
    rank = {kind.name: number for number, kind in enumerate(kinds)}
    by_name = {kind.name: kind for kind in kinds}
    changes: list[Change] = []
    for pair in pairs:
        kind = by_name[pair.wanted.address.kind]
        changes.extend(_change(pair, kind, members.get(pair.wanted.address)))
    unchanged = len(pairs) - len(changes)
    taken = {pair.held.address for pair in pairs if pair.held is not None}
    unmanaged = []
    for address, held in live.held.items():
        kind = by_name[address.kind]
        tombstone = desired.absent.get(address)
        owned = ownership.get(kind.folder, Ownership())
        if tombstone is not None:
            changes.append(_delete(held, kind, tombstone.document))
        elif address not in taken:
            kept = address in live.twice or is_kept(address.key, owned)
            if owned.mode == "all" and not kept:
                changes.append(_delete(held, kind, None))
            else:
                unmanaged.append(address)
    changes.sort(key=lambda change: (rank[change.address.kind], change.address.key))
    unmanaged.sort(key=lambda address: (rank[address.kind], address.key))
    return Difference(tuple(changes), tuple(unmanaged), unchanged)


def is_kept(key: str, owned: Ownership) -> bool:
    """Whether a resource without a file stays although all of its kind are ours."""
    # In patterns only `*` and `?` are special; brackets are letters of many names.
    return any(fnmatchcase(key, pattern.replace("[", "[[]")) for pattern in owned.keep)


def _change(pair: Pair, kind: Kind[C], members: MemberDelta | None) -> Iterator[Change]:
    wanted, held = pair.wanted, pair.held
    if held is None:
        where = _where(wanted, kind)
        fields = field_changes(kind, None, wanted.spec, wanted.document)
        yield Create(wanted.address, wanted.spec, fields, where, members)
        return
    moved = members if members is not None and (members.add or members.remove) else None
    if moved is None and pair.is_as_wanted:
        return
    former = held.address.key if held.address != wanted.address else None
    fields = field_changes(kind, held.spec, wanted.spec, wanted.document)
    where = _where(wanted, kind)
    yield Update(
        wanted.address, held.remote_id, held.spec, wanted.spec, fields, where, former, moved
    )


def _where(wanted: Wanted, kind: Kind[C]) -> Position:
    """The line that names a resource; only of what changes, since the file is read again for it."""
    return wanted.document.position_of((kind.key,), of_key=True)


def _delete(held: Held, kind: Kind[C], document: Document | None) -> Delete:
    where = document.position_of(("state",), of_key=True) if document is not None else None
    fields = field_changes(kind, held.spec, None, None)
    return Delete(held.address, held.remote_id, held.spec, fields, where, held.size)


def field_changes(
    kind: Kind[C], old: Spec | None, new: Spec | None, document: Document | None
) -> tuple[FieldChange, ...]:
    """The fields that differ, in the order of the kind; against nothing, those that are set to
    something.
    """
    changes = []
    for it in kind.fields:
        if getattr(old, it.name, None) != getattr(new, it.name, None):
            before = old.readable(it.name) if old is not None else None
            after = new.readable(it.name) if new is not None else None
            where = document.position_of(it.pointer) if document is not None else None
            is_key = it.name == kind.key
            changes.append(FieldChange(shown(it.pointer), before, after, where, is_key))
    return tuple(changes)
