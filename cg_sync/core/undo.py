"""What takes back what one run did: the inverse changes, and what cannot be had back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, assert_never

from cg_sync.core.account import Account, Deed
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Change, Create, Delete, Update, field_changes
from cg_sync.core.fingerprint import held_fingerprint
from cg_sync.core.journal import Before
from cg_sync.core.kind import C, Ids, Kind, Spec, WireUnreadable
from cg_sync.core.live_index import LiveIndex
from cg_sync.core.members import Member, MemberDelta, fingerprint_of
from cg_sync.core.moved import Moved, moved_fields
from cg_sync.core.staleness import LiveMembers, lost_references
from cg_sync.core.state import Held, Live
from cg_sync.errors import Position, counted
from cg_sync.jsonvalue import JsonObject

NOWHERE = Position("cg-sync.yaml")
"""The place of a change that comes from no file: what had none was deleted for that very reason."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that is not taken back, since somebody changed the record after the run."""

    address: Address
    moved: tuple[Moved, ...]


@dataclass(frozen=True)
class Inverse:
    """What takes a run back. `exact` is what the shop is sent, to the letter, where that can be
    said: of a record that is made anew it may be some of its fields. `refused` is what has moved
    since; `losses` are sentences about what cannot be had back.
    """

    changes: tuple[Change, ...] = ()
    exact: Mapping[Address, JsonObject] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()
    losses: tuple[str, ...] = ()


class _Moved(Exception):
    def __init__(self, *moved: Moved) -> None:
        super().__init__()
        self.moved = moved


def inverse_of(
    changes: Sequence[Change],
    accounts: Mapping[Address, Account],
    today: LiveIndex,
    members: LiveMembers,
    kinds: Sequence[Kind[C]],
    context: C,
) -> Inverse:
    """What is still to be taken back of these changes, in the order of a plan. What stands as it
    was before the run already needs nothing.
    """
    by_name = {kind.name: kind for kind in kinds}
    before = _ids_in_words(changes, accounts, today, by_name, "before")
    after = _ids_in_words(changes, accounts, today, by_name, "after")
    undoing = _Undoing(accounts, today, members, by_name, context, before, after)
    found: list[Change] = []
    refused: list[Refused] = []
    for change in changes:
        try:
            found += undoing.inverse(change)
        except _Moved as it:
            refused.append(Refused(change.address, it.moved))
    lost = _lost(found, by_name, today.live.ids) | _used(found, today.live, by_name)
    refused += [Refused(address, moved) for address, moved in lost.items()]
    found = [it for it in found if it.address not in lost]
    rank = {kind.name: number for number, kind in enumerate(kinds)}
    found.sort(key=lambda it: (rank[it.address.kind], it.address.key))
    losses = tuple(text for address, text in undoing.losses if address not in lost)
    return Inverse(tuple(found), undoing.exact, tuple(refused), losses)


class _Undoing(Generic[C]):
    """The run's accounts beside the shop of today."""

    def __init__(
        self,
        accounts: Mapping[Address, Account],
        today: LiveIndex,
        members: LiveMembers,
        kinds: Mapping[str, Kind[C]],
        context: C,
        before: Ids,
        after: Ids,
    ) -> None:
        self._accounts = accounts
        self._before = before
        self._after = after
        self._today = today
        self._members = members
        self._kinds = kinds
        self._context = context
        self.exact: dict[Address, JsonObject] = {}
        self.losses: list[tuple[Address, str]] = []

    def inverse(self, change: Change) -> Iterator[Change]:
        """What takes this change back; nothing where nothing of it is left. Raises _Moved."""
        account = self._accounts.get(change.address)
        if account is None:
            return
        kind = self._kinds[change.address.kind]
        match change:
            case Create():
                yield from self._of_create(change, account, kind)
            case Update():
                yield from self._of_update(change, account, kind)
            case Delete():
                yield from self._of_delete(change, account, kind)
            case _:
                assert_never(change)

    def _of_create(self, change: Create, account: Account, kind: Kind[C]) -> Iterator[Change]:
        deed = account.record
        held = self._made(change, deed)
        if deed is None or held is None:
            return
        self._refuse_if_otherwise(held, deed, change.spec, kind)
        there = set(self._members.get(change.address, ()))
        others = there - account.added
        if others:
            now = f"{counted(len(there), 'member')}, {len(others):,} not of this run"
            raise _Moved(Moved("members", counted(len(account.added), "member"), now))
        fields = field_changes(kind, held.spec, None, None)
        yield Delete(held.address, held.remote_id, held.spec, fields, change.where, held.size)

    def _made(self, change: Create, deed: Deed | None) -> Held | None:
        if deed is not None and deed.ended is not None and deed.ended.remote_id is not None:
            return self._today.by_id.get((change.address.kind, deed.ended.remote_id))
        return self._today.live.held.get(change.address)

    def _of_update(self, change: Update, account: Account, kind: Kind[C]) -> Iterator[Change]:
        held = self._today.by_id.get((kind.name, change.remote_id))
        if held is None:
            raise _Moved(Moved(kind.key, "there", "gone"))
        spec = held.spec
        if account.record is not None and account.record.before is not None:
            spec = self._spec_before(account.record.before, held, kind)
            if spec != held.spec:
                self._refuse_if_otherwise(held, account.record, change.spec, kind)
        delta = self._members_before(change.address, account)
        if spec == held.spec and delta is None:
            return
        address = kind.address_of(spec)
        former = held.address.key if held.address != address else None
        fields = field_changes(kind, held.spec, spec, None)
        if spec != held.spec and account.record is not None and account.record.before is not None:
            self._note_exact(address, account.record.before)
        yield Update(
            address, held.remote_id, held.spec, spec, fields, change.where, former, delta
        )  # fmt: skip

    def _refuse_if_otherwise(self, held: Held, deed: Deed, wanted: Spec, kind: Kind[C]) -> None:
        """Raise _Moved when a record is not as the run left it, in the words of then."""
        wire = kind.to_wire(held.spec, self._today.live.ids)
        held = replace(held, spec=kind.from_wire(wire, self._after, self._context))
        if held.spec == wanted:
            return
        ended = deed.ended
        if ended is not None and held_fingerprint(held, kind, with_size=False) == ended.stored:
            return
        raise _Moved(*moved_fields(kind, wanted, held.spec, "written by the run as "))

    def _spec_before(self, before: Before, held: Held, kind: Kind[C]) -> Spec:
        """The record of then; as it is now where only names differ: those come back elsewhere."""
        now = kind.to_wire(held.spec, self._today.live.ids)
        spec = self._read({**now, **before.wire}, before, kind)
        return held.spec if spec == self._read(now, before, kind) else spec

    def _read(self, wire: JsonObject, before: Before, kind: Kind[C]) -> Spec:
        """A record of then; what it refers to and is gone keeps the name it had."""
        ids = self._before
        for collection, codes in before.references.items():
            gone = {it: code for code, it in codes.items() if it not in ids.names(collection)}
            ids = ids.remembering(collection, gone) if gone else ids
        try:
            return kind.from_wire(wire, ids, self._context)
        except WireUnreadable as error:
            raise _Moved(Moved("record", "kept", f"not to be read any more: {error}")) from error

    def _note_exact(self, address: Address, before: Before) -> None:
        """Send what was there to the letter, unless it speaks of ids that mean nothing any more."""
        names = self._today.live.ids.names
        same = all(
            it in names(collection)
            for collection, codes in before.references.items()
            for it in codes.values()
        )
        if same:
            self.exact[address] = before.wire

    def _members_before(self, address: Address, account: Account) -> MemberDelta | None:
        if not (account.added or account.removed):
            return None
        there = self._members.get(address, ())
        now = set(there)
        back = _members_of(account.removed - now)
        out = _members_of(account.added & now)
        if not back and not out:
            return None
        kept = len(now) - len(out)
        return MemberDelta(back, out, kept, fingerprint=fingerprint_of(there))

    def _of_members(self, change: Delete, anew: Held, before: Before) -> Iterator[Change]:
        """The members that a group which was made anew still lacks."""
        there = self._members.get(change.address, ())
        back = _members_of(set(before.members or ()).difference(there))
        if back:
            delta = MemberDelta(back, (), len(there), fingerprint=fingerprint_of(there))
            where = change.where or NOWHERE
            yield Update(
                change.address, anew.remote_id, anew.spec, anew.spec, (), where, None, delta
            )  # fmt: skip

    def _lose(self, change: Delete, kind: Kind[C], what: str) -> None:
        self.losses.append((change.address, f"{kind.label} {change.address.key}{what}"))

    def _of_delete(self, change: Delete, account: Account, kind: Kind[C]) -> Iterator[Change]:
        deed = account.gone
        if deed is None or (kind.name, change.remote_id) in self._today.by_id:
            return
        if deed.before is None:
            self._lose(change, kind, " cannot be had back: the run did not look at it")
            return
        spec = self._read(deed.before.wire, deed.before, kind)
        anew = self._today.live.held.get(change.address)
        if anew is not None and anew.spec == spec:
            yield from self._of_members(change, anew, deed.before)
            return
        # What has the key in other letters may have stood beside it before the run.
        if taken := self._today.taken(change.address, None, in_other_letters=False):
            raise _Moved(Moved(kind.key, "gone", taken))
        self._note_exact(change.address, deed.before)
        if change.address not in self.exact:
            ours = {it.wire for it in kind.fields}
            others = {name: it for name, it in deed.before.wire.items() if name not in ours}
            self.exact |= {change.address: others} if others else {}
        id_then = change.remote_id
        self._lose(
            change, kind, f" is made anew: its id is another than {id_then}, and its dates are new"
        )
        if deed.before.left_out:
            names = ", ".join(deed.before.left_out)
            self._lose(change, kind, f": not kept, as it may name a person: {names}")
        members = _members_of(deed.before.members or ())
        delta = MemberDelta(members, (), 0, fingerprint=fingerprint_of(())) if members else None
        fields = field_changes(kind, None, spec, None)
        where = change.where or NOWHERE
        yield Create(change.address, spec, fields, where, delta)


def _ids_in_words(
    changes: Sequence[Change],
    accounts: Mapping[Address, Account],
    today: LiveIndex,
    kinds: Mapping[str, Kind[C]],
    of: Literal["before", "after"],
) -> Ids:
    """The ids under the names that records had before the run, or have after it, whichever of its
    renames stand now.
    """
    ids = today.live.ids
    for change in changes:
        if isinstance(change, Update) and change.former and change.address in accounts:
            held = today.meant(change)
            if held is not None and held.address.key in (change.former, change.address.key):
                name = change.former if of == "before" else change.address.key
                collection = kinds[change.address.kind].collection
                ids = ids.having(collection, {name: change.remote_id})
    return ids


def _lost(
    found: Sequence[Change], kinds: Mapping[str, Kind[C]], ids: Ids
) -> dict[Address, tuple[Moved, ...]]:
    """Of what is to be written: what it refers to, and is neither there nor made by these."""
    given = [it for it in found if not isinstance(it, Delete)]
    made = {(kinds[it.address.kind].collection, it.address.key) for it in given}
    lost = {
        it.address: lost_references(it.spec, made, ids, kinds[it.address.kind])
        for it in given
        if it.fields
    }
    return {address: moved for address, moved in lost.items() if moved}


def _used(
    found: Sequence[Change], live: Live, kinds: Mapping[str, Kind[C]]
) -> dict[Address, tuple[Moved, ...]]:
    """Of what would be deleted: what somebody refers to by now who stays."""
    deletes = [it.address for it in found if isinstance(it, Delete)]
    gone = {(kinds[it.kind].collection, it.key): it for it in deletes}
    if not gone:
        return {}
    stays = {address: held.spec for address, held in live.held.items()}
    for it in found:
        if isinstance(it, Delete):
            stays.pop(it.address, None)
        elif isinstance(it, Update):
            stays[Address(it.address.kind, it.former or it.address.key)] = it.spec
    used: dict[Address, tuple[Moved, ...]] = {}
    for address, spec in stays.items():
        kind = kinds[address.kind]
        for reference in kind.references(spec):
            if (reference.collection, reference.code) in gone:
                mine = gone[reference.collection, reference.code]
                by = f"used by {kind.label} {address.key}"
                used[mine] = (*used.get(mine, ()), Moved("use", "by nobody else", by))
    return used


def _members_of(pks: Iterable[RemoteId]) -> tuple[Member, ...]:
    return tuple(Member(pk, "") for pk in sorted(pks))
