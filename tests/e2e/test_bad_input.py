"""Bad input as a user meets it: each ends with its exit code and a message one can act on."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from tests.conftest import PROJECT, Project
from tests.e2e.proxy import Answer, Asked, Forward, HangUp, Proxy
from tests.shop import SandboxShop

pytestmark = pytest.mark.usefixtures("no_waiting")

VIP = "name: VIP\n"
SETTING = """
name: Spring
slug: spring
priority: 5
rule: {match: everyone}
"""


def refused(project: Project, *said: str, code: int = 3) -> None:
    """validate, plan and apply end alike, and say all of this; files cannot crash anything."""
    for command in (["validate"], ["plan"], ["apply", "--yes"]):
        ran = project.run(*command)
        assert ran.code == code, ran.err
        assert ran.out == ""
        for text in said:
            assert text in ran.err
        assert "Traceback" not in ran.err


# --- files


def test_an_empty_folder_is_no_project(project: Project, tmp_path: Path) -> None:
    (tmp_path / "cg-sync.yaml").unlink()
    (tmp_path / "attributes.yaml").unlink()
    refused(
        project,
        "1 error",
        "cg-sync.yaml:1:1: there is no cg-sync.yaml in this folder CG-F17",
        "run `cg-sync init`",
    )


def test_a_project_without_any_resource_has_nothing_to_do(shop_project: Project) -> None:
    ran = shop_project.run("validate")
    assert (ran.code, ran.out) == (0, "valid: 0 groups, 0 settings\n")
    assert "nothing to do" in shop_project.run("plan").out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["groups/vip.yaml:1:1: ", "the file is empty"]),
        ("- name: VIP\n", ["groups/vip.yaml:1:1: ", "list"]),
        ("name: VIP\nmembers:\n\tcustomers: []\n", ["groups/vip.yaml:3:1: ", "tab"]),
        ("name: VIP\nname: Gold\n", ["groups/vip.yaml:2:1: ", "name", "CG-F03"]),
        (
            "name: VIP\nmembres: {customers: []}\n",
            ["groups/vip.yaml:2:1: ", "membres", "did you mean members?", "CG-F05"],
        ),
        ("name: [VIP]\n", ["groups/vip.yaml:1:7: name", "CG-F06"]),
        ("name: 42\n", ["groups/vip.yaml:1:7: name", "CG-F06"]),
        ("name: VIP\nmembers: everybody\n", ["groups/vip.yaml:2:10: members", "CG-F06"]),
        (
            "name: VIP\nmembers: {files: [../members/none.csv]}\n",
            ["groups/vip.yaml:2:19: ", "`../members/none.csv`: no such file", "CG-F01"],
        ),
        (
            "name: VIP\nmembers: {files: [../../secret.txt]}\n",
            ["groups/vip.yaml:2:19: ", "leaves the project", "CG-F08"],
        ),
        (
            "name: VIP\nmembers: {customers: [a b]}\n",
            ["groups/vip.yaml:2:23: members.customers[0]"],
        ),
        ("name: *vip\n", ["groups/vip.yaml:1:7: ", "CG-F04"]),
        ("name: {\n", ["groups/vip.yaml:", "CG-F02"]),
    ],
)
def test_a_bad_group_file_is_a_problem_with_its_place(
    project: Project, text: str, said: list[str]
) -> None:
    project.write("groups/vip.yaml", text)
    refused(project, "1 error", *said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "slug: spring",
            "slug: spring sale",
            ["settings/spring.yaml:2:7: slug", "letters, digits"],
        ),
        ("priority: 5", "priority: high", ["settings/spring.yaml:3:11: priority"]),
        ("priority: 5", "priority: -4", ["settings/spring.yaml:3:11: priority", "0"]),
        ("match: everyone", "match: [emial: {eq: a}]", ["settings/spring.yaml:4:16: ", "email?"]),
        ("{match: everyone}", "everyone", ["settings/spring.yaml:4:7: rule"]),
        ("name: Spring\n", "", ["settings/spring.yaml:1:1: ", "name"]),
    ],
)
def test_a_bad_setting_file_is_a_problem_with_its_place(
    project: Project, old: str, new: str, said: list[str]
) -> None:
    assert old in SETTING
    project.write("settings/spring.yaml", SETTING.replace(old, new))
    refused(project, "1 error", *said)


def test_a_slug_or_a_name_in_two_files_is_an_error_with_both_places(project: Project) -> None:
    project.write("settings/spring.yaml", SETTING)
    project.write("settings/two.yaml", SETTING.replace("slug: spring", "slug: Spring"))
    project.write("groups/a.yaml", VIP)
    project.write("groups/b.yaml", "name: vip\n")
    refused(
        project,
        "groups/b.yaml:1:7: name: vip is already the name of groups/a.yaml:1:7",
        "settings/two.yaml:2:7: slug: Spring is already the slug of settings/spring.yaml:2:7",
        "settings/two.yaml:3:11: priority: 5 is also that of spring",
    )


def test_all_problems_of_all_files_come_at_once(project: Project) -> None:
    project.write("groups/a.yaml", "nam: A\n")
    project.write("groups/b.yaml", "name: 1\n")
    project.write("settings/spring.yaml", SETTING.replace("5", "five"))
    refused(project, "groups/a.yaml:1:1", "groups/b.yaml:1:7", "settings/spring.yaml:3:11")


@pytest.mark.parametrize("name", ["cg-sync.yaml", "attributes.yaml", "groups/vip.yaml"])
def test_a_binary_file_is_a_problem_and_no_crash(project: Project, name: str) -> None:
    project.write(name, "").write_bytes(b"\x89PNG\r\n\x1a\n\0\xff\xfe")
    refused(project, f"{name}:1:1: ")


def test_a_binary_member_list_is_a_problem_and_no_crash(project: Project) -> None:
    project.write("groups/vip.yaml", VIP + "members: {files: [../members/vip.csv]}\n")
    project.write("members/vip.csv", "").write_bytes(b"email\n\x89PNG\0\xff\xfe\n")
    refused(project, "members/vip.csv:2:")


@pytest.mark.parametrize("name", ["cg-sync.yaml", "groups/vip.yaml"])
def test_a_file_of_fifty_megabytes_is_refused_unread(project: Project, name: str) -> None:
    path = project.write(name, "")
    os.truncate(path, 50_000_000)
    refused(project, f"{name}:1:1: ", "CG-F01")


def test_a_project_file_that_names_no_shop_is_refused(project: Project) -> None:
    project.write("cg-sync.yaml", "version: 1\n")
    refused(project, "cg-sync.yaml:1:1: ", "environments")


def test_a_variable_that_is_not_set_is_an_error_with_its_place(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_SHOP", raising=False)
    shop = 'environments: {test: {url: "${NO_SUCH_SHOP}", channel: 1}}\n'
    project.write("cg-sync.yaml", f"version: 1\n{shop}")
    ran = project.run("plan")
    assert ran.code == 3
    assert "cg-sync.yaml:2:28: the environment variable NO_SUCH_SHOP is not set CG-F16" in ran.err


# --- the command line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "--detailed"], ["No such option", "--detailed-exitcode"]),
        (["paln"], ["No such command 'paln'", "did you mean plan?"]),
        (["plan", "--env", "tset"], ["cg-sync.yaml has no environment tset", "did you mean test?"]),
        (["plan", "--format", "yaml"], ["--format", "'yaml' is not one of"]),
        (["plan", "extra"], ["unexpected extra argument"]),
        (["list", "orders"], ["'orders' is not one of"]),
        (["list", "groups", "--where", "name ~ x"], ["--where 'name ~ x'"]),
        (["list", "groups", "--limit", "-1"], ["--limit: must be 0 or more"]),
        (["list", "settings", "--member", "email=a@b"], ["--member filters groups"]),
        (["schema", "grup"], ["no schema grup", "did you mean group?"]),
        (["plan", "--project", "nowhere"], ["--project: nowhere is not a folder"]),
        (["fmt", "nowhere.yaml"], ["nowhere.yaml: No such file or directory"]),
    ],
)
def test_a_wrong_command_line_is_exit_code_64_and_says_what_is_there(
    shop_project: Project, arguments: list[str], said: list[str]
) -> None:
    ran = shop_project.run(*arguments)
    assert (ran.code, ran.out) == (64, "")
    for text in said:
        assert text in ran.err


# --- credentials


def test_no_credentials_is_exit_code_10_and_names_the_variables(
    shop_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CG_SYNC_TOKEN")
    ran = shop_project.run("plan")
    assert (ran.code, ran.out) == (10, "")
    assert "error: no credentials for the shop" in ran.err
    assert "set CG_SYNC_TOKEN, or CG_SYNC_USERNAME and CG_SYNC_PASSWORD" in ran.err


def test_a_wrong_token_is_exit_code_10_and_is_never_shown(
    shop_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_SYNC_TOKEN", "0123456789abcdef")
    ran = shop_project.run("plan")
    assert (ran.code, ran.out) == (10, "")
    assert "(401): Invalid token" in ran.err
    assert "CG_SYNC_TOKEN" in ran.err
    assert "0123456789abcdef" not in ran.err


def test_a_user_name_and_password_do_as_well_and_wrong_ones_are_exit_code_10(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CG_SYNC_TOKEN")
    monkeypatch.setenv("CG_SYNC_USERNAME", shop.username)
    monkeypatch.setenv("CG_SYNC_PASSWORD", shop.password)
    ran = shop_project.run("plan", "--format", "json")
    assert (ran.code, ran.data["calls"]) == (0, {"GET": 4, "LOGIN": 1})
    monkeypatch.setenv("CG_SYNC_PASSWORD", "not-the-password")
    ran = shop_project.run("plan")
    assert ran.code == 10
    assert "the shop refused the log-in (400): Unable to log in" in ran.err
    assert "not-the-password" not in ran.err


def test_a_user_who_may_only_read_can_plan_but_is_stopped_at_the_first_write(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CG_SYNC_TOKEN")
    monkeypatch.setenv("CG_SYNC_USERNAME", "reader")
    monkeypatch.setenv("CG_SYNC_PASSWORD", "reader-sandbox")
    shop_project.write("groups/vip.yaml", VIP)
    assert shop_project.run("plan", "--detailed-exitcode").code == 2
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, shop.groups()) == (10, {})
    assert f"the shop refused POST {shop.remote}/customer_groups/ (403)" in ran.err
    assert "may not change" in ran.err
    assert "may be done" not in ran.out + ran.err
    assert "interrupted" not in ran.out + ran.err


# --- the shop


def test_a_shop_that_is_not_there_is_exit_code_11(
    shop_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("CG_SYNC_SANDBOX_URL", url)
        ran = shop_project.run("plan")
    assert (ran.code, ran.out) == (11, "")
    assert f"error: {url} cannot be reached: connection refused" in ran.err
    assert "is `url` in cg-sync.yaml right, and is the shop up?" in ran.err


def test_a_host_that_does_not_resolve_is_exit_code_11(
    shop_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_SYNC_SANDBOX_URL", "https://no-such-shop.invalid")
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    ran = shop_project.run("plan")
    assert ran.code == 11
    assert "error: https://no-such-shop.invalid cannot be reached: " in ran.err


@pytest.mark.parametrize("url", ["ftp://shop.example", "shop.example", "http://"])
def test_an_address_that_is_none_is_a_problem_of_the_project_file(
    shop_project: Project, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("CG_SYNC_SANDBOX_URL", url)
    ran = shop_project.run("plan")
    assert ran.code == 3
    assert "cg-sync.yaml:4:15: environments.test.url: not an address" in ran.err


def test_a_channel_that_the_shop_does_not_have_is_said(shop_project: Project) -> None:
    shop_project.write("cg-sync.yaml", PROJECT.replace("channel: 1", "channel: 987654"))
    ran = shop_project.run("plan")
    assert ran.code in (7, 11)
    assert "/api/v1/remote/987654/customer_groups/ (404)" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("status", [200, 404, 502])
def test_a_web_page_instead_of_json_is_exit_code_11_with_its_title(
    proxy: Proxy, shop_project: Project, status: int
) -> None:
    page = b"<!doctype html><html><title>Sign in</title><body>Please sign in</body></html>"
    proxy.behave = lambda asked, forward: Answer(status, page, "text/html")
    ran = shop_project.run("plan")
    assert (ran.code, ran.out) == (11, "")
    assert "Sign in" in ran.err
    assert "<html>" not in ran.err


def test_half_an_answer_is_exit_code_11(proxy: Proxy, shop_project: Project) -> None:
    proxy.behave = lambda asked, forward: Answer(200, forward(asked).body[:-20])
    ran = shop_project.run("plan")
    assert ran.code == 11
    assert "is cut off" in ran.err


def test_a_listing_that_lost_a_row_is_never_planned_from(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", [1, 3])
    shop_project.write("groups/vip.yaml", VIP + "members: {customers: [{pk: 1}, {pk: 3}]}\n")

    def losing(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        if "/customers/" not in asked.path or asked.method != "GET":
            return answer
        return answer.with_data({**answer.data, "results": answer.data["results"][1:]})

    proxy.behave = losing
    ran = shop_project.run("apply", "--yes")
    assert ran.code == 11
    assert "CG-L01 the listing" in ran.err
    assert "1 rows read, 2 counted" in ran.err
    assert proxy.writes == []


@contextmanager
def released() -> Iterator[Event]:
    """An event that is set at the end, so that nobody waits for it for ever."""
    event = Event()
    try:
        yield event
    finally:
        event.set()


def test_a_shop_that_answers_too_slowly_is_exit_code_11(
    proxy: Proxy, shop_project: Project
) -> None:
    shop_project.write(
        "cg-sync.yaml", PROJECT.replace("channel: 1", "channel: 1, api: {timeout_seconds: 1}")
    )
    with released() as event:

        def slow(asked: Asked, forward: Forward) -> Answer:
            event.wait(30)
            raise HangUp

        proxy.behave = slow
        ran = shop_project.run("plan")
    assert ran.code == 11
    assert "no answer within 1 s (tried 5 times)" in ran.err
    assert "is the shop up?" in ran.err


def test_a_shop_that_recovers_is_asked_again_and_the_retries_are_told(
    proxy: Proxy, shop_project: Project
) -> None:
    failures = [429, 503, 500, 502]

    def shaky(asked: Asked, forward: Forward) -> Answer:
        return Answer(failures.pop(), b'{"detail": "later"}') if failures else forward(asked)

    proxy.behave = shaky
    ran = shop_project.run("plan")
    assert (ran.code, failures) == (0, [])
    assert "waiting 0.0 s, attempt 2 of 5" in ran.err
