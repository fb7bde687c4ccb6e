"""Carries out single steps: looks at the record, notes the write, makes it, and notes what became
of it.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, assert_never

from cg_sync.api import deeds
from cg_sync.api.look import Crossed, look_at_size, look_before_delete, look_before_update
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Create
from cg_sync.core.job import Job
from cg_sync.core.journal import WRITES, Before, Ended, Write
from cg_sync.core.kind import C, Ids, Kind
from cg_sync.core.outcome import Failure, Normalised
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.core.privacy import without_addresses
from cg_sync.core.stop import Stop
from cg_sync.errors import ApiError, BadAnswer, JournalLost, Unreachable


class Journal(Protocol):
    """Where each write is noted before it is made, and what became of it."""

    def begin(
        self,
        address: Address,
        write: Write,
        *,
        members: tuple[RemoteId, ...] = ...,
        before: Before | None = ...,
    ) -> int: ...
    def end(self, ended: Ended) -> None: ...


@dataclass
class _Gate:
    """Lets one thread look whether a group may be written to, and tells the others."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    looked: bool = False
    crossed: Crossed | None = None


@dataclass(frozen=True)
class Ending:
    """What became of one step."""

    failure: Failure | None = None
    error: ApiError | None = None
    normalised: tuple[Normalised, ...] = ()
    journal_lost: JournalLost | None = None
    bug: BaseException | None = None


class Bench(Generic[C]):
    """Where single steps are carried out, by any thread."""

    def __init__(
        self,
        job: Job,
        shop: deeds.Shop,
        journal: Journal,
        stop: Stop,
        kinds: Sequence[Kind[C]],
        context: C,
        recheck: Callable[[], bool],
    ) -> None:
        self._job = job
        self._shop = shop
        self._journal = journal
        self._stop = stop
        self._kinds = {kind.name: kind for kind in kinds}
        self._last_kind = kinds[-1].name
        self._context = context
        self._recheck = recheck
        self._lock = threading.Lock()
        self._made = dict(job.made)
        self._ids = job.ids
        self._new_ids: dict[str, dict[str, RemoteId]] = {}
        self._gates: defaultdict[tuple[Address, type[Step]], _Gate] = defaultdict(_Gate)
        self._added: Counter[Address] = Counter()
        self._blurred: set[Address] = set()
        """Groups of which nobody can tell any more how many members they should have."""

    def carried_out(self, step: Step) -> Ending:
        """Look, note, write, note. Never raises: whatever happened is in the ending."""
        try:
            return self._carried_out(step)
        except BaseException as bug:
            return Ending(bug=bug)

    def _carried_out(self, step: Step) -> Ending:
        try:
            before, as_planned = self._looked_at(step)
        except Crossed as crossed:
            return Ending(Failure(step, f"somebody changed it: {crossed}", crossed=True))
        except ApiError as error:
            return Ending(Failure(step, str(error), error.hint), error)
        if as_planned:
            self._note_id(step, None)
            return Ending()
        change = step.change
        members: tuple[RemoteId, ...] = ()
        if isinstance(step, AddMembers | RemoveMembers):
            members = tuple(it.pk for it in step.members)
        try:
            number = self._journal.begin(
                change.address, WRITES[type(step)], members=members, before=before
            )
        except JournalLost as lost:
            return Ending(Failure(step, str(lost)), journal_lost=lost)
        try:
            made = self._write(step, members)
        except ApiError as error:
            return self._failed(step, number, error)
        self._note_id(step, made)
        if isinstance(step, AddMembers):
            with self._lock:
                self._added[change.address] += len(members)
        known = (made.remote_id, made.fingerprint) if made else (None, "")
        ended = Ended(number, "done", *known)
        lost_line = self._noted(ended)
        return Ending(normalised=made.normalised if made else (), journal_lost=lost_line)

    def _failed(self, step: Step, number: int, error: ApiError) -> Ending:
        unsure = isinstance(error, BadAnswer) or (isinstance(error, Unreachable) and error.sent)
        state: Literal["unsure", "failed"] = "unsure" if unsure else "failed"
        self._blurred.add(step.change.address)
        lost = self._noted(Ended(number, state, reason=without_addresses(str(error))))
        failure = Failure(step, str(error), error.hint, unsure=unsure)
        return Ending(failure, error, journal_lost=lost)

    def _noted(self, ended: Ended) -> JournalLost | None:
        try:
            self._journal.end(ended)
        except JournalLost as lost:
            return lost
        return None

    def _looked_at(self, step: Step) -> tuple[Before | None, bool]:
        """What must be kept of the record, and whether it is as planned already. What goes is
        always looked at: nothing else would know it afterwards.

        Raises Crossed, or an ApiError.
        """
        kind, then = self._kinds[step.change.address.kind], self._job.plan.fingerprints
        always = self._recheck()
        match step:
            case UpdateRecord(change) if always:
                # In the words of the plan: a rename of this very run is no news.
                seen = look_before_update(
                    change, kind, self._shop, self._job.ids_then, self._context,
                    then=then[change.address],
                )  # fmt: skip
                return seen.before, seen.as_planned
            case UpdateRecord(change):
                before = kind.to_wire(change.before, self._job.ids_then)
                return Before(deeds.changed_fields(change, before, kind)), False
            case DeleteRecord(change):
                seen = look_before_delete(
                    change, kind, self._shop, self._job.ids_then, self._context,
                    then=then[change.address],
                )  # fmt: skip
                return seen.before, seen.as_planned
            case AddMembers() | RemoveMembers() if always:
                self._check_size(step, kind)
        return None, False

    def _check_size(self, step: AddMembers | RemoveMembers, kind: Kind[C]) -> None:
        address = step.change.address
        with self._lock:
            gate = self._gates[address, type(step)]
            expected = self._job.sizes.get(address)
            if expected is not None and isinstance(step, RemoveMembers):
                expected += self._added[address]
        if expected is None or address in self._blurred:
            return
        with gate.lock:
            if not gate.looked:
                try:
                    look_at_size(kind, self._id_of(step), self._shop, expected=expected)
                except Crossed as crossed:
                    gate.crossed = crossed
                gate.looked = True
            if gate.crossed is not None:
                raise gate.crossed

    def _write(self, step: Step, members: Sequence[RemoteId]) -> deeds.Stored | None:
        """Make the write; what the shop stored of a record. Raises an ApiError."""
        kind, shop = self._kinds[step.change.address.kind], self._shop
        match step:
            case CreateRecord(change):
                ids = self._ids_now()
                payload = self._job.exact.get(change.address) or kind.to_wire(change.spec, ids)
                return deeds.create(
                    change, payload, kind, shop, ids, self._context, pause=self._stop.pause
                )
            case UpdateRecord(change):
                ids = self._ids_now()
                payload = self._job.exact.get(change.address) or deeds.changed_fields(
                    change, kind.to_wire(change.spec, ids), kind
                )
                return deeds.update(change, payload, kind, shop, ids, self._context)
            case AddMembers():
                shop.add_members(kind.collection, self._id_of(step), members)
            case RemoveMembers():
                shop.remove_members(kind.collection, self._id_of(step), members)
            case DeleteRecord(change):
                deeds.delete(kind, shop, change.remote_id)
            case _:
                assert_never(step)
        return None

    def _id_of(self, step: AddMembers | RemoveMembers) -> RemoteId:
        change = step.change
        return self._made[change.address] if isinstance(change, Create) else change.remote_id

    def _note_id(self, step: Step, made: deeds.Stored | None) -> None:
        """Remember what has just been made or renamed: later steps may refer to it."""
        match step:
            case CreateRecord(change) if made is not None:
                known = self._made[change.address] = made.remote_id
            case UpdateRecord(change):
                known = change.remote_id
            case _:
                return
        kind = self._kinds[change.address.kind]
        if kind.name != self._last_kind:  # Only kinds further down refer to it.
            with self._lock:
                self._new_ids.setdefault(kind.collection, {})[change.address.key] = known

    def _ids_now(self) -> Ids:
        with self._lock:
            for collection, codes in self._new_ids.items():
                self._ids = self._ids.having(collection, codes)
            self._new_ids = {}
            return self._ids
