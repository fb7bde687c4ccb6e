"""Where a project is in its repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from cg_sync.files.repository import folder_in_repository


@pytest.mark.parametrize(
    ("git", "project", "folder"),
    [("", "", ""), ("", "tr", "tr/"), ("", "shops/tr", "shops/tr/"), ("shops", "shops/tr", "tr/")],
)
def test_a_folder_is_as_seen_from_the_top(
    tmp_path: Path, git: str, project: str, folder: str
) -> None:
    (tmp_path / project).mkdir(parents=True, exist_ok=True)
    (tmp_path / git / ".git").mkdir(parents=True)
    assert folder_in_repository(tmp_path / project) == folder


def test_a_work_tree_has_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "tr").mkdir()
    (tmp_path / ".git").write_text("gitdir: elsewhere")
    assert folder_in_repository(tmp_path / "tr") == "tr/"


def test_the_nearest_repository_counts(tmp_path: Path) -> None:
    inner = tmp_path / "modules" / "shop" / "tr"
    inner.mkdir(parents=True)
    for top in (tmp_path, tmp_path / "modules" / "shop"):
        (top / ".git").mkdir()
    assert folder_in_repository(inner) == "tr/"
    assert folder_in_repository(inner.parent) == ""


def test_outside_of_a_repository_it_is_empty() -> None:
    assert folder_in_repository(Path("/nowhere/at/all")) == ""
