"""What comes of a case: what is met passes, and what is not is told in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.rules.testing.subjects import (
    BIRTHDAYS,
    BUYERS,
    NOW,
    RAW,
    STUDENTS,
    contender,
    one,
    subject,
    told,
)

STUDENT = {"email": "test@boun.edu.tr", "email_verified": True}
ALUMNA = {"email": "test@mezun.boun.edu.tr", "email_verified": True}
BOTH = {**STUDENT, "orders": 3}

# Each: a customer, what holds, and what does not with what is said of it.
CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]] = [
    (STUDENT, {"matches": ["students"]}, {"not": ["students"]}, "WON"),
    (ALUMNA, {"not": ["students"]}, {"matches": ["students"]}, "EXCLUDED(except[0])"),
    (BOTH, {"students": True}, {"students": False}, "LOST_TO(buyers)"),
    (STUDENT, {"wins": "students"}, {"wins": "DEFAULT"}, "students"),
    (STUDENT, {"wins": "students"}, {"wins": "buyers"}, "students; buyers: NO_MATCH(match[0])"),
    (ALUMNA, {"wins": "DEFAULT"}, {"wins": "students"},
     "DEFAULT; students: EXCLUDED(except[0])"),
    (STUDENT, {"students": {"result": "WON"}}, {"students": {"result": "NO_MATCH"}}, "WON"),
    (ALUMNA, {"students": {"result": "EXCLUDED"}},
     {"students": {"result": "EXCLUDED", "line": "except[1]"}}, "EXCLUDED(except[0])"),
    (BOTH, {"students": {"result": "LOST_TO", "to": "buyers"}}, {"students": {"result": "WON"}},
     "LOST_TO(buyers)"),
    ({}, {"students": {"result": "NO_MATCH", "line": "match[0]"}},
     {"students": {"result": "NO_MATCH", "line": "match[1]"}}, "NO_MATCH(match[0])"),
    (BOTH, {"display": {"price_list": "trade"}}, {"display": {"price_list": "student"}},
     "trade, as the customer gets buyers"),
    (BOTH, {"display": {"stock_list": None}}, {"display": {"stock_list": "online"}},
     "the shop's own, as the customer gets buyers"),
    ({}, {"display": {"price_list": None}}, {"display": {"price_list": "trade"}},
     "the shop's own, as the customer gets DEFAULT"),
]  # fmt: skip


@pytest.mark.parametrize(("customer", "right", "wrong", "found"), CASES)
def test_what_is_met_passes_and_what_is_not_fails(
    customer: Any, right: Any, wrong: Any, found: str
) -> None:
    assert told(one(customer=customer, expect=right)) == [[]]
    ((failure,),) = told(one(customer=customer, expect=wrong))
    assert failure[1] == found


@pytest.mark.parametrize(
    ("expect", "expected", "slug"),
    [
        ({"matches": ["students"]}, "students selects the customer", "students"),
        ({"not": ["buyers"]}, "buyers does not select the customer", "buyers"),
        ({"wins": "students"}, "the customer gets students", "students"),
        ({"wins": "DEFAULT"}, "the customer gets DEFAULT", "buyers"),
        ({"students": {"result": "WON"}}, "students: WON", "students"),
        (
            {"students": {"result": "EXCLUDED", "line": "except[1]"}},
            "students: EXCLUDED(except[1])",
            "students",
        ),
        ({"display": {"price_list": "student"}}, "price_list student", "buyers"),
        ({"display": {"stock_list": "online"}}, "stock_list online", "buyers"),
    ],
)
def test_a_failure_says_what_was_expected_and_points_to_a_setting(
    expect: Any, expected: str, slug: str
) -> None:
    customer = {"email": "test@mezun.boun.edu.tr", "email_verified": True, "orders": 3}
    (result,) = one(customer=customer, expect=expect)
    (failure,) = result.failures
    assert failure.expected == expected
    assert failure.standing is not None
    assert failure.standing.contender.slug == slug


def test_where_nothing_wins_no_setting_is_pointed_to() -> None:
    (result,) = one(expect={"display": {"price_list": "trade"}})
    assert [it.standing for it in result.failures] == [None]


def test_everything_that_is_expected_of_a_case_is_looked_at() -> None:
    expect = {"matches": ["students", "buyers"], "wins": "students", "buyers": {"result": "WON"}}
    assert len(told(one(customer={}, expect=expect))[0]) == 4


def test_a_case_takes_place_at_its_own_time() -> None:
    about = subject(contender("birthdays", BIRTHDAYS))
    entry: dict[str, Any] = {"customer": {"birthdate": "1990-01-02"}, "of": "birthdays"}
    assert told(one(about, **entry, now="2026-12-29T23:30", expect=True)) == [[]]
    assert told(one(about, **entry, now="2026-12-25", expect=True)) != [[]]


@pytest.mark.parametrize(
    ("now", "result"), [("2026-11-30", "INACTIVE"), ("2026-12-01T03:00", "WON")]
)
def test_a_setting_counts_from_its_beginning(now: str, result: str) -> None:
    about = subject(contender("season", BUYERS, starts_at=datetime(2026, 12, 1, tzinfo=UTC)))
    entry: dict[str, Any] = {"customer": {"orders": 3}, "now": now}
    assert told(one(about, **entry, expect={"season": {"result": result}})) == [[]]
    assert told(one(about, **entry, expect={"season": True})) == [[]]


def test_who_wins_is_not_certain_behind_a_raw_rule() -> None:
    about = subject(
        contender("raw", RAW, 1), contender("buyers", BUYERS, 2, display={"price_list": "trade"})
    )
    doubt = ", unless raw comes first: its rule is raw, and nobody knows whom it selects"
    for expect, found in (
        ({"wins": "buyers"}, "buyers"),
        ({"buyers": {"result": "WON"}}, "WON"),
        ({"display": {"price_list": "trade"}}, "trade, as the customer gets buyers"),
    ):
        ((failure,),) = told(one(about, customer={"orders": 3}, expect=expect))
        assert failure[1] == found + doubt
    assert told(one(about, customer={"orders": 3}, expect={"buyers": True})) == [[]]


def test_a_raw_rule_that_does_not_count_casts_no_doubt() -> None:
    about = subject(contender("raw", RAW, 1, active=False), contender("students", STUDENTS, 2))
    assert told(one(about, now=NOW, customer=STUDENT, expect={"wins": "students"})) == [[]]
