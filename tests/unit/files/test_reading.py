"""Only regular files of a bearable size are read, and those whole."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cg_sync.errors import Position, Problem
from cg_sync.files.reading import read_bytes


def said(path: Path) -> str:
    data, problem = read_bytes(path, shown_as="f", limit=3)
    assert problem is not None
    assert (data, problem.code, problem.where) == (b"", "CG-F01", Position("f"))
    return problem.message


def test_a_file_is_read_up_to_the_limit_and_not_beyond(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    assert read_bytes(path, shown_as="f", limit=3) == (b"abc", None)
    path.write_bytes(b"abcd")
    hint = "split the file"
    assert read_bytes(str(path), shown_as="f", limit=3)[1] == Problem(
        "CG-F01", "0.0 MB, more than the 0 MB that are read", Position("f"), hint
    )


def test_what_is_no_regular_file_is_neither_read_nor_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    assert said(tmp_path) == "a folder, not a file"
    assert said(tmp_path / "pipe") == "not a regular file"
    assert said(tmp_path / "socket") == "not a regular file"
    assert said(tmp_path / "nothing") == "cannot be read: no such file or directory"


def test_a_file_that_is_longer_than_it_says_is_read_whole() -> None:
    version = Path("/proc/version")  # says that it has no bytes, as a file does that is just filled
    if not version.is_file() or version.stat().st_size:
        pytest.skip("this system has no such file")
    assert read_bytes(version, shown_as="f", limit=3) == (version.read_bytes(), None)
