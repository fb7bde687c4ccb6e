"""How an apply is told: each write, how it ended, and the same as JSON."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cg_sync.core.outcome import Failure, Outcome
from cg_sync.core.plan import Plan
from cg_sync.report.data import json_text, outcome_data
from cg_sync.report.line import plain
from cg_sync.report.text import outcome_lines, step_line
from tests.unit.report.builders import (
    LABELS,
    a_plan,
    a_setting,
    delta,
    group_created,
    group_deleted,
    group_updated,
    people,
    setting_updated,
)
from tests.unit.report.conftest import Golden

LEFT = setting_updated(
    a_setting("campaign", name="campaign"), a_setting("campaign", name="Campaign", priority=7)
)


def a_full_plan() -> Plan:
    """One of every kind of step, and more members than go into one call."""
    return a_plan(
        group_created("New", delta(people(501))),
        group_updated("Platinum", former="Gold", members=delta((), people(1), kept=4)),
        group_deleted("Old", size=3),
        setting_updated(a_setting("campaign"), a_setting("campaign", name="x", priority=7)),
    )


def outcomes() -> dict[str, Outcome]:
    plan = a_full_plan()
    failed = [Failure(step, "the shop said: name: must be unique") for step in plan.steps]
    return {
        "done": Outcome(plan, plan.steps, left=()),
        "nobody-looked": Outcome(plan, plan.steps),
        "not-converged": Outcome(plan, plan.steps, left=(LEFT, group_deleted("Old"))),
        "failed": Outcome(plan, plan.steps[:2], failed[2]),
        "failed-at-once": Outcome(plan, (), failed[0]),
        "unsure": Outcome(plan, (), replace(failed[0], reason="no answer", unsure=True)),
    }


@pytest.mark.parametrize("name", outcomes())
def test_an_outcome_reads_as_on_record(name: str, golden: Golden) -> None:
    outcome = outcomes()[name]
    steps = [step_line(step, LABELS) for step in outcome.done]
    golden(f"outcome-{name}.txt", plain([*steps, *outcome_lines(outcome, LABELS)]))


@pytest.mark.parametrize("name", outcomes())
def test_an_outcome_as_json_is_as_on_record(name: str, golden: Golden) -> None:
    golden(f"outcome-{name}.json", json_text(outcome_data(outcomes()[name])))


def test_a_failure_says_what_was_attempted_with_whom() -> None:
    plan = a_full_plan()
    attempts = {
        plain(outcome_lines(Outcome(plan, (), Failure(step, "no")), LABELS)).splitlines()[1]
        for step in plan.steps
    }
    assert attempts == {
        "  failed: create group New",
        "  failed: update group Platinum (was Gold)",
        "  failed: add 500 members to group New",
        "  failed: add 1 member to group New",
        "  failed: remove 1 member from group Platinum (was Gold)",
        "  failed: update setting campaign",
        "  failed: delete group Old (with 3 members)",
    }


def test_an_empty_plan_is_done_with_no_writes() -> None:
    outcome = replace(outcomes()["done"], plan=a_plan(), done=())
    assert plain(outcome_lines(outcome, LABELS)) == (
        "done: 0 writes\nconverged: yes, a new plan is empty\n"
    )
