"""Where a project is in its git repository."""

from __future__ import annotations

from pathlib import Path


def folder_in_repository(root: Path) -> str:
    """The folder of the project as seen from the top of its repository, with a slash at its end:
    `shops/tr/`. Empty at the top and outside of a repository. Git itself is not asked: there may be
    none, or it may not trust the folder.
    """
    for top in (root, *root.parents):
        if (top / ".git").exists():
            inside = root.relative_to(top).as_posix()
            return "" if inside == "." else f"{inside}/"
    return ""
