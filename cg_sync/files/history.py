"""What git remembers: which commit the files are of, and files that this branch, or the last commit
of the main one, has deleted or changed.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cg_sync.files.git_safely import NO_PROGRAMS, environ_for_git

GIT_SECONDS = 20
MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def read_former_files(root: Path, folders: Sequence[str]) -> Mapping[str, bytes]:
    """The YAML files of `folders` that this branch deleted or changed, as they were where it left
    the main one.

    On the main branch itself: what its last commit deleted or changed or, while files differ from
    it, what differs. By path from `root`. Empty
    without git or outside a repository: this is advice, never a condition.
    """
    base = _base(root, folders)
    if base is None:
        return {}
    patterns = [f"{folder}/*.yaml" for folder in folders]
    flags = ["--raw", "-z", "--no-abbrev", "--no-renames", "--diff-filter=DM", "--relative"]
    listed = (_git(root, "diff", *flags, base, "--", *patterns) or b"").split(b"\0")
    blobs = {
        name.decode(errors="surrogateescape"): entry.split()[2].decode()
        for entry, name in zip(listed[::2], listed[1::2], strict=False)
    }
    contents = _read_blobs(root, list(blobs.values()))
    return {name: contents[blob] for name, blob in blobs.items() if blob in contents}


def _read_blobs(root: Path, blobs: Sequence[str]) -> Mapping[str, bytes]:
    """The content of each of these objects that is there."""
    if not blobs:
        return {}
    answer = _git(root, "cat-file", "--batch", stdin="\n".join(blobs).encode()) or b""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(answer):
        head_end = answer.index(b"\n", at)
        blob, *rest = answer[at:head_end].split()
        at = head_end + 1
        if len(rest) == 2:  # Otherwise `missing`, as in a partial clone.
            size = int(rest[1])
            found[blob.decode()] = answer[at : at + size]
            at += size + 1
    return found


@dataclass(frozen=True, slots=True)
class Checkout:
    """The commit that is checked out, empty outside of git; `dirty` when files differ from it."""

    commit: str = ""
    dirty: bool = False


def read_checkout(root: Path, paths: Sequence[str]) -> Checkout:
    """Which commit the files of `root` are of; only these paths are looked at for differences."""
    commit = _commit(root, "HEAD")
    if commit is None:
        return Checkout()
    there = [it for it in paths if (root / it).exists()]
    changed = _git(root, "status", "--porcelain", "--untracked-files=all", "--", *there)
    return Checkout(commit, bool(changed) if there else False)


def _base(root: Path, folders: Sequence[str]) -> str | None:
    """Where this branch began; on the main branch what its last commit changed, or, while files
    differ from it, that commit itself.
    """
    head = _commit(root, "HEAD")
    for branch in MAIN_BRANCHES if head else ():
        tip = _commit(root, branch)
        if tip is not None:
            shared = _git(root, "merge-base", tip, "HEAD")
            base = shared.decode().strip() if shared else None
            if base != head:
                return base
            break
    is_clean = _git(root, "diff", "--quiet", "HEAD", "--", *folders) is not None
    return (_commit(root, "HEAD^") or head) if is_clean else head


def _commit(root: Path, name: str) -> str | None:
    found = _git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return found.decode().strip() if found else None


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes | None:
    """What git prints, or None when it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "--no-optional-locks", *NO_PROGRAMS, *arguments],
            input=stdin,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
            env=environ_for_git(os.environ),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
