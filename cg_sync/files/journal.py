"""The journal of a run on disk: what is about to be written is there, safe from a crash, before it
is sent.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.journal import (
    Before,
    Begun,
    Ended,
    Header,
    JournalBroken,
    Recorded,
    Write,
    begun_record,
    ended_record,
    header_record,
    line_of,
    read_lines,
)
from cg_sync.errors import JournalLost, Locked, PlanUnusable, UsageWrong
from cg_sync.files.own_folder import make_own_folder
from cg_sync.files.reading import read_at_most
from cg_sync.jsonvalue import JsonObject, mapping_in

MAX_BYTES = 1024 * 1024 * 1024
"""The journal of a run that moves ten million customers is smaller."""

FOLDER = ".cg-sync/runs"
"""Where journals are kept, as seen from the project."""


class Journal:
    """A journal that is being written; several threads may do so at once.

    Every method but `end` returns when all lines so far are on the disk; each raises JournalLost
    when that cannot be, and after that nothing more can be written.
    """

    def __init__(self, path: Path, handle: int, *, key: str, last: str, number: int) -> None:
        self.path = path
        self._handle = handle
        self._key = key
        self._last = last
        self._number = number
        self._writing = threading.Lock()
        self._syncing = threading.Lock()
        self._written = 0
        self._synced = 0
        self._lost: OSError | None = None

    def begin(
        self,
        address: Address,
        write: Write,
        *,
        members: tuple[RemoteId, ...] = (),
        before: Before | None = None,
    ) -> int:
        """Note a write that is about to be made, and return its number."""
        with self._writing:
            self._number += 1
            number = self._number
            at = self._append(begun_record(Begun(number, address, write, members, before)))
        self._sync(at)
        return number

    def end(self, ended: Ended) -> None:
        """Note what became of a write. That is on the disk once `sync`, or a later `begin`, has
        returned: lines get there in their order.
        """
        with self._writing:
            self._append(ended_record(ended))

    def sync(self) -> None:
        """Return when all lines so far are safe."""
        with self._writing:
            at = self._written
        self._sync(at)

    def close(self, state: str) -> None:
        """Note how the run ended, and let go of the file."""
        try:
            self._add({"close": state})
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Let go of the file as if the run had been killed: a thread that still waits for an answer
        can note nothing any more.
        """
        with self._writing, self._syncing:
            self._lost = self._lost or OSError(errno.EBADF, os.strerror(errno.EBADF))
            os.close(self._handle)

    def _add(self, record: JsonObject) -> None:
        with self._writing:
            at = self._append(record)
        self._sync(at)

    def _append(self, record: JsonObject) -> int:
        """Put a line at the end, and say which one it is. `_writing` is held."""
        if self._lost is not None:
            raise _lost(self.path, self._lost)
        line, self._last = line_of(record, self._last, self._key)
        try:
            while line:
                line = line[os.write(self._handle, line) :]
        except OSError as error:
            self._lost = error
            raise _lost(self.path, error) from error
        self._written += 1
        return self._written

    def _sync(self, at: int) -> None:
        """Return when line `at` is safe. Lines of several threads share one trip to the disk."""
        with self._syncing:
            if self._synced >= at:
                return
            if self._lost is not None:
                raise _lost(self.path, self._lost)
            upto = self._written
            try:
                os.fsync(self._handle)
            except OSError as error:
                self._lost = error
                raise _lost(self.path, error) from error
            self._synced = upto


def _lost(path: Path, error: OSError) -> JournalLost:
    reason = (error.strerror or str(error)).lower()
    return JournalLost(f"the journal {path} cannot be written: {reason}")


def new_journal(path: Path, header: Header, *, key: str) -> Journal:
    """Start a journal that only its owner may read; its folder keeps itself out of git.

    Raises JournalLost when it cannot be made, UsageWrong when there is a file already.
    """
    try:
        if path.parent.parts[-2:] == (".cg-sync", "runs"):
            make_own_folder(path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        handle = os.open(path, flags, 0o600)
    except FileExistsError as error:
        raise UsageWrong(
            f"there is a journal already: {path}",
            hint=f"finish that run: cg-sync resume {path}; or name another file",
        ) from error
    except OSError as error:
        raise _lost(path, error) from error
    journal = Journal(path, handle, key=key, last="", number=0)
    try:
        _lock(path, handle)
        journal._add(header_record(header))
    except (JournalLost, Locked):
        journal.abandon()
        path.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return journal


def continued(path: Path, recorded: Recorded, *, key: str) -> Journal:
    """Go on with a journal; a last line that was cut off goes.

    Raises Locked when another process is at it, or was since it was read; JournalLost when it
    cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    except OSError as error:
        raise _lost(path, error) from error
    try:
        _lock(path, handle)
        _refuse_if_longer(path, recorded, key)
        os.ftruncate(handle, recorded.length)
    except BaseException as error:
        os.close(handle)
        if isinstance(error, OSError):
            raise _lost(path, error) from error
        raise
    number = max((it.number for it in recorded.begun), default=0)
    return Journal(path, handle, key=key, last=recorded.last, number=number)


def opening_of(path: Path) -> JsonObject:
    """The first line of a journal, as it stands there; empty for what is none."""
    try:
        with path.open("rb") as file:
            first = json.loads(file.readline(MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return mapping_in(first)


def read_journal(path: Path, *, key: str) -> Recorded | None:
    """The journal in a file; None when its run ended before it could write anything.

    Raises UsageWrong for a file that cannot be read, PlanUnusable for one that cannot be believed.
    """
    try:
        with path.open("rb") as file:
            data = read_at_most(file, MAX_BYTES)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageWrong(f"{path} cannot be read: {reason}") from error
    if data is None:
        raise PlanUnusable(f"{path} is too large: more than {MAX_BYTES:,} bytes")
    try:
        return read_lines(data, key)
    except JournalBroken as broken:
        raise PlanUnusable(
            f"{path} {broken}; nothing was changed", hint="see where the shop stands: cg-sync plan"
        ) from broken


def _lock(path: Path, handle: int) -> None:
    """Keep other processes away from this journal until the file is closed."""
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Locked(
            f"another process is at work with {path}", hint="wait until it has ended"
        ) from error
    except OSError as error:  # Some network folders cannot lock.
        raise _lost(path, error) from error


@contextmanager
def at_rest(path: Path) -> Iterator[None]:
    """Keep a journal as it is while its run is taken back. Raises Locked when that is at work."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError as error:
        raise _lost(path, error) from error
    try:
        _lock(path, handle)
        yield
    finally:
        os.close(handle)


def _refuse_if_longer(path: Path, recorded: Recorded, key: str) -> None:
    """Raise Locked when there is more in the journal than was read: it must not be cut off."""
    now = read_journal(path, key=key)
    if now is None or now.last != recorded.last:
        raise Locked(f"another process has gone on with {path} meanwhile", hint="run it again")


def _sync_folder(folder: Path) -> None:
    """Make the new file's name safe too, where folders can be synced."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
