"""The table of formats, and that each is described."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cg_sync.report.as_json import json_text, problems_data
from cg_sync.report.data import plan_data
from cg_sync.report.findings import findings_of
from cg_sync.report.formats import (
    FINDING_FORMATS,
    PLAN_FORMATS,
    PROBLEM_FORMATS,
    Paper,
    PlanFormat,
    ProblemFormat,
    plan_text,
    problems_text,
)
from cg_sync.report.line import plain
from cg_sync.report.problem_lines import problem_lines
from cg_sync.report.text import plan_lines
from tests.unit.report.builders import LABELS
from tests.unit.report.found import FOUND
from tests.unit.report.plans import PLANS

PAPER = Paper(LABELS, "1.2.3", folder="shops/tr/")
PAGE = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")


def test_text_and_json_of_a_plan_are_those_of_a_terminal() -> None:
    plan = PLANS["guarded"]()
    assert plan_text(plan, "text", PAPER) == plain(plan_lines(plan, LABELS))
    assert plan_text(plan, "json", PAPER) == json_text(plan_data(plan))


def test_text_and_json_of_problems_are_those_of_a_terminal() -> None:
    assert problems_text(FOUND, "text", PAPER) == plain(problem_lines(FOUND))
    assert problems_text(FOUND, "json", PAPER) == json_text(problems_data(FOUND))


@pytest.mark.parametrize("form", ["junit", "sarif", "github", "codequality"])
def test_formats_of_findings_say_of_a_plan_what_it_finds(form: ProblemFormat) -> None:
    plan = PLANS["guarded"]()
    findings = findings_of(plan, LABELS)
    assert len(findings) == 4
    assert plan_text(plan, form, PAPER) == problems_text(findings, form, PAPER)
    assert plan_text(PLANS["empty"](), form, PAPER) == problems_text((), form, PAPER)


@pytest.mark.parametrize("form", ["sarif", "github", "codequality"])
def test_formats_that_a_platform_matches_with_files_see_the_whole_repository(
    form: ProblemFormat,
) -> None:
    assert "shops/tr/groups/vip.yaml" in problems_text(FOUND, form, PAPER)


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_every_plan_has_every_format(form: PlanFormat, name: str) -> None:
    text = plan_text(PLANS[name](), form, PAPER)
    assert text.endswith("\n") or (form == "github" and text == "")


@pytest.mark.parametrize("form", PROBLEM_FORMATS)
def test_problems_have_every_format(form: ProblemFormat) -> None:
    assert problems_text(FOUND, form, PAPER).endswith("\n")


def test_problems_have_no_format_that_plans_have_not() -> None:
    assert set(PROBLEM_FORMATS) < set(PLAN_FORMATS)
    assert set(FINDING_FORMATS) == set(PROBLEM_FORMATS) - {"text", "json"}


def test_a_format_costs_nothing_until_it_is_asked_for() -> None:
    code = (
        "import sys, cg_sync.report.formats\n"
        "print([it for it in sys.modules if it.startswith('cg_sync.report.')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for module in ("sarif", "junit", "markdown", "html", "findings", "annotations"):
        assert f"'cg_sync.report.{module}'" not in ran.stdout


@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_every_format_is_described(form: str) -> None:
    assert re.search(rf"^\| \[`{form}`\]\(#{form}\) \|", PAGE, re.M)
    assert re.search(rf"^## {form}$", PAGE, re.M)
