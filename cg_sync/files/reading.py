"""Opens regular files of a bearable size; what stands against it is a problem."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from cg_sync.errors import Position, Problem
from cg_sync.files.yaml_text import too_large

BLOCK_BYTES = 1 << 20

# A pipe is opened without waiting for whoever may write into it.
_TO_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def unreadable(path: Path | str, *, shown_as: str, limit: int) -> Problem | None:
    """The CG-F01 of a `path` that is missing, no regular file, or more than `limit` bytes."""
    try:
        return _against(os.stat(path), shown_as, limit)  # noqa: PTH116 — a Path takes as long again
    except OSError as error:
        return cannot_read(error, shown_as)


def _against(status: os.stat_result, shown_as: str, limit: int) -> Problem | None:
    if S_ISDIR(status.st_mode):
        return Problem("CG-F01", "a folder, not a file", Position(shown_as), "rename the folder")
    if not S_ISREG(status.st_mode):
        return Problem("CG-F01", "not a regular file", Position(shown_as))
    if status.st_size > limit:
        return too_large(shown_as, status.st_size, limit)
    return None


def cannot_read(error: OSError, shown_as: str) -> Problem:
    """What the operating system said, as CG-F01."""
    reason = (error.strerror or str(error)).lower()
    return Problem("CG-F01", f"cannot be read: {reason}", Position(shown_as))


def read_bytes(path: Path | str, *, shown_as: str, limit: int) -> tuple[bytes, Problem | None]:
    """The bytes of a file of at most `limit` bytes, or the problem that stands against it."""
    try:
        handle = os.open(path, _TO_READ)
    except OSError as error:
        problem = unreadable(path, shown_as=shown_as, limit=limit)
        return b"", problem or cannot_read(error, shown_as)
    try:
        status = os.fstat(handle)
        problem = _against(status, shown_as, limit)
        return b"" if problem else _read_all(handle, status.st_size), problem
    except OSError as error:
        return b"", cannot_read(error, shown_as)
    finally:
        os.close(handle)


def _read_all(handle: int, size: int) -> bytes:
    """The rest of a file that had `size` bytes a moment ago."""
    data = os.read(handle, size + 1)
    while len(data) > size:  # it has grown
        size = 2 * len(data)
        data += os.read(handle, size)
    return data


def read_at_most(file: BinaryIO, limit: int) -> bytes | None:
    """All bytes of a file that may be a pipe or a device, which have no size to ask for; None when
    they are more than `limit`.
    """
    parts: list[bytes] = []
    size = 0
    while part := file.read(BLOCK_BYTES):
        parts.append(part)
        size += len(part)
        if size > limit:
            return None
    return b"".join(parts)


def read_own(path: Path, *, limit: int, private: bool = False) -> bytes | None:
    """The bytes of a regular file of at most `limit` bytes that this user owns and nobody else may
    write to (`private`: nor read); None for any other, and where files have no owners.
    """
    if not hasattr(os, "getuid"):
        return None
    try:
        handle = os.open(path, _TO_READ | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        status = os.fstat(handle)
        fits = S_ISREG(status.st_mode) and status.st_size <= limit
        is_open = status.st_mode & (0o077 if private else 0o022)
        if not fits or is_open or status.st_uid != os.getuid():
            return None
        return _read_all(handle, status.st_size)
    except OSError:
        return None
    finally:
        os.close(handle)
