"""What of a plan stands on a line of YAML."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cg_sync.core.address import Address
from cg_sync.core.diff import Create, Delete, Update
from cg_sync.core.origin import MEMBERS, WHOLE, Origin
from cg_sync.core.plan import Plan
from cg_sync.core.reading import Note, Reading
from cg_sync.errors import Position, Problem, Severity
from cg_sync.report.analysis import Analysis, Told
from cg_sync.report.findings import KEEP, findings_of, findings_of_analysis
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
    people,
    setting_created,
    setting_updated,
)
from tests.unit.report.plans import PLANS

STUDENTS = Address("customer_group_setting", "students")
VIP = Address("customer_group", "VIP")
LINES = {"priority": 4, "rule": 6, "display.price_list": 12}


def placed(change: Update) -> Update:
    """The change with a line of its own for each field."""
    fields = tuple(
        replace(it, where=Position("settings/students.yaml", LINES.get(it.name, 9), 3))
        for it in change.fields
    )
    return replace(change, fields=fields)


def students(**after: Any) -> Update:
    before = a_setting("students", priority=25, price_list=None)
    return placed(setting_updated(before, a_setting("students", **{"priority": 20, **after})))


def found(plan: Plan) -> list[tuple[str, str]]:
    """Place and message of each finding of drift."""
    return [(str(it.where), it.message) for it in findings_of(plan, LABELS) if it.code == "CG-L12"]


def apart(change: Update, **origins: Origin) -> Plan:
    return a_plan(change, origins={change.address: origins})


@pytest.mark.parametrize("name", ["empty", "creates", "renames", "deletes", "many"])
def test_a_plan_that_does_what_its_files_say_has_no_findings(name: str) -> None:
    assert findings_of(PLANS[name](), LABELS) == ()


def test_problems_are_findings_as_they_are() -> None:
    warning, info = a_warning(), Problem("CG-T01", "other", WHERE, severity=Severity.INFO)
    assert findings_of(a_plan(problems=(warning, info)), LABELS) == (warning, info)


def test_findings_are_in_the_order_of_files_and_places() -> None:
    places = [None, ("a", 2, 9), ("a", 10, 1), ("a", 10, 2), ("b", 1, 1)]
    problems = [Problem("CG-L08", "x", where and Position(*where)) for where in places]
    plan = a_plan(problems=tuple(reversed(problems)))
    assert findings_of(plan, LABELS) == tuple(problems)


def test_a_guard_that_refuses_is_an_error_where_it_was_tripped() -> None:
    where = Position("groups/vip.yaml", 3, 1)
    (guard,) = findings_of(a_plan(tripped=(a_guard(where=where),)), LABELS)
    assert guard == Problem(
        "CG-G01",
        "refused by max_delete_share: 5 of 12 groups (41.67%) would go; the limit is 30%",
        where,
        "if this is meant, until DATE: cg-sync apply --allow max_delete_share@8f3c0a6d51b9@DATE",
        Severity.ERROR,
    )


def test_what_drifted_stands_at_the_line_of_the_field() -> None:
    plan = a_plan(students(price_list="student-tr"), view="drift")
    assert found(plan) == [
        (
            "settings/students.yaml:4:3",
            "priority: 25 in the shop, 20 here; apply would put it back",
        ),
        (
            "settings/students.yaml:12:3",
            "display.price_list: the shop's own in the shop, student-tr here; "
            "apply would put it back",
        ),
    ]


def test_drift_is_a_warning_with_a_way_out() -> None:
    (finding,) = findings_of(a_plan(students(), view="drift"), LABELS)
    assert (finding.severity, finding.hint) == (Severity.WARNING, KEEP)


def test_what_this_branch_does_is_no_drift() -> None:
    change = students(price_list="student-tr")
    plan = apart(change, **{"priority": Origin.DRIFT, "display.price_list": Origin.YOURS})
    assert [where for where, _ in found(plan)] == ["settings/students.yaml:4:3"]


def test_what_both_changed_says_so() -> None:
    assert found(apart(students(), priority=Origin.BOTH)) == [
        (
            "settings/students.yaml:4:3",
            "priority: 25 in the shop, 20 here; "
            "this branch changes it, and the shop was changed too",
        )
    ]


def test_a_plan_without_a_base_says_nothing_of_drift() -> None:
    assert found(a_plan(students())) == []


def test_a_rule_that_drifted_says_what_putting_it_back_means() -> None:
    change = students(rule=a_rule({"email": {"domain_under": ["edu.tr"]}}, {"is_active": True}))
    assert found(apart(change, rule=Origin.DRIFT)) == [
        (
            "settings/students.yaml:6:3",
            "rule: another in the shop than here; apply would put it back "
            "(NARROWER: nobody gains, some lose)",
        )
    ]


def test_a_field_without_a_line_stands_where_its_resource_stands() -> None:
    before, after = a_setting("students", priority=25), a_setting("students")
    plan = a_plan(setting_updated(before, after), view="drift")
    assert [where for where, _ in found(plan)] == ["settings/students.yaml:3:1"]


MISSING = "the shop does not have the group VIP; apply would create it"
EXTRA = "the shop has the group VIP; apply would delete it"
WHERE = Position("groups/one.yaml", 2, 1)


@pytest.mark.parametrize(
    ("change", "place", "said", "way_out"),
    [
        (group_created("VIP"), "groups/one.yaml:2:1", MISSING, "write `state: absent` here"),
        (group_deleted("VIP", where=WHERE), "groups/one.yaml:2:1", EXTRA, "remove `state: absent`"),
        (group_deleted("VIP"), "None", EXTRA, "cg-sync import"),
    ],
)
def test_what_is_missing_or_should_be_gone_is_one_finding(
    change: Create | Delete, place: str, said: str, way_out: str
) -> None:
    for plan in (
        a_plan(change, view="drift"),
        a_plan(change, origins={VIP: {WHOLE: Origin.DRIFT}}),
        a_plan(change, origins={VIP: {WHOLE: Origin.BOTH}}),
    ):
        assert found(plan) == [(place, said)]
        assert [way_out in it.hint for it in findings_of(plan, LABELS)] == [True]
    for plan in (a_plan(change), a_plan(change, origins={VIP: {WHOLE: Origin.YOURS}})):
        assert found(plan) == []


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            delta(people(2), people(1, 900), kept=9),
            "1 customer in the shop and not here, 2 customers here and not in the shop",
        ),
        (delta((), people(3)), "3 customers in the shop and not here"),
        (delta(people(1)), "1 customer here and not in the shop"),
    ],
)
def test_members_that_drifted_are_counted(members: Any, said: str) -> None:
    change = group_updated("VIP", members=members)
    where = "groups/one.yaml:2:1"
    expected = [(where, f"members: {said}; apply would put it back")]
    assert found(a_plan(change, view="drift")) == expected
    assert found(a_plan(change, origins={VIP: {MEMBERS: Origin.DRIFT}})) == expected
    assert found(a_plan(change, origins={VIP: {MEMBERS: Origin.YOURS}})) == []


def test_what_is_easily_missed_stands_at_the_line_of_its_field() -> None:
    notes = (Note("!", "it selects nobody"), Note("~", "e-mail domain"), Note("!", "so does x"))
    reading = Reading("rule", (), notes)
    change = students(rule=a_rule({"is_active": True}))
    plan = replace(a_plan(change), readings={STUDENTS: reading})
    where = Position("settings/students.yaml", 6, 3)
    assert findings_of(plan, LABELS) == (
        Problem("CG-L13", "rule: it selects nobody", where, severity=Severity.WARNING),
        Problem("CG-L13", "rule: so does x", where, severity=Severity.WARNING),
    )


def test_what_is_easily_missed_of_a_new_setting_stands_at_the_setting() -> None:
    plan = a_plan(setting_created("staff", rule=a_rule({"is_active": True}, {"is_active": False})))
    assert [(it.code, str(it.where)) for it in findings_of(plan, LABELS)] == [
        ("CG-L13", "settings/staff.yaml:3:1")
    ]


def test_findings_of_an_analysis_show_who_they_are_about() -> None:
    problem = Problem("CG-P01", "a takes customers of b", WHERE, "declare it", Severity.WARNING)
    told = (
        Told(problem),
        Told(problem, witness={"email": "test@edu.tr", "is_active": True}),
        Told(replace(problem, hint=""), witness={"city": "x", "email": "m@a.tr"}, sure=False),
    )
    analysis = Analysis(datetime(2026, 9, 1, tzinfo=ZoneInfo("Europe/Istanbul")), (), (), told)
    assert [it.hint for it in findings_of_analysis(analysis)] == [
        "declare it",
        "for example: email test@edu.tr, is_active true; declare it",
        "maybe: city x, email m***@a.tr",
    ]
