"""Opens regular files of a bearable size; what stands against it is a problem."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from cg_sync.errors import Position, Problem
from cg_sync.files.yaml_text import too_large

BLOCK_BYTES = 1 << 20


def unreadable(path: Path, *, shown_as: str, limit: int) -> Problem | None:
    """The CG-F01 of a `path` that is missing, no regular file, or more than `limit` bytes."""
    try:
        status = path.stat()
    except OSError as error:
        return cannot_read(error, shown_as)
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


def read_bytes(path: Path, *, shown_as: str, limit: int) -> tuple[bytes, Problem | None]:
    """The bytes of a file of at most `limit` bytes, or the problem that stands against it."""
    problem = unreadable(path, shown_as=shown_as, limit=limit)
    if problem is not None:
        return b"", problem
    try:
        return path.read_bytes(), None
    except OSError as error:
        return b"", cannot_read(error, shown_as)


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
