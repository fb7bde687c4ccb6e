"""The ids of a shop while records are made and renamed in it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from cg_sync.core.address import RemoteId
from cg_sync.core.diff import Create
from cg_sync.core.job import Job
from cg_sync.core.kind import C, Ids, Kind
from cg_sync.core.plan import AddMembers, CreateRecord, RemoveMembers, Step, UpdateRecord


class KnownIds:
    """What later steps may refer to; several threads may ask and tell."""

    def __init__(self, job: Job, kinds: Sequence[Kind[C]]) -> None:
        # What is furthest down nobody refers to.
        self._collections = {kind.name: kind.collection for kind in kinds[:-1]}
        self._lock = threading.Lock()
        self._made = dict(job.made)
        self._ids = job.ids
        self._new: dict[str, dict[str, RemoteId]] = {}

    def of_group(self, step: AddMembers | RemoveMembers) -> RemoteId:
        """The id of the group whose members move."""
        change = step.change
        return self._made[change.address] if isinstance(change, Create) else change.remote_id

    def note(self, step: Step, made: RemoteId | None = None) -> None:
        """Remember what this step has just made, or renamed."""
        match step:
            case CreateRecord(change) if made is not None:
                known = self._made[change.address] = made
            case UpdateRecord(change):
                known = change.remote_id
            case _:
                return
        collection = self._collections.get(change.address.kind)
        if collection is not None:
            with self._lock:
                self._new.setdefault(collection, {})[change.address.key] = known

    def now(self) -> Ids:
        """All ids, those of what was made and renamed so far too."""
        with self._lock:
            for collection, codes in self._new.items():
                self._ids = self._ids.having(collection, codes)
            self._new = {}
            return self._ids
