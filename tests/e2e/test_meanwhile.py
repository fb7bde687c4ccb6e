"""While an apply is at work: other applies, people in the panel, signals, a full disk."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from tests.conftest import PROJECT, Project, Ran
from tests.e2e.chaos import without_waiting
from tests.e2e.proxy import Answer, Asked, Forward, HangUp, Proxy, faithful
from tests.e2e.test_main_job import AYSE, HUSEYIN, JANE, MEHMET, assert_converged
from tests.shop import SandboxShop
from tests.unmeasured import unmeasured

SETTING = """
name: {slug}
slug: {slug}
priority: {priority}
rule: {{raw: {{slug: any-rule}}}}
"""
NUMBER = 8
"""The settings in the tests; `s1` to `s8`, which an apply changes in this order."""


@pytest.fixture
def settings(shop_project: Project, shop: SandboxShop) -> Project:
    """A project that changes the priority of some settings of the shop, and nothing else."""
    for number in range(1, NUMBER + 1):
        slug = f"s{number}"
        shop.make_setting(slug, priority=number)
        text = SETTING.format(slug=slug, priority=10 * number)
        shop_project.write(f"settings/{slug}.yaml", text)
    return shop_project


def journals(project: Project) -> list[Path]:
    return sorted((project.root / ".cg-sync/runs").glob("*.jsonl"))


def applied(project: Project, *arguments: str) -> Ran:
    """An apply that makes one write after the other."""
    return project.run("apply", "--yes", "--parallel", "1", *arguments)


def priorities(shop: SandboxShop) -> list[int]:
    return [it["priority"] for it in shop.state()["settings"]]


def done(number: int) -> list[int]:
    """The priorities when so many settings are as the files say."""
    return [10 * it if it <= number else it for it in range(1, NUMBER + 1)]


def resumed(project: Project, *, writes: int) -> Ran:
    """The run is finished by so many writes, and not finished twice."""
    (journal,) = journals(project)
    ran = project.run("resume", journal.stem, "--yes")
    assert ran.code == 0, ran.out + ran.err
    assert f"done: {writes} write" in ran.out
    assert "converged: yes" in ran.out
    before = journal.read_bytes()
    assert project.run("resume", journal.stem, "--yes").code == 0
    assert journal.read_bytes() == before
    return ran


Do = Callable[[], object]


def at_write(number: int, do: Do) -> Callable[[Asked, Forward], Answer]:
    """A shop in which something happens right before its n-th write."""
    seen = 0

    def behave(asked: Asked, forward: Forward) -> Answer:
        nonlocal seen
        seen += asked.is_write
        if asked.is_write and seen == number:
            do()
        return forward(asked)

    return behave


def started(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """An apply in a process of its own."""
    command = [sys.executable, "-m", "cg_sync", "apply", "--yes", "--parallel", "1", *arguments]
    return subprocess.Popen(
        command,
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=unmeasured(),
    )


# --- other applies


def test_two_applies_at_once_without_a_fence_leave_what_one_leaves(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("groups/a.yaml", f"name: A\nmembers: {{customers: [{AYSE}, {JANE}]}}\n")
    shop_project.write("groups/b.yaml", f"name: B\nmembers: {{customers: [{MEHMET}]}}\n")
    shop_project.write("settings/s1.yaml", SETTING.format(slug="s1", priority=1))
    both, seen = Barrier(2, timeout=60), 0

    def together(asked: Asked, forward: Forward) -> Answer:
        nonlocal seen
        seen += asked.is_write
        if asked.is_write and seen <= 2:
            both.wait()
        return forward(asked)

    proxy.behave = together
    ends = [it.communicate() for it in [started(shop_project), started(shop_project)]]
    names = [it["name"] for it in shop.state()["groups"]]
    assert names == ["A", "B"], ends
    assert (shop.members("A"), shop.members("B")) == (sorted([AYSE, JANE]), [MEHMET])
    assert list(shop.settings()) == ["s1"]
    assert_converged(shop_project)
    # Of both, who was too late says so: a name can be taken once.
    assert sum("failed: create" in out for out, _ in ends) >= 1
    assert all("converged: " in out for out, _ in ends)


@pytest.fixture
def fenced(
    settings: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """The project in a git repository with a remote, and a fence."""
    for name in ("GITHUB_RUN_ID", "CI_JOB_URL", "BUILD_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.com")
    bare = tmp_path_factory.mktemp("remote")
    git(bare, "init", "--quiet", "--bare", "--initial-branch", "main")
    git(settings.root, "init", "--quiet", "--initial-branch", "main")
    git(settings.root, "remote", "add", "origin", str(bare))
    settings.write("cg-sync.yaml", PROJECT + "fence: {}\n")
    settings.write(".gitignore", ".cg-sync/\nresult.json\n")
    committed(settings)
    return settings


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def committed(project: Project) -> str:
    git(project.root, "add", ".")
    git(project.root, "commit", "--quiet", "--message", "a commit")
    git(project.root, "push", "--quiet", "origin", "HEAD:main")
    return git(project.root, "rev-parse", "HEAD")


def test_with_a_fence_the_second_apply_is_refused_and_so_is_an_older_commit(
    proxy: Proxy, fenced: Project, shop: SandboxShop
) -> None:
    older = git(fenced.root, "rev-parse", "HEAD")
    fenced.write("settings/s8.yaml", SETTING.format(slug="s8", priority=88))
    committed(fenced)
    at_work, go_on = Event(), Event()

    def hold() -> None:
        at_work.set()
        go_on.wait(60)

    proxy.behave = at_write(1, hold)
    first = started(fenced)
    assert at_work.wait(60)
    second = applied(fenced)
    go_on.set()
    out, err = first.communicate()
    assert (first.returncode, second.code) == (0, 8), err + second.err
    assert "nothing was changed" in second.err
    assert "converged: yes" in out
    git(fenced.root, "checkout", "--quiet", "--detach", older)
    before = shop.state()
    late = applied(fenced)
    assert late.code == 8
    assert "does not come after" in late.err
    assert shop.state() == before


# --- people in the panel


def edit(shop: SandboxShop, slug: str, **fields: Any) -> None:
    """Somebody saves a setting in the panel."""
    path = f"{shop.remote}/customer_group_settings/{shop.settings()[slug]['pk']}/"
    shop.call("PATCH", path, json=fields)


def test_what_is_edited_in_mid_run_is_left_alone_and_named_and_the_rest_is_done(
    proxy: Proxy, settings: Project, shop: SandboxShop
) -> None:
    proxy.behave = at_write(2, lambda: edit(shop, "s5", name="By hand"))
    ran = applied(settings)
    assert ran.code == 6
    assert priorities(shop) == [10, 20, 30, 40, 5, 60, 70, 80]
    assert shop.settings()["s5"]["name"] == "By hand"
    assert "crossed: update setting s5" in ran.out
    assert "somebody changed it: name was s5, is By hand" in ran.out
    assert "7 of 8 writes done" in ran.out


def test_what_is_edited_when_it_is_the_only_change_is_a_stale_plan(
    proxy: Proxy, settings: Project, shop: SandboxShop
) -> None:
    for number in range(2, NUMBER + 1):
        settings.write(
            f"settings/s{number}.yaml", SETTING.format(slug=f"s{number}", priority=number)
        )
    record = f"{shop.remote}/customer_group_settings/{shop.settings()['s1']['pk']}/"

    def behave(asked: Asked, forward: Forward) -> Answer:
        if asked.path == record:  # Only the look before the write asks for it alone.
            edit(shop, "s1", priority=77)
        return forward(asked)

    proxy.behave = behave
    ran = applied(settings)
    assert ran.code == 5
    assert "nothing was written" in ran.err
    assert proxy.writes == []
    assert shop.settings()["s1"]["priority"] == 77
    proxy.behave = faithful
    assert applied(settings, "--recheck", "never").code == 0


def test_what_builds_on_an_edited_group_is_skipped(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    group = shop.make_group("Old")
    shop_project.write(
        "attributes.yaml", 'attributes: {groups: {type: list, path: "@static_groups"}}\n'
    )
    shop_project.write("groups/a.yaml", "name: New\nrenamed_from: [Old]\n")
    shop_project.write("groups/b.yaml", "name: B\n")
    rule = "{match: [groups: {has_any: [New]}]}"
    shop_project.write("settings/s1.yaml", f"name: S\nslug: s1\npriority: 1\nrule: {rule}\n")
    path = f"{shop.remote}/customer_groups/{group}/"
    rename = lambda: shop.call("PATCH", path, json={"name": "Panel"})  # noqa: E731
    proxy.behave = at_write(1, rename)
    ran = applied(shop_project)
    assert ran.code == 6
    assert set(shop.groups()) == {"Panel", "B"}
    assert shop.settings() == {}
    assert "skipped: create setting s1, after group New" in ran.out


@pytest.fixture
def joined(
    proxy: Proxy, shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A group that exchanges a member, and somebody who joins by the panel in between."""
    pks = {it["email"]: it["pk"] for it in shop.customers()}
    group = shop.make_group("A", [pks[AYSE], pks[MEHMET]])
    shop_project.write("groups/a.yaml", f"name: A\nmembers: {{customers: [{AYSE}, {JANE}]}}\n")
    path = f"{shop.remote}/customer_groups/{group}/customers/bulk_add/"
    join = lambda: shop.call("POST", path, json={"customers": [pks[HUSEYIN]]})  # noqa: E731
    proxy.behave = at_write(1, join)
    return shop_project


def test_a_member_who_joins_in_mid_run_keeps_others_from_being_removed(
    joined: Project, shop: SandboxShop
) -> None:
    ran = applied(joined)
    assert ran.code == 6
    assert "somebody changed it: members was 3, is 4" in ran.out
    assert shop.members("A") == sorted([AYSE, MEHMET, JANE, HUSEYIN])


def test_without_a_recheck_the_plan_is_made_and_the_newcomer_is_told_of(
    joined: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    ran = applied(joined, "--recheck", "never")
    assert ran.code == 6
    assert "converged: no" in ran.out
    assert shop.members("A") == sorted([AYSE, JANE, HUSEYIN])
    assert HUSEYIN not in ran.out + ran.err


# --- the shop itself


def test_what_the_shop_rounds_is_named_and_resume_does_not_send_it_again(
    settings: Project, shop: SandboxShop
) -> None:
    settings.write("settings/s8.yaml", SETTING.format(slug="s8", priority=88))
    with shop.playing({"normalise": {"priority": 10}}):
        ran = applied(settings)
        assert ran.code == 6
        assert "stored otherwise: s8 priority: sent 88, stored 90" in ran.out
        assert "converged: no" in ran.out
        (journal,) = journals(settings)
        before = journal.read_bytes()
        again = settings.run("resume", journal.stem, "--yes")
        assert again.code == 0, again.err
        assert journal.read_bytes() == before
    assert priorities(shop)[-1] == 90


def test_a_token_that_ends_in_mid_run_is_fetched_anew_where_there_is_a_password(
    settings: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = {"when": {"method": "PATCH", "nth": 3}, "token_expiry": {}}
    with shop.playing(ending):
        ran = applied(settings)
        assert ran.code == 6
        assert "stopped: the shop refuses these credentials" in ran.out
    assert priorities(shop) == done(2)
    monkeypatch.delenv("CG_SYNC_TOKEN")
    monkeypatch.setenv("CG_SYNC_USERNAME", shop.username)
    monkeypatch.setenv("CG_SYNC_PASSWORD", shop.password)
    with shop.playing(ending):
        resumed(settings, writes=6)


def test_a_write_that_was_lost_and_then_refused_may_be_done(
    proxy: Proxy, settings: Project, shop: SandboxShop
) -> None:
    tries = 0

    def behave(asked: Asked, forward: Forward) -> Answer:
        nonlocal tries
        tries += asked.is_write
        answer = forward(asked) if tries < 2 else Answer(403, b'{"detail": "Not today."}')
        if asked.is_write and tries == 1:
            raise HangUp
        return answer

    proxy.behave = behave
    ran = applied(settings, "--fail-fast")
    assert ran.code == 6
    assert "1 may be done" in ran.out
    assert priorities(shop) == done(1)
    proxy.behave = faithful
    resumed(settings, writes=7)


def test_a_deadline_ends_a_run_between_two_writes(
    settings: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    late = {"method": "PATCH", "after": 3}
    with shop.playing({"when": late, "throttle": {"wait": 50}}):
        ran = applied(settings, "--deadline", "2m")
    assert ran.code == 6
    assert "3 of 8 writes done, 1 failed, 4 not tried" in ran.out
    assert "stopped: the deadline would pass while waiting for the shop" in ran.out
    assert priorities(shop) == done(3)
    resumed(settings, writes=5)


def refusing(number: int) -> Callable[[Asked, Forward], Answer]:
    """A shop that makes so many writes, and no other."""
    made = 0

    def behave(asked: Asked, forward: Forward) -> Answer:
        nonlocal made
        if asked.is_write and made == number:
            return Answer(400, b'{"name": ["Not today."]}')
        made += asked.is_write
        return forward(asked)

    return behave


@pytest.mark.parametrize(
    ("options", "failed", "why"),
    [
        ([], 5, "5 writes in a row failed"),
        (["--fail-fast"], 1, "a write failed, and --fail-fast was asked for"),
    ],
)
def test_a_run_that_fails_again_and_again_gives_up(
    proxy: Proxy, settings: Project, shop: SandboxShop, options: list[str], failed: int, why: str
) -> None:
    proxy.behave = refusing(2)
    ran = applied(settings, *options)
    assert ran.code == 6
    assert f"2 of 8 writes done, {failed} failed, {6 - failed} not tried" in ran.out
    assert f"stopped: {why}" in ran.out
    assert len(proxy.writes) == 2 + failed
    proxy.behave = faithful
    resumed(settings, writes=6)


# --- the machine


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A disk that is full from the n-th line of a journal on; half of that line still fits."""
    write, state = os.write, {"full_from": 0, "lines": 0}

    def written(handle: int, data: bytes) -> int:
        if state["full_from"] and Path(f"/proc/self/fd/{handle}").readlink().suffix == ".jsonl":
            state["lines"] += 1
            if state["lines"] == state["full_from"]:
                return write(handle, data[: len(data) // 2])
            if state["lines"] > state["full_from"]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, data)

    monkeypatch.setattr(os, "write", written)
    return state


@pytest.mark.skipif(sys.platform != "linux", reason="tells files apart by /proc")
@pytest.mark.parametrize(
    ("full_from", "code", "made"),
    [(1, 7, 0), (2, 7, 0), (3, 6, 1), (4, 6, 1)],
    ids=["header", "first-begin", "first-end", "second-begin"],
)
def test_what_cannot_be_noted_is_not_sent(
    settings: Project,
    shop: SandboxShop,
    disk: dict[str, int],
    full_from: int,
    code: int,
    made: int,
) -> None:
    disk["full_from"] = full_from
    ran = applied(settings)
    disk["full_from"] = 0
    assert ran.code == code, ran.out + ran.err
    assert "no space left on device" in ran.out + ran.err
    assert priorities(shop) == done(made)
    if full_from == 1:
        assert applied(settings).code == 0
    else:
        resumed(settings, writes=8 - made)


# --- signals


def test_a_run_that_is_terminated_ends_in_order_and_can_be_resumed(
    proxy: Proxy, settings: Project, shop: SandboxShop
) -> None:
    running: list[subprocess.Popen[str]] = []
    proxy.behave = at_write(3, lambda: running[0].send_signal(signal.SIGTERM))
    running.append(started(settings, "--result-file", "result.json"))
    out, err = running[0].communicate()
    assert running[0].returncode == 143, err
    # The write under way was finished, and perhaps one more was on its way to the thread.
    assert "stopped: SIGTERM" in out
    made = int(re.search(r"(\d) of 8 writes done", out).group(1))  # type: ignore[union-attr]
    assert priorities(shop) == done(made)
    assert '"exit_code": 143' in (settings.root / "result.json").read_text()
    proxy.behave = faithful
    resumed(settings, writes=8 - made)


def test_a_second_signal_ends_a_run_that_waits_for_an_answer(
    proxy: Proxy, settings: Project, shop: SandboxShop
) -> None:
    arrived, over = Event(), Event()

    def hold() -> None:
        arrived.set()
        over.wait(60)

    proxy.behave = at_write(3, hold)
    running = started(settings)
    assert arrived.wait(60)
    running.send_signal(signal.SIGINT)
    assert running.stderr is not None
    for text in running.stderr:
        if "once more to stop at once" in text:
            break
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate()
    over.set()
    assert running.returncode == 130
    assert "a write that was under way may be done" in out
    proxy.behave = faithful
    shop.state()  # waits until the held write is through
    (journal,) = journals(settings)
    assert settings.run("resume", journal.stem, "--yes").code == 0
    assert_converged(settings)
