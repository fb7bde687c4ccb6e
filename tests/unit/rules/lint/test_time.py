"""Rules that count from today, and days that have passed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.lint.time import check_ended, check_review
from tests.unit.rules.lint.builders import a_vocabulary, places

NOW = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "test",
    ["{within_last: 30d}", "{older_than: 18y, missing: drop}", "{within_next: 7d}",
     "{anniversary: today}", "{anniversary: {within_next: 7d}}"],
)  # fmt: skip
def test_a_rule_that_counts_from_today_is_found_at_its_first_such_line(test: str) -> None:
    line = f"{{birthdate: {test}}}"
    rule = f"match: [{{is_active: true}}, {{any: [{line}, {line}]}}]"
    assert places("CG-T01", a_vocabulary(), rule) == ["match[1].any[0].birthdate"]


@pytest.mark.parametrize(
    "test",
    ["{before: 2030-01-01, missing: drop}", "{anniversary: {month: [5]}}", "{present: true}"],
)
def test_a_rule_that_means_fixed_days_is_passed_over(test: str) -> None:
    assert places("CG-T01", a_vocabulary(), f"match: {{birthdate: {test}}}") == []


def test_a_shared_condition_brings_time_along() -> None:
    conditions = {
        "far": "{use: near}",
        "near": "[{is_active: true}, {birthdate: {within_last: 1y}}]",
        "still": "{is_active: true}",
    }
    vocabulary = a_vocabulary(conditions=conditions)
    assert places("CG-T01", vocabulary, "match: [{use: still}, {use: far}]") == ["match[1].use"]
    assert places("CG-T01", vocabulary, "match: {use: still}") == []


@pytest.mark.parametrize(("day", "passed"), [("2026-11-21", True), ("2026-11-22", False)])
def test_the_day_of_review_is_the_last_in_time(day: str, passed: bool) -> None:
    found = list(check_review({"review_by": day}, date(2026, 11, 22)))
    assert [it.message for it in found] == ([f"{day} has passed"] if passed else [])
    assert all(it.pointer == ("review_by",) for it in found)


@pytest.mark.parametrize("content", [{}, {"review_by": "2026-02-30"}, {"review_by": 2026}])
def test_a_list_without_a_day_of_review_has_none(content: JsonObject) -> None:
    assert list(check_review(content, date.max)) == []


def test_a_setting_that_has_ended_and_is_active_is_found() -> None:
    (found,) = check_ended(NOW, NOW, active=True)
    assert (found.code, found.pointer) == ("CG-T02", ("ends_at",))
    assert found.message == "2026-11-21 has passed, and the setting is still active"
    assert list(check_ended(NOW, NOW, active=False)) == []
    assert list(check_ended(NOW + timedelta(seconds=1), NOW, active=True)) == []
    assert list(check_ended(None, NOW, active=True)) == []
