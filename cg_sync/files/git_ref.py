"""One small file that a ref of a git remote names: read, and moved only from what it was to what it
shall be. No branch, tag or object of the clone at hand is touched.

Git runs in the environment it is given.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cg_sync.errors import Locked
from cg_sync.files.git_run import FETCH, Environ, Ran, masked, run_git

RECORD_FILE = "record.json"
MOST_BYTES = 65_536
TRIES = 4
"""How often to try again what another run, or its lock within git, has crossed."""

_WHO = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "cg-sync"), ("EMAIL", "cg-sync@cg-sync.invalid"))
}


@dataclass(frozen=True, slots=True)
class Found:
    """The commit that the ref names, and its file: empty when it has none, or a huge one."""

    commit: str
    content: bytes


@dataclass(frozen=True)
class GitRef:
    """A ref of a remote, as the clone at `root` reaches it.

    Every method raises Locked, in git's own words, when the remote cannot be reached or says no.
    """

    root: Path
    remote: str
    name: str
    environ: Environ

    def read(self) -> Found | None:
        """What the ref names now; None when the remote has no such ref."""
        for _ in range(TRIES):
            commit = self._tip()
            if commit is None:
                return None
            if not self._has(commit):
                fetched = self._git(*FETCH, "--", self.remote, self.name)
                # Between the question and the fetch somebody may have moved it.
                if fetched.code != 0 and self._tip() == commit:
                    raise _refusal(f"{self.name} cannot be read", fetched.words)
            if self._has(commit):
                return Found(commit, self._content(commit))
        raise _refusal(f"{self.name} cannot be read", "it keeps moving")

    def move(self, before: str | None, content: bytes, *, at: datetime) -> str | None:
        """Make the ref name a new commit with this content, if it still names `before`; None for
        `before` means that there is no such ref yet. The new commit; None when somebody else was
        faster.
        """
        new = self._commit(content, at)
        return new if self._push(before, new) else None

    def remove(self, before: str) -> bool:
        """Remove the ref, if it still names `before`; False when somebody else was faster."""
        return self._push(before, None)

    def _push(self, before: str | None, new: str | None) -> bool:
        # git compares twice: here with what the remote says, and there once more, under a lock.
        expected = f"--force-with-lease={self.name}:{before or ''}"
        to = f"{new or ''}:{self.name}"
        said = ""
        for _ in range(TRIES):
            ran = self._git("push", "--porcelain", expected, "--", self.remote, to)
            if ran.code == 0:
                return True
            said = _reason(ran)
            # The answer may be lost, or another push in the way: only the ref can tell.
            now = self._tip()
            if now == new:
                return True
            if now != before:
                return False
            if b"rejected]" not in ran.out:
                break
        raise _refusal(f"{self.name} cannot be moved", said)

    def _tip(self) -> str | None:
        ran = self._git("ls-remote", "--refs", "--", self.remote, self.name)
        if ran.code != 0:
            raise _refusal(f"the remote {masked(self.remote)} cannot be read", ran.words)
        for line in ran.out.decode("utf-8", "replace").splitlines():
            commit, _, name = line.partition("\t")
            if name == self.name:
                return commit
        return None

    def _has(self, commit: str) -> bool:
        return self._git("cat-file", "-e", commit).code == 0

    def _content(self, commit: str) -> bytes:
        blob = f"{commit}:{RECORD_FILE}"
        size = self._git("cat-file", "-s", blob).out.strip()
        if not size.isdigit() or int(size) > MOST_BYTES:
            return b""
        return self._git("cat-file", "blob", blob).out

    def _commit(self, content: bytes, at: datetime) -> str:
        blob = self._made("hash-object", "-w", "--stdin", given=content)
        entry = f"100644 blob {blob}\t{RECORD_FILE}\n".encode()
        tree = self._made("mktree", given=entry)
        return self._made("commit-tree", tree, "-m", "The last apply of cg-sync", at=at)

    def _made(self, *arguments: str, given: bytes = b"", at: datetime | None = None) -> str:
        names = ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
        dates = dict.fromkeys(names, at.isoformat()) if at is not None else {}
        ran = run_git(self.root, *arguments, environ={**self.environ, **_WHO, **dates}, given=given)
        if ran.code != 0:
            raise _refusal(f"{self.name} cannot be written down", ran.words)
        return ran.out.decode().strip()

    def _git(self, *arguments: str) -> Ran:
        return run_git(self.root, *arguments, environ=self.environ)


@contextmanager
def opened_ref(root: Path, remote: str, name: str, *, environ: Environ) -> Iterator[GitRef]:
    """The ref, for as long as the context lasts: its objects are in a folder of their own until
    then. Raises Locked outside of a repository.
    """
    ran = run_git(root, "rev-parse", "--git-path", "objects", environ=environ)
    if ran.code != 0:
        raise _refusal(f"{name} cannot be reached", ran.words)
    clone = _quoted(str((root / os.fsdecode(ran.out).removesuffix("\n")).resolve()))
    others = environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    with tempfile.TemporaryDirectory(prefix="cg-sync-fence-") as made:
        ours = {
            "GIT_OBJECT_DIRECTORY": made,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": f"{clone}:{others}" if others else clone,
        }
        yield GitRef(root, remote, name, {**environ, **ours})


def _refusal(what: str, said: str) -> Locked:
    return Locked(
        f"{what}; git says: {said}; nothing was changed",
        hint="is the remote the right one, and may this job push to it? docs/fence.md says how",
    )


def _reason(ran: Ran) -> str:
    """Why a push failed: what git says of the ref, and what it and the remote say beside that."""
    lines = ran.out.decode("utf-8", "replace").splitlines()
    of_ref = [line.split("\t")[-1] for line in lines if line.startswith("!")]
    return "; ".join(it for it in (*of_ref, ran.words) if it)


def _quoted(path: str) -> str:
    """A path as git reads it in a list of paths."""
    if ":" not in path and '"' not in path:
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
