"""What one run has done to each resource, from its journal; and how that stands today."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Create, Delete, Update
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.journal import Before, Begun, Ended, Recorded
from cg_sync.core.kind import C, Kind
from cg_sync.core.live_index import LiveIndex
from cg_sync.core.moved import Moved, moved_fields
from cg_sync.core.staleness import Judged, LiveMembers, Standing
from cg_sync.errors import counted


@dataclass(frozen=True, slots=True)
class Deed:
    """A write of a record: what it replaced, and what became of it; `ended` None when nobody knows,
    since the run was killed or the answer was lost.
    """

    begun: Begun
    ended: Ended | None

    @property
    def before(self) -> Before | None:
        return self.begun.before


@dataclass
class Account:
    """What a run did to one resource, as far as it is known to have, or may have: `record` created
    or updated it, `gone` deleted it.
    """

    record: Deed | None = None
    gone: Deed | None = None
    added: set[RemoteId] = field(default_factory=set)
    removed: set[RemoteId] = field(default_factory=set)
    unsure: set[RemoteId] = field(default_factory=set)
    """Customers of writes whose answer was lost; they are in `added` or `removed` too."""


def accounts_of(recorded: Recorded) -> dict[Address, Account]:
    """What the run did to each resource. Of several tries at one write the last counts; one that
    certainly failed counts for nothing.
    """
    found: dict[Address, Account] = {}
    for begun in recorded.begun:
        ended = recorded.ended.get(begun.number)
        if ended is not None and ended.state == "failed":
            continue
        known = ended if ended is not None and ended.state == "done" else None
        account = found.setdefault(begun.address, Account())
        match begun.write:
            case "create" | "update":
                account.record = _with_earlier(account.record, Deed(begun, known))
            case "delete":
                account.gone = _with_earlier(account.gone, Deed(begun, known))
            case "add_members":
                account.added.update(begun.members)
            case "remove_members":
                account.removed.update(begun.members)
            case _:
                assert_never(begun.write)
        if known is None:
            account.unsure.update(begun.members)
        else:
            account.unsure.difference_update(begun.members)
    return found


def ids_noted(accounts: Mapping[Address, Account]) -> dict[Address, RemoteId]:
    """The ids of the records that the run is known to have written."""
    return {
        address: it.record.ended.remote_id
        for address, it in accounts.items()
        if it.record is not None
        and it.record.ended is not None
        and it.record.ended.remote_id is not None
    }


def _with_earlier(earlier: Deed | None, later: Deed) -> Deed:
    """A second try of one write replaces what the first one found there."""
    if earlier is None or earlier.before is None:
        return later
    return replace(later, begun=replace(later.begun, before=earlier.before))


def with_accounts(
    found: Sequence[Judged],
    accounts: Mapping[Address, Account],
    today: LiveIndex,
    members: LiveMembers,
    kinds: Sequence[Kind[C]],
) -> tuple[Judged, ...]:
    """How the changes stand, given what the run has done: what it wrote and is still so is done,
    also where the shop stored it otherwise than it was sent; what has moved since is a conflict.
    """
    by_name = {kind.name: kind for kind in kinds}
    return tuple(
        _with_account(
            it, accounts[it.change.address], today, members, by_name[it.change.address.kind]
        )
        if it.change.address in accounts
        else it
        for it in found
    )


def _with_account(
    it: Judged, account: Account, today: LiveIndex, members: LiveMembers, kind: Kind[C]
) -> Judged:
    change = it.change
    if isinstance(change, Delete):
        done = account.gone is not None and account.gone.ended is not None
        return replace(it, record=Standing.ALREADY, moved=()) if done else it
    deed = account.record
    if deed is not None and deed.ended is not None:
        it = _with_record(it, change, deed.ended, today, kind)
    return _with_members(it, account, members.get(change.address))


def _with_record(
    it: Judged, change: Create | Update, ended: Ended, today: LiveIndex, kind: Kind[C]
) -> Judged:
    remote_id = ended.remote_id if ended.remote_id is not None else _id_of(change)
    held = None if remote_id is None else today.by_id.get((kind.name, remote_id))
    if held is None:
        gone = Moved(kind.key, "there, written by this run", "gone")
        return replace(it, record=Standing.CONFLICT, moved=(gone,))
    if held_fingerprint(held, kind, with_size=False) == ended.stored or held.spec == change.spec:
        return replace(it, record=Standing.ALREADY, moved=_of_members(it))
    if not ended.stored:
        return it
    moved = moved_fields(kind, change.spec, held.spec, "written by this run as ")
    return replace(it, record=Standing.CONFLICT, moved=(*moved, *_of_members(it)))


def _id_of(change: Create | Update) -> RemoteId | None:
    return change.remote_id if isinstance(change, Update) else None


def _of_members(it: Judged) -> tuple[Moved, ...]:
    return tuple(moved for moved in it.moved if moved.what == "members")


def _with_members(it: Judged, account: Account, there: Collection[RemoteId] | None) -> Judged:
    if there is None or it.members is None or it.members is Standing.CONFLICT:
        return it
    now = set(there) if account.added or account.removed else set()
    gone = account.added - account.unsure - now
    back = (account.removed - account.unsure) & now
    if not gone and not back:
        return it
    moved = Moved(
        "members",
        "as this run left them",
        f"{counted(len(gone), 'one')} gone again, {len(back):,} back",
    )
    return replace(it, members=Standing.CONFLICT, moved=(*it.moved, moved))
