"""Writes text files whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cg_sync.errors import FilesError, Position, Problem


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Put `text` (UTF-8, line ends as they are) at `path` in one step: readers see old or new. A
    `private` file is for its owner's eyes alone.

    Makes the folder when there is none. A symbolic link is followed inside its own folder only.
    FilesError when the file cannot be written, and then the old one is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()
        if path.is_symlink() and target.parent != path.parent.resolve():
            hint = "replace the link by a file"
            raise FilesError(
                [
                    Problem(
                        "CG-F08",
                        "a symbolic link that leaves its folder",
                        Position(str(path)),
                        hint,
                    )
                ]
            )
        _replace(target, text, 0o600 if private else 0o666)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem("CG-F19", f"cannot be written: {reason.lower()}", Position(str(path)))
        raise FilesError([problem]) from error


def _replace(target: Path, text: str, mode: int) -> None:
    # A dotfile beside the target: on the same disk, and not read as one of the project's files.
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        made = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(made, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
