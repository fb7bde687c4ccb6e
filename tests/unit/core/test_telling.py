"""Readings of a plan: which changes get one, and how many are proved anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cg_sync.core.kind import Kind, Spec
from cg_sync.core.plan import Plan
from cg_sync.core.reading import Note, Reading
from cg_sync.core.telling import MOST_PROVED, MOST_UNDECIDED, NOT_PROVED, told
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from tests.builders import a_context
from tests.unit.report.builders import (
    a_plan,
    a_setting,
    group_deleted,
    group_updated,
    setting_created,
    setting_updated,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def changing(number: int) -> Plan:
    """A plan that changes so many settings."""
    slugs = [f"s{it:04}" for it in range(number)]
    return a_plan(*(setting_updated(a_setting(it), a_setting(it, priority=7)) for it in slugs))


def telling(verdict: str) -> list[Kind[Context]]:
    """The kinds, where every change of a setting has this verdict once it may be proved."""

    def tell(
        _before: Spec | None, after: Spec, _context: Context, as_of: datetime | None
    ) -> Reading | None:
        assert as_of in (None, NOW)
        said = (Note("~", after.__class__.__name__),)
        return Reading("rule", ("All.",), said, verdict=verdict if as_of else "")

    return [
        replace(it, tell=tell) if it.name == CUSTOMER_GROUP_SETTING.name else it for it in KINDS
    ]


@pytest.mark.parametrize(
    ("verdict", "proved"), [("WIDER", MOST_PROVED), ("UNDECIDED", MOST_UNDECIDED)]
)
def test_of_very_many_changes_only_the_first_are_proved_anything(verdict: str, proved: int) -> None:
    number = MOST_PROVED + 50
    plan = told(changing(number), telling(verdict), a_context(), as_of=NOW)
    verdicts = [plan.readings[change.address].verdict for change in plan.changes]
    assert verdicts == [verdict] * proved + [""] * (number - proved)
    without = [NOT_PROVED in plan.readings[change.address].notes for change in plan.changes]
    assert without == [it == "" for it in verdicts]


def test_what_goes_and_what_fields_say_has_no_reading() -> None:
    new = setting_created("new")
    plan = a_plan(group_deleted("Old"), group_updated("A", former="B"), new)
    assert told(plan, KINDS, a_context(), as_of=NOW).readings.keys() == {new.address}


def test_the_intent_is_the_same_whatever_is_told() -> None:
    plan = a_plan(setting_created("new"))
    assert told(plan, KINDS, a_context(), as_of=NOW).digest == plan.digest


def test_a_plan_counts_the_changes_that_rely_on_what_nobody_has_tried() -> None:
    plan = a_plan(setting_created("one"), setting_created("two"), group_updated("A", former="B"))
    assert plan.unverified == 2
    assert replace(plan, readings={}).unverified == 0
