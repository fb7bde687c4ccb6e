"""What was kept is believed only if this user kept it, on this machine, and nobody touched it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cg_sync.errors import UsageWrong
from cg_sync.files.kept import MAX_BYTES, Kept, open_kept

VALUE = b"what it took a while to find"


def made(tmp_path: Path, *, state: str = "state") -> Kept:
    (tmp_path / "project").mkdir(exist_ok=True)
    kept = open_kept(tmp_path / "project", {"XDG_STATE_HOME": str(tmp_path / state)})
    assert kept is not None
    return kept


def files_below(folder: Path) -> list[str]:
    return sorted(it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file())


def test_what_is_written_is_read_until_it_is_written_again(tmp_path: Path) -> None:
    assert made(tmp_path).read("a") is None
    for value in (VALUE, b"", b"\0" * 100_000):
        assert made(tmp_path).write("a", value)
        assert made(tmp_path).read("a") == value
    assert made(tmp_path).read("b") is None


def test_only_its_owner_can_read_it_and_git_does_not_see_it(tmp_path: Path) -> None:
    made(tmp_path).write("a", VALUE)
    assert files_below(tmp_path) == [
        "project/.cg-sync/.gitignore",
        "project/.cg-sync/cache/a",
        "state/cg-sync/cache.key",
    ]
    for file in ("project/.cg-sync/cache/a", "state/cg-sync/cache.key"):
        assert (tmp_path / file).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "project/.cg-sync/.gitignore").read_text().endswith("\n*\n")


def test_any_byte_that_is_changed_added_or_taken_is_noticed(tmp_path: Path) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    path = kept.folder / "a"
    whole = path.read_bytes()
    changed = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    for data in (*changed, whole + b"\0", whole[:-1], whole[:31], b""):
        path.write_bytes(data)
        assert kept.read("a") is None
    path.write_bytes(whole)
    assert kept.read("a") == VALUE


def test_a_value_under_another_name_is_none(tmp_path: Path) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    (kept.folder / "a").rename(kept.folder / "b")
    assert kept.read("b") is None


def test_what_another_user_or_machine_has_kept_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    made(tmp_path, state="theirs").write("a", VALUE)
    assert made(tmp_path).read("a") is None
    assert made(tmp_path).write("b", VALUE)
    assert made(tmp_path).read("a") is None
    assert made(tmp_path, state="theirs").read("a") == VALUE


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_value_that_others_may_write_is_not_read(tmp_path: Path, mode: int) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    (kept.folder / "a").chmod(mode)
    assert kept.read("a") is None


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_may_read_is_none(tmp_path: Path, mode: int) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    (kept.keys / "cache.key").chmod(mode)
    assert kept.read("a") is None
    assert not kept.write("a", VALUE)


@pytest.mark.parametrize("key", [b"", b"k" * 31, b"k" * 33])
def test_a_key_of_another_length_is_none(tmp_path: Path, key: bytes) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    (kept.keys / "cache.key").write_bytes(key)
    assert kept.read("a") is None
    assert not kept.write("a", VALUE)


def test_files_of_another_owner_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    somebody_else = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: somebody_else)
    assert kept.read("a") is None
    assert not kept.write("a", VALUE)


@pytest.mark.parametrize("link", ["project/.cg-sync", "project/.cg-sync/cache"])
def test_a_folder_that_leads_away_is_neither_read_nor_written(tmp_path: Path, link: str) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    (tmp_path / link).rename(tmp_path / "elsewhere")
    (tmp_path / link).symlink_to(tmp_path / "elsewhere")
    before = files_below(tmp_path / "elsewhere")
    assert kept.read("a") is None
    assert not kept.write("b", VALUE)
    assert files_below(tmp_path / "elsewhere") == before


def test_links_are_neither_followed_nor_written_through(tmp_path: Path) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    (kept.folder / "a").rename(tmp_path / "victim")
    (kept.folder / "a").symlink_to(tmp_path / "victim")
    before = (tmp_path / "victim").read_bytes()
    assert kept.read("a") is None
    assert kept.write("a", b"new")
    assert kept.read("a") == b"new"
    assert (tmp_path / "victim").read_bytes() == before


def test_what_a_killed_run_has_left_goes(tmp_path: Path) -> None:
    kept = made(tmp_path)
    kept.write("a", VALUE)
    (kept.folder / "a-x1.part").write_bytes(b"half")
    kept.write("a", VALUE)
    assert files_below(kept.folder) == ["a"]


def test_of_runs_that_write_at_once_each_value_is_whole(tmp_path: Path) -> None:
    values = [bytes([number]) * 50_000 for number in range(4)]

    def keep(value: bytes) -> set[bytes | None]:
        kept, read = made(tmp_path), set[bytes | None]()
        for _ in range(10):
            kept.write("a", value)
            read.add(kept.read("a"))
        return read

    with ThreadPoolExecutor(len(values)) as pool:
        read = set().union(*pool.map(keep, values))
    assert read <= {None, *values}
    assert made(tmp_path).read("a") in values
    assert files_below(made(tmp_path).folder) == ["a"]
    assert files_below(tmp_path / "state") == ["cg-sync/cache.key"]


def test_what_cannot_be_written_is_not_kept_and_leaves_nothing(tmp_path: Path) -> None:
    kept = made(tmp_path)
    assert not kept.write("a", bytes(MAX_BYTES))
    (kept.folder / "a").mkdir(parents=True)
    assert not kept.write("a", VALUE)
    assert kept.read("a") is None
    assert [it.name for it in kept.folder.iterdir()] == ["a"]
    (tmp_path / "file").write_text("")
    assert not Kept(kept.folder, tmp_path / "file/below").write("b", VALUE)


def test_a_folder_that_cannot_be_looked_into_is_no_error(tmp_path: Path) -> None:
    # Root may look into every folder, so that a name no disk can hold stands in for another user's.
    kept = Kept(tmp_path / ("x" * 300) / "cache", tmp_path / "state")
    assert kept.read("a") is None
    assert not kept.is_writable()
    assert not kept.write("a", VALUE)


@pytest.mark.parametrize(
    "environ",
    [
        {"CG_SYNC_CACHE": "off", "XDG_STATE_HOME": "/nowhere"},
        {},
        {"HOME": "relative", "XDG_STATE_HOME": ""},
    ],
)
def test_nothing_is_kept_where_it_is_not_wanted_or_has_no_place(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    assert open_kept(tmp_path, environ) is None


def test_a_key_that_would_lie_in_the_project_is_none(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "project")
    (tmp_path / "project").mkdir()
    for state in ("project", "project/.local/state", "link/state"):
        environ = {"XDG_STATE_HOME": str(tmp_path / state)}
        assert open_kept(tmp_path / "project", environ) is None


def test_without_a_state_folder_it_is_where_the_standard_says(tmp_path: Path) -> None:
    kept = open_kept(tmp_path / "project", {"HOME": str(tmp_path), "XDG_STATE_HOME": "state"})
    assert kept is not None
    assert kept.keys == tmp_path / ".local/state/cg-sync"


def test_a_misspelt_wish_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageWrong, match="CG_SYNC_CACHE is neither on nor off"):
        open_kept(tmp_path, {"CG_SYNC_CACHE": "none", "HOME": str(tmp_path)})


def test_whether_it_can_be_written_is_known_before_it_is_made(tmp_path: Path) -> None:
    assert made(tmp_path).is_writable()
    assert made(tmp_path).write("a", VALUE)
    assert made(tmp_path).is_writable()
    if os.geteuid() != 0:
        (tmp_path / "project/.cg-sync/cache").chmod(0o500)
        assert not made(tmp_path).is_writable()
