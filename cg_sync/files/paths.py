"""Paths inside the project: how they are shown, and that none of them leads out."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath


def resolve_inside(root: Path, base_file: str, relative: str) -> Path | None:
    """The absolute path that `relative` means in the file `base_file`; None when it leaves `root`.

    It leaves when it is absolute, starts with `~`, climbs above the root, or ends outside
    through symbolic links. Nothing has to exist there.
    """
    if relative.startswith("~") or "\0" in relative:
        return None
    if PurePosixPath(relative).is_absolute() or PureWindowsPath(relative).anchor:
        return None
    depth = 0
    for part in PurePosixPath(base_file).parent.joinpath(relative).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return None
    path = root / PurePosixPath(base_file).parent / relative
    return path.resolve() if is_inside(root, path) else None


def is_inside(root: Path, path: Path) -> bool:
    """Whether `path`, its symbolic links followed, is the root or lies below it."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links that lead to each other
        return False


def shown_path(root: Path, path: Path) -> str:
    """`path` as seen from the root, with forward slashes; bytes that are no text are escaped."""
    return as_text(path.relative_to(root).as_posix())


def as_text(name: str) -> str:
    """The name of a file, with those of its bytes escaped that are no text."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
