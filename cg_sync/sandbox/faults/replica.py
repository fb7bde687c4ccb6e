"""Stale reads: the shop as it was before a write, for as long as a script says.

The copy is a read transaction of SQLite that is kept open, so it costs nothing however large the
shop is. It is one connection: stale reads wait for one another.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from cg_sync.sandbox.faults.script import StaleReads


class Replica:
    """Lags behind from `take` on, until it has been read often or long enough."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._connection: BaseDatabaseWrapper | None = None
        self._reads_left: int | None = None
        self._until: float | None = None

    def take(self, lag: StaleReads) -> None:
        """Keep the present state; one that is kept already stays, and so does its end."""
        with self._lock:
            if self._is_open():
                return
            self._close()
            self._reads_left = lag.reads
            self._until = None if lag.seconds is None else self._clock() + lag.seconds
            self._connection = _snapshot()

    @contextmanager
    def reading(self) -> Iterator[bool]:
        """One read of this thread, and whether it sees the kept state."""
        if self._connection is None:
            yield False
            return
        with self._lock:
            connection = self._connection if self._is_open() else None
            if connection is None:
                self._close()
            else:
                if self._reads_left is not None:
                    self._reads_left -= 1
                with _instead_of_default(connection):
                    yield True
        if connection is None:
            yield False

    def drop(self) -> None:
        """End the lag now."""
        if self._connection is not None:
            with self._lock:
                self._close()

    def _is_open(self) -> bool:
        return (
            self._connection is not None
            and self._reads_left != 0
            and (self._until is None or self._clock() < self._until)
        )

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _snapshot() -> BaseDatabaseWrapper:
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    connection.inc_thread_sharing()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        cursor.execute("SELECT 1 FROM sqlite_master LIMIT 1")  # this fixes the state
    return connection


@contextmanager
def _instead_of_default(connection: BaseDatabaseWrapper) -> Iterator[None]:
    own = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connection
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = own
