"""`import --update`: what was changed in the shop comes into the files, and nothing else does."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from cg_sync.files.environment import escaped
from tests.conftest import Project, Ran
from tests.e2e.test_laws import (
    SLUGS,
    State,
    forget,
    live_settings,
    make_live,
    new_project,
    wanted_settings,
    writes,
)
from tests.shop import SandboxShop
from tests.unit.files.layouts import layouts

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


def patch_setting(shop: SandboxShop, slug: str, /, **fields: Any) -> None:
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
    assert "\n+priority: 15                # lower wins\n" in ran.out
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


# --- rules that share files


def with_list(project: Project) -> Path:
    put(project, "settings/student.yaml", SETTING.replace("[edu.tr, k12.tr]", "{list: schools}"))
    return put(
        project,
        "lists/schools.yaml",
        "owner: marketing\nvalues:\n  - edu.tr    # universities\n  - k12.tr\n",
    )


def give_domains(shop: SandboxShop, *domains: str) -> None:
    rule = shop.settings()["student"]["config"]
    leaf = next(it for it in rule["children"] if "domains" in it)
    leaf["domains"] = list(domains)
    patch_setting(shop, "student", config=rule)


def test_a_value_list_of_one_setting_is_patched_in_its_own_file(
    shop_project: Project, shop: SandboxShop
) -> None:
    path = with_list(shop_project)
    setting = (shop_project.root / "settings/student.yaml").read_bytes()
    applied(shop_project)
    give_domains(shop, "ac.uk", "edu.tr")
    data = updated(shop_project, "--format", "json").data
    assert data["files"] == ["lists/schools.yaml"]
    assert [(it["kind"], it["key"]) for it in data["updated"]] == [
        ("customer_group_setting", "student")
    ]
    assert path.read_text() == (
        "owner: marketing\nvalues:\n  - edu.tr    # universities\n  - ac.uk\n"
    )
    assert (shop_project.root / "settings/student.yaml").read_bytes() == setting
    assert_planned_empty(shop_project)


@pytest.mark.parametrize("by", ["setting", "condition", "invariant"])
def test_a_value_list_that_others_use_is_left_alone(
    shop_project: Project, shop: SandboxShop, by: str
) -> None:
    path = with_list(shop_project)
    test = "{email: {domain_under: {list: schools}}}"
    setting = f"name: O\nslug: other\npriority: 1\nrule: {{match: {test}}}\n"
    other = {
        "setting": ("settings/other.yaml", setting),
        "condition": ("conditions/school.yaml", f"condition: {test}\n"),
        "invariant": (
            "invariants.yaml",
            f"- id: a\n  implies: {{setting: student, then: [{test}]}}\n",
        ),
    }[by]
    put(shop_project, *other)
    assert shop_project.run("validate").code == 0, shop_project.run("validate").err
    applied(shop_project)
    before = {it: it.read_bytes() for it in shop_project.root.rglob("*.yaml")}
    give_domains(shop, "edu.tr")
    patch_setting(shop, "student", priority=15)
    ran = updated(shop_project)
    assert "the change is inside the list schools" in ran.err
    assert f"which {other[0]} uses too CG-L17" in ran.err
    assert {it: it.read_bytes() for it in before} == before
    assert path in before
    assert ran.out == ""


def test_a_change_inside_a_shared_condition_is_left_alone_and_others_are_not(
    shop_project: Project, shop: SandboxShop
) -> None:
    put(shop_project, "conditions/staff.yaml", "condition: {email: {domain_is: [acme.example]}}\n")
    text = (
        "name: S\nslug: s\npriority: 1\nrule:\n  match:\n    - use: staff\n    - is_active: true\n"
    )
    path = put(shop_project, "settings/s.yaml", text)
    applied(shop_project)
    rule = shop.settings()["s"]["config"]
    others = [it for it in rule["children"] if "domains" not in it]
    patch_setting(shop, "s", config=others[0])
    updated(shop_project)
    assert path.read_text() == text.replace("    - use: staff\n", "")
    assert_planned_empty(shop_project)
    path.write_text(text)
    applied(shop_project)
    changed = [
        {**it, "domains": ["b.example"]} if "domains" in it else it for it in rule["children"]
    ]
    patch_setting(shop, "s", config={**rule, "children": changed})
    ran = updated(shop_project)
    assert "settings/s.yaml:4:1: rule: the change is inside the shared condition staff" in ran.err
    assert path.read_text() == text


def test_a_rule_of_another_shape_is_written_anew_below_its_comment(
    shop_project: Project, shop: SandboxShop
) -> None:
    path = put(shop_project, "settings/student.yaml", SETTING)
    applied(shop_project)
    raw = {"slug": "weather-rule", "rain": [1, 2.5]}
    patch_setting(shop, "student", config=raw)
    updated(shop_project)
    head, _, rest = SETTING.partition("  match:\n")
    tail = rest[rest.index("display:") :]
    assert path.read_text() == f"{head}  raw:\n    rain: [1, 2.5]\n    slug: weather-rule\n{tail}"
    assert_planned_empty(shop_project)
    patch_setting(shop, "student", config={**raw, "rain": [1, 3]})
    updated(shop_project)
    assert "    rain: [1, 3]\n" in path.read_text()
    assert_planned_empty(shop_project)


def test_a_value_that_comes_from_a_variable_is_left_alone(
    shop_project: Project, shop: SandboxShop
) -> None:
    config = (shop_project.root / "cg-sync.yaml").read_text()
    put(
        shop_project, "cg-sync.yaml", config.replace("channel: 1}", "channel: 1, vars: {p: staff}}")
    )
    text = SETTING.replace("price_list: student-tr ", 'price_list: "${p}"  ').replace(
        "'Student Discount'", "'Only $${x}'"
    )
    path = put(shop_project, "settings/student.yaml", text)
    applied(shop_project)
    patch_setting(shop, "student", priority=9, name="Now ${y}")
    updated(shop_project)
    assert path.read_text() == text.replace("priority: 20", "priority: 9").replace(
        "Only $${x}", "Now $${y}"
    )
    assert_planned_empty(shop_project)
    patch_setting(shop, "student", price_list=2, priority=8)
    ran = updated(shop_project)
    assert "display.price_list: the value comes from a variable, ${p} CG-L17" in ran.err
    assert path.read_text() == text.replace("priority: 20", "priority: 9").replace(
        "Only $${x}", "Now $${y}"
    )


# --- members

VIP = """name: VIP
members:
  mode: exact       # and nobody else
  customers:
    # the first ones
    - {pk: 1}       # asked for by sales
    - {pk: 2}
    - {pk: 3}
"""


def email_of(shop: SandboxShop, pk: int) -> str:
    return next(str(it["email"]) for it in shop.customers() if it["pk"] == pk)


def test_inline_members_come_and_go_with_their_comments(
    shop_project: Project, shop: SandboxShop
) -> None:
    path = put(shop_project, "groups/vip.yaml", VIP)
    applied(shop_project)
    change_members(shop, "VIP", "bulk_remove", 2)
    change_members(shop, "VIP", "bulk_add", 7, 8)
    ran = updated(shop_project)
    assert path.read_text() == VIP.replace(
        "    - {pk: 2}\n    - {pk: 3}\n", "    - {pk: 3}\n    - {pk: 7}\n    - {pk: 8}\n"
    )
    assert ran.out == "# groups/vip.yaml: members +2 −1\n#   + pk 7, pk 8\n#   - pk 2\n"
    assert_planned_empty(shop_project)
    change_members(shop, "VIP", "bulk_remove", 1, 3, 7, 8)
    updated(shop_project)
    assert "  customers: []\n" in path.read_text()
    assert_planned_empty(shop_project)
    change_members(shop, "VIP", "bulk_add", 5)
    updated(shop_project)
    assert_planned_empty(shop_project)


def test_addresses_are_added_as_the_shop_spells_them_and_never_printed_unasked(
    shop_project: Project, shop: SandboxShop
) -> None:
    text = f"name: VIP\nmembers:\n  customers: [{email_of(shop, 1).upper()}]   # us\n"
    path = put(shop_project, "groups/vip.yaml", text)
    applied(shop_project)
    change_members(shop, "VIP", "bulk_add", 7)
    new = email_of(shop, 7)
    assert new != new.lower()
    dry = updated(shop_project, "--dry-run")
    assert new not in dry.out + dry.err
    assert "***@" in dry.out
    shown = updated(shop_project, "--dry-run", "--show-members")
    assert new in shown.out
    assert path.read_text() == text
    assert new not in (ran := updated(shop_project)).out + ran.err
    assert path.read_text() == text.replace("]", f", {new}]")
    assert_planned_empty(shop_project)


def test_addresses_that_the_project_forbids_are_not_written(
    shop_project: Project, shop: SandboxShop
) -> None:
    config = (shop_project.root / "cg-sync.yaml").read_text()
    put(shop_project, "cg-sync.yaml", config + "privacy: {emails_in_git: forbid}\n")
    put(shop_project, "members/vip.csv", "email;pk;note\n;1;first\n")
    text = "name: VIP\nmembers: {files: [../members/vip.csv]}\n"
    put(shop_project, "groups/vip.yaml", text)
    applied(shop_project)
    change_members(shop, "VIP", "bulk_add", 7)
    updated(shop_project)
    assert (shop_project.root / "members/vip.csv").read_text() == ("email;pk;note\n;1;first\n;7;\n")
    assert_planned_empty(shop_project)


def test_who_comes_first_is_named_by_pk_where_addresses_are_forbidden(
    shop_project: Project, shop: SandboxShop
) -> None:
    config = (shop_project.root / "cg-sync.yaml").read_text()
    put(shop_project, "cg-sync.yaml", config + "privacy: {emails_in_git: forbid}\n")
    path = put(shop_project, "groups/vip.yaml", "name: VIP\nmembers: {customers: []}\n")
    applied(shop_project)
    change_members(shop, "VIP", "bulk_add", 7)
    updated(shop_project)
    assert path.read_text() == "name: VIP\nmembers: {customers: [{pk: 7}]}\n"
    assert_planned_empty(shop_project)


def test_lists_keep_header_columns_line_ends_and_mark(
    shop_project: Project, shop: SandboxShop
) -> None:
    one, two, three = (email_of(shop, it) for it in (1, 2, 3))
    csv = f'\ufeffName;E-mail;email\r\n"A; b\r\nc";x;{one}\r\nB;y;{two}\r\n'
    path = put(shop_project, "members/vip.csv", csv)
    txt = put(shop_project, "members/press.txt", f"# press\n{three}  # until May\n")
    text = "name: VIP\nmembers:\n  files: [../members/press.txt, ../members/vip.csv]\n"
    group = put(shop_project, "groups/vip.yaml", text)
    applied(shop_project)
    change_members(shop, "VIP", "bulk_remove", 1, 3)
    change_members(shop, "VIP", "bulk_add", 7)
    updated(shop_project)
    assert path.read_bytes().decode() == (
        f"\ufeffName;E-mail;email\r\nB;y;{two}\r\n;;{email_of(shop, 7)}\r\n"
    )
    assert txt.read_bytes() == b"# press\n"
    assert group.read_text() == text
    assert_planned_empty(shop_project)


def test_a_list_of_two_groups_is_left_alone_when_somebody_left(
    shop_project: Project, shop: SandboxShop
) -> None:
    both = put(shop_project, "members/both.txt", f"{email_of(shop, 1)}\n{email_of(shop, 2)}\n")
    for name in ("a", "b"):
        put(
            shop_project,
            f"groups/{name}.yaml",
            f"name: {name}\nmembers: {{files: [../members/both.txt]}}\n",
        )
    applied(shop_project)
    before = both.read_bytes()
    change_members(shop, "a", "bulk_remove", 1)
    change_members(shop, "b", "bulk_add", 3)
    ran = updated(shop_project)
    assert (
        "the list both.txt holds customers who left, and is also that of groups/b.yaml" in ran.err
    )
    assert both.read_bytes() == before
    assert email_of(shop, 3) in (shop_project.root / "groups/b.yaml").read_text()


def test_with_at_least_only_those_who_left_are_taken_out(
    shop_project: Project, shop: SandboxShop
) -> None:
    path = put(shop_project, "groups/vip.yaml", VIP.replace("exact  ", "at_least"))
    applied(shop_project)
    change_members(shop, "VIP", "bulk_remove", 1)
    change_members(shop, "VIP", "bulk_add", 7)
    updated(shop_project)
    assert path.read_text() == VIP.replace("exact  ", "at_least").replace(
        "    - {pk: 1}       # asked for by sales\n", ""
    )
    assert_planned_empty(shop_project)


def test_nobody_is_added_while_a_key_that_names_nobody_may_mean_them(
    shop_project: Project, shop: SandboxShop
) -> None:
    path = put(shop_project, "groups/vip.yaml", VIP + "    - {erp_code: NOBODY}\n")
    applied(shop_project)
    change_members(shop, "VIP", "bulk_add", 7)
    ran = updated(shop_project)
    assert "members: 1 member of the shop is not named here" in ran.err
    assert path.read_text() == VIP + "    - {erp_code: NOBODY}\n"


def test_members_can_be_left_as_they_are(shop_project: Project, shop: SandboxShop) -> None:
    path = put(shop_project, "groups/vip.yaml", VIP)
    applied(shop_project)
    change_members(shop, "VIP", "bulk_add", 7)
    assert updated(shop_project, "--no-members").out == ""
    assert path.read_text() == VIP


# --- what is left alone, and the rest


def test_what_the_shop_has_lost_or_renamed_keeps_its_file(
    shop_project: Project, shop: SandboxShop
) -> None:
    put(shop_project, "groups/vip.yaml", VIP)
    put(shop_project, "groups/gone.yaml", "name: Gone\n")
    put(shop_project, "groups/old.yaml", "name: Old\nstate: absent\n")
    put(shop_project, "settings/student.yaml", SETTING)
    applied(shop_project)
    before = {it: it.read_bytes() for it in shop_project.root.rglob("*.yaml")}
    shop.make_group("Old")
    groups = shop.groups()
    shop.call("DELETE", f"{shop.remote}/customer_groups/{groups['Gone']['pk']}/")
    shop.call(
        "PATCH", f"{shop.remote}/customer_groups/{groups['VIP']['pk']}/", json={"name": "Gold"}
    )
    patch_setting(shop, "student", slug="pupil")
    data = updated(shop_project, "--format", "json").data
    assert (data["files"], data["updated"], data["patch"]) == ([], [], "")
    said = {it["where"]["file"]: (it["message"], it["hint"]) for it in data["problems"]}
    assert {file: message for file, (message, _) in said.items()} == {
        "groups/vip.yaml": "name: the shop has no such group",
        "groups/gone.yaml": "name: the shop has no such group",
        "groups/old.yaml": "state: absent here, and the shop has it",
        "settings/student.yaml": "slug: the shop has no such setting",
    }
    assert said["groups/vip.yaml"][1].startswith("Gold in the shop is just like it")
    assert said["settings/student.yaml"][1].startswith("pupil in the shop is just like it")
    assert "state: absent" in said["groups/gone.yaml"][1]
    assert {it: it.read_bytes() for it in before} == before


def test_a_rename_in_the_files_is_not_taken_back(shop_project: Project, shop: SandboxShop) -> None:
    shop.make_group("Gold", [1])
    path = put(shop_project, "groups/vip.yaml", "name: VIP\nrenamed_from: [Gold]\n")
    ran = updated(shop_project)
    assert "name: the group is still called Gold in the shop" in ran.err
    assert path.read_text() == "name: VIP\nrenamed_from: [Gold]\n"


def two_settings(project: Project) -> None:
    for number, slug in enumerate(("a", "b"), 1):
        head = f"name: {slug}\nslug: {slug}\npriority: {number}\n"
        put(project, f"settings/{slug}.yaml", f"{head}rule: {{match: everyone}}\n")


def test_priorities_that_were_swapped_are_updated_together(
    shop_project: Project, shop: SandboxShop
) -> None:
    two_settings(shop_project)
    applied(shop_project)
    patch_setting(shop, "a", priority=2)
    patch_setting(shop, "b", priority=1)
    updated(shop_project)
    assert_planned_empty(shop_project)


def test_an_update_that_would_break_the_project_is_refused_for_those_files_alone(
    shop_project: Project, shop: SandboxShop
) -> None:
    two_settings(shop_project)
    put(shop_project, "settings/student.yaml", SETTING)
    applied(shop_project)
    patch_setting(shop, "a", priority=2)
    patch_setting(shop, "student", priority=3)
    ran = updated(shop_project)
    assert "settings/a.yaml:1:1: priority: 2 is also that of a" in ran.err
    assert "priority: 1\n" in (shop_project.root / "settings/a.yaml").read_text()
    assert "priority: 3 " in (shop_project.root / "settings/student.yaml").read_text()
    assert shop_project.run("validate").code == 0


def test_a_live_setting_that_no_file_can_say_is_left_alone(
    shop_project: Project, shop: SandboxShop
) -> None:
    path = put(shop_project, "settings/student.yaml", SETTING)
    applied(shop_project)
    patch_setting(shop, "student", price_list=7)
    ran = updated(shop_project)
    assert "display.price_list" in ran.err
    assert path.read_text() == SETTING


def test_only_what_is_chosen_is_updated(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_settings(shop_project)
    put(shop_project, "groups/vip.yaml", VIP)
    applied(shop_project)
    for slug in ("a", "b"):
        patch_setting(shop, slug, name="new")
    change_members(shop, "VIP", "bulk_add", 7)
    choices = [("settings/a.yaml",), ("b",), ("VIP",), ("--only", "groups")]
    files = [
        updated(shop_project, "--dry-run", "--format", "json", *it).data["files"] for it in choices
    ]
    assert files == [
        ["settings/a.yaml"],
        ["settings/b.yaml"],
        ["groups/vip.yaml"],
        ["groups/vip.yaml"],
    ]
    monkeypatch.chdir(shop_project.root / "settings")
    where = ("--project", str(shop_project.root))
    assert updated(shop_project, "a.yaml", "--dry-run", "--format", "json", *where).data[
        "files"
    ] == ["settings/a.yaml"]
    ran = shop_project.run("import", "--update", "VIPP", *where)
    assert (ran.code, "did you mean" in ran.err) == (64, True)


@pytest.mark.parametrize("wrong", [["vip"], ["--show-members"]])
def test_what_belongs_to_an_update_is_refused_without_it(
    shop_project: Project, wrong: list[str]
) -> None:
    ran = shop_project.run("import", *wrong)
    assert (ran.code, "only with --update" in ran.err) == (64, True)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_dry_run_is_a_patch_that_git_takes(
    shop_project: Project, shop: SandboxShop, newline: str
) -> None:
    texts = {
        "settings/student.yaml": SETTING,
        "groups/vip.yaml": VIP.rstrip("\n"),
        "groups/with space ü.yaml": "name: Ü\nmembers:\n  customers: []",
    }
    for name, text in texts.items():
        put(shop_project, name, text.replace("\n", newline))
    applied(shop_project)
    before = {name: (shop_project.root / name).read_bytes() for name in texts}
    patch_setting(shop, "student", priority=3, stock_list=2)
    change_members(shop, "VIP", "bulk_add", 7)
    change_members(shop, "Ü", "bulk_add", 8)
    patch = updated(shop_project, "--dry-run", "--show-members").out
    assert {name: (shop_project.root / name).read_bytes() for name in texts} == before
    run = subprocess.run(
        ["git", "-c", "core.autocrlf=false", "apply", "-"],
        cwd=shop_project.root, input=patch.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr.decode() + patch
    after = {name: (shop_project.root / name).read_bytes() for name in texts}
    assert all(after[name] != before[name] for name in texts)
    assert_planned_empty(shop_project)
    for name, data in before.items():
        (shop_project.root / name).write_bytes(data)
    assert updated(shop_project, "--show-members").out == patch
    assert {name: (shop_project.root / name).read_bytes() for name in texts} == after


def test_an_update_never_writes_to_the_shop(shop_project: Project, shop: SandboxShop) -> None:
    put(shop_project, "settings/student.yaml", SETTING)
    applied(shop_project)
    patch_setting(shop, "student", priority=3)
    shop.call("DELETE", "/_sandbox/requests/")
    updated(shop_project)
    assert {verb for verb, _, _ in shop.seen()} <= {"GET", "OPTIONS"}


# --- the laws

EXAMPLES = max(8, settings().max_examples // 12)


@settings(
    max_examples=EXAMPLES,
    phases=[it for it in Phase if it is not Phase.explain],  # each example is dozens of requests
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_what_is_updated_plans_to_nothing_and_what_is_not_keeps_its_file(
    shop: SandboxShop,
    shop_project: Project,
    capsys: pytest.CaptureFixture[str],
    data: st.DataObject,
) -> None:
    assert shop_project.root.is_dir()  # it puts the token into the environment
    slugs = data.draw(
        st.lists(st.sampled_from(SLUGS), unique_by=str.casefold, min_size=1, max_size=3)
    )
    live = State([], [data.draw(live_settings(it)) for it in slugs])
    make_live(shop, live, [])
    with new_project(shop, capsys) as project:
        before: dict[str, bytes] = {}
        for number, slug in enumerate(slugs):
            content = data.draw(wanted_settings(slug, number))
            written = escaped({**content, "note": "ours"})
            assert isinstance(written, dict)
            before[slug] = data.draw(layouts(written))
            (project.root / "settings").mkdir(exist_ok=True)
            (project.root / f"settings/{slug}.yaml").write_bytes(before[slug])
        where = ("--project", str(project.root))
        assert project.run("validate", *where).code == 0, project.run("validate", *where).err
        forget(shop)
        ran = project.run("import", "--update", "--format", "json", *where)
        assert ran.code == 0, ran.err
        assert writes(shop) == []
        assert project.run("validate", *where).code == 0
        changed = {it["key"] for it in ran.data["updated"]}
        event(f"{len(changed)} of {len(slugs)} updated")
        for slug in slugs:
            now = (project.root / f"settings/{slug}.yaml").read_bytes()
            assert (now != before[slug]) == (slug in changed)
            assert b"ours" in now
        planned = project.run("plan", "--format", "json", *where)
        if planned.code == 0:
            assert changed & {it["key"] for it in planned.data["changes"]} == set()
