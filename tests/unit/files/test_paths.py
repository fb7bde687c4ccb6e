"""No path leads out of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from cg_sync.files.paths import resolve_inside, shown_path


@pytest.mark.parametrize(
    ("relative", "file"),
    [
        ("../members/vip.csv", "members/vip.csv"),
        ("vip.csv", "groups/vip.csv"),
        ("./a/../b.csv", "groups/b.csv"),
        ("a~b.csv", "groups/a~b.csv"),
        ("", "groups"),
    ],
)
def test_a_path_is_taken_from_the_folder_of_its_file(
    tmp_path: Path, relative: str, file: str
) -> None:
    assert resolve_inside(tmp_path, "groups/vip.yaml", relative) == tmp_path.resolve() / file


@pytest.mark.parametrize(
    "relative",
    [
        "../../x.csv",
        "../../project/members/x.csv",
        "../members/../../x.csv",
        "/etc/passwd",
        "//server/share/x.csv",
        "C:/x.csv",
        "C:x.csv",
        "\\\\server\\share\\x.csv",
        "~/x.csv",
        "~root/x.csv",
        "a\0b",
    ],
)
def test_a_path_that_leaves_the_project_is_none(tmp_path: Path, relative: str) -> None:
    root = tmp_path / "project"
    (root / "members").mkdir(parents=True)
    assert resolve_inside(root, "groups/vip.yaml", relative) is None


def test_a_symbolic_link_counts_as_where_it_leads(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "in.csv").write_text("email\n")
    (tmp_path / "out.csv").write_text("email\n")
    (root / "to-in.csv").symlink_to("in.csv")
    (root / "to-out.csv").symlink_to("../out.csv")
    (root / "up").symlink_to("..")
    (root / "loop").symlink_to("loop")
    assert resolve_inside(root, "g.yaml", "to-in.csv") == root.resolve() / "in.csv"
    assert resolve_inside(root, "g.yaml", "to-out.csv") is None
    assert resolve_inside(root, "g.yaml", "up/out.csv") is None
    assert resolve_inside(root, "g.yaml", "loop") is None


def test_a_project_behind_a_symbolic_link_is_a_project(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "link").symlink_to("project")
    inside = resolve_inside(tmp_path / "link", "g.yaml", "a.csv")
    assert inside == (tmp_path / "project" / "a.csv").resolve()


def test_a_name_that_is_no_text_can_be_shown() -> None:
    assert shown_path(Path("/r"), Path("/r/lists/a\udcff.yaml")) == "lists/a\\xff.yaml"
