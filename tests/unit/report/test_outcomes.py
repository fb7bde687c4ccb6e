"""How an apply is told: each write, how it ended, and the same as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cg_sync.core.outcome import Aim, Failure, Normalised, Outcome
from cg_sync.core.plan import Plan
from cg_sync.core.schedule import Skipped
from cg_sync.report.as_json import json_text
from cg_sync.report.data import outcome_data
from cg_sync.report.line import plain
from cg_sync.report.outcome import MOST_SHOWN, outcome_lines
from cg_sync.report.text import step_line
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


RUN: dict[str, Any] = {
    "run": "20261122T061548Z-64b084",
    "journal": ".cg-sync/runs/20261122T061548Z-64b084.jsonl",
}


def outcomes() -> dict[str, Outcome]:
    plan = a_full_plan()
    steps = plan.steps
    failed = [Failure(step, "the shop said: name: must be unique") for step in steps]
    skipped = (Skipped(steps[3], steps[2]), Skipped(steps[6], steps[1]))
    lost = replace(failed[2], reason="no answer", unsure=True)
    crossed = replace(failed[4], reason="somebody changed it: name was a, is b", crossed=True)
    some = replace(
        failed[2], reason="the shop refuses customers (pk 7), the others are done", partly=True
    )
    stored = Normalised(LEFT.address, "priority", 7, 70)
    again: dict[str, Any] = {"aim": "plan", "left_out": plan.changes[:2]}
    return {
        "done": Outcome(plan, steps, left=(), **RUN),
        "nobody-looked": Outcome(plan, steps, **RUN),
        "not-converged": Outcome(
            plan, steps, left=(LEFT, group_deleted("Old")), normalised=(stored,), **RUN
        ),
        "failed": Outcome(plan, steps[:2], (failed[2],), skipped, left=plan.changes, **RUN),
        "failed-at-once": Outcome(plan, (), (failed[0],), **RUN),
        "unsure": Outcome(plan, steps[:1], (lost, crossed, some), skipped[:1], **RUN),
        "stopped": Outcome(plan, steps[:3], stopped="the deadline has passed", **RUN),
        "left-out": Outcome(plan, steps, left=(), **again, **RUN),
    }


@pytest.mark.parametrize("name", outcomes())
def test_an_outcome_reads_as_on_record(name: str, golden: Golden) -> None:
    outcome = outcomes()[name]
    steps = [step_line(step, LABELS) for step in outcome.done]
    golden(f"outcome-{name}.txt", plain([*steps, *outcome_lines(outcome, LABELS)]))


@pytest.mark.parametrize("name", outcomes())
def test_an_outcome_as_json_is_as_on_record(name: str, golden: Golden) -> None:
    golden(f"outcome-{name}.json", json_text(outcome_data(outcomes()[name])))


def told(outcome: Outcome) -> list[str]:
    return plain(outcome_lines(outcome, LABELS)).splitlines()


def test_a_failure_says_what_was_attempted_with_whom() -> None:
    plan = a_full_plan()
    attempts = {told(Outcome(plan, (), (Failure(step, "no"),)))[1] for step in plan.steps}
    assert attempts == {
        "  failed: create group New",
        "  failed: update group Platinum (was Gold)",
        "  failed: add 500 members to group New",
        "  failed: add 1 member to group New",
        "  failed: remove 1 member from group Platinum (was Gold)",
        "  failed: update setting campaign",
        "  failed: delete group Old (with 3 members)",
    }


def test_of_many_failures_the_first_are_named_and_the_rest_counted() -> None:
    plan = a_plan(*(group_created(f"G{it:02}") for it in range(50)))
    failures = tuple(Failure(step, "no") for step in plan.steps[: MOST_SHOWN + 2])
    skipped = tuple(Skipped(step, plan.steps[0]) for step in plan.steps[MOST_SHOWN + 2 :])
    lines = told(Outcome(plan, (), failures, skipped))
    assert lines[0] == "0 of 50 writes done, 22 failed, 28 skipped"
    assert sum(it.startswith("  failed: ") for it in lines) == MOST_SHOWN
    assert sum(it.startswith("  skipped: ") for it in lines) == MOST_SHOWN
    assert [it for it in lines if "more" in it] == ["  … and 2 more", "  … and 8 more"]


def test_a_run_is_named_only_when_there_is_something_to_finish_or_take_back() -> None:
    outcome = outcomes()["failed-at-once"]
    assert not [it for it in told(outcome) if RUN["run"] in it]
    assert [it for it in told(replace(outcome, done=outcome.plan.steps[:1])) if RUN["run"] in it]


@pytest.mark.parametrize(
    ("aim", "reached"),
    [
        ("files", "a new plan is empty"),
        ("plan", "the shop is as planned"),
        ("undo", "the shop is as it was before that run"),
    ],
)
def test_converged_says_what_is_true_by_now(aim: Aim, reached: str) -> None:
    outcome = replace(outcomes()["done"], aim=aim)
    assert told(outcome)[-1] == f"converged: yes, {reached}"


def test_an_empty_plan_is_done_with_no_writes() -> None:
    outcome = replace(outcomes()["done"], plan=a_plan(), done=())
    assert told(outcome) == ["done: 0 writes", "converged: yes, a new plan is empty"]
