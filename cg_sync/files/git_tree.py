"""A project as it was in a commit: unpacked beside the repository, in which nothing is written.

Git runs in the environment it is given.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cg_sync.errors import UsageWrong
from cg_sync.files.git_safely import NO_PROGRAMS, environ_for_git

ASKING_SECONDS = 20
UNPACKING_SECONDS = 600
"""A clone without blobs fetches them one after the other."""

Environ = Mapping[str, str]

_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_DEEPEN = (
    "this clone is shallow: bring its history with `git fetch --unshallow`, in CI with "
    "`fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)"
)


def read_commit(root: Path, ref: str, *, environ: Environ) -> str:
    """The full name of the commit that a branch, a tag or any other name of git's means.

    UsageWrong when there is none, when `ref` could be taken for an option, and without git or a
    repository around `root`.
    """
    if not ref or ref.startswith("-"):
        raise UsageWrong(f"{ref or 'an empty name'} is no commit", hint="name a branch or a commit")
    _folder_of(root, environ)
    commit = _verified(root, ref, environ)
    if commit is None:
        raise UsageWrong(f"git knows no commit {ref} here", hint=_hint(root, ref, environ))
    return commit


def read_shared_commit(root: Path, commit: str, *, environ: Environ) -> str:
    """The commit where HEAD left the history of `commit`; that one itself when HEAD is ahead of it.

    UsageWrong when the clone holds no commit that they share.
    """
    shared = _answer(root, "merge-base", commit, "HEAD", environ=environ)
    if shared is None:
        hint = _DEEPEN if _is_shallow(root, environ) else "they have no history in common"
        raise UsageWrong(f"git finds no commit that {commit[:12]} and HEAD share", hint=hint)
    return shared


def is_in_commit(root: Path, commit: str, name: str, *, environ: Environ) -> bool:
    """Whether the project in `root` had this file in that commit."""
    return _answer(root, "cat-file", "-e", f"{commit}:./{name}", environ=environ) is not None


@contextmanager
def unpacked(root: Path, commit: str, *, environ: Environ) -> Iterator[Path]:
    """The project's folder as it was in that commit, for as long as the context lasts.

    Its files are as a checkout would have them. UsageWrong when it was not there yet, or when git
    cannot bring them.
    """
    folder = _folder_of(root, environ)
    repository = _asked(root, "rev-parse", "--absolute-git-dir", environ=environ)
    with tempfile.TemporaryDirectory(prefix="cg-sync-base-") as made:
        # A checkout with an index of ours. `git archive` would leave out what `export-ignore` says.
        place = Path(made) / "files"
        place.mkdir()
        ours = {**environ, "GIT_INDEX_FILE": str(Path(made) / "index")}
        there = [f"--git-dir={repository}", f"--work-tree={place}", "--literal-pathspecs"]
        _git(place, *there, "read-tree", commit, environ=ours)
        names = _git(place, *there, "ls-files", "-z", "--", folder or ".", environ=ours)
        if not names:
            raise UsageWrong(f"the project was not there in {commit[:12]}")
        checkout = ("checkout-index", "--quiet", "-z", "--stdin")
        _git(place, *there, *checkout, environ=ours, given=names)
        yield place / folder


def _verified(root: Path, ref: str, environ: Environ) -> str | None:
    name = f"{ref}^{{commit}}"
    commit = _answer(root, "rev-parse", "--verify", "--quiet", name, environ=environ)
    return commit if commit is not None and _COMMIT.fullmatch(commit) else None


def _hint(root: Path, ref: str, environ: Environ) -> str:
    if _verified(root, f"origin/{ref}", environ):
        return f"did you mean origin/{ref}?"
    if _is_shallow(root, environ):
        return _DEEPEN
    return f"fetch it first: git fetch origin {ref.removeprefix('origin/')}"


def _is_shallow(root: Path, environ: Environ) -> bool:
    return _answer(root, "rev-parse", "--is-shallow-repository", environ=environ) == "true"


def _folder_of(root: Path, environ: Environ) -> str:
    """Where the project is in its repository: `shop/`, empty at the top."""
    return _asked(root, "rev-parse", "--show-prefix", environ=environ)


def _answer(root: Path, *arguments: str, environ: Environ) -> str | None:
    """The line that git answers; None when it says no."""
    try:
        return _asked(root, *arguments, environ=environ)
    except UsageWrong:
        return None


def _asked(root: Path, *arguments: str, environ: Environ) -> str:
    """The line that git answers; UsageWrong when it says no."""
    answer = _git(root, *arguments, environ=environ, seconds=ASKING_SECONDS)
    return os.fsdecode(answer).removesuffix("\n")


def _git(
    folder: Path,
    *arguments: str,
    environ: Environ,
    given: bytes = b"",
    seconds: float = UNPACKING_SECONDS,
) -> bytes:
    """What git prints; UsageWrong in its own words when it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *NO_PROGRAMS, *arguments],
            input=given,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=environ_for_git(environ),
        )
    except FileNotFoundError as error:
        raise UsageWrong("git is not installed", hint="it tells what a base says") from error
    except subprocess.TimeoutExpired as error:
        raise UsageWrong(f"git did not answer in {seconds:.0f} seconds") from error
    if done.returncode != 0:
        first, _, rest = os.fsdecode(done.stderr).strip().partition("\n")
        raise UsageWrong(f"git says: {first.removeprefix('fatal: ')}", hint=rest.strip())
    return done.stdout
