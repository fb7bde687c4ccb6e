"""The fence as an apply meets it: real clones of a real remote, and a clock that is handed in."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import click
import pytest

from cg_sync.cli.fencing import lock_wait_option, replace_applied_option
from cg_sync.core.source import Source
from cg_sync.errors import LeaseLost, Locked, PlanRefused, UsageWrong
from cg_sync.workflow.check import check_files
from cg_sync.workflow.fence import fenced
from cg_sync.workflow.lease import Lease

PROJECT = """\
version: 1
fence: {{lease: 9m}}
environments:
  production: {{url: 'https://a.example', channel: {channel}}}
  trial: {{url: 'https://b.example', channel: 1, fence: false}}
"""
REF = "refs/cg-sync/production"
START = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_RUN_ID", "CI_JOB_URL", "BUILD_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.com")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@dataclass
class Time:
    """A clock that only moves when somebody sleeps, or says so."""

    now: datetime = START
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.go(seconds=seconds)

    def go(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Clone:
    """A checkout in which applies run."""

    root: Path
    time: Time
    told: list[str] = field(default_factory=list)

    def commit(self, *, channel: int = 1, note: str = "") -> str:
        """A new commit on main, at the remote too."""
        (self.root / "note.txt").write_text(note, encoding="utf-8")
        (self.root / "cg-sync.yaml").write_text(PROJECT.format(channel=channel), encoding="utf-8")
        git(self.root, "add", ".")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", "a commit")
        git(self.root, "push", "--quiet", "origin", "HEAD:main")
        return self.head

    def go_to(self, commit: str) -> None:
        git(self.root, "fetch", "--quiet", "origin")
        git(self.root, "checkout", "--quiet", "--detach", commit)

    @property
    def head(self) -> str:
        return git(self.root, "rev-parse", "HEAD")

    @contextmanager
    def apply(self, run: str, *, env: str = "production", **other: Any) -> Iterator[Lease]:
        checked = check_files(self.root, environment=env, environ=None)
        if "source" not in other:
            other["source"] = Source("0.1.0", self.head)
        usual: dict[str, Any] = {"clock": self.time, "sleep": self.time.sleep}
        usual |= {"environ": os.environ, "tell": self.told.append}
        with fenced(checked, run_id=run, **(usual | other)) as lease:
            yield lease

    def applied(self, run: str, **other: Any) -> None:
        with self.apply(run, **other) as lease:
            assert lease.finish("done") == ""

    def refusal(self, run: str, **other: Any) -> str:
        with pytest.raises(Locked) as caught, self.apply(run, **other):
            pytest.fail("it was let in")
        return str(caught.value)


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    bare = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    return bare


@pytest.fixture
def here(remote: Path, tmp_path: Path) -> Clone:
    """A clone with the first commit of a project."""
    git(remote, "clone", "--quiet", str(remote), str(tmp_path / "here"))
    made = Clone(tmp_path / "here", Time())
    made.commit()
    return made


@pytest.fixture
def there(here: Clone, remote: Path, tmp_path: Path) -> Clone:
    """Another clone, with the same clock."""
    git(remote, "clone", "--quiet", str(remote), str(tmp_path / "there"))
    return Clone(tmp_path / "there", here.time)


def record(remote: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(git(remote, "show", f"{REF}:record.json"))
    return found


def story(remote: Path) -> tuple[str, str, str, bool]:
    """Which commit is recorded, of which run, how it ended, and whether there is a lease."""
    it = record(remote)
    return it["applied"], it["run"], it["state"], it["lease"] is not None


# --- the fence


def test_an_apply_records_its_commit_before_it_writes_and_how_it_ended(
    here: Clone, remote: Path
) -> None:
    with here.apply("run-1") as lease:
        assert story(remote) == (here.head, "run-1", "running", True)
        lease.finish("done")
    assert story(remote) == (here.head, "run-1", "done", False)
    assert here.told == []


def test_an_older_commit_is_not_applied_after_a_newer_one(
    here: Clone, there: Clone, remote: Path
) -> None:
    old, new = here.head, here.commit()
    here.applied("run-2")
    before = record(remote)
    there.go_to(old)
    assert there.refusal("run-1") == (
        f"commit {old[:12]} does not come after {new[:12]}, which was applied to production by "
        "run run-2; nothing was changed"
    )
    assert record(remote) == before
    there.go_to(new)
    there.applied("run-3")
    there.commit()
    there.applied("run-4")
    assert story(remote) == (there.head, "run-4", "done", False)


def test_half_a_newer_commit_is_not_taken_back_either(here: Clone, remote: Path) -> None:
    old, new = here.head, here.commit()
    with pytest.raises(KeyboardInterrupt), here.apply("run-2"):
        raise KeyboardInterrupt
    assert story(remote) == (new, "run-2", "partly", False)
    here.go_to(old)
    assert "does not come after" in here.refusal("run-1")


def test_a_revert_goes_back(here: Clone, remote: Path) -> None:
    here.commit(note="a change")
    here.applied("run-1")
    git(here.root, "revert", "--no-edit", "HEAD")
    here.applied("run-2")
    assert story(remote) == (here.head, "run-2", "done", False)


def test_a_rewritten_history_is_applied_when_the_recorded_commit_is_named(
    here: Clone, remote: Path
) -> None:
    here.applied("run-1")
    recorded = here.head
    git(here.root, "commit", "--quiet", "--amend", "--allow-empty", "--message", "rewritten")
    assert "does not come after" in here.refusal("run-2")
    assert "does not come after" in here.refusal("run-2", replace_applied=here.head)
    here.applied("run-2", replace_applied=recorded)
    assert story(remote) == (here.head, "run-2", "done", False)
    here.applied("run-3", replace_applied=recorded)  # as when the job runs again


def test_a_shallow_clone_learns_its_history(here: Clone, remote: Path, tmp_path: Path) -> None:
    here.applied("run-1")
    new = here.commit()
    git(tmp_path, "clone", "--quiet", "--depth", "1", remote.as_uri(), str(tmp_path / "shallow"))
    shallow = Clone(tmp_path / "shallow", here.time)
    shallow.applied("run-2")
    assert story(remote) == (new, "run-2", "done", False)


def test_the_plan_of_a_pull_request_is_applied_after_its_merge_and_again(
    here: Clone, remote: Path
) -> None:
    here.applied("run-1")
    git(here.root, "checkout", "--quiet", "-b", "pull")
    git(here.root, "commit", "--quiet", "--allow-empty", "--message", "a change")
    pull = here.head
    git(here.root, "checkout", "--quiet", "main")
    git(here.root, "merge", "--quiet", "--no-ff", "--no-edit", "pull")
    for run in ("run-2", "run-3"):
        here.applied(run, source=Source("0.1.0", pull))
        assert story(remote) == (here.head, run, "done", False)
    here.applied("run-4")
    assert "this plan was made from commit" in here.refusal("run-5", source=Source("", pull))


def test_what_is_in_no_commit_is_not_applied(here: Clone) -> None:
    assert here.refusal("run-1", source=Source("0.1.0")).startswith(
        "this plan was made from files in no commit that git knows"
    )
    assert here.refusal("run-1", source=Source("0.1.0", here.head, dirty=True)).startswith(
        f"this plan was made from files other than those of commit {here.head[:12]}"
    )
    (here.root / "groups").mkdir()
    (here.root / "groups" / "vip.yaml").write_text("name: vip\n", encoding="utf-8")
    assert here.refusal("run-1").startswith("the files are other than those of commit")


def test_a_folder_outside_of_git_has_no_fence_to_keep(here: Clone, tmp_path: Path) -> None:
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "cg-sync.yaml").write_text(PROJECT.format(channel=1), encoding="utf-8")
    loose = Clone(tmp_path / "loose", here.time)
    assert "not a git repository" in loose.refusal("run-1", source=Source("", here.head))
    git(loose.root, "init", "--quiet")
    git(loose.root, "remote", "add", "origin", "../remote.git")
    assert loose.refusal("run-1", source=Source("", here.head)).startswith(
        "the files are in no commit that git knows"
    )


def test_another_shop_is_not_written_to_in_the_name_of_the_first(here: Clone) -> None:
    here.applied("run-1")
    recorded = here.head
    here.commit(channel=2)
    assert "is of another shop" in here.refusal("run-2")
    here.applied("run-2", replace_applied=recorded)


def test_what_somebody_else_wrote_is_not_overwritten(here: Clone, remote: Path) -> None:
    git(remote, "update-ref", REF, "refs/heads/main")
    assert here.refusal("run-1") == f"{REF} holds no record of cg-sync; nothing was changed"
    assert git(remote, "rev-parse", REF) == here.head


# --- the lease


def test_while_one_run_writes_no_other_does(here: Clone, there: Clone, remote: Path) -> None:
    with here.apply("run-1") as lease:
        assert there.refusal("run-2") == (
            "run run-1 writes to production since 2026-11-22 09:00:00 UTC; its lease ends at "
            "2026-11-22 09:09:00 UTC unless it is renewed; nothing was changed"
        )
        lease.finish("done")
    there.applied("run-2")
    assert story(remote)[1:] == ("run-2", "done", False)


def test_a_run_waits_for_another_and_goes_on_as_soon_as_it_has_ended(
    here: Clone, there: Clone, remote: Path
) -> None:
    with here.apply("run-1") as lease:

        def sleep(seconds: float) -> None:
            here.time.sleep(seconds)
            if len(here.time.slept) == 3:
                lease.finish("done")

        with there.apply("run-2", wait=timedelta(minutes=5), sleep=sleep) as theirs:
            assert story(remote)[1:] == ("run-2", "running", True)
            theirs.finish("done")
    assert here.time.slept == [10, 10, 10]
    assert [it.partition(";")[0] for it in there.told] == [
        "run run-1 writes to production since 2026-11-22 09:00:00 UTC"
    ]


def test_a_run_waits_no_longer_than_it_was_told_to(here: Clone, there: Clone) -> None:
    with here.apply("run-1"):
        said = there.refusal("run-2", wait=timedelta(seconds=25))
    assert "(waited for 25 s)" in said
    assert here.time.slept == [10, 10, 5]


def test_the_lease_of_a_run_that_died_ends(here: Clone, there: Clone, remote: Path) -> None:
    with here.apply("run-1"):
        here.time.go(minutes=9)
        there.applied("run-2", wait=timedelta(minutes=20))
        assert here.time.now == START + timedelta(minutes=10)  # 9 of the lease, 1 for the clocks
        assert story(remote)[1:] == ("run-2", "done", False)
    assert here.told == ["the lease was lost: another run may have written at the same time"]
    assert story(remote)[1:] == ("run-2", "done", False)


def test_a_lease_is_renewed_after_a_third_of_it(here: Clone, remote: Path) -> None:
    with here.apply("run-1") as lease:
        first = git(remote, "rev-parse", REF)
        here.time.go(minutes=2, seconds=59)
        lease.renew_if_due()
        assert git(remote, "rev-parse", REF) == first
        here.time.go(seconds=1)
        lease.renew_if_due()
        here.time.go(minutes=2, seconds=59)
        lease.renew_if_due()
        assert record(remote)["lease"]["until"] == "2026-11-22T09:12:00Z"
        assert record(remote)["lease"]["since"] == "2026-11-22T09:00:00Z"
        here.time.go(seconds=1)
        lease.renew_if_due()
        assert record(remote)["lease"]["until"] == "2026-11-22T09:15:00Z"
        lease.finish("done")


def test_a_run_whose_lease_was_taken_writes_no_more(here: Clone, there: Clone) -> None:
    with here.apply("run-1") as lease:
        here.time.go(minutes=10)
        with there.apply("run-2") as theirs:
            with pytest.raises(LeaseLost, match="somebody else has moved refs/cg-sync/production"):
                lease.renew_if_due()
            theirs.renew_if_due()
            assert lease.finish("partly") == ""
            assert theirs.finish("done") == ""
    assert here.told == []


def test_a_remote_that_is_away_for_a_while_stops_nobody_until_the_lease_ends(
    here: Clone, remote: Path
) -> None:
    away = remote.with_name("away")
    with here.apply("run-1") as lease:
        remote.rename(away)
        here.time.go(minutes=3)
        lease.renew_if_due()
        away.rename(remote)
        lease.renew_if_due()
        assert record(remote)["lease"]["until"] == "2026-11-22T09:09:00Z"  # not tried at once
        here.time.go(minutes=1)
        lease.renew_if_due()
        assert record(remote)["lease"]["until"] == "2026-11-22T09:13:00Z"
        remote.rename(away)
        here.time.go(minutes=9)
        with pytest.raises(LeaseLost, match="has ended and could not be renewed"):
            lease.renew_if_due()


def test_how_it_ended_is_told_when_it_cannot_be_recorded(here: Clone, remote: Path) -> None:
    with here.apply("run-1") as lease:
        remote.rename(remote.with_name("away"))
        said = lease.finish("done")
    assert said.startswith("how it ended is not recorded, and the lease ends by itself: ")
    assert here.told == []


def test_a_run_that_goes_on_waits_for_its_own_lease_and_keeps_its_commit(
    here: Clone, there: Clone, remote: Path
) -> None:
    began = here.head
    with here.apply("run-1") as lease:
        assert "run run-1 writes to production" in there.refusal("run-1")
        there.commit()
        there.time.go(minutes=20)
        with there.apply("run-1") as resumed:
            assert story(remote) == (began, "run-1", "running", True)
            here.time.go(minutes=4)
            with pytest.raises(LeaseLost):
                lease.renew_if_due()
            resumed.finish("partly")
    (there.root / "attributes.yaml").write_text(
        "attributes: {a: {type: string}}\n", encoding="utf-8"
    )
    assert "the files are other than" in there.refusal("run-2")
    with there.apply("run-1", source=None) as again:
        again.finish("done")
    assert story(remote) == (began, "run-1", "done", False)


def test_an_apply_that_wrote_nothing_leaves_what_was_recorded(here: Clone, remote: Path) -> None:
    with here.apply("run-1") as lease:
        assert lease.withdraw() == ""
    assert git(remote, "for-each-ref", REF) == ""
    here.applied("run-2")
    old, _ = here.head, here.commit()
    with here.apply("run-3") as lease:
        lease.withdraw()
    assert story(remote) == (old, "run-2", "done", False)
    with pytest.raises(PlanRefused), here.apply("run-4"):
        raise PlanRefused("a guard says no")
    assert story(remote) == (old, "run-2", "done", False)


@pytest.mark.parametrize(
    "rounds", [2, pytest.param(20, marks=pytest.mark.long)], ids=["briefly", "long"]
)
def test_of_two_that_begin_at_once_exactly_one_writes(
    here: Clone, there: Clone, remote: Path, rounds: int
) -> None:
    def apply(clone: Clone, run: str, gate: Barrier, ended: Barrier) -> bool:
        gate.wait()
        try:
            with clone.apply(run) as lease:
                ended.wait()
                return lease.finish("done") == ""
        except Locked:
            ended.wait()
            return False

    with ThreadPoolExecutor(2) as pool:
        for turn in range(rounds):
            gate, ended = Barrier(2), Barrier(2)
            both = [
                pool.submit(apply, clone, f"{name}-{turn}", gate, ended)
                for clone, name in ((here, "here"), (there, "there"))
            ]
            assert sorted(it.result() for it in both) == [False, True]
            assert story(remote)[2:] == ("done", False)


# --- where there is none


def test_where_the_fence_is_off_nothing_is_asked_and_nothing_recorded(
    here: Clone, remote: Path
) -> None:
    git(here.root, "remote", "remove", "origin")
    with here.apply("run-1", env="trial", source=None, wait=timedelta(minutes=1)) as lease:
        lease.renew_if_due()
        assert (lease.finish("done"), lease.withdraw()) == ("", "")
    assert git(remote, "for-each-ref", "refs/cg-sync") == ""


def test_what_is_for_a_fence_is_refused_in_a_project_without_one(here: Clone) -> None:
    checked = check_files(here.root, environment="production", environ=None)
    without = replace(checked, project=replace(checked.project, fence=None))
    for options in ({"wait": timedelta(1)}, {"replace_applied": here.head}):
        with pytest.raises(UsageWrong, match="is for a fence"), fenced(
            without, source=None, run_id="run-1", clock=here.time, sleep=here.time.sleep,
            environ=os.environ, **options,
        ):  # fmt: skip
            pytest.fail("it was let in")


# --- the options


def given(*arguments: str) -> tuple[timedelta, str]:
    """What the options hand to a command."""

    @click.command()
    @lock_wait_option
    @replace_applied_option
    def command(lock_wait: timedelta, replace_applied: str) -> tuple[timedelta, str]:
        return lock_wait, replace_applied

    found: tuple[timedelta, str] = command.main(list(arguments), standalone_mode=False)
    return found


def test_the_options_of_the_fence_are_read() -> None:
    assert given() == (timedelta(0), "")
    assert given("--lock-wait", "10m", "--replace-applied", "a" * 12) == (
        timedelta(minutes=10),
        "a" * 12,
    )


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--lock-wait", "10", "is no span of time"),
        ("--replace-applied", "main", "is no commit"),
        ("--replace-applied", "a" * 11, "is no commit"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(option: str, value: str, said: str) -> None:
    with pytest.raises(UsageWrong, match=said):
        given(option, value)
