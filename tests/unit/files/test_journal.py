"""The journal on disk: there before anything is sent, for one process at a time, and private."""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cg_sync.core.address import Address
from cg_sync.core.journal import Before, Begun, Ended, Header
from cg_sync.errors import JournalLost, Locked, PlanUnusable, UsageWrong
from cg_sync.files.journal import FOLDER, Journal, continued, new_journal, read_journal

HEADER = Header("run-1", "2026-11-22T06:15:48+00:00", {"digest": "d"})
VIP = Address("customer_group", "VIP")
BEFORE = Before({"name": "Gold"})

windows = pytest.mark.skipif(sys.platform == "win32", reason="files have no such mode there")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FOLDER / "run-1.jsonl"


def begun(path: Path, key: str = "") -> Journal:
    return new_journal(path, HEADER, key=key)


@pytest.mark.parametrize("key", ["", "secret"])
def test_what_was_noted_is_read_again(path: Path, key: str) -> None:
    journal = begun(path, key)
    assert journal.begin(VIP, "update", before=BEFORE) == 1
    assert journal.begin(VIP, "add_members", members=(1, 2, 3)) == 2
    journal.end(Ended(2, "done"))
    journal.close("partly")
    found = read_journal(path, key=key)
    assert found is not None
    assert (found.header, found.closed) == (HEADER, "partly")
    assert found.begun == (
        Begun(1, VIP, "update", (), BEFORE),
        Begun(2, VIP, "add_members", (1, 2, 3)),
    )
    assert found.ended == {2: Ended(2, "done")}
    assert found.length == path.stat().st_size


def test_every_line_is_safe_before_anybody_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each fsync of the file, and when a method other than `end` returns, all of it is on the
    disk.
    """
    safe = [0]
    fsync = os.fsync

    def syncing(handle: int) -> None:
        fsync(handle)
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            safe.append(os.fstat(handle).st_size)

    monkeypatch.setattr(os, "fsync", syncing)
    journal = begun(path)

    def end() -> None:
        journal.end(Ended(1, "done"))
        journal.sync()

    steps: list[Callable[[], object]] = [
        lambda: journal.begin(VIP, "create"),
        end,
        lambda: journal.close("done"),
    ]
    assert safe[-1] == path.stat().st_size > 0
    for step in steps:
        before = safe[-1]
        step()
        assert safe[-1] == path.stat().st_size > before


def test_several_threads_may_write(path: Path) -> None:
    journal = begun(path)
    numbers: list[int] = []

    def work() -> None:
        for _ in range(20):
            number = journal.begin(VIP, "create")
            numbers.append(number)
            journal.end(Ended(number, "done", number))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    journal.close("done")
    found = read_journal(path, key="")
    assert found is not None
    assert sorted(numbers) == list(range(1, 81)) == [it.number for it in found.begun]
    assert sorted(found.ended) == sorted(numbers)


@windows
def test_only_its_owner_may_read_it_and_git_does_not_see_it(path: Path, tmp_path: Path) -> None:
    begun(path).close("done")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (tmp_path / ".cg-sync/.gitignore").read_text().splitlines()[-1] == "*"


def test_a_journal_elsewhere_leaves_no_gitignore(tmp_path: Path) -> None:
    begun(tmp_path / "mine.jsonl").close("done")
    assert [it.name for it in tmp_path.iterdir()] == ["mine.jsonl"]


def test_no_journal_is_written_over(path: Path) -> None:
    begun(path).close("done")
    before = path.read_bytes()
    with pytest.raises(UsageWrong, match="there is a journal already") as error:
        begun(path)
    assert "cg-sync resume" in error.value.hint
    assert path.read_bytes() == before


def test_a_journal_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalLost, match="cannot be written: "):
        begun(tmp_path / "file" / "run.jsonl")


# --- going on


def test_a_journal_is_gone_on_with_where_it_was_cut_off(path: Path) -> None:
    journal = begun(path)
    journal.begin(VIP, "create")
    journal.abandon()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"end":1,"sta')
    recorded = read_journal(path, key="")
    assert recorded is not None
    again = continued(path, recorded, key="")
    assert path.read_bytes() == whole
    assert again.begin(VIP, "add_members", members=(7,)) == 2
    again.close("done")
    found = read_journal(path, key="")
    assert found is not None
    assert [it.number for it in found.begun] == [1, 2]
    assert found.closed == "done"


def test_a_journal_without_a_write_is_gone_on_with_from_one(path: Path) -> None:
    begun(path).abandon()
    recorded = read_journal(path, key="")
    assert recorded is not None
    journal = continued(path, recorded, key="")
    assert journal.begin(VIP, "create") == 1
    journal.close("done")


@windows
def test_one_process_at_a_time_is_at_a_journal(path: Path) -> None:
    journal = begun(path)
    recorded = read_journal(path, key="")
    assert recorded is not None
    with pytest.raises(Locked, match="another process is at work with"):
        continued(path, recorded, key="")
    journal.abandon()
    continued(path, recorded, key="").close("done")


def test_what_another_process_noted_since_it_was_read_is_not_cut_off(path: Path) -> None:
    begun(path).abandon()
    read_first = read_journal(path, key="")
    assert read_first is not None
    other = continued(path, read_first, key="")
    other.begin(VIP, "create")
    other.close("done")
    whole = path.read_bytes()
    with pytest.raises(Locked, match="has gone on with"):
        continued(path, read_first, key="")
    assert path.read_bytes() == whole


def test_a_journal_that_is_gone_cannot_be_gone_on_with(path: Path) -> None:
    begun(path).close("done")
    recorded = read_journal(path, key="")
    assert recorded is not None
    path.unlink()
    with pytest.raises(JournalLost, match="no such file"):
        continued(path, recorded, key="")


# --- reading


def test_a_file_that_is_not_there_is_told(path: Path) -> None:
    with pytest.raises(UsageWrong, match="cannot be read: no such file"):
        read_journal(path, key="")


def test_a_journal_that_cannot_be_believed_is_refused(path: Path) -> None:
    begun(path, "secret").close("done")
    with pytest.raises(PlanUnusable, match="signed with another key: line 1; nothing was changed"):
        read_journal(path, key="other")


def test_a_run_that_wrote_nothing_has_no_journal_to_read(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    assert read_journal(path, key="") is None


def test_a_journal_beyond_all_measure_is_not_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(path).close("done")
    monkeypatch.setattr("cg_sync.files.journal.MAX_BYTES", path.stat().st_size)
    assert read_journal(path, key="") is not None
    monkeypatch.setattr("cg_sync.files.journal.MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(PlanUnusable, match="is too large: more than"):
        read_journal(path, key="")


@windows
@pytest.mark.parametrize("name", [".cg-sync", ".cg-sync/runs"])
def test_a_link_in_place_of_its_folder_is_not_followed(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    project = tmp_path / "project"
    (project / name).parent.mkdir(parents=True)
    (project / name).symlink_to(elsewhere)
    with pytest.raises(JournalLost, match="a symbolic link, where a folder should be"):
        begun(project / FOLDER / "run-1.jsonl")
    assert list(elsewhere.rglob("*.jsonl")) == []


# --- a disk that is full, or breaks


def failing(number: int) -> Callable[..., int]:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_what_cannot_be_written_is_told_and_nothing_more_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    journal = begun(path)
    with monkeypatch.context() as broken:
        broken.setattr(os, call, failing(errno.ENOSPC))
        with pytest.raises(JournalLost, match="cannot be written: no space left on device"):
            journal.begin(VIP, "create")
    length = path.stat().st_size
    with pytest.raises(JournalLost):  # Also when there is room again: a line may be missing.
        journal.end(Ended(1, "done"))
    with pytest.raises(JournalLost):
        journal.close("failed")
    assert path.stat().st_size == length


def test_a_journal_whose_first_line_does_not_fit_is_no_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", failing(errno.ENOSPC))
        with pytest.raises(JournalLost):
            begun(path)
    assert not path.exists()
    begun(path).close("done")


def test_a_line_that_one_thread_could_not_make_safe_is_safe_for_no_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two lines are written; the disk breaks under the first that is to be made safe."""
    journal = begun(path)
    first, second = (journal._append({"close": it}) for it in ("a", "b"))
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    for line in (first, second):
        with pytest.raises(JournalLost):
            journal._sync(line)
    monkeypatch.undo()
    with pytest.raises(JournalLost):
        journal._sync(second)
    journal.abandon()


def test_a_line_that_is_taken_in_pieces_is_written_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    journal = begun(path)
    journal.begin(VIP, "create")
    journal.close("done")
    found = read_journal(path, key="")
    assert found is not None
    assert len(found.begun) == 1


def test_a_folder_that_cannot_be_synced_is_no_matter(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, real_open = os.fsync, os.open

    def of_files(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "invalid argument")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", of_files)
    begun(path).close("done")

    def no_folders(name: Path, flags: int, mode: int = 0o777) -> int:
        if Path(name).is_dir():
            raise PermissionError(errno.EACCES, "permission denied")
        return real_open(name, flags, mode)

    monkeypatch.setattr(os, "open", no_folders)
    begun(path.with_name("run-2.jsonl")).close("done")
    assert read_journal(path.with_name("run-2.jsonl"), key="") is not None


def test_where_files_cannot_be_locked_a_journal_is_written_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    begun(path).close("done")
    assert read_journal(path, key="") is not None
