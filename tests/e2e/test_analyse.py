"""`analyse` as a user runs it: the six examples of the rule language, and what can go wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.conftest import Project
from tests.e2e.test_main_job import assert_converged
from tests.shop import SandboxShop

ATTRIBUTES = """
attributes:
  email: {type: email, nullable: false, pii: direct}
  email_verified: {type: boolean, path: extra_field.email_verified, verifies: email}
  is_active: {type: boolean, nullable: false}
  channel: {type: enum, values: [web, app, instore, marketplace], nullable: false}
  country: {type: string}
  city: {type: string}
  tax_no: {type: string, path: extra_field.tax_no}
  lifetime_value: {type: decimal, path: ltv}
  order_count: {type: integer, path: orders, nullable: false}
  birthdate: {type: date, path: date_of_birth}
  created_at: {type: date, path: date_joined, nullable: false}
  last_order_at: {type: date}
  tags: {type: list, path: extra_field.tags}
  groups: {type: list, path: "@static_groups"}
"""

RULES = {
    "vip": """
  match:
    - lifetime_value: {gte: 25000, why: "2026 loyalty plan, top 4 %"}
    - last_order_at: {within_last: 12m}
    - is_active: true
  except:
    - groups: {has_any: [employees, wholesale-approved]}
""",
    "staff": """
  match:
    any:
      - groups: {has_any: [employees]}
      - all:
          - email: {domain_is: [acme.example]}
          - email_verified: true
""",
    "wholesale-b2b": """
  match:
    - groups: {has_any: [wholesale-approved]}
    - tax_no: {present: true}
    - country: {in: [TR, CY, NO]}
    - any:
        - order_count: {gte: 3}
        - lifetime_value: {gte: 50000}
""",
    "student-discount": """
  match:
    - email: {domain_under: [edu.tr, k12.tr]}
    - email_verified: true
    - is_active: true
  except:
    - email: {domain_under: [mezun.boun.edu.tr, alumni.sabanciuniv.edu.tr]}
    - groups: {has_any: [employees]}
""",
    "birthday-week": """
  match:
    - birthdate: {anniversary: {within_next: 7d}}
    - order_count: {gte: 1}
    - created_at: {older_than: 30d}
""",
    "marmara-online": """
  match:
    - channel: {in: [web, app]}
    - city: {in: [İstanbul, Kocaeli, Bursa]}
  except:
    - country: {not_in: [TR], missing: keep}
    - tags: {has_any: [press]}
""",
}

INVARIANTS = """
- id: no-unverified-students
  never: {setting: student-discount, and: [{none: [{email_verified: {eq: true, missing: keep}}]}]}
- id: staff-outside-b2b
  disjoint: [staff, wholesale-b2b]
- id: vip-narrower-than-active
  implies: {setting: vip, then: [{is_active: true}]}
"""

AT = ("--now", "2026-11-21T10:00")


@pytest.fixture
def six(project: Project) -> Project:
    """The six examples, in the order in which they win."""
    project.write("attributes.yaml", ATTRIBUTES)
    for at, (slug, rule) in enumerate(RULES.items(), start=1):
        head = f"name: {slug}\nslug: {slug}\npriority: {at * 10}\n"
        display = f"display: {{price_list: {slug}}}\n"
        project.write(f"settings/{slug}.yaml", f"{head}rule:{rule}{display}")
    return project


def found(project: Project, *arguments: str) -> Any:
    return project.run("analyse", "--format", "json", *AT, *arguments).data


def of(data: Any, code: str) -> list[Any]:
    return [it for it in data["findings"] if it["code"] == code]


def overlapping(data: Any) -> set[tuple[str, str]]:
    """Winner and loser of each overlap that nobody declared."""
    return {(it["settings"][0], loser) for it in of(data, "CG-P01") for loser in it["settings"][1:]}


def test_of_the_three_invariants_the_second_fails_with_a_customer_of_both(six: Project) -> None:
    six.write("invariants.yaml", INVARIANTS)
    ran = six.run("analyse", "--format", "json", *AT)
    assert ran.code == 3
    (broken,) = of(ran.data, "CG-I01")
    assert broken["where"] == {"file": "invariants.yaml", "line": 4, "column": 13}
    assert broken["settings"] == ["staff", "wholesale-b2b"]
    customer = broken["witness"]["customer"]
    assert "wholesale-approved" in customer["groups"]
    assert customer["country"] in ("TR", "CY", "NO")
    assert broken["witness"]["sure"] is True
    assert ran.data["undecided"] == []


def test_an_employee_breaks_it_too_once_the_other_branch_is_gone(six: Project) -> None:
    six.write("invariants.yaml", INVARIANTS)
    path = six.root / "settings/staff.yaml"
    rule = "\n  match:\n    - groups: {has_any: [employees]}\n"
    path.write_text(path.read_text("utf-8").replace(RULES["staff"], rule), "utf-8")
    (broken,) = of(found(six), "CG-I01")
    assert broken["witness"]["customer"]["groups"] == ["employees", "wholesale-approved"]


def test_overlaps_are_those_that_the_examples_have(six: Project) -> None:
    by_winner = {it["settings"][0]: it for it in of(found(six), "CG-P01")}
    pairs = overlapping(found(six))
    assert ("vip", "wholesale-b2b") not in pairs
    assert ("staff", "student-discount") not in pairs
    assert len(pairs) == 13
    assert by_winner["vip"]["settings"][1] == "staff"
    by_mail = by_winner["vip"]["witness"]["customer"]
    assert by_mail["email"] == "test@acme.example"
    assert by_mail["email_verified"] is True
    assert "groups" not in by_mail


def test_without_the_e_mail_branch_staff_no_longer_overlaps_vip(six: Project) -> None:
    path = six.root / "settings/staff.yaml"
    rule = "\n  match:\n    - groups: {has_any: [employees]}\n"
    path.write_text(path.read_text("utf-8").replace(RULES["staff"], rule), "utf-8")
    assert ("vip", "staff") not in overlapping(found(six))


def test_the_text_begins_with_the_verdict_and_the_order_of_the_settings(six: Project) -> None:
    ran = six.run("analyse", *AT)
    assert (ran.code, ran.err) == (0, "analysing 6 settings …\n")
    assert ran.out.startswith("5 warnings, 7 infos in 6 settings\n\npriority  slug ")
    assert "\n      20  staff             active" in ran.out
    assert "\nfree priorities: 0 to 9, 11 to 19, 21 to 29," in ran.out
    assert "\n      for example: email test@acme.example, email_verified true" in ran.out


def test_saved_witnesses_are_rule_tests_that_pass(six: Project) -> None:
    ran = six.run("analyse", *AT, "--save-test", "rule-tests/overlaps.yaml")
    assert "tests in rule-tests/overlaps.yaml" in ran.err
    written = yaml.safe_load((six.root / "rule-tests/overlaps.yaml").read_text("utf-8"))
    matched = [set(it["expect"].get("matches", ())) for it in written["tests"]]
    for pair in sorted(overlapping(found(six))):
        assert any(it >= set(pair) for it in matched), pair
    passed = six.run("test")
    assert (passed.code, "passed" in passed.out) == (0, True), passed.out + passed.err
    again = six.run("analyse", *AT, "--save-test", "rule-tests/overlaps.yaml")
    assert (again.code, "exists already" in again.err) == (64, True)


def test_declared_overlaps_are_quiet_and_wrong_ones_are_errors(six: Project) -> None:
    path = six.root / "settings/vip.yaml"
    declared = "overlaps: [{with: staff, why: VIPs first}, {with: wholesale-b2b, why: so}]\n"
    path.write_text(path.read_text("utf-8") + declared, "utf-8")
    ran = six.run("analyse", *AT, "vip", "staff")
    assert ran.code == 3
    assert "overlaps[1].with: wholesale-b2b has no customer in common" in ran.out
    assert "vip takes customers of staff" not in ran.out


def test_an_exclusive_project_takes_undeclared_overlaps_for_errors(six: Project) -> None:
    path = six.root / "cg-sync.yaml"
    path.write_text(path.read_text("utf-8") + "resolution: exclusive\n", "utf-8")
    ran = six.run("analyse", "--format", "json", *AT)
    assert (ran.code, ran.data["counts"]["errors"]) == (3, 5)


def test_a_comment_may_allow_a_finding_and_one_too_many_is_an_error(six: Project) -> None:
    path = six.root / "settings/birthday-week.yaml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("priority: 50", "priority: 50  # cg: allow CG-P01, CG-A05 because a gift"),
        "utf-8",
    )
    data = found(six)
    assert data["allowed"] == 2
    assert ("birthday-week", "marmara-online") not in overlapping(data)
    path.write_text(
        text.replace("priority: 50", "priority: 50  # cg: allow CG-A04 because of nothing"),
        "utf-8",
    )
    assert [it["severity"] for it in of(found(six), "CG-F28")] == ["error"]
    assert of(found(six, "vip"), "CG-F28") == []


def test_about_one_setting_is_less_than_about_all(six: Project) -> None:
    whole, part = found(six), found(six, "staff")
    assert overlapping(part) == {it for it in overlapping(whole) if "staff" in it}
    assert len(part["findings"]) < len(whole["findings"])
    assert all("staff" in it["settings"] for it in part["findings"])
    ran = six.run("analyse", "stuff")
    assert (ran.code, "did you mean staff" in ran.err) == (64, True)


def test_a_budget_that_is_too_small_leaves_questions_undecided(six: Project) -> None:
    data = found(six, "--budget", "1")
    assert data["counts"]["undecided"] == len(data["undecided"])
    assert six.run("analyse", "--budget", "0").code == 64


def test_raw_rules_are_counted(six: Project) -> None:
    raw = "name: R\nslug: r\npriority: 5\nrule: {raw: {slug: basket-rule, amount: 3}}\n"
    six.write("settings/r.yaml", raw)
    assert found(six)["not_analysed"] == ["r"]
    assert "1 setting with a raw rule is not analysed: r\n" in six.run("analyse", *AT).out


def test_broken_files_are_shown_and_nothing_is_analysed(six: Project) -> None:
    six.write("invariants.yaml", "- id: a\n  disjoint: [staff, stuff]\n- id: b\n")
    ran = six.run("analyse", *AT)
    assert (ran.code, ran.out) == (3, "")
    assert "invariants.yaml:3:3: [1]: says none of never, disjoint and implies CG-F06" in ran.err
    six.write("invariants.yaml", "- id: a\n  disjoint: [staff, stuff]\n")
    validated = six.run("validate")
    assert validated.code == 3
    assert "invariants.yaml:2:21: stuff: no such setting CG-F29" in validated.err
    assert "did you mean staff?" in validated.err


def test_the_result_file_has_the_counts(six: Project) -> None:
    six.run("analyse", *AT, "--result-file", "result.json")
    result = json.loads((six.root / "result.json").read_text("utf-8"))
    assert result == {
        "exit_code": 0, "outcome": "done", "errors": 0, "warnings": 5, "infos": 7, "undecided": 0,
    }  # fmt: skip


def test_a_time_that_is_none_is_refused(six: Project) -> None:
    ran = six.run("analyse", "--now", "yesterday")
    assert (ran.code, "--now 'yesterday' is no time" in ran.err) == (64, True)


@pytest.mark.parametrize("time", ["0001-01-01", "0001-01-01T00:00", "9999-12-31T23:30Z"])
def test_a_time_at_an_end_of_the_calendar_is_refused(six: Project, time: str) -> None:
    ran = six.run("analyse", "--now", time)
    assert (ran.code, "write a time from 1000-01-01 to before 9999-01-01" in ran.err) == (64, True)


def test_overlaps_never_reach_the_shop(shop_project: Project, shop: SandboxShop) -> None:
    for slug, priority, more in (
        ("vip", 1, "overlaps: [{with: staff, why: first}]\n"),
        ("staff", 2, ""),
    ):
        head = f"name: {slug}\nslug: {slug}\npriority: {priority}\n"
        shop_project.write(
            f"settings/{slug}.yaml", f"{head}rule: {{match: {{city: Bursa}}}}\n{more}"
        )
    applied = shop_project.run("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    assert "overlaps" not in shop.settings()["vip"]
    assert_converged(shop_project)


def test_an_empty_project_has_nothing_to_analyse(project: Project) -> None:
    ran = project.run("analyse", *AT)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "nothing found in 0 settings")


def setting(slug: str, priority: int, rule: str) -> str:
    return f"name: {slug.title()}\nslug: {slug}\npriority: {priority}\nrule: {rule}\n"


def test_saved_tests_claim_no_winner_that_nobody_can_know(project: Project) -> None:
    project.write("attributes.yaml", ATTRIBUTES)
    project.write("settings/raw.yaml", setting("raw", 0, "{raw: {slug: basket-rule}}"))
    project.write("settings/aa.yaml", setting("aa", 1, "{match: [{country: TR}]}"))
    project.write("settings/bb.yaml", setting("bb", 2, "{match: [{country: {in: [TR, DE]}}]}"))
    assert project.run("analyse", "--save-test", "rule-tests/found.yaml").code == 0
    saved = (project.root / "rule-tests" / "found.yaml").read_text("utf-8")
    assert "matches: [aa, bb]" in saved
    assert "wins" not in saved
    assert project.run("test").code == 0


def test_an_address_in_a_rule_is_masked_and_saved_nowhere(project: Project) -> None:
    project.write("attributes.yaml", ATTRIBUTES)
    for at, (slug, other) in enumerate((("aa", "X"), ("bb", "Y"))):
        rule = f"{{match: [{{city: {{in: [planted.person@example.com, {other}]}}}}]}}"
        project.write(f"settings/{slug}.yaml", setting(slug, at, rule))
    for arguments in ((), ("--format", "json"), ("--save-test", "rule-tests/found.yaml")):
        ran = project.run("analyse", *arguments)
        assert "CG-P01" in ran.out
        assert "planted.person@" not in ran.out + ran.err
    saved = project.root / "rule-tests" / "found.yaml"
    assert not saved.exists() or "planted.person@" not in saved.read_text("utf-8")
    assert project.run("test").code == 0
