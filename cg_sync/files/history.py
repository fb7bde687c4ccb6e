"""What git remembers: files that this branch, or the last commit of the main one, has deleted."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

GIT_SECONDS = 20
MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def read_deleted_files(root: Path, folders: Sequence[str]) -> Mapping[str, bytes]:
    """The YAML files of `folders` that were there where this branch left the main one, and are
    gone.

    On the main branch itself: those that its last commit deleted. By path from `root`, with their
    last content. Empty without git or outside a repository: this is advice, never a condition.
    """
    base = _base(root)
    if base is None:
        return {}
    patterns = [f"{folder}/*.yaml" for folder in folders]
    flags = ["--name-only", "-z", "--no-renames", "--diff-filter=D", "--relative"]
    names = _git(root, "diff", *flags, base, "--", *patterns) or b""
    found: dict[str, bytes] = {}
    for raw in names.split(b"\0"):
        name = raw.decode(errors="surrogateescape")
        content = _git(root, "show", f"{base}:./{name}") if name else None
        if content is not None:
            found[name] = content
    return found


def _base(root: Path) -> str | None:
    head = _commit(root, "HEAD")
    for branch in MAIN_BRANCHES if head else ():
        tip = _commit(root, branch)
        if tip is not None:
            shared = _git(root, "merge-base", tip, "HEAD")
            base = shared.decode().strip() if shared else None
            return base if base != head else _commit(root, "HEAD^") or head
    return _commit(root, "HEAD^") or head


def _commit(root: Path, name: str) -> str | None:
    found = _git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return found.decode().strip() if found else None


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints, or None when it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "--no-optional-locks", *arguments],
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
