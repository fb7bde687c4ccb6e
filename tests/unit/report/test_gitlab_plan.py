"""The three numbers that GitLab shows of a plan."""

from __future__ import annotations

import json

import pytest

from cg_sync.report.data import plan_data
from cg_sync.report.gitlab_plan import gitlab_plan
from tests.unit.report.builders import a_plan, delta, group_updated, people
from tests.unit.report.plans import PLANS


@pytest.mark.parametrize("name", PLANS)
def test_the_numbers_are_those_of_the_plan_and_nothing_else(name: str) -> None:
    plan = PLANS[name]()
    summary = plan_data(plan)["summary"]
    assert isinstance(summary, dict)
    expected = {it: summary[it] for it in ("create", "update", "delete")}
    assert json.loads(gitlab_plan(plan)) == expected


def test_a_group_of_which_only_members_change_is_updated() -> None:
    plan = a_plan(group_updated("VIP", members=delta(people(3))))
    assert gitlab_plan(plan) == '{\n  "create": 0,\n  "update": 1,\n  "delete": 0\n}\n'
