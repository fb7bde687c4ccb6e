"""A customer cache that is being made, beside the one there is; it takes its place when whole."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cg_sync.files.customer_rows import (
    CACHED_KIB,
    About,
    Hashing,
    Intake,
    Newest,
    Unusable,
    make_tables,
    sort_heap,
    write_about,
)
from cg_sync.files.own_folder import make_own_folder
from cg_sync.jsonvalue import JsonObject


class Filling:
    """Takes customers in. Nothing here fails: what cannot be kept is not kept."""

    def __init__(self, path: Path, hashing: Hashing) -> None:
        self._path = path
        self._beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        self._intake: Intake | None = None
        try:
            _make_place(path)
            connection = _new_file(self._beside)
            self._intake = Intake(connection, hashing, Newest(), table="heap")
            # Nobody sees the file before it is whole, so it needs no way back.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute(f"PRAGMA cache_size = -{CACHED_KIB}")
            connection.execute("BEGIN")
            make_tables(connection)
        except (sqlite3.Error, OSError):
            self.abandon()

    def add(self, customer: JsonObject) -> None:
        """Take a customer in."""
        if self._intake is not None:
            try:
                self._intake.add(customer)
            except (sqlite3.Error, Unusable):
                self.abandon()

    def finish(self, about: Callable[[Newest], About]) -> None:
        """Put the new file in the place of the old one, unless there is nobody in it."""
        intake = self._intake
        if intake is None:
            return
        try:
            intake.flush()
            if not intake.newest.pk:
                return
            sort_heap(intake.connection)
            write_about(intake.connection, about(intake.newest))
            intake.connection.execute("COMMIT")
            intake.connection.close()
            self._beside.replace(self._path)
        except (sqlite3.Error, OSError, Unusable):
            self.abandon()

    def abandon(self) -> None:
        """Keep nothing; a file that is in its place already stays."""
        if self._intake is not None:
            self._intake.connection.close()
        self._intake = None
        with suppress(OSError):
            self._beside.unlink(missing_ok=True)


def _make_place(path: Path) -> None:
    """Make the folder, and clear away what runs that were killed have left. Raises OSError."""
    make_own_folder(path.parent)
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        left.unlink(missing_ok=True)


def _new_file(path: Path) -> sqlite3.Connection:
    """A new file for its owner's eyes alone; raises sqlite3.Error, and OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return sqlite3.connect(path, isolation_level=None)
