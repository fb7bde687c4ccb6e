"""Which of two commits came after the other."""

from __future__ import annotations

from pathlib import Path

from cg_sync.errors import Locked
from cg_sync.files.git_run import FETCH, Environ, run_git

UNSHALLOW_SECONDS = 600


def is_in_history(root: Path, older: str, newer: str, *, remote: str, environ: Environ) -> bool:
    """Whether `newer` is the commit `older`, or came after it.

    A clone that is too shallow to tell is given the history of `newer`; raises Locked when that
    cannot be had.
    """
    if _comes_after(root, older, newer, environ):
        return True
    shallow = run_git(root, "rev-parse", "--is-shallow-repository", environ=environ)
    # A whole clone has all of the history of its commits: what it lacks is in none.
    if shallow.out.strip() != b"true":
        return False
    ran = run_git(
        root,
        *(*FETCH, "--unshallow", "--", remote, newer),
        environ=environ,
        seconds=UNSHALLOW_SECONDS,
    )
    if ran.code != 0:
        raise Locked(
            f"this clone is too shallow to tell whether {newer[:12]} comes after {older[:12]}, and "
            f"its history cannot be fetched; git says: {ran.words}; nothing was changed",
            hint="clone it whole: in CI with `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)",
        )
    return _comes_after(root, older, newer, environ)


def _comes_after(root: Path, older: str, newer: str, environ: Environ) -> bool:
    return run_git(root, "merge-base", "--is-ancestor", older, newer, environ=environ).code == 0
