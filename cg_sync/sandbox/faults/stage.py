"""Where a fault script is played: one at a time, and what it did is put right when it ends."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from cg_sync.sandbox.faults import tables
from cg_sync.sandbox.faults.asked import Asked
from cg_sync.sandbox.faults.play import Play
from cg_sync.sandbox.faults.reading import make_script
from cg_sync.sandbox.faults.replica import Replica
from cg_sync.sandbox.faults.script import DuplicateEmails


class Stage:
    """Empty until a script is put on; safe to use from several threads."""

    def __init__(self) -> None:
        self.play: Play | None = None
        self.replica = Replica(time.monotonic)
        self._changing, self._lock = Lock(), Lock()
        self._script: Any = None
        self._twins: list[int] = []
        self._keys: dict[int, str] = {}

    def put_on(self, script: Any, *, settle: Callable[[], None]) -> None:
        """Play this script from its beginning, instead of what was played; None plays nothing.

        `settle` waits for the requests under way, so that none reaches into what comes next.
        Raises BadScript, and then goes on with what was played.
        """
        play = None if script is None else Play(make_script(script), clock=time.monotonic)
        with self._changing:
            before, self.play = self.play, None
            if before is not None:
                before.end()
            settle()
            self._put_right()
            self.play, self._script = play, script

    def shown(self) -> dict[str, Any]:
        """The script, null if there is none, and what became of each of its rules."""
        with self._changing:
            rules = [] if self.play is None else self.play.counts()
            return {"script": self._script, "rules": rules}

    def add_twins(self, asked: Asked, fault: DuplicateEmails) -> bool:
        """Whether customers got a twin, who stays until the script ends."""
        with self._lock:
            made = tables.add_twins(asked.channel, fault.emails)
            self._twins += made
        return bool(made)

    def expire(self, key: str) -> bool:
        """Whether the token is worthless now; its user has it back when the script ends."""
        with self._lock:
            user = tables.expire(key)
            if user is not None:
                self._keys.setdefault(user, key)
        return user is not None

    def _put_right(self) -> None:
        self.replica.drop()
        if self._twins:
            tables.remove_customers(self._twins)
        for user, key in self._keys.items():
            tables.give_back(user, key)
        self._twins, self._keys = [], {}


STAGE = Stage()
