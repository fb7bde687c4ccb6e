"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cg_sync.errors import FilesError
from cg_sync.files.writing import write_text


def test_a_text_is_written_as_it_is_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old, and longer than the new one")
    write_text(path, "ş\r\nx\n")
    assert path.read_bytes() == "ş\r\nx\n".encode()
    assert [it.name for it in tmp_path.iterdir()] == ["a.yaml"]


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    write_text(tmp_path / "new/deep/a.yaml", "x")
    assert (tmp_path / "new/deep/a.yaml").read_text() == "x"


def test_a_new_file_is_as_open_as_the_umask_lets_it_be(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        write_text(tmp_path / "a.yaml", "")
    finally:
        os.umask(umask)
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o640


def test_a_link_within_the_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    write_text(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"


def test_a_link_that_leaves_its_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "victim").write_text("safe")
    (tmp_path / "inner/link").symlink_to("../victim")
    with pytest.raises(FilesError) as refused:
        write_text(tmp_path / "inner/link", "x")
    assert [it.code for it in refused.value.problems] == ["CG-F08"]
    assert (tmp_path / "victim").read_text() == "safe"


@pytest.mark.parametrize("name", ["file/a", "folder", "loop"])
def test_what_cannot_be_written_is_told_and_leaves_nothing_behind(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(FilesError) as refused:
        write_text(tmp_path / name, "x")
    assert refused.value.problems[0].message.startswith("cannot be written: ")
    assert sorted(tmp_path.iterdir()) == before


def test_a_text_that_is_no_utf_8_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "\ud800")
    assert [it.read_text() for it in tmp_path.iterdir()] == ["old"]
