"""No address of a customer in any format: one marker, planted everywhere."""

from __future__ import annotations

import pytest

from cg_sync.core.plan import View
from cg_sync.report.findings import findings_of
from cg_sync.report.formats import (
    PLAN_FORMATS,
    PROBLEM_FORMATS,
    Paper,
    PlanFormat,
    ProblemFormat,
    plan_text,
    problems_text,
)
from tests.unit.report.builders import LABELS
from tests.unit.report.planted import planted

NAME = "marker.person"
MASKED = "m***@customer.example"
PAPER = Paper(LABELS, "1.2.3", most=1_000_000)
MARKERS = ("marker.person@customer.example", "Marker.Person+tag@customer.example")


@pytest.mark.parametrize("view", ["plan", "drift"])
@pytest.mark.parametrize("form", PLAN_FORMATS)
@pytest.mark.parametrize("marker", MARKERS)
def test_no_format_of_a_plan_names_a_customer(marker: str, form: PlanFormat, view: View) -> None:
    text = plan_text(planted(marker, view), form, PAPER)
    assert NAME not in text.lower()
    assert form == "gitlab-plan" or MASKED in text.lower().replace("%40", "@").replace("%2a", "*")


@pytest.mark.parametrize("form", PROBLEM_FORMATS)
def test_no_format_of_problems_names_a_customer(form: ProblemFormat) -> None:
    plan = planted(MARKERS[0])
    for problems in (plan.problems, findings_of(plan, LABELS)):
        text = problems_text(problems, form, PAPER)
        assert NAME not in text.lower()
        assert MASKED in text.replace("%2A", "*").replace("%40", "@")


def test_the_marker_is_found_where_nothing_masks_it() -> None:
    assert NAME in str(planted(MARKERS[0]))
