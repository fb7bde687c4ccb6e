"""Carries out single steps: looks at the record, notes the write, makes it, and notes what became
of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Literal, Protocol, assert_never

from cg_sync.api import deeds
from cg_sync.api.known_ids import KnownIds
from cg_sync.api.look import (
    Crossed,
    look_before_delete,
    look_before_update,
    references_of,
)
from cg_sync.api.sizes import Sizes
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.job import Job
from cg_sync.core.journal import WRITES, Before, Ended, Write
from cg_sync.core.kind import C, Kind
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
from cg_sync.errors import ApiError, BadAnswer, JournalLost, Rejected, Unreachable

MOST_REFUSED = 5
"""Customers that are looked for one by one in a bulk call that the shop refuses; with more of them
something else is wrong.
"""


class Journal(Protocol):
    """Where each write is noted before it is made, and what became of it. What `end` is told is
    safe from a crash once `sync`, or a later `begin`, has returned.
    """

    def begin(
        self,
        address: Address,
        write: Write,
        *,
        members: tuple[RemoteId, ...] = ...,
        before: Before | None = ...,
    ) -> int: ...
    def end(self, ended: Ended) -> None: ...
    def sync(self) -> None: ...


@dataclass
class _Refused:
    """Whom the shop refuses of one bulk call, and how many of the others it took."""

    pks: tuple[RemoteId, ...] = ()
    done: int = 0

    def told(self, number: int, reason: str) -> str:
        """What became of a call for so many customers."""
        named = f"the shop refuses customers (pk {', '.join(map(str, self.pks))}), "
        others = number - len(self.pks)
        done = "the others are done"
        if self.done < others:
            done = f"of {others:,} others {self.done:,} are done"
        return f"{named if self.pks else ''}{done}: {reason}"


@dataclass(frozen=True)
class Ending:
    """What became of one step."""

    failure: Failure | None = None
    error: ApiError | None = None
    normalised: tuple[Normalised, ...] = ()
    journal_lost: JournalLost | None = None
    bug: BaseException | None = None
    begun: bool = True
    """False when nothing was sent, since the run must end."""


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
        self._context = context
        self._recheck = recheck
        self._ids = KnownIds(job, kinds)
        self._sizes = Sizes(job.sizes, shop)

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
            self._ids.note(step)
            return Ending()
        if isinstance(step, AddMembers | RemoveMembers):
            return self._of_members(step, tuple(it.pk for it in step.members), _Refused())
        return self._written(step, (), before)

    def _of_members(
        self, step: AddMembers | RemoveMembers, members: tuple[RemoteId, ...], refused: _Refused
    ) -> Ending:
        """A bulk call, and where the shop refuses it for the sake of a few, as of one whom somebody
        has deleted, those few are found by halves and the others go through.
        """
        is_whole = len(members) == len(step.members)
        ending = self._written(step, members, None)
        if not ending.begun and not is_whole:
            why = str(ending.journal_lost or self._stop.why)
            return Ending(Failure(step, why), journal_lost=ending.journal_lost)
        if not isinstance(ending.error, Rejected) or ending.error.status != 400:
            refused.done += len(members) if ending.failure is None else 0
            return ending
        if len(members) == 1:
            refused.pks += members
        if len(members) == 1 or len(refused.pks) >= MOST_REFUSED or self._stop.why:
            return ending
        middle = len(members) // 2
        halves = [
            self._of_members(step, it, refused) for it in (members[:middle], members[middle:])
        ]
        failed = [it for it in halves if it.failure is not None]
        unsure = [it for it in failed if it.failure is not None and it.failure.unsure]
        worst = next(iter((*unsure, *failed, *halves)))
        lost = next((it.journal_lost for it in halves if it.journal_lost), None)
        worst = replace(worst, journal_lost=lost)
        if worst.failure is None or not refused.done or not is_whole:
            return worst
        reason = refused.told(len(members), worst.failure.reason)
        return replace(worst, failure=replace(worst.failure, reason=reason, partly=True))

    def _written(self, step: Step, members: tuple[RemoteId, ...], before: Before | None) -> Ending:
        """One call to the shop, noted before and after; none once the run must end."""
        if self._stop.why:
            return Ending(begun=False)
        address = step.change.address
        try:
            number = self._journal.begin(
                address, WRITES[type(step)], members=members, before=before
            )
        except JournalLost as lost:
            return Ending(begun=False, journal_lost=lost)
        try:
            made = self._write(step, members)
        except ApiError as error:
            return self._failed(step, number, error)
        self._ids.note(step, made.remote_id if made else None)
        if isinstance(step, AddMembers):
            self._sizes.note_added(address, len(members))
        known = (made.remote_id, made.fingerprint) if made else (None, "")
        lost_line = self._noted(Ended(number, "done", *known))
        return Ending(normalised=made.normalised if made else (), journal_lost=lost_line)

    def _failed(self, step: Step, number: int, error: ApiError) -> Ending:
        unanswered = isinstance(error, BadAnswer) or (isinstance(error, Unreachable) and error.sent)
        unsure = unanswered or error.may_be_done
        state: Literal["unsure", "failed"] = "unsure" if unsure else "failed"
        self._sizes.blur(step.change.address)
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
                wire = deeds.changed_fields(change, before, kind)
                references = references_of(change.before, kind, self._job.ids_then)
                return Before(wire, references), False
            case DeleteRecord(change):
                seen = look_before_delete(
                    change, kind, self._shop, self._job.ids_then, self._context,
                    then=then[change.address],
                )  # fmt: skip
                return seen.before, seen.as_planned
            case AddMembers() | RemoveMembers() if always:
                self._sizes.check(step, kind, self._ids.of_group(step))
        return None, False

    def _write(self, step: Step, members: Sequence[RemoteId]) -> deeds.Stored | None:
        """Make the write; what the shop stored of a record. Raises an ApiError."""
        kind, shop = self._kinds[step.change.address.kind], self._shop
        match step:
            case CreateRecord(change):
                ids = self._ids.now()
                payload = self._job.exact.get(change.address, {})
                if kind.wire_key not in payload:  # Only what cg-sync does not manage is exact.
                    payload = {**kind.to_wire(change.spec, ids), **payload}
                return deeds.create(
                    change, payload, kind, shop, ids, self._context, pause=self._stop.pause
                )
            case UpdateRecord(change):
                ids = self._ids.now()
                payload = self._job.exact.get(change.address) or deeds.changed_fields(
                    change, kind.to_wire(change.spec, ids), kind
                )
                return deeds.update(change, payload, kind, shop, ids, self._context)
            case AddMembers():
                shop.add_members(kind.collection, self._ids.of_group(step), members)
            case RemoveMembers():
                shop.remove_members(kind.collection, self._ids.of_group(step), members)
            case DeleteRecord(change):
                deeds.delete(kind, shop, change.remote_id)
            case _:
                assert_never(step)
        return None
