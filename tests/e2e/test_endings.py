"""How runs end: exit codes, result files, one JSON document, asking, and honest partial work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, Project
from tests.e2e.proxy import Answer, Asked, Forward, HangUp, Proxy, faithful
from tests.e2e.test_main_job import AYSE, STUDENTS, VIP, assert_converged
from tests.shop import SandboxShop
from tests.unmeasured import unmeasured

pytestmark = pytest.mark.usefixtures("no_waiting")


def result_of(path: Path) -> dict[str, Any]:
    """What a result file says."""
    result: dict[str, Any] = json.loads(path.read_text())
    return result


def after_writes(number: int, then: Answer | None) -> Any:
    """A shop that does `number` writes and then answers `then` to the next; None: it is gone."""
    done = 0

    def behave(asked: Asked, forward: Forward) -> Answer:
        nonlocal done
        if done >= number and (asked.is_write or then is None):
            if then is None:
                raise HangUp
            return then
        done += asked.is_write
        return forward(asked)

    return behave


# --- the shop moves, or breaks, while we write


def test_a_record_deleted_between_plan_and_apply_stops_the_apply(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    pk = shop.make_setting("student-discount", priority=1)
    shop_project.write("settings/student-discount.yaml", STUDENTS)

    def meanwhile(asked: Asked, forward: Forward) -> Answer:
        if asked.method == "PATCH":
            shop.call("DELETE", f"{shop.remote}/customer_group_settings/{pk}/")
        return forward(asked)

    proxy.behave = meanwhile
    ran = shop_project.run("apply", "--yes")
    assert ran.code == 7
    assert f"refused PATCH {shop.remote}/customer_group_settings/{pk}/ (404)" in ran.err
    assert shop_project.run("apply", "--yes").code == 0
    assert list(shop.settings()) == ["student-discount"]


def test_a_record_to_be_deleted_that_somebody_else_deleted_is_done(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    pk = shop.make_group("VIP")
    shop_project.write("groups/vip.yaml", "name: VIP\nstate: absent\n")

    def meanwhile(asked: Asked, forward: Forward) -> Answer:
        if asked.method == "DELETE":
            shop.call("DELETE", f"{shop.remote}/customer_groups/{pk}/")
        return forward(asked)

    proxy.behave = meanwhile
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, shop.groups()) == (0, {})
    assert "converged: yes" in ran.out


def test_a_group_that_somebody_else_made_meanwhile_is_refused_in_the_shops_words(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("groups/vip.yaml", VIP)

    def meanwhile(asked: Asked, forward: Forward) -> Answer:
        if asked.is_write:
            shop.make_group("VIP")
        return forward(asked)

    proxy.behave = meanwhile
    ran = shop_project.run("apply", "--yes")
    assert ran.code == 7
    assert "name: customer group with this name already exists" in ran.err
    assert "0 of 2 writes done: the shop refused POST" in ran.err
    assert "nothing was written" in ran.err


def test_a_create_whose_answer_is_lost_is_found_and_not_repeated(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    lost = 0

    def losing(asked: Asked, forward: Forward) -> Answer:
        nonlocal lost
        answer = forward(asked)
        if asked.method == "POST" and asked.path.endswith("/customer_groups/"):
            lost += 1
            raise HangUp
        return answer

    proxy.behave = losing
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, lost, len(shop.groups())) == (0, 1, 1)
    assert_converged(shop_project)


def test_a_create_that_is_neither_answered_nor_to_be_looked_for_is_not_called_unsent(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    gone = False

    def dying(asked: Asked, forward: Forward) -> Answer:
        nonlocal gone
        if asked.is_write:
            forward(asked)
            gone = True
        if gone:
            raise HangUp
        return forward(asked)

    proxy.behave = dying
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, len(shop.groups())) == (6, 1)
    assert "0 of 2 writes done, 1 may be done, 1 skipped" in ran.out
    assert "0 of 2 writes done: " in ran.err
    assert "whether it was made is unknown" in ran.err
    assert "finish it: cg-sync resume" in ran.err


@pytest.mark.parametrize("then", [None, Answer(500, b"<h1>Oops</h1>", "text/html")])
def test_a_first_write_without_a_usable_answer_may_be_done_and_is_not_called_unwritten(
    proxy: Proxy, shop_project: Project, shop: SandboxShop, then: Answer | None
) -> None:
    shop.make_setting("student-discount", priority=1)
    shop_project.write("settings/student-discount.yaml", STUDENTS)

    def unsure(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        if asked.is_write and then is None:
            raise HangUp
        return then if asked.is_write and then is not None else answer

    proxy.behave = unsure
    ran = shop_project.run("apply", "--yes", "--format", "json")
    (failure,) = ran.data["apply"]["failures"]
    assert (ran.code, failure["unsure"]) == (6, True)
    assert "0 of 1 write done: " in ran.err
    assert "nothing was written" not in ran.err
    assert shop.settings()["student-discount"]["priority"] == 20
    proxy.behave = faithful
    assert_converged(shop_project)


def test_a_shop_that_dies_in_the_middle_leaves_an_account_of_what_was_done(
    proxy: Proxy, shop_project: Project, shop: SandboxShop, tmp_path: Path
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    proxy.behave = after_writes(2, None)
    ran = shop_project.run("apply", "--yes", "--result-file", "result.json")
    assert ran.code == 6
    assert "+ group VIP created" in ran.out
    assert "2 of 3 writes done, 1 may be done\n" in ran.out
    assert "may be done: create setting student-discount" in ran.out
    assert "2 of 3 writes done: " in ran.err
    result = result_of(tmp_path / "result.json")
    assert (result["exit_code"], result["outcome"]) == (6, "partial")
    assert result["apply"]["writes"] == {
        "planned": 3, "done": 2, "failed": 1, "skipped": 0, "not_tried": 0,
    }  # fmt: skip
    assert [it["key"] for it in result["apply"]["failures"]] == ["student-discount"]
    assert (len(shop.groups()), len(shop.settings())) == (1, 0)
    proxy.behave = after_writes(9, None)
    assert shop_project.run("apply", "--yes").code == 0
    assert_converged(shop_project)


def test_a_shop_that_dies_before_the_last_look_has_all_writes_and_no_converged(
    proxy: Proxy, shop_project: Project, shop: SandboxShop, tmp_path: Path
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    proxy.behave = after_writes(2, None)
    ran = shop_project.run("apply", "--yes", "--result-file", "result.json", "--format", "json")
    assert ran.code == 6
    assert "all 2 writes are done, but the shop could not be read again" in ran.err
    result = result_of(tmp_path / "result.json")
    assert result["apply"]["converged"] is None
    assert result["apply"]["writes"]["done"] == 2
    assert ran.data == result
    assert shop.members("VIP") == [AYSE, "mehmet.demir@example.com"]


def test_the_first_write_refused_for_good_leaves_nothing_written(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    proxy.behave = after_writes(0, Answer(406, b'{"error": "Not today."}'))
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, shop.groups()) == (7, {})
    assert "0 of 2 writes done: the shop refused POST" in ran.err
    assert "(406): Not today" in ran.err
    assert "nothing was written" in ran.err


def test_a_field_that_the_shop_stores_otherwise_is_named_and_not_called_converged(
    proxy: Proxy, shop_project: Project, tmp_path: Path
) -> None:
    def altering(asked: Asked, forward: Forward) -> Answer:
        if asked.is_write and "priority" in asked.body:
            return forward(
                Asked(asked.method, asked.path, {**asked.body, "priority": 99}, asked.headers)
            )
        return forward(asked)

    proxy.behave = altering
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    ran = shop_project.run("apply", "--yes", "--result-file", "result.json")
    assert ran.code == 6
    assert "converged: no" in ran.out
    assert "priority  99 → 20" in ran.out
    assert "not converged: 1 resource not as written" in ran.err
    left = result_of(tmp_path / "result.json")["apply"]["left"]
    where = {"file": "settings/student-discount.yaml", "line": 3, "column": 11}
    assert [(it["key"], it["fields"]) for it in left] == [
        ("student-discount", {"priority": {"old": 99, "new": 20, "where": where}})
    ]


def run_unread(root: Path, command: str) -> int:
    """The exit code of `cg-sync COMMAND 2>&1 | true`."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, "-m", "cg_sync", *command.split()],
            cwd=root,
            env=unmeasured(),
            stdout=writer,
            stderr=writer,
            check=False,
            timeout=60,
        ).returncode
    finally:
        os.close(writer)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_reader_of_our_output_that_goes_away_does_not_stop_an_apply(
    proxy: Proxy, shop_project: Project, shop: SandboxShop, tmp_path: Path, form: str
) -> None:
    for number in range(3):
        shop_project.write(f"groups/g{number}.yaml", f"name: G{number}\n")
    throttled = 0

    def throttling(asked: Asked, forward: Forward) -> Answer:
        nonlocal throttled
        if asked.is_write and asked.body == {"name": "G1"} and not throttled:
            throttled += 1
            return Answer(429, b'{"detail": "Request was throttled."}')
        return forward(asked)

    proxy.behave = throttling
    code = run_unread(tmp_path, f"apply --yes --format {form} --result-file result.json")
    assert (code, throttled, sorted(shop.groups())) == (0, 1, ["G0", "G1", "G2"])
    assert result_of(tmp_path / "result.json")["apply"]["converged"] is True


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(("written", "code"), [(0, 7), (2, 6)])
def test_an_apply_that_stops_is_a_failure_also_when_nobody_reads_of_it(
    proxy: Proxy, shop_project: Project, tmp_path: Path, written: int, code: int, form: str
) -> None:
    for number in range(4):
        shop_project.write(f"groups/g{number}.yaml", f"name: G{number}\n")
    proxy.behave = after_writes(written, Answer(406, b'{"error": "Not today."}'))
    command = f"apply --yes --format {form} --result-file result.json"
    assert run_unread(tmp_path, command) == code
    result = result_of(tmp_path / "result.json")
    assert (result["exit_code"], result["apply"]["writes"]["done"]) == (code, written)


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_list_that_nobody_reads_is_no_error_and_a_csv_reads_no_further(
    shop_project: Project, shop: SandboxShop, tmp_path: Path, form: str
) -> None:
    assert run_unread(tmp_path, f"list customers -o {form}") == 0
    assert (shop.seen() == []) is (form == "csv")


# --- result files and JSON


def test_a_result_file_is_written_on_success(shop_project: Project, tmp_path: Path) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    for command in ("validate", "plan"):
        assert shop_project.run(command, "--result-file", "result.json").code == 0
        result = result_of(tmp_path / "result.json")
        assert (result["exit_code"], result["outcome"]) == (0, "done")
    assert shop_project.run("plan", "--detailed-exitcode", "--result-file=result.json").code == 2
    assert result_of(tmp_path / "result.json")["outcome"] == "changes"
    assert shop_project.run("apply", "--yes", "--result-file", "result.json").code == 0
    result = result_of(tmp_path / "result.json")
    assert result["apply"]["writes"] == {
        "planned": 2, "done": 2, "failed": 0, "skipped": 0, "not_tried": 0,
    }  # fmt: skip
    assert (result["apply"]["converged"], len(result["digest"])) == (True, 64)


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "outcome"),
    [
        (["plan", "--nope"], {}, 64, "usage"),
        (["plan", "--env", "nope"], {}, 64, "usage"),
        (["apply"], {}, 64, "usage"),
        (["plan", "--project", "nowhere"], {}, 64, "usage"),
        (["plan"], {"CG_SYNC_TOKEN": ""}, 10, "credentials"),
        (["plan"], {"CG_SYNC_TOKEN": "wrong"}, 10, "credentials"),
        (["plan"], {"CG_SYNC_SANDBOX_URL": "http://127.0.0.1:9"}, 11, "unreachable"),
    ],
)
def test_every_failure_leaves_a_result_file_and_one_json_document(
    shop_project: Project,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    environ: dict[str, str],
    code: int,
    outcome: str,
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    ran = shop_project.run(*arguments, "--result-file", "result.json", "--format", "json")
    result = result_of(tmp_path / "result.json")
    assert (ran.code, result["exit_code"], result["outcome"]) == (code, code, outcome)
    assert ran.data["exit_code"] == code
    assert ran.data["error"] == result["error"]
    assert result["error"] in ran.err


def test_problems_in_files_are_in_the_result_file_and_the_json_document(
    shop_project: Project, tmp_path: Path
) -> None:
    shop_project.write("groups/vip.yaml", "name: VIP\ncolour: red\n")
    for command in ("validate", "plan", "apply", "import"):
        ran = shop_project.run(command, "--result-file", "result.json", "--format", "json")
        result = result_of(tmp_path / "result.json")
        assert (ran.code, result["exit_code"], result["outcome"]) == (3, 3, "problems")
        assert [it["code"] for it in ran.data["problems"]] == ["CG-F05"]
        assert ran.data["problems"] == result["problems"]


def test_a_result_file_that_cannot_be_written_stops_an_apply_before_it_writes(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    ran = shop_project.run("apply", "--yes", "--result-file", "no/such/folder/result.json")
    assert (ran.code, shop.groups()) == (64, {})


def test_json_mode_prints_one_document_when_all_goes_well(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    assert shop_project.run("validate", "--format", "json").data["valid"] is True
    plan = shop_project.run("plan", "--format", "json").data
    assert (plan["format"], plan["writes"]) == ("cg-sync/plan", 2)
    done = shop_project.run("apply", "--yes", "--format", "json")
    assert (done.data["plan"]["digest"], done.data["apply"]["converged"]) == (plan["digest"], True)
    assert "+ group VIP created" in done.err
    again = shop_project.run("apply", "--yes", "--format", "json").data
    assert again["apply"]["writes"]["planned"] == 0


def test_an_apply_with_nothing_to_do_reads_the_shop_once(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.run("plan")
    once = len(shop.seen())
    assert shop_project.run("apply", "--yes").code == 0
    assert len(shop.seen()) == 2 * once


# --- asking


def test_apply_without_a_terminal_asks_for_yes(shop_project: Project, shop: SandboxShop) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    ran = shop_project.run("apply")
    assert (ran.code, shop.groups()) == (64, {})
    assert "there is no terminal to ask on" in ran.err
    assert "cg-sync apply --yes" in ran.err


def test_apply_with_nothing_to_do_asks_nobody(shop_project: Project) -> None:
    assert shop_project.run("apply").code == 0


@pytest.mark.parametrize(
    ("confirm", "answer", "code", "made"),
    [
        (False, "y", 0, ["VIP"]),
        (False, "n", 130, []),
        (True, "y", 130, []),
        (True, "test", 0, ["VIP"]),
    ],
)
def test_a_person_at_a_terminal_is_asked_and_for_production_by_name(
    shop_project: Project,
    shop: SandboxShop,
    tmp_path: Path,
    confirm: bool,
    answer: str,
    code: int,
    made: list[str],
) -> None:
    import pty

    if confirm:
        shop_project.write(
            "cg-sync.yaml", PROJECT.replace("channel: 1", "channel: 1, confirm: true")
        )
    shop_project.write("groups/vip.yaml", "name: VIP\n")
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        ran = subprocess.run(
            [sys.executable, "-m", "cg_sync", "apply"],
            cwd=tmp_path,
            env=unmeasured(),
            stdin=theirs,
            capture_output=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert (ran.returncode, list(shop.groups())) == (code, made), ran.stderr.decode()


# --- git


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_file_deleted_in_this_branch_is_pointed_out(
    shop_project: Project, shop: SandboxShop, tmp_path: Path
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "Start")
    assert shop_project.run("apply", "--yes").code == 0
    git(tmp_path, "checkout", "-q", "-b", "tidy")
    git(tmp_path, "rm", "-q", "groups/vip.yaml")
    git(tmp_path, "commit", "-q", "-m", "Tidy")
    ran = shop_project.run("plan")
    assert ran.code == 0
    assert (
        "groups/vip.yaml:1:1: the file was deleted; the group VIP stays in the shop, now unmanaged"
    ) in ran.out
    assert "`state: absent`" in ran.out
    data = shop_project.run("plan", "--format", "json").data
    assert [(it["code"], it["severity"]) for it in data["problems"]] == [("CG-L08", "warning")]
    assert list(shop.groups()) == ["VIP"]
    shop_project.write("groups/vip.yaml", "name: VIP\nstate: absent\n")
    assert "CG-L08" not in shop_project.run("apply", "--yes").out
    assert (shop.groups(), shop_project.run("plan", "--format", "json").data["problems"]) == (
        {},
        [],
    )
