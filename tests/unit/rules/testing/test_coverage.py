"""What counts as tested: three outcomes of a line, and what became of a setting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cg_sync.rules.testing.checks import Subject
from cg_sync.rules.testing.coverage import Goal, Seen, coverage_of, goals_of
from tests.unit.rules.testing.subjects import (
    BIRTHDAYS,
    BUYERS,
    NOW,
    RAW,
    STUDENTS,
    SUBJECT,
    contender,
    ran,
    subject,
)

STUDENT = {"email": "test@boun.edu.tr", "email_verified": True}


def goals(about: Subject, slug: str) -> list[tuple[int | None, str]]:
    return [(it.line, it.outcome) for it in goals_of(about.by_slug[slug], about)]


def seen_by(*entries: Any, about: Subject = SUBJECT) -> set[tuple[str, int | None, str]]:
    seen = Seen()
    tests = [{"name": str(at), **entry} for at, entry in enumerate(entries)]
    ran({"tests": tests}, about, seen)
    return {(it.slug, it.line, it.outcome) for it in seen.goals}


def test_missing_is_asked_for_only_where_a_value_may_lack() -> None:
    rule = {
        "match": [
            {"email": {"domain_is": ["edu.tr"]}},  # never missing
            {"country": "TR"},
            {"city": {"present": True}},
            {"tags": {"has_any": ["press"]}},
            {"groups": {"has_any": ["VIP"]}},
        ]
    }
    about = subject(contender("a", rule))
    missing = [line for line, outcome in goals(about, "a") if outcome == "missing"]
    assert missing == [1]
    assert [line for line, outcome in goals(about, "a") if outcome == "false"] == [0, 1, 2, 3, 4]


def test_what_is_asked_of_a_setting_is_what_can_become_of_it() -> None:
    about = subject(
        contender("first", BUYERS, 1),
        contender("off", STUDENTS, 2, active=False),
        contender("raw", RAW, 3),
        contender("last", STUDENTS, 4),
    )

    def of_setting(slug: str) -> list[str]:
        return [outcome for line, outcome in goals(about, slug) if line is None]

    assert of_setting("first") == ["won"]
    assert of_setting("off") == []
    assert goals(about, "raw") == []
    # Behind a raw rule nobody can tell who wins.
    assert of_setting("last") == ["lost", "excluded"]


def test_a_setting_that_is_not_active_takes_no_customer_from_others() -> None:
    off = contender("off", BUYERS, 1, active=False)
    about = subject(off, contender("last", {"match": [{"country": "TR"}]}, 2))
    assert [it for line, it in goals(about, "last") if line is None] == ["won"]
    won = {"customer": {"country": "TR"}, "expect": {"wins": "last"}}
    assert {slug for slug, _, _ in seen_by(won, about=about)} == {"last"}


def test_a_case_counts_for_the_settings_that_its_expectations_speak_of() -> None:
    seen = seen_by({"customer": STUDENT, "expect": {"students": True}})
    assert seen == {
        ("students", None, "won"),
        ("students", 0, "true"),
        ("students", 1, "true"),
        ("students", 2, "false"),
        ("students", 3, "false"),
    }


def test_who_wins_is_about_all_that_come_before() -> None:
    assert ("buyers", 0, "missing") not in seen_by({"expect": {"not": ["students"]}})
    assert ("buyers", 0, "missing") in seen_by({"expect": {"students": {"result": "NO_MATCH"},
                                                           "wins": "DEFAULT"}})  # fmt: skip
    won = {"customer": {"orders": 3}, "expect": {"wins": "buyers"}}
    assert {slug for slug, _, _ in seen_by(won)} == {"buyers"}


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(3, "true"), (2, "false"), (None, "missing"), ("many", "missing")],
)
def test_a_line_has_three_outcomes(value: Any, outcome: str) -> None:
    entry = {"customer": {"orders": value}, "of": "buyers", "expect": value == 3}
    assert ("buyers", 0, outcome) in seen_by(entry)


@pytest.mark.parametrize(
    ("customer", "outcome"),
    [
        (STUDENT, "won"),
        ({**STUDENT, "orders": 3}, "lost"),
        ({**STUDENT, "groups": ["VIP"]}, "excluded"),
        ({}, None),
    ],
)
def test_what_became_of_a_setting_is_seen(customer: Any, outcome: str | None) -> None:
    seen = seen_by({"customer": customer, "expect": {"students": {"result": "WON"}}})
    assert {it for slug, line, it in seen if slug == "students" and line is None} == (
        set() if outcome is None else {outcome}
    )


def test_without_a_time_nothing_counts_that_hangs_on_it() -> None:
    about = subject(
        contender("season", BUYERS, 1, starts_at=datetime(2026, 1, 1, tzinfo=UTC)),
        contender("birthdays", BIRTHDAYS, 2),
        contender("students", STUDENTS, 3),
    )
    entry = {"customer": STUDENT, "expect": {"students": True}}
    timeless = seen_by(entry, about=about)
    assert {line for _, line, _ in timeless} == {0, 1, 2, 3}
    assert ("students", None, "won") in seen_by({**entry, "now": NOW}, about=about)


def test_behind_a_raw_rule_winning_does_not_count() -> None:
    about = subject(contender("raw", RAW, 1), contender("buyers", BUYERS, 2))
    seen = seen_by({"customer": {"orders": 3}, "expect": {"buyers": True}}, about=about)
    assert seen == {("buyers", 0, "true")}


def test_the_share_is_of_what_can_happen() -> None:
    goals = {Goal("turks", 0, "true"), Goal("turks", None, "won")}
    about = subject(contender("turks", {"match": [{"country": "TR"}]}))
    measured = coverage_of(goals, {Goal("turks", 0, "missing")}, about)
    (setting,) = measured.settings
    assert [(row.line is None, row.states) for row in setting.rows] == [
        (True, (("won", "seen"),)),
        (False, (("true", "seen"), ("false", "open"), ("missing", "impossible"))),
    ]
    assert (measured.seen, measured.possible) == (2, 3)
    assert round(measured.percent, 2) == 66.67


def test_where_there_is_nothing_to_see_all_is_seen() -> None:
    measured = coverage_of(set(), set(), subject(contender("raw", RAW)))
    assert (measured.percent, measured.settings[0].rows) == (100.0, ())


def test_lines_of_shared_conditions_are_told_apart() -> None:
    about = subject(
        contender("a", {"match": [{"use": "from-here"}], "except": [{"tags": {"has_any": ["x"]}}]})
    )
    entry = {"customer": {"country": "TR", "city": "Ankara"}, "of": "a", "expect": False}
    assert seen_by(entry, about=about) == {("a", 0, "true"), ("a", 1, "false"), ("a", 2, "false")}
