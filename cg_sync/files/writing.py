"""Writes text files whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from cg_sync.errors import FilesError, Position, Problem
from cg_sync.files.paths import is_inside


def write_text(path: Path, text: str, *, private: bool = False, inside: Path | None = None) -> None:
    """Put `text` at `path`, as `write_parts` does."""
    write_parts(path, (text,), private=private, inside=inside)


def write_parts(
    path: Path, parts: Iterable[str], *, private: bool = False, inside: Path | None = None
) -> None:
    """Put a text (UTF-8, line ends as they are) at `path` in one step: readers see old or new. A
    `private` file is for its owner's eyes alone; no file is for everybody to write. The parts of
    the text are asked for one by one, and not kept.

    Makes the folder when there is none. A symbolic link is followed inside its own folder only, and
    nothing that leads out of the folder `inside`. A pipe or a terminal is written to as it is.
    FilesError when the file cannot be written, and then the old one is as it was.
    """
    try:
        if inside is not None and not is_inside(inside, path):
            raise _leaves(path, "the project")
        if _is_stream(path):
            with path.open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(parts)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()
        if path.is_symlink() and target.parent != path.parent.resolve():
            raise _leaves(path, "its folder")
        _replace(target, parts, 0o600 if private else 0o664)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem("CG-F19", f"cannot be written: {reason.lower()}", Position(str(path)))
        raise FilesError([problem]) from error


def _leaves(path: Path, what: str) -> FilesError:
    message = f"a symbolic link that leaves {what}"
    return FilesError([Problem("CG-F08", message, Position(str(path)), "replace the link")])


def _is_stream(path: Path) -> bool:
    """Whether it is no file that could be replaced: `/dev/null`, `/dev/stdout`, a named pipe."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _replace(target: Path, parts: Iterable[str], mode: int) -> None:
    # A dotfile beside the target: on the same disk, and not read as one of the project's files.
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        made = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode & _mode_of(target))
        with os.fdopen(made, "w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _mode_of(target: Path) -> int:
    """Who may do what with the file that is replaced; everybody everything when there is none."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return 0o777
