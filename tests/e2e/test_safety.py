"""What keeps a wrong apply from happening: other plans, moved shops, doubtful members, rivals."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import click
import pytest

from tests.builders import allowing
from tests.conftest import PROJECT, Project
from tests.e2e.proxy import Answer, Asked, Forward, Proxy
from tests.e2e.test_endings import result_of
from tests.e2e.test_main_job import STUDENTS, VIP
from tests.shop import SandboxShop

pytestmark = pytest.mark.usefixtures("no_waiting")


# --- only the plan that was meant


def test_apply_with_the_digest_of_its_plan_goes_on(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    digest = shop_project.run("plan", "--format", "json").data["digest"]
    assert shop_project.run("apply", "--yes", "--digest", digest).code == 0
    assert list(shop.groups()) == ["VIP"]


@pytest.mark.parametrize("digest", ["0" * 12, "short", ""])
def test_apply_with_another_digest_writes_nothing(
    shop_project: Project, shop: SandboxShop, digest: str
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    ran = shop_project.run("apply", "--yes", "--digest", digest)
    assert (ran.code, shop.groups()) == (5, {})
    assert "the plan is not the one that was asked for" in ran.err


def test_a_shop_that_moves_while_a_person_decides_is_not_written_to(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = shop.make_setting("student-discount", priority=1)
    shop_project.write("settings/student-discount.yaml", STUDENTS)

    def think(_question: str, **_options: object) -> bool:
        path = f"{shop.remote}/customer_group_settings/{pk}/"
        shop.call("PATCH", path, json={"name": "Changed in the panel"})
        return True

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", think)
    ran = shop_project.run("apply")
    assert ran.code == 5, ran.err
    assert "the shop moved while you were asked" in ran.err
    setting = shop.settings()["student-discount"]
    assert (setting["name"], setting["priority"]) == ("Changed in the panel", 1)


@pytest.mark.parametrize(
    "text",
    ["foo@0123456789ab@2026-11-30", "max_delete_share", "max_delete_share@12", "", "@",
     "max_delete_share@0123456789ab", "max_delete_share@0123456789ab@DATE"],
)  # fmt: skip
def test_an_allowance_that_can_allow_nothing_is_wrong_usage(project: Project, text: str) -> None:
    assert project.run("apply", "--yes", "--allow", text).code == 64


def test_an_allowance_for_another_plan_says_so(shop_project: Project, shop: SandboxShop) -> None:
    shop.make_group("Big", [it["pk"] for it in shop.customers()[:12]])
    shop_project.write("groups/big.yaml", "name: Big\nstate: absent\n")
    other = allowing("max_member_removal_share", "0123456789ab")
    ran = shop_project.run("apply", "--yes", "--allow", other)
    assert (ran.code, list(shop.groups())) == (4, ["Big"])
    assert "what was allowed is another plan" in ran.err


def test_deleting_a_big_group_must_be_allowed(shop_project: Project, shop: SandboxShop) -> None:
    shop.make_group("Big", [it["pk"] for it in shop.customers()[:12]])
    shop_project.write("groups/big.yaml", "name: Big\nstate: absent\n")
    refused = shop_project.run("apply", "--yes")
    assert (refused.code, list(shop.groups())) == (4, ["Big"])
    assert "12 of 12 members of Big (100%) would go" in refused.out
    digest = shop_project.run("plan", "--format", "json").data["digest"]
    allow = allowing("max_member_removal_share", digest)
    ran = shop_project.run("apply", "--yes", "--allow", allow)
    assert (ran.code, shop.groups()) == (0, {})
    assert "max_member_removal_share is allowed for this plan until the end of " in ran.out


def test_an_allowance_that_has_ended_is_refused_and_says_since_when(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("Big", [it["pk"] for it in shop.customers()[:12]])
    shop_project.write("groups/big.yaml", "name: Big\nstate: absent\n")
    digest = shop_project.run("plan", "--format", "json").data["digest"][:12]
    ran = shop_project.run(
        "apply", "--yes", "--allow", f"max_member_removal_share@{digest}@2026-01-31"
    )
    assert (ran.code, list(shop.groups())) == (4, ["Big"])
    assert "days ago, at the end of 2026-01-31 (UTC)" in ran.err
    assert f"cg-sync apply --allow {allowing('max_member_removal_share', digest)}" in ran.err


def test_a_file_of_allowances_and_the_group_s_own_file_let_it_pass(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("Big", [it["pk"] for it in shop.customers()[:12]])
    tombstone = "name: Big\nstate: absent\n"
    shop_project.write("groups/big.yaml", tombstone)
    digest = shop_project.run("plan", "--format", "json").data["digest"][:12]
    rule, _, until = allowing("max_member_removal_share", digest).split("@")
    shop_project.write(
        "allowed.yaml",
        f'- {{guard: {rule}, digest: "{digest}", until: {until}, by: ayse, reason: it is over}}\n',
    )
    ran = shop_project.run("apply", "--yes", "--allowances", "allowed.yaml")
    assert (ran.code, shop.groups()) == (0, {})
    assert "by ayse: it is over" in ran.out
    shop.make_group("Big", [it["pk"] for it in shop.customers()[:12]])
    shop_project.write(
        "groups/big.yaml", f"{tombstone}guards: {{max_member_removal_share: 100%}}\n"
    )
    assert (shop_project.run("apply", "--yes").code, shop.groups()) == (0, {})


def test_a_policy_holds_for_apply_however_it_is_asked(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("Big", [it["pk"] for it in shop.customers()[:12]])
    shop_project.write("groups/big.yaml", "name: Big\nstate: absent\n")
    policy = "policy: {plan: saved, max_age: 1h, guards: {max_member_removal_share: 50%}}\n"
    shop_project.write("cg-sync.yaml", PROJECT + policy)
    assert shop_project.run("apply", "--yes").code == 64
    digest = shop_project.run("plan", "-o", "plan.json", "--format", "json").data["digest"]
    assert shop_project.run("apply", "plan.json", "--yes", "--max-age", "2h").code == 64
    allow = allowing("max_member_removal_share", digest)
    ran = shop_project.run("apply", "plan.json", "--yes", "--allow", allow)
    assert (ran.code, list(shop.groups())) == (4, ["Big"])
    assert "which no allowance changes" in ran.err


# --- an account of what was done


def test_an_apply_that_is_interrupted_tells_what_is_done_and_what_may_be(
    proxy: Proxy, shop_project: Project, shop: SandboxShop, tmp_path: Path
) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    writes = 0

    def interrupting(asked: Asked, forward: Forward) -> Answer:
        nonlocal writes
        writes += asked.is_write
        if writes == 2 and asked.is_write:
            os.kill(os.getpid(), signal.SIGINT)
        return forward(asked)

    proxy.behave = interrupting
    ran = shop_project.run("apply", "--yes", "--result-file", "result.json")
    assert ran.code == 130
    # The write that was under way is finished, and no other begun.
    assert "2 of 3 writes done, 1 not tried" in ran.out
    assert "stopped: Ctrl-C" in ran.out
    assert "finish it: cg-sync resume" in ran.err
    result = result_of(tmp_path / "result.json")
    assert (result["exit_code"], result["apply"]["stopped"]) == (130, "Ctrl-C")
    assert result["apply"]["writes"] == {
        "planned": 3, "done": 2, "failed": 0, "skipped": 0, "not_tried": 1,
    }  # fmt: skip
    assert (len(shop.groups()), len(shop.settings())) == (1, 0)


# --- doubtful members


def test_nobody_is_removed_while_a_phone_number_names_nobody(
    shop_project: Project, shop: SandboxShop
) -> None:
    people = shop.customers()[:3]
    shop.make_group("VIP", [it["pk"] for it in people])
    known = people[0]["phone_number"]
    shop_project.write(
        "groups/vip.yaml",
        f"""
        name: VIP
        members:
          customers:
            - phone_number: "{known[:3]} {known[3:6]}-{known[6:]}"
            - phone_number: "123"
        """,
    )
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, len(shop.members("VIP"))) == (0, 3)
    assert "2 members not removed, since an unknown ERP code or phone number" in ran.out
    assert shop_project.run("plan", "--detailed-exitcode").code == 0


# --- what the shop knows besides


def test_an_active_setting_without_a_file_that_has_the_priority_is_pointed_out(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_setting("panel", priority=20)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    ran = shop_project.run("plan")
    assert ran.code == 0
    assert "priority: 20 is also that of panel, which has no file CG-L11" in ran.out


def test_a_live_record_of_a_file_that_cannot_be_read_stops_the_plan(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_setting("student-discount", priority=1)
    shop_project.write("settings/student-discount.yaml", STUDENTS)

    def odd(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        body = answer.body.replace(b'"is_active":true', b'"is_active":null')
        return Answer(answer.status, body) if "customer_group_settings" in asked.path else answer

    proxy.behave = odd
    ran = shop_project.run("apply", "--yes")
    assert ran.code == 3
    assert "slug: the shop has student-discount, which cannot be read" in ran.err


# --- checking without a shop


def test_validate_needs_no_address_of_a_shop(project: Project) -> None:
    project.write(
        "cg-sync.yaml", PROJECT.replace("${CG_SYNC_SANDBOX_URL:-http://127.0.0.1:9}", "${NO_SUCH}")
    )
    assert project.run("validate", "--env", "test").code == 0


def test_a_variable_that_no_environment_has_is_said_to_belong_in_cg_sync_yaml(
    project: Project,
) -> None:
    project.write("settings/student-discount.yaml", STUDENTS.replace("student-tr", '"${prices}"'))
    ran = project.run("validate")
    assert ran.code == 3
    assert "the variable prices is not set" in ran.err
    assert "write it under `vars:`" in ran.err
