"""What git remembers of files that were deleted or changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cg_sync.files.history import read_former_files

FOLDERS = ["groups", "settings"]


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository on a branch that has changed nothing so far; the project is a folder of it."""
    root = tmp_path / "shop"
    for name, content in (
        ("groups/gold.yaml", b"name: Gold\n"),
        ("groups/ö g.yaml", b"name: \xc3\x96\r\n\r\n"),
        ("groups/empty.yaml", b""),
        ("settings/kept.yaml", b"slug: kept\n"),
        ("other/note.yaml", b"a: b\n"),
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "Start")
    git(tmp_path, "checkout", "-q", "-b", "work")
    return root


def test_what_is_as_it_was_is_not_named(repository: Path) -> None:
    assert read_former_files(repository, FOLDERS) == {}


def test_what_was_deleted_and_what_was_changed_is_there_as_it_was(repository: Path) -> None:
    for path in (repository / "groups").iterdir():
        path.unlink()
    (repository / "groups/gold.yaml").write_text("name: Platinum\n")
    (repository / "groups/new.yaml").write_text("name: New\n")
    (repository / "other/note.yaml").unlink()
    assert read_former_files(repository, FOLDERS) == {
        "groups/gold.yaml": b"name: Gold\n",
        "groups/empty.yaml": b"",
        "groups/ö g.yaml": b"name: \xc3\x96\r\n\r\n",
    }
    git(repository, "add", "--all")
    git(repository, "commit", "-q", "-m", "Change")
    assert len(read_former_files(repository, FOLDERS)) == 3


def test_on_the_main_branch_the_last_commit_counts(repository: Path) -> None:
    git(repository, "checkout", "-q", "main")
    (repository / "groups/gold.yaml").unlink()
    git(repository, "commit", "-q", "-a", "-m", "One")
    assert list(read_former_files(repository, FOLDERS)) == ["groups/gold.yaml"]
    (repository / "settings/kept.yaml").write_text("slug: other\n")
    git(repository, "commit", "-q", "-a", "-m", "Two")
    assert list(read_former_files(repository, FOLDERS)) == ["settings/kept.yaml"]


def test_outside_of_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert read_former_files(tmp_path, FOLDERS) == {}


def test_on_the_main_branch_what_is_not_committed_yet_counts(repository: Path) -> None:
    git(repository, "checkout", "-q", "main")
    path = repository / "groups/vip.yaml"
    path.write_text("name: VIP\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "Add VIP")
    assert read_former_files(repository, FOLDERS) == {}
    path.write_text("name: Platinum\n")
    assert read_former_files(repository, FOLDERS) == {"groups/vip.yaml": b"name: VIP\n"}
