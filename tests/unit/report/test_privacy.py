"""No address of a customer in any output: one marker, planted wherever text comes from others."""

from __future__ import annotations

from cg_sync.core.members import Member, UnknownKey
from cg_sync.core.moved import Moved
from cg_sync.core.outcome import Failure, Normalised, Outcome
from cg_sync.core.plan import Plan, Target
from cg_sync.core.schedule import Skipped
from cg_sync.core.undo import Inverse, Refused
from cg_sync.errors import Position, Problem
from cg_sync.report.as_json import json_text, problems_data
from cg_sync.report.data import outcome_data, plan_data
from cg_sync.report.line import plain
from cg_sync.report.outcome import outcome_lines
from cg_sync.report.problem_lines import problem_lines
from cg_sync.report.text import plan_lines, step_line
from cg_sync.report.undo import undo_data, undo_lines
from cg_sync.rules.ir import RawRule
from tests.unit.report.builders import (
    LABELS,
    a_guard,
    a_plan,
    a_rule,
    a_setting,
    a_warning,
    delta,
    group_created,
    group_deleted,
    group_updated,
    groups,
    setting_created,
    setting_updated,
)

SECRET = "marker.person"
MARKER = f"{SECRET}@customer.example"
MEMBERS = delta([Member(1, MARKER)], [Member(2, MARKER.upper())], kept=9)


def planted() -> Plan:
    """A plan with the marker in everything that files or the shop can fill."""
    where = Position(f"groups/{MARKER}.yaml", 1, 1)
    members = delta([Member(1, MARKER)])
    return a_plan(
        group_created(f"Friends of {MARKER}", members),
        group_updated(MARKER, former=f"x {MARKER}", members=MEMBERS),
        group_deleted(MARKER, where=where),
        setting_created("a", name=MARKER, rule=RawRule(f'{{"{MARKER}":["{MARKER}"]}}')),
        setting_updated(
            a_setting("b", price_list=MARKER, rule=a_rule({"city": MARKER})),
            a_setting("b", name=MARKER, rule=a_rule({"city": {"in": [MARKER, "x"]}})),
        ),
        target=Target(MARKER, f"https://{MARKER}/", 1),
        tripped=(a_guard(subject=f"members of {MARKER}"),),
        problems=(
            a_warning(f"{MARKER} is unknown", hint=f"not ({MARKER})", where=where),
            Problem("CG-F06", f"members.customers[1]: {MARKER!r}", where, MARKER),
        ),
        unmanaged=groups(MARKER),
    )


def test_no_plan_names_a_customer() -> None:
    plan = planted()
    for output in (plain(plan_lines(plan, LABELS)), json_text(plan_data(plan))):
        assert SECRET not in output.lower()
        assert "m***@customer.example" in output


def test_no_list_of_problems_names_a_customer() -> None:
    problems = planted().problems
    assert SECRET not in plain(problem_lines(problems))
    assert SECRET not in json_text(problems_data(problems))


def test_no_outcome_names_a_customer() -> None:
    plan = planted()
    for step in plan.steps:
        assert SECRET not in plain([step_line(step, LABELS)])
        address = step.change.address
        for outcome in (
            Outcome(plan, (), (Failure(step, f"{MARKER} exists", hint=MARKER),)),
            Outcome(plan, (), skipped=(Skipped(step, plan.steps[0]),), stopped=f"for {MARKER}"),
            Outcome(plan, plan.steps, left=plan.changes),
            Outcome(
                plan, plan.steps, left=(), left_out=plan.changes,
                normalised=(Normalised(address, "name", MARKER, [MARKER]),),
            ),
        ):  # fmt: skip
            assert SECRET not in plain(outcome_lines(outcome, LABELS)).lower()
            assert SECRET not in json_text(outcome_data(outcome)).lower()


def test_what_an_undo_leaves_names_no_customer() -> None:
    inverse = Inverse(
        refused=(Refused(groups(MARKER)[0], (Moved("name", MARKER, f"x {MARKER}"),)),),
        losses=(f"group {MARKER} is made anew",),
    )
    assert SECRET not in plain(undo_lines(inverse, LABELS))
    assert SECRET not in json_text(undo_data("run-1", inverse))


def test_unknown_customers_are_counted_and_not_named() -> None:
    members = delta([Member(1, MARKER)]).__class__((), (), 3, (UnknownKey("email", MARKER),))
    data = plan_data(a_plan(group_created("VIP", members)))
    assert '"unknown": 1' in json_text(data)
    assert SECRET not in json_text(data)
