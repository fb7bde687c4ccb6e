"""Rule tests as authors run them: offline, in three formats, measured and suggested."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import ATTRIBUTES, Project

MORE = """
  groups: {type: list, path: "@static_groups"}
  orders: {type: integer, path: extra_field.orders}
  last_order_at: {type: datetime, path: extra_field.last_order_at}
"""

STUDENTS = """
name: Students
slug: students
priority: 20
rule:
  match:
    - email: {domain_under: [edu.tr]}
    - email_verified: true
  except:
    - email: {domain_under: [mezun.boun.edu.tr]}
    - groups: {has_any: [Employees]}
display: {price_list: student-tr}
"""

BUYERS = """
name: Buyers
slug: buyers
priority: 10
rule:
  match:
    - orders: {gte: 10}
    - last_order_at: {within_last: 12m}
"""

TESTS = """
version: 1
now: 2026-11-21T10:00
customers:
  ayse: {email: test.ayse@cs.boun.edu.tr, email_verified: true}
  alumna: {extends: ayse, email: test.alumna@mezun.boun.edu.tr}
tests:
  - name: students get student prices
    customer: ayse
    expect: {matches: [students], wins: students, display: {price_list: student-tr}}
  - name: alumni do not
    customer: alumna
    expect: {wins: DEFAULT, students: {result: EXCLUDED, line: "except[0]"}}
  - name: look-alike domains
    customer: ayse
    each: {email: [test@fakeedu.tr, test@edu.tr.evil.example, test@BOUN.EDU.TR, ""]}
    of: students
    expect: [false, false, true, false]
"""


@pytest.fixture
def tested(project: Project) -> Project:
    """A project with two settings and a file of tests that pass."""
    project.write("attributes.yaml", ATTRIBUTES.rstrip() + MORE)
    project.write("settings/students.yaml", STUDENTS)
    project.write("settings/buyers.yaml", BUYERS)
    project.write("rule-tests/students.yaml", TESTS)
    return project


def test_tests_that_hold_pass(tested: Project) -> None:
    ran = tested.run("test")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "✓ rule-tests/students.yaml: 6 cases\npassed: 6 cases in 1 file\n"


def test_a_test_that_does_not_hold_says_where_what_and_why(tested: Project) -> None:
    tested.write(
        "settings/students.yaml", STUDENTS.replace("domain_under: [edu", "domain_is: [edu")
    )
    ran = tested.run("test")
    assert ran.code == 3
    assert "✗ rule-tests/students.yaml: 3 of 6 cases failed\n" in ran.out
    assert "  rule-tests/students.yaml:7:5: students get student prices\n" in ran.out
    assert "    expected the customer gets students\n" in ran.out
    assert "    found    DEFAULT; students: NO_MATCH(match[0])\n" in ran.out
    assert "        ✗ e-mail domain is edu.tr  " in ran.out
    assert "    customer ayse, email: test@BOUN.EDU.TR\n" in ran.out
    assert ran.out.endswith("failed: 3 of 6 cases in 1 file\n")


def test_everything_that_is_wrong_in_any_file_is_said_at_once(tested: Project) -> None:
    tested.write(
        "rule-tests/typos.yaml",
        """
        version: 1
        customers:
          real: {email: ayse.demir@example.com, emial: x}
        tests:
          - name: a
            customer: reel
            expect: {wins: student}
          - name: b
            expct: {wins: students}
        """,
    )
    tested.write(
        "rule-tests/more.yaml", "version: 1\ntests:\n  - {name: c, expect: {buyers: true}}\n"
    )
    tested.write("rule-tests/broken.yaml", "version: [\n")
    ran = tested.run("test")
    assert (ran.code, ran.out) == (3, "")
    said = [it.strip() for it in ran.err.splitlines()]
    assert (
        "rule-tests/more.yaml:3:5: c: there is no `now:`, and buyers changes with time CG-F27"
        in said
    )
    assert "rule-tests/typos.yaml:9:5: tests[1].expct: no such field CG-F05" in said
    assert any(it.startswith("rule-tests/broken.yaml:") for it in said)
    assert "rule-tests/typos.yaml:3:17: email: an address that may be somebody's CG-S02" in said
    assert "rule-tests/typos.yaml:3:41: emial: no such attribute CG-F21" in said
    assert "rule-tests/typos.yaml:6:15: reel: no such customer CG-F26" in said
    assert "did you mean real?" in said
    assert "rule-tests/typos.yaml:7:20: student: no such setting CG-F26" in said
    assert "demir" not in ran.err


def test_a_person_is_pointed_out_wherever_the_file_is_wrong(tested: Project) -> None:
    tested.write(
        "rule-tests/typos.yaml",
        """
        version: 1
        nwo: 2026-11-21
        cstomers: {a: {email: ayse.demir@example.com}}
        customers:
          a: {email: ayse.demir@example.com, city: {name: x}}
          b: {extends: a, groups: [Employes]}
        tests:
          - {name: of ayse, custmer: {email: ayse.demir@example.com}, expect: {buyers: true}}
          - {name: c, customer: a, expect: {buyers: true}}
          - name: d
            customer: b
            each: {city: [ayse.demir@example.com, []]}
            expect: {wins: student}
        """,
    )
    ran = tested.run("test")
    places = [it.split()[0] for it in ran.err.splitlines() if it.endswith("CG-S02")]
    assert places == [f"rule-tests/typos.yaml:{it}:" for it in ("3:23", "5:14", "8:38", "12:19")]
    assert "rule-tests/typos.yaml:6:28: Employes: no file and no rule" in ran.err
    assert "rule-tests/typos.yaml:13:20: student: no such setting CG-F26" in ran.err
    assert "CG-F27" not in ran.err
    assert "demir" not in ran.err


def test_errors_in_the_settings_come_first(tested: Project) -> None:
    tested.write("settings/buyers.yaml", BUYERS.replace("orders", "ordres"))
    ran = tested.run("test")
    assert (ran.code, ran.out) == (3, "")
    assert "rule.match[0].ordres: no such attribute CG-F21" in ran.err


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def test_without_tests_it_says_so(tested: Project) -> None:
    (tested.root / "rule-tests/students.yaml").unlink()
    for folder in ("empty", "gone"):
        ran = tested.run("test")
        assert (ran.code, ran.out) == (0, "")
        assert ran.err == "no rule tests found in rule-tests/\n"
        if folder == "empty":
            (tested.root / "rule-tests").rmdir()


def test_files_and_folders_can_be_named(tested: Project) -> None:
    one = "version: 1\ntests: [{name: a, expect: {not: [students]}}]\n"
    tested.write("more/deep/b.yaml", one)
    tested.write("more/a.yaml", one)
    tested.write("more/.hidden.yaml", "[")
    ran = tested.run("test", "more", "more/a.yaml", "rule-tests/students.yaml")
    assert [it.split()[1] for it in ran.out.splitlines()[:-1]] == [
        "more/a.yaml:", "more/deep/b.yaml:", "rule-tests/students.yaml:",
    ]  # fmt: skip
    assert ran.out.endswith("passed: 8 cases in 3 files\n")


def test_the_project_may_be_elsewhere(
    tested: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    path = str(tested.root / "rule-tests")
    assert tested.run("test", "--project", str(tested.root)).code == 0
    assert tested.run("test", "--project", str(tested.root), path).code == 0


@pytest.mark.parametrize("name", ["gone.yaml", "cg-sync.txt", ".."])
def test_a_path_that_cannot_be_meant_is_wrong_usage(tested: Project, name: str) -> None:
    tested.write("cg-sync.txt", "")
    ran = tested.run("test", name)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith(f"error: {name}: ")


def test_yaml_that_would_be_ignored_and_links_out_of_the_project_are_errors(
    tested: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.yaml"
    outside.write_text(TESTS)
    (tested.root / "rule-tests/link.yaml").symlink_to(outside)
    tested.write("rule-tests/old.yml", TESTS)
    tested.write("rule-tests/binary.yaml", "version: 1\x00")
    (tested.root / "rule-tests/large.yaml").write_bytes(b" " * 11_000_000)
    ran = tested.run("test")
    assert ran.code == 3
    assert "rule-tests/binary.yaml:1:11: " in ran.err
    assert "rule-tests/large.yaml:1:1: " in ran.err
    assert "rule-tests/link.yaml:1:1: a symbolic link that leaves the project CG-F08" in ran.err
    assert "rule-tests/old.yml:1:1: would be ignored CG-F15" in ran.err


def test_fmt_lays_out_rule_tests_too_and_validate_does_not_mind_them(tested: Project) -> None:
    assert tested.run("validate").code == 0
    path = tested.write("rule-tests/students.yaml", TESTS.replace("wins:", "wins:   "))
    ran = tested.run("fmt")
    assert ran.out == "rule-tests/students.yaml\n"
    assert path.read_text() == TESTS.lstrip("\n")


# ── formats ──────────────────────────────────────────────────────────────────────────────────────


def test_junit_is_one_document_on_stdout(tested: Project) -> None:
    ran = tested.run("test", "--format", "junit", "--coverage")
    root = ET.fromstring(ran.out)
    assert (ran.code, root.get("tests"), root.get("failures")) == (0, "6", "0")
    assert "coverage " in ran.err


def test_json_is_one_document_with_and_without_coverage(tested: Project) -> None:
    data = tested.run("test", "--format", "json").data
    assert (data["cases"], data["failed"], data["coverage"]) == (6, 0, None)
    data = tested.run("test", "--format", "json", "--coverage").data
    assert [it["setting"] for it in data["coverage"]["settings"]] == ["buyers", "students"]
    tested.write("rule-tests/students.yaml", "version: 2\n")
    ran = tested.run("test", "--format", "json")
    assert (ran.code, ran.data["problems"][0]["code"]) == (3, "CG-F06")


def test_the_result_file_has_the_counts(tested: Project) -> None:
    tested.run("test", "--coverage", "--result-file", "result.json")
    result = json.loads(Path("result.json").read_text())
    assert {it: result[it] for it in ("exit_code", "cases", "failed")} == {
        "exit_code": 0, "cases": 6, "failed": 0,
    }  # fmt: skip
    assert 0 < result["coverage"] < 100


# ── coverage and suggestions ─────────────────────────────────────────────────────────────────────


def test_too_little_coverage_fails(tested: Project) -> None:
    ran = tested.run("test", "--fail-under", "30")
    assert (ran.code, ran.err) == (0, "looking for customers the tests have not seen …\n")
    ran = tested.run("test", "--fail-under", "90")
    assert ran.code == 3
    assert "% is below --fail-under 90" in ran.err
    assert tested.run("test", "--fail-under", "101").code == 64


def test_suggestions_that_are_saved_pass_and_leave_nothing_to_suggest(tested: Project) -> None:
    ran = tested.run("test", "--suggest")
    assert (ran.code, "passed: 6 cases" in ran.err) == (0, True)
    tested.write("rule-tests/suggested.yaml", ran.out)
    again = tested.run("test", "--fail-under", "100")
    assert again.code == 0, again.out + again.err
    assert "passed: " in again.out
    assert tested.run("fmt", "--check").code == 0
    last = tested.run("test", "--suggest")
    assert (last.code, last.out) == (0, "")
    assert "nothing to suggest" in last.err


def test_suggestions_can_be_written_straight_into_the_folder(tested: Project) -> None:
    # The shell makes the file before the command runs.
    tested.write("rule-tests/new.yaml", "")
    ran = tested.run("test", "--suggest")
    assert ran.code == 0
    tested.write("rule-tests/new.yaml", ran.out)
    assert tested.run("test").code == 0


def test_without_any_test_suggestions_have_the_present_time(tested: Project) -> None:
    (tested.root / "rule-tests/students.yaml").unlink()
    text = tested.run("test", "--suggest").out
    (now,) = [it for it in text.splitlines() if it.startswith("now: ")]
    assert now.endswith(':00+03:00"')
    tested.write("rule-tests/all.yaml", text)
    assert tested.run("test", "--fail-under", "100").code == 0


def test_suggestions_have_stdout_for_themselves(tested: Project) -> None:
    ran = tested.run("test", "--suggest", "--format", "junit")
    assert (ran.code, ran.out) == (64, "")


def test_the_schema_of_rule_tests_is_printed(tested: Project) -> None:
    assert tested.run("schema", "test").data["title"] == "Rule tests"
