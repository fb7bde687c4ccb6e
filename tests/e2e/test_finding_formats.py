"""Formats of findings on the command line: a document always, and words for people beside it."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from cg_sync.report.formats import FINDING_FORMATS
from tests.conftest import Project
from tests.unit.report.runner import commands_in

WRONG = "name: VIP\nnaem: VIP\n"


@pytest.fixture
def broken(project: Project) -> Project:
    """A project with an error in a file."""
    project.write("groups/vip.yaml", WRONG)
    return project


@pytest.mark.parametrize("command", ["validate", "plan", "analyse", "test"])
def test_errors_in_files_are_findings_on_stdout_and_words_on_stderr(
    broken: Project, command: str
) -> None:
    ran = broken.run(command, "--format", "junit")
    assert ran.code == 3
    assert "groups/vip.yaml:2:1: naem: no such field CG-F05" in ran.err
    (failure,) = ET.fromstring(ran.out).iter("failure")
    assert failure.get("type") == "CG-F05"


@pytest.mark.parametrize("form", FINDING_FORMATS)
def test_a_plan_that_cannot_be_made_is_a_document_all_the_same(broken: Project, form: str) -> None:
    ran = broken.run("plan", "--format", form)
    assert (ran.code, "naem: no such field" in ran.err) == (3, True)
    checked = broken.run("validate", "--format", form)
    if form == "markdown":
        # It takes the place of the plan that there was before.
        assert ran.out.startswith("<!-- cg-sync environment=test channel=1 digest=none -->\n")
        assert "### No plan for test: 1 error\n" in ran.out
        assert ran.out.endswith(checked.out.removeprefix("### 1 error\n"))
    else:
        assert ran.out == checked.out
    assert "CG-F05" in ran.out


@pytest.mark.parametrize("form", ["html", "gitlab-plan"])
def test_formats_that_are_not_for_problems_print_nothing_of_them(
    broken: Project, form: str
) -> None:
    ran = broken.run("plan", "--format", form)
    assert (ran.code, ran.out) == (3, "")
    assert "naem: no such field" in ran.err


def test_json_stays_the_one_document_it_was(broken: Project) -> None:
    ran = broken.run("plan", "--format", "json")
    assert ran.data["problems"][0]["code"] == "CG-F05"
    ran = broken.run("validate", "--format", "json")
    assert (ran.data["valid"], ran.err) == (False, "")


def test_a_valid_project_is_an_empty_document(project: Project) -> None:
    project.write("groups/vip.yaml", "name: VIP\n")
    sarif = project.run("validate", "--format", "sarif")
    assert (sarif.code, json.loads(sarif.out)["runs"][0]["results"]) == (0, [])
    assert project.run("validate", "--format", "codequality").data == []
    assert project.run("validate", "--format", "github").out == ""
    assert "no findings" in project.run("validate", "--format", "junit").out


def test_paths_are_as_seen_from_the_repository_and_not_from_the_project(project: Project) -> None:
    (project.root / ".git").mkdir()
    folder = project.root / "shops" / "tr"
    project.write("shops/tr/groups/vip.yaml", WRONG)
    for name in ("cg-sync.yaml", "attributes.yaml"):
        (project.root / name).rename(folder / name)
    ran = project.run("validate", "--project", str(folder), "--format", "github")
    (found,) = commands_in(ran.out)
    assert found.properties["file"] == "shops/tr/groups/vip.yaml"


def test_what_an_analysis_finds_stands_at_its_lines(project: Project) -> None:
    for slug, priority in (("a", 1), ("b", 2)):
        project.write(
            f"settings/{slug}.yaml",
            f"name: {slug}\nslug: {slug}\npriority: {priority}\nrule:\n  match:\n"
            "    - is_active: true\n",
        )
    ran = project.run("analyse", "--format", "github")
    found = list(commands_in(ran.out))
    assert ran.code == 0
    assert {it.name for it in found} == {"warning"}
    assert {it.properties["file"] for it in found} <= {"settings/a.yaml", "settings/b.yaml"}
    assert any("for example: " in it.data for it in found)


def test_without_a_project_there_is_a_document_too(project: Project) -> None:
    (project.root / "cg-sync.yaml").unlink()
    ran = project.run("plan", "--format", "sarif")
    assert ran.code == 3
    (result,) = json.loads(ran.out)["runs"][0]["results"]
    assert result["ruleId"] == "CG-F17"


@pytest.fixture
def drifted(shop_project: Project) -> Project:
    """A project whose shop holds another priority than its file says."""
    for priority in (25, 20):
        shop_project.write(
            "settings/students.yaml",
            f"name: Students\nslug: students\npriority: {priority}\n"
            "rule:\n  match:\n    - is_active: true\n",
        )
        if priority == 25:
            assert shop_project.run("apply", "--yes").code == 0
    return shop_project


def test_drift_stands_at_the_line_of_the_field(drifted: Project) -> None:
    ran = drifted.run("drift", "--format", "github")
    (found,) = commands_in(ran.out)
    assert found.data.startswith("priority: 25 in the shop, 20 here; apply would put it back")
    place = {name: found.properties[name] for name in ("file", "line")}
    assert place == {"file": "settings/students.yaml", "line": "3"}


def test_a_plan_that_does_what_its_files_say_finds_nothing(drifted: Project) -> None:
    assert drifted.run("plan", "--format", "github").out == ""
    assert drifted.run("plan", "--format", "gitlab-plan").data == {
        "create": 0,
        "update": 1,
        "delete": 0,
    }


@pytest.mark.parametrize("form", [*FINDING_FORMATS, "gitlab-plan"])
def test_a_saved_plan_is_shown_as_it_was_printed(drifted: Project, form: str) -> None:
    for number in range(12):
        drifted.write(f"groups/{number}.yaml", f"name: Group {number}\n")
    assert drifted.run("apply", "--yes").code == 0
    for number in range(12):
        drifted.write(f"groups/{number}.yaml", f"name: Group {number}\nstate: absent\n")
    printed = drifted.run("plan", "-o", "plan.json", "--format", form)
    shown = drifted.run("show", "plan.json", "--format", form)
    assert (printed.code, shown.code) == (0, 0)
    assert shown.out == printed.out
    assert ("CG-G01" in printed.out) == (form != "gitlab-plan")
