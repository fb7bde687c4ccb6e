"""A lease: the right to write to a shop, while the record of a git remote says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from cg_sync.core.fence import RENEWALS, released, renewed
from cg_sync.core.fence_record import Record, record_text
from cg_sync.errors import LeaseLost, Locked
from cg_sync.files.git_ref import GitRef

Ending = Literal["done", "partly"]


class Lease(Protocol):
    """The right to write, for as long as the context of `fenced` lasts."""

    def renew_if_due(self) -> None:
        """To be called between two writes. Raises LeaseLost when nothing more may be written."""

    def finish(self, state: Ending) -> str:
        """Give the lease back and record how it ended. A sentence for people when that could not be
        done, else empty; it never raises, since what is written is written.
        """

    def withdraw(self) -> str:
        """Give the lease back since nothing was written: what was recorded before counts again. A
        sentence for people when that could not be done, else empty.
        """


class NoLease:
    """Where there is no fence: nothing is asked, nothing is recorded, everything is allowed."""

    def renew_if_due(self) -> None:
        """As Lease says; there is nothing to lose."""

    def finish(self, _state: Ending) -> str:
        """As Lease says; empty."""
        return ""

    def withdraw(self) -> str:
        """As Lease says; empty."""
        return ""


@dataclass
class GitLease:
    """`commit` is what the ref names, and `record` what that says, since this run took the lease
    `at`; `before` is what it said then.
    """

    ref: GitRef
    commit: str
    record: Record
    before: Record | None
    at: datetime
    length: timedelta
    clock: Callable[[], datetime]
    over: bool = field(default=False, init=False)
    _due: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._due = self.at + self.length / RENEWALS

    def renew_if_due(self) -> None:
        """Push a longer lease once a third of it is over. When git cannot be reached it tries again
        a little later, until the lease has ended. Raises LeaseLost then, and when somebody else has
        moved the record.
        """
        now = self.clock()
        if now < self._due:
            return
        try:
            moved = self._move(renewed(self.record, now=now, length=self.length), now)
        except Locked as error:
            if self.clock() < self.at + self.length:
                self._due = now + self.length / RENEWALS**2
                return
            self.over = True
            raise LeaseLost(
                f"the lease has ended and could not be renewed: {error}", hint=error.hint
            ) from error
        if not moved:
            self.over = True
            raise LeaseLost(
                f"the lease was lost: somebody else has moved {self.ref.name}",
                hint="look at what they do before you go on: docs/fence.md says how",
            )
        self.at, self._due = now, now + self.length / RENEWALS

    def finish(self, state: Ending) -> str:
        """As Lease says; nothing more happens when the lease is over already."""
        return self._end(released(self.record, state))

    def withdraw(self) -> str:
        """As Lease says; nothing more happens when the lease is over already."""
        return self._end(self.before and released(self.before, self.before.state))

    def _end(self, record: Record | None) -> str:
        if self.over:
            return ""
        self.over = True
        try:
            if record is None:
                done = self.ref.remove(self.commit)
            else:
                done = self._move(record, self.clock())
        except Locked as error:
            return f"how it ended is not recorded, and the lease ends by itself: {error}"
        return "" if done else "the lease was lost: another run may have written at the same time"

    def _move(self, record: Record, now: datetime) -> bool:
        moved = self.ref.move(self.commit, record_text(record).encode(), at=now)
        if moved is not None:
            self.commit, self.record = moved, record
        return moved is not None
