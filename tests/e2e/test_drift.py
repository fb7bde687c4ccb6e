"""`drift`: what the shop holds otherwise than the files, end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, Project
from tests.e2e.test_main_job import AYSE, JANE, STUDENTS, VIP
from tests.shop import SandboxShop

READING = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def applied_project(shop_project: Project, shop: SandboxShop) -> Project:
    """A group, a setting and the tombstone of another group, all applied."""
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("groups/old.yaml", "name: Old\nstate: absent\n")
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    assert shop_project.run("apply", "--yes").code == 0
    shop.call("DELETE", "/_sandbox/requests/")
    return shop_project


def by_hand(shop: SandboxShop, **fields: Any) -> None:
    path = f"{shop.remote}/customer_group_settings/{shop.settings()['student-discount']['pk']}/"
    shop.call("PATCH", path, json=fields)


def test_a_shop_that_is_as_the_files_say_has_no_drift(applied_project: Project) -> None:
    ran = applied_project.run("drift", "--detailed-exitcode")
    assert ran.code == 0
    assert ran.out.startswith("Drift of test (channel 1): none\n2 as written\n")


def test_all_that_differs_is_told_from_the_shop_to_the_files(
    applied_project: Project, shop: SandboxShop
) -> None:
    by_hand(shop, priority=99)
    shop.make_group("Old")
    shop.make_group("Panel experiment")
    shop.call("DELETE", f"{shop.remote}/customer_groups/{shop.groups()['VIP']['pk']}/")
    ran = applied_project.run("drift")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == (
        "Drift of test (channel 1): 1 missing in the shop, 1 different, "
        "1 in the shop though it must not be, members: 2 missing"
    )
    assert "in the shop → in the files" in lines[2]
    assert "  + group VIP  groups/vip.yaml:1:1" in lines
    assert "  - group Old  groups/old.yaml:2:1" in lines
    assert "      priority  99 → 20" in lines
    assert "  groups: Panel experiment" in lines
    assert not [it for it in lines if it.startswith(("Applying", "Digest"))]


def test_members_that_were_moved_by_hand_are_counted(
    applied_project: Project, shop: SandboxShop
) -> None:
    pks = {it["email"].lower(): it["pk"] for it in shop.customers()}
    path = f"{shop.remote}/customer_groups/{shop.groups()['VIP']['pk']}/customers"
    shop.call("POST", f"{path}/bulk_add/", json={"customers": [pks[JANE]]})
    shop.call("POST", f"{path}/bulk_remove/", json={"customers": [pks[AYSE]]})
    ran = applied_project.run("drift")
    assert ran.out.startswith("Drift of test (channel 1): 1 different, members: 1 missing, 1 too m")
    assert "@" not in ran.out.replace("***@", "")


@pytest.mark.parametrize(("option", "code"), [([], 0), (["--detailed-exitcode"], 2)])
def test_drift_is_an_exit_code_when_asked_for(
    applied_project: Project, shop: SandboxShop, option: list[str], code: int
) -> None:
    by_hand(shop, priority=99)
    assert applied_project.run("drift", *option).code == code


def test_what_would_be_guarded_is_told_like_all_else(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("Big", [it["pk"] for it in shop.customers()[:12]])
    shop_project.write("groups/big.yaml", "name: Big\nstate: absent\n")
    assert shop_project.run("plan", "--format", "json").data["guards"] != []
    assert shop_project.run("drift", "--format", "json").data["guards"] == []
    assert "refused" not in shop_project.run("drift").out


def test_what_was_renamed_in_the_panel_is_told_like_all_else(
    applied_project: Project, shop: SandboxShop
) -> None:
    applied_project.write("cg-sync.yaml", PROJECT + "ownership: {settings: all}\n")
    by_hand(shop, slug="students")
    assert applied_project.run("plan").code == 3
    ran = applied_project.run("drift", "--detailed-exitcode")
    assert ran.code == 2, ran.err
    assert "1 missing in the shop, 1 in the shop though it must not be" in ran.out
    assert "looks like a rename" in ran.out


def test_drift_as_json_is_a_plan_with_its_view(applied_project: Project, shop: SandboxShop) -> None:
    by_hand(shop, priority=99)
    data = applied_project.run("drift", "--format", "json").data
    plan = applied_project.run("plan", "--format", "json").data
    for it in (data, plan):
        del it["forecast"]["seconds"], it["forecast"]["pace"]  # As fast as the shop was.
    assert data == {**plan, "view": "drift"}
    assert data["changes"][0]["fields"]["priority"]["old"] == 99


def test_nothing_is_written_to_the_shop(applied_project: Project, shop: SandboxShop) -> None:
    by_hand(shop, priority=99)
    shop.call("DELETE", "/_sandbox/requests/")
    assert applied_project.run("drift").code == 0
    assert {verb for verb, path, _ in shop.seen() if "_sandbox" not in path} <= READING
    assert shop.settings()["student-discount"]["priority"] == 99


def test_the_result_goes_to_a_file_when_asked_for(
    applied_project: Project, shop: SandboxShop, tmp_path: Path
) -> None:
    by_hand(shop, priority=99)
    printed = applied_project.run("drift").out
    ran = applied_project.run("drift", "-o", "drift.txt", "--result-file", "result.json")
    assert (ran.code, ran.out) == (0, "")
    assert (tmp_path / "drift.txt").read_text() == printed
    result = json.loads((tmp_path / "result.json").read_text())
    assert (result["outcome"], result["drifted"]) == ("done", True)
    assert result["summary"]["update"] == 1


def test_errors_in_the_files_end_it_before_the_shop_is_asked(
    applied_project: Project, shop: SandboxShop
) -> None:
    applied_project.write("groups/broken.yaml", "nmae: x\n")
    ran = applied_project.run("drift")
    assert (ran.code, ran.out) == (3, "")
    assert [it for it in shop.seen() if "_sandbox" not in it[1]] == []
