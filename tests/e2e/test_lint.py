"""Findings about rules on the command line: shown, counted, allowed."""

from __future__ import annotations

import pytest

from tests.conftest import ATTRIBUTES, PROJECT, Project

SETTING = """
name: Students
slug: students
priority: 1
rule:
  match:
    - email: {domain_under: [com.tr]}
    - city: {starts_with: A}
"""


def warned(project: Project) -> list[str]:
    """The codes and lines of all problems that `validate` shows."""
    data = project.run("validate", "--format", "json").data
    return [f"{it['where']['file']}:{it['where']['line']} {it['code']}" for it in data["problems"]]


def test_findings_are_warnings_with_their_place_and_do_not_fail(project: Project) -> None:
    project.write("settings/students.yaml", SETTING)
    ran = project.run("validate")
    assert (ran.code, ran.out) == (0, "valid: 0 groups, 1 setting\n")
    assert ran.err.splitlines() == [
        "2 warnings",
        "  settings/students.yaml:6:7: rule.match[0].email: anybody can type in an address of that "
        "domain, and no line asks for proof CG-E04",
        "      add `email_verified: true` beside it",
        "  settings/students.yaml:6:30: rule.match[0].email.domain_under[0]: com.tr is a public "
        "suffix, and anybody can register a name below it CG-E02",
        "      name the domains that are meant",
    ]


def test_plan_says_nothing_of_them(shop_project: Project) -> None:
    shop_project.write("settings/students.yaml", SETTING)
    ran = shop_project.run("plan")
    assert (ran.code, "CG-E0" in ran.out + ran.err) == (0, False)


def test_a_finding_that_is_allowed_is_not_shown(project: Project) -> None:
    above = "    # cg: allow CG-E02, CG-E04 because the shop checks it\n    - email:"
    project.write("settings/students.yaml", SETTING.replace("    - email:", above))
    assert warned(project) == []
    beside = SETTING.replace("[com.tr]}", "[com.tr]}  # cg: allow CG-E02 because we trust them")
    project.write("settings/students.yaml", beside)
    assert warned(project) == ["settings/students.yaml:6 CG-E04"]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("allow CG-E03 because x", "CG-E03 is allowed here, and is not found on line 7"),
        ("allow CG-E02 because x", "CG-E02 is allowed here, and is not found on line 7"),
        ("allow CG-E02", "the allowance gives no reason"),
        ("allow CG-F12 because x", "CG-F12: cannot be allowed, only mended"),
    ],
)
def test_an_allowance_that_allows_nothing_is_an_error(
    project: Project, comment: str, message: str
) -> None:
    line = "    - city: {starts_with: A}"
    project.write("settings/students.yaml", SETTING.replace(line, f"{line}  # cg: {comment}"))
    ran = project.run("validate")
    assert ran.code == 3
    assert f"  settings/students.yaml:7:31: {message} CG-F28" in ran.err


def test_while_a_file_has_errors_no_allowance_is_called_unused(project: Project) -> None:
    allowed = SETTING.replace("[com.tr]}", "[com.tr]}  # cg: allow CG-E02, CG-E04 because x")
    project.write("settings/students.yaml", allowed + "colour: red\n")
    assert warned(project) == ["settings/students.yaml:8 CG-F05"]


def test_infos_are_counted_and_not_shown(project: Project) -> None:
    more = "  birthdate: {type: date, path: date_of_birth}\n"
    project.write("attributes.yaml", ATTRIBUTES + more)
    rule = "rule:\n  match:\n    - birthdate: {older_than: 18y}\n"
    project.write("settings/adults.yaml", f"name: A\nslug: adults\npriority: 1\n{rule}")
    ran = project.run("validate")
    assert (ran.code, ran.err) == (0, "2 infos: `cg-sync analyse` shows them\n")
    assert project.run("validate", "--format", "json").data == {
        "valid": True, "groups": 0, "settings": 1, "infos": 2, "problems": [],
    }  # fmt: skip
    allowed = rule.replace("18y}", "18y}  # cg: allow CG-N02, CG-T01 because adults")
    project.write("settings/adults.yaml", f"name: A\nslug: adults\npriority: 1\n{allowed}")
    assert project.run("validate").err == ""
    allowed = allowed.replace(", CG-T01", "")
    project.write("settings/adults.yaml", f"name: A\nslug: adults\npriority: 1\n{allowed}")
    assert project.run("validate").err == "1 info: `cg-sync analyse` shows them\n"


def test_lists_and_shared_conditions_are_looked_at_in_their_own_files(project: Project) -> None:
    project.write("lists/schools.yaml", "review_by: 2020-01-01\nvalues:\n  - edu.tr\n  - com.tr\n")
    project.write("lists/unused.yaml", "values: [com.tr]\n")
    project.write(
        "conditions/school.yaml",
        "condition:\n  - email_verified: true\n  - email: {domain_under: {list: schools}}\n"
        "  - email: {domain_is: [net.tr]}\n",
    )
    rule = "rule: {match: {use: school}}\nends_at: 2020-01-01\n"
    project.write("settings/students.yaml", f"name: S\nslug: students\npriority: 1\n{rule}")
    assert warned(project) == [
        "conditions/school.yaml:4 CG-E02",
        "lists/schools.yaml:1 CG-T02",
        "lists/schools.yaml:4 CG-E02",
        "settings/students.yaml:5 CG-T02",
    ]


def test_addresses_in_git_are_errors_where_the_project_forbids_them(project: Project) -> None:
    project.write("members/vip.txt", "# people\nayse@example.com\n")
    project.write(
        "groups/vip.yaml",
        "name: VIP\nmembers:\n  customers:\n    - {pk: 1}\n    - mehmet@example.com\n"
        "  files: [../members/vip.txt]\n",
    )
    assert warned(project) == []
    project.write("cg-sync.yaml", PROJECT + "privacy: {emails_in_git: forbid}\n")
    assert warned(project) == ["groups/vip.yaml:5 CG-S01", "members/vip.txt:2 CG-S01"]
    ran = project.run("plan")
    assert (ran.code, "CG-S01" in ran.err, "mehmet" in ran.err) == (3, True, False)


def test_verifies_names_the_address_that_a_boolean_verifies(project: Project) -> None:
    wrong = ATTRIBUTES.replace("extra_field.email_verified}", "x, verifies: mail}")
    project.write("attributes.yaml", wrong.replace("path: is_active", "path: a, verifies: email"))
    assert project.run("validate").code == 3
    ran = project.run("validate")
    assert "email_verified: mail is no attribute of type email CG-F06" in ran.err
    assert "write `verifies: email`" in ran.err
    project.write("attributes.yaml", ATTRIBUTES.replace("city}", "city, verifies: email}"))
    ran = project.run("validate")
    assert "city: only a boolean verifies, and this is of type string CG-F06" in ran.err
