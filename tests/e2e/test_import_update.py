"""`import --update`: what was changed in the shop comes into the files, and nothing else does."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Project, Ran
from tests.shop import SandboxShop

SETTING = """\
# yaml-language-server: $schema=../schemas/setting.schema.json
name: 'Student Discount'   # as marketing says

slug: student
priority: 20                # lower wins
starts_at: 2026-09-01       # school begins
rule:
  # who has a school address
  match:
    - email: {domain_under: [edu.tr, k12.tr], why: "schools"}   # Turkish ones
    - city:
        in:
        - Bursa   # since 2025
        - 'Ankara'
        missing: keep
    # and nobody who left
    - is_active: true
display:
  price_list: student-tr    # agreed with finance
"""


def put(project: Project, name: str, text: str) -> Path:
    """A file as it is, whatever its line ends."""
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def patch_setting(shop: SandboxShop, slug: str, **fields: Any) -> None:
    """Change a setting by hand, as in the panel."""
    pk = shop.settings()[slug]["pk"]
    shop.call("PATCH", f"{shop.remote}/customer_group_settings/{pk}/", json=fields)


def change_members(shop: SandboxShop, group: str, verb: str, *pks: int) -> None:
    """Put customers into a group by hand (`bulk_add`), or take them out (`bulk_remove`)."""
    pk = shop.groups()[group]["pk"]
    path = f"{shop.remote}/customer_groups/{pk}/customers/{verb}/"
    shop.call("POST", path, json={"customers": list(pks)})


def applied(project: Project) -> None:
    """The shop is as the files say."""
    ran = project.run("apply", "--yes")
    assert ran.code == 0, ran.out + ran.err


def assert_planned_empty(project: Project) -> None:
    ran = project.run("plan", "--detailed-exitcode", "--format", "json")
    assert ran.code == 0, ran.out + ran.err
    assert ran.data["changes"] == []


def updated(project: Project, *arguments: str) -> Ran:
    ran = project.run("import", "--update", *arguments)
    assert ran.code == 0, ran.out + ran.err
    return ran


def test_changed_fields_are_patched_in_place_and_the_next_plan_is_empty(
    shop_project: Project, shop: SandboxShop
) -> None:
    path = put(shop_project, "settings/student.yaml", SETTING)
    applied(shop_project)
    rule = shop.settings()["student"]["config"]
    for leaf in rule["children"]:
        if "domains" in leaf:
            leaf["domains"] = ["ac.uk", "edu.tr"]
        if leaf.get("key") == "attributes.city":
            leaf["values"] = ["Bursa", "İzmir"]
    patch_setting(
        shop, "student", name="It's for students", priority=15, is_active=False, price_list=5,
        stock_list=2, start_date="2026-10-01T00:00:00+03:00",
        end_date="2027-07-01T09:30:00+03:00", config=rule,
    )  # fmt: skip
    ran = updated(shop_project)
    assert_planned_empty(shop_project)
    assert path.read_bytes().decode() == (
        SETTING.replace("'Student Discount'", "'It''s for students'")
        .replace("priority: 20                # lower wins\n",
                 "priority: 15                # lower wins\nactive: false\n")
        .replace("starts_at: 2026-09-01       # school begins\n",
                 "starts_at: 2026-10-01       # school begins\n"
                 "ends_at: 2027-07-01T09:30:00+03:00\n")
        .replace("[edu.tr, k12.tr]", "[edu.tr, ac.uk]")
        .replace("        - 'Ankara'\n", "        - İzmir\n")
        .replace("  price_list: student-tr    # agreed", "  price_list: staff    # agreed")
        + "  stock_list: online\n"
    )  # fmt: skip
    assert ran.out.startswith("diff --git a/settings/student.yaml b/settings/student.yaml\n")
    assert "-priority: 20                # lower wins\n+priority: 15 " in ran.out
    assert "1 file changed; 0 resources are as their files say, 0 left alone" in ran.err


def test_fields_that_are_default_in_the_shop_go_with_the_comment_behind_them(
    shop_project: Project, shop: SandboxShop
) -> None:
    text = SETTING.replace("starts_at", "active: false  # for now\n# school\nstarts_at")
    path = put(shop_project, "settings/student.yaml", text)
    applied(shop_project)
    patch_setting(shop, "student", is_active=True, start_date=None, price_list=None)
    updated(shop_project)
    assert_planned_empty(shop_project)
    assert path.read_bytes().decode() == text.replace("active: false  # for now\n", "").replace(
        "starts_at: 2026-09-01       # school begins\n", ""
    ).replace("display:\n  price_list: student-tr    # agreed with finance\n", "")


def test_what_is_equal_in_other_words_stays_as_it_is(
    shop_project: Project, shop: SandboxShop
) -> None:
    text = SETTING.replace(
        "starts_at: 2026-09-01 ", "active: true\nstarts_at: 2026-08-31T21:00Z"
    ).replace("  price_list", "  stock_list: null\n  price_list")
    path = put(shop_project, "settings/student.yaml", text)
    applied(shop_project)
    patch_setting(shop, "student", priority=7)
    updated(shop_project)
    assert path.read_bytes().decode() == text.replace("priority: 20", "priority: 7")
    assert updated(shop_project).out == ""


@pytest.mark.parametrize(
    ("written", "live", "said"),
    [
        ("2026-09-01", "2026-09-02T00:00:00+03:00", "2026-09-02"),
        ("2026-09-01", "2026-09-02T08:00:00+03:00", "2026-09-02T08:00"),
        ("2026-09-01T09:00", "2026-09-02T00:00:00+03:00", "2026-09-02T00:00"),
        ("2026-09-01 09:00:30", "2026-09-02T08:00:00+03:00", "2026-09-02 08:00:00"),
        ("2026-09-01T09:00Z", "2026-09-02T08:00:00+03:00", "2026-09-02T05:00Z"),
        ("2026-09-01T09:00+01:00", "2026-09-02T08:00:00+03:00", "2026-09-02T08:00+03:00"),
        ('"2026-09-01"', "2026-09-02T00:00:00+03:00", '"2026-09-02"'),
    ],
)
def test_moments_keep_the_style_of_the_file(
    shop_project: Project, shop: SandboxShop, written: str, live: str, said: str
) -> None:
    text = SETTING.replace("2026-09-01 ", f"{written} ")
    path = put(shop_project, "settings/student.yaml", text)
    applied(shop_project)
    patch_setting(shop, "student", start_date=live)
    updated(shop_project)
    assert path.read_text() == SETTING.replace("2026-09-01 ", f"{said} ")
    assert_planned_empty(shop_project)
