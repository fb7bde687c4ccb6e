"""A ref of a remote: read, moved only from what it was, and nothing of the clone touched."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from cg_sync.errors import Locked
from cg_sync.files.git_ancestry import is_in_history
from cg_sync.files.git_ref import MOST_BYTES, Found, GitRef, opened_ref
from cg_sync.files.git_run import masked

ENVIRON: Mapping[str, str] = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}
NAME = "refs/cg-sync/production"
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=ENVIRON, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def clone(remote: Path, to: Path, *options: str) -> Path:
    git(remote, "clone", "--quiet", *options, remote.as_uri(), str(to))
    return to


def commits(folder: Path, number: int) -> list[str]:
    """So many new commits, the oldest first."""
    made = []
    for _ in range(number):
        git(folder, "commit", "--quiet", "--allow-empty", "--message", "a commit")
        made.append(git(folder, "rev-parse", "HEAD"))
    return made


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with three commits on main."""
    bare, work = tmp_path / "remote.git", tmp_path / "work"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(work))
    commits(work, 3)
    git(work, "push", "--quiet", str(bare), "main")
    return bare


@pytest.fixture
def here(remote: Path, tmp_path: Path) -> Path:
    """A whole clone of it."""
    return clone(remote, tmp_path / "clone")


def opened(root: Path, remote: str = "origin", name: str = NAME) -> AbstractContextManager[GitRef]:
    return opened_ref(root, remote, name, environ=ENVIRON)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(it): it.read_bytes() for it in folder.rglob("*") if it.is_file()}


# --- reading and moving


def test_a_ref_is_made_moved_and_removed_and_read_from_another_clone(
    here: Path, remote: Path, tmp_path: Path
) -> None:
    other = clone(remote, tmp_path / "other")
    with opened(here) as ref, opened(other) as theirs:
        assert ref.read() is None
        first = ref.move(None, b"one", at=AT)
        assert first is not None
        assert theirs.read() == ref.read() == Found(first, b"one")
        second = theirs.move(first, b"two", at=AT)
        assert second is not None
        assert ref.read() == Found(second, b"two")
        assert ref.remove(second)
        assert theirs.read() is None


def test_who_does_not_know_the_newest_moves_nothing(here: Path) -> None:
    with opened(here) as ref:
        first = ref.move(None, b"one", at=AT)
        assert first is not None
        assert ref.move(None, b"again", at=AT) is None
        second = ref.move(first, b"two", at=AT)
        assert second is not None
        assert ref.move(first, b"late", at=AT) is None
        assert not ref.remove(first)
        assert ref.read() == Found(second, b"two")
        assert ref.remove(second)
        assert ref.move(second, b"of one that is gone", at=AT) is None


def test_the_clone_and_the_branches_stay_as_they_are(here: Path, remote: Path) -> None:
    before, branches = everything_in(here), git(remote, "for-each-ref", "refs/heads")
    with opened(here) as ref:
        moved = ref.move(None, b"one", at=AT)
        with opened(here) as again:
            assert again.read() == Found(str(moved), b"one")
    assert everything_in(here) == before
    assert git(remote, "for-each-ref", "refs/heads") == branches


def test_the_commit_has_a_name_a_date_and_no_parent(here: Path, remote: Path) -> None:
    with opened(here) as ref:
        ref.move(None, b"{}", at=AT)
    shown = git(remote, "log", "--format=%cn %ce %cI %P|", NAME)
    assert shown == "cg-sync cg-sync@cg-sync.invalid 2026-11-22T09:00:00+00:00 |"


@pytest.mark.parametrize("options", [("--depth", "1"), ("--filter=tree:0",), ("--no-checkout",)])
def test_any_clone_will_do(remote: Path, here: Path, tmp_path: Path, options: tuple[str]) -> None:
    git(remote, "config", "uploadpack.allowFilter", "true")
    with opened(here) as ref:
        first = ref.move(None, b"one", at=AT)
    with opened(clone(remote, tmp_path / "some", *options)) as ref:
        assert ref.read() == Found(str(first), b"one")
        second = ref.move(first, b"two", at=AT)
        assert ref.read() == Found(str(second), b"two")


def test_a_folder_in_a_clone_whose_path_git_would_split(remote: Path, tmp_path: Path) -> None:
    folder = clone(remote, tmp_path / 'a:b "c"') / "shop"
    folder.mkdir()
    with opened(folder) as ref, opened(folder) as again:
        first = ref.move(None, b"one", at=AT)
        assert again.read() == Found(str(first), b"one")


def test_what_is_no_file_of_ours_has_no_content(here: Path, remote: Path) -> None:
    git(remote, "update-ref", NAME, "refs/heads/main")
    with opened(here) as ref:
        assert ref.read() == Found(git(remote, "rev-parse", "main"), b"")
        huge = ref.move(git(remote, "rev-parse", "main"), b"x" * (MOST_BYTES + 1), at=AT)
        assert ref.read() == Found(str(huge), b"")


def test_another_ref_with_a_longer_name_is_not_taken_for_it(here: Path, remote: Path) -> None:
    git(remote, "update-ref", f"refs/heads/{NAME}", "refs/heads/main")
    with opened(here) as ref:
        assert ref.read() is None


def test_of_two_at_once_exactly_one_moves_it(here: Path, remote: Path, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    with opened(here) as one, opened(other) as two, ThreadPoolExecutor(2) as pool:
        before = None
        for turn in range(20):
            gate = Barrier(2)

            def race(ref: GitRef, word: str, gate: Barrier, before: str | None) -> str | None:
                gate.wait()
                return ref.move(before, word.encode(), at=AT)

            both = [
                pool.submit(race, ref, f"{who} {turn}", gate, before)
                for ref, who in ((one, "one"), (two, "two"))
            ]
            won = [it.result() for it in both]
            assert won.count(None) == 1
            before = next(it for it in won if it is not None)
            assert git(remote, "rev-parse", NAME) == before


# --- what git refuses


def refusal(root: Path, remote: str = "origin", name: str = NAME) -> str:
    with opened(root, remote, name) as ref, pytest.raises(Locked) as caught:
        ref.move(None, b"one", at=AT)
    return str(caught.value)


def hook(remote: Path, name: str, text: str) -> None:
    path = remote / "hooks" / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_a_remote_that_is_not_there_is_told_in_the_words_of_git(here: Path) -> None:
    assert refusal(here, "upstream").startswith(
        "the remote upstream cannot be read; git says: 'upstream' does not appear to be a git "
        "repository; Could not read from remote repository."
    )


def test_a_remote_that_says_no_is_told_in_its_own_words(here: Path, remote: Path) -> None:
    hook(remote, "update", "echo 'protected: \033[31mask Ayse\033[0m' >&2; exit 1")
    assert refusal(here) == (
        f"{NAME} cannot be moved; git says: [remote rejected] (hook declined); "
        "remote: protected: [31mask Ayse[0m; remote: error: hook declined to update "
        f"{NAME}; nothing was changed"
    )


def test_a_name_that_the_remote_cannot_give_is_told(here: Path, remote: Path) -> None:
    git(remote, "update-ref", "refs/cg-sync", "refs/heads/main")
    assert refusal(here).startswith(f"{NAME} cannot be moved; git says: [remote rejected] (")


def test_no_hook_of_the_clone_runs(here: Path) -> None:
    hook(here / ".git", "pre-push", "exit 1")
    with opened(here) as ref:
        assert ref.move(None, b"one", at=AT) is not None


def test_outside_of_a_repository_there_is_no_ref(tmp_path: Path) -> None:
    with pytest.raises(Locked, match="not a git repository"), opened(tmp_path):
        pass


def test_without_git_it_says_so(here: Path, tmp_path: Path) -> None:
    with opened(here) as ref:
        without = replace(ref, environ={"PATH": str(tmp_path)})
        with pytest.raises(Locked, match="git is not installed; nothing was changed"):
            without.read()


def test_an_answer_that_is_lost_is_looked_up(here: Path, tmp_path: Path) -> None:
    real, lossy = shutil.which("git"), tmp_path / "bin" / "git"
    lossy.parent.mkdir()
    lossy.write_text(f'#!/bin/sh\n"{real}" "$@" || exit\ncase "$*" in *" push "*) exit 128; esac\n')
    lossy.chmod(0o755)
    with opened(here) as ref:
        loses = replace(ref, environ={**ref.environ, "PATH": f"{lossy.parent}:{ENVIRON['PATH']}"})
        first = loses.move(None, b"one", at=AT)
        assert ref.read() == Found(str(first), b"one")
        assert loses.remove(str(first))
        assert ref.read() is None


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://me:word@a.example/x.git", "https://***@a.example/x.git"),
        (
            "unable to access 'https://token@a.example/'",
            "unable to access 'https://***@a.example/'",
        ),
        ("https://a:b@c@a.example and ssh://u@h/x", "https://***@a.example and ssh://***@h/x"),
        ("git@a.example:x.git", "git@a.example:x.git"),
    ],
)
def test_credentials_in_addresses_are_masked(said: str, shown: str) -> None:
    assert masked(said) == shown


def test_the_address_of_a_remote_is_shown_without_its_credentials(here: Path) -> None:
    git(here, "remote", "add", "theirs", "http://me:secret@127.0.0.1:9/x.git")
    for remote in ("theirs", "http://me:secret@127.0.0.1:9/x.git"):
        said = refusal(here, remote)
        assert "cannot be read; git says: " in said
        assert "secret" not in said


# --- which commit came after which


def after(root: Path, older: str, newer: str) -> bool:
    return is_in_history(root, older, newer, remote="origin", environ=ENVIRON)


def test_a_commit_comes_after_itself_and_its_ancestors(here: Path) -> None:
    head, before = git(here, "rev-parse", "HEAD"), git(here, "rev-parse", "HEAD~2")
    assert after(here, head, head)
    assert after(here, before, head)
    assert not after(here, head, before)


def test_what_a_whole_clone_lacks_is_in_no_history(
    here: Path, remote: Path, tmp_path: Path
) -> None:
    newer = commits(clone(remote, tmp_path / "other"), 1)[0]
    assert not after(here, newer, git(here, "rev-parse", "HEAD"))


def test_a_shallow_clone_is_given_the_history(here: Path, remote: Path, tmp_path: Path) -> None:
    shallow = clone(remote, tmp_path / "shallow", "--depth", "1")
    head, before = git(here, "rev-parse", "HEAD"), git(here, "rev-parse", "HEAD~2")
    assert after(shallow, before, head)
    assert not after(shallow, head, before)


def test_a_shallow_clone_without_its_remote_cannot_tell(
    here: Path, remote: Path, tmp_path: Path
) -> None:
    shallow = clone(remote, tmp_path / "shallow", "--depth", "1")
    git(shallow, "remote", "set-url", "origin", str(tmp_path / "gone"))
    head, before = git(here, "rev-parse", "HEAD"), git(here, "rev-parse", "HEAD~2")
    with pytest.raises(Locked, match="too shallow to tell") as caught:
        after(shallow, before, head)
    assert "fetch-depth: 0" in caught.value.hint
