"""Rule test files: what they mean, and all that can be wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cg_sync.rules.fixtures import Invented
from cg_sync.rules.testing.cases import Case, cases_of, read_suite
from tests.unit.rules.testing.subjects import (
    BIRTHDAYS,
    CATALOGUE,
    NOW,
    RAW,
    STUDENTS,
    SUBJECT,
    contender,
    problems_of,
    subject,
)

EXPECT: Any = {"not": ["buyers"]}
TIMELY = subject(contender("birthdays", BIRTHDAYS), contender("students", STUDENTS, 20))


def cases(content: Any) -> list[Case]:
    suite, problems = read_suite({"version": 1, **content}, SUBJECT)
    assert problems == ()
    return [case for test in suite.tests for case in cases_of(test, CATALOGUE)]


def a_test(**entry: Any) -> dict[str, Any]:
    return {"name": "a test", "expect": EXPECT, **entry}


def wrong(**entry: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    """What is wrong with one test, placed inside it."""
    found = problems_of({"tests": [a_test(**entry)]})
    assert all(place[:2] == ("tests", 0) for _, place in found)
    return [(code, place[2:]) for code, place in found]


def message_of(content: Any, about: Any = SUBJECT) -> tuple[str, str]:
    _, (problem,) = read_suite({"version": 1, **content}, about)
    return problem.message, problem.hint


# ── customers ────────────────────────────────────────────────────────────────────────────────────


def test_a_customer_has_its_own_values_and_those_of_whom_it_extends() -> None:
    customers = {
        "alumna": {"extends": "ayse", "email": "test@mezun.boun.edu.tr"},
        "ayse": {"extends": "someone", "email": "test@boun.edu.tr", "city": None},
        "someone": {"city": "Bursa", "orders": 2},
    }
    (case,) = cases({"customers": customers, "tests": [a_test(customer="alumna")]})
    assert case.invented.customer == {
        "email": "test@mezun.boun.edu.tr",
        "extra_field": {"orders": 2},
    }
    assert case.test.called == "alumna"


def test_the_customer_of_a_test_may_extend_and_with_counts_most() -> None:
    test = a_test(
        customer={"extends": "ayse", "city": "Bursa", "orders": 1}, **{"with": {"city": "Ankara"}}
    )
    (case,) = cases({"customers": {"ayse": {"orders": 2, "country": "TR"}}, "tests": [test]})
    assert case.test.values == {"orders": 1, "country": "TR", "city": "Ankara"}


def test_without_a_customer_nothing_is_known() -> None:
    (case,) = cases({"tests": [a_test()]})
    assert case.invented == Invented({})


def test_named_customers_come_with_all_their_values() -> None:
    customers: Any = {"a": {"city": "Bursa"}, "b": {"extends": "a", "orders": 1}}
    suite, _ = read_suite({"version": 1, "customers": customers, "now": NOW}, SUBJECT)
    assert suite.customers == {"a": {"city": "Bursa"}, "b": {"city": "Bursa", "orders": 1}}
    assert suite.now == datetime(2026, 11, 21, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("customers", "places"),
    [
        ({"a": {"extends": "a"}}, [("a",)]),
        ({"a": {"extends": "b"}, "b": {"extends": "a"}}, [("a",), ("b",)]),
        ({"a": {"extends": "b"}, "b": {"extends": "c"}, "c": {"extends": "b"}}, [("b",), ("c",)]),
    ],
)
def test_customers_cannot_extend_each_other_in_a_circle(customers: Any, places: Any) -> None:
    assert problems_of({"customers": customers}) == [
        ("CG-F26", ("customers", *place, "extends")) for place in places
    ]


def test_a_circle_is_told_as_it_goes() -> None:
    customers = {"a": {"extends": "b"}, "b": {"extends": "c"}, "c": {"extends": "b"}}
    _, problems = read_suite({"version": 1, "customers": customers}, SUBJECT)
    assert problems[0].message == "b extends c extends b: a circle"


def test_a_long_chain_of_customers_is_refused_and_ends() -> None:
    chain: dict[str, Any] = {f"c{at}": {"extends": f"c{at + 1}"} for at in range(3000)}
    chain["c3000"] = {"country": "TR"}
    _, problems = read_suite({"version": 1, "customers": chain}, SUBJECT)
    assert {it.code for it in problems} == {"CG-F26"}
    assert problems[0].message == "c0: extends more than 20 customers, one after the other"
    assert len(problems) == 3000 - 20


@pytest.mark.parametrize("now", ["0001-01-01", "9999-12-31T23:59Z"])
def test_a_time_at_the_ends_of_the_calendar_is_refused(now: str) -> None:
    content: Any = {"version": 1, "now": now, "tests": [a_test()]}
    _, problems = read_suite(content, SUBJECT)
    assert [it.message for it in problems if it.pointer == ("now",)] == [
        "now: is too near an end of the calendar"
    ]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"customers": {"a": {"extends": "ayse"}}}, ("customers", "a", "extends")),
        ({"tests": [a_test(customer="ayse")]}, ("tests", 0, "customer")),
        ({"tests": [a_test(customer={"extends": "x"})]}, ("tests", 0, "customer", "extends")),
    ],
)
def test_an_unknown_customer_is_pointed_out(content: Any, place: Any) -> None:
    assert problems_of(content) == [("CG-F26", place)]


def test_a_name_that_is_nearly_right_gets_a_hint() -> None:
    content = {"customers": {"ayse": {}}, "tests": [a_test(customer="ayşe")]}
    assert message_of(content) == ("ayşe: no such customer", "did you mean ayse?")


# ── values ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"colour": "red"}, "CG-F21"),
        ({"email_verified": "yes"}, "CG-F06"),
        ({"city": 34}, "CG-F06"),
        ({"city": True}, "CG-F06"),
        ({"city": ["Bursa"]}, "CG-F06"),
        ({"orders": True}, "CG-F06"),
        ({"tags": "press"}, "CG-F06"),
        ({"tags": ["press", 1]}, "CG-F06"),
        ({"groups": "VIP"}, "CG-F06"),
        ({"groups": ["Vip"]}, "CG-F26"),
        ({"email": "ayse@boun.edu.tr"}, "CG-S02"),
        ({"city": "ayse@boun.edu.tr"}, "CG-S02"),
        ({"tags": ["ayse@boun.edu.tr"]}, "CG-S02"),
    ],
)
def test_a_value_that_cannot_be_meant_is_an_error_wherever_it_stands(
    values: dict[str, Any], code: str
) -> None:
    ((name, value),) = values.items()
    inside = (0,) if name == "groups" and code == "CG-F26" else ()
    assert problems_of({"customers": {"a": values}}) == [(code, ("customers", "a", name, *inside))]
    assert wrong(customer=values) == [(code, ("customer", name, *inside))]
    assert wrong(**{"with": values}) == [(code, ("with", name, *inside))]
    at = () if code == "CG-F21" else (0,)
    for word in ("each", "matrix"):
        assert wrong(**{word: {name: [value]}}) == [(code, (word, name, *at, *inside))]


@pytest.mark.parametrize(
    "values",
    [
        {"birthdate": "not a date", "email": "not an address", "orders": "many", "phone": "-"},
        {"orders": 3.5, "spent": "10.50", "gender": "other", "email": "@edu.tr", "city": "a@"},
        {"email": "TEST.ayse@boun.edu.tr", "city": "@home", "tags": ["a", "fixture@edu.tr"]},
        {"email": " test@edu.tr ", "groups": ["VIP"], "tags": [], "email_verified": None},
    ],
)
def test_what_may_be_meant_is_taken(values: dict[str, Any]) -> None:
    assert problems_of({"customers": {"a": values}}) == []


def test_an_address_that_may_be_somebody_s_is_not_repeated() -> None:
    content: Any = {"customers": {"a": {"email": "ayse@boun.edu.tr", "birthdate": 1990}}}
    _, problems = read_suite({"version": 1, **content}, SUBJECT)
    assert [it.message for it in problems] == [
        "email: an address that may be somebody's",
        "birthdate: takes a text or null, not 1990",
    ]
    assert problems[1].hint == "put it in quotes if it is meant as a text"
    _, (problem,) = read_suite(
        {"version": 1, "customers": {"a": {"email_verified": "test@b.tr"}}}, SUBJECT
    )
    assert problem.message == "email_verified: takes true, false or null, not a text"


# ── cases ────────────────────────────────────────────────────────────────────────────────────────


def test_each_makes_a_case_of_every_value_with_its_own_answer() -> None:
    test = a_test(
        customer={"city": "Bursa"}, each={"orders": [2, 3, None]}, of="buyers",
        expect=[False, True, False],
    )  # fmt: skip
    found = cases({"tests": [test]})
    assert [it.label for it in found] == ["orders: 2", "orders: 3", "orders: null"]
    assert [it.invented.customer.get("extra_field") for it in found] == [
        {"orders": 2}, {"orders": 3}, None,
    ]  # fmt: skip
    assert [[check.wanted for check in it.checks] for it in found] == [[False], [True], [False]]  # type: ignore[union-attr]


def test_a_matrix_makes_a_case_of_every_combination_and_each_goes_through_all_of_them() -> None:
    test = a_test(
        matrix={"city": ["Bursa", None], "country": ["TR", ""]}, each={"orders": [1, 2]},
        of="buyers", expect=[False, False],
    )  # fmt: skip
    found = cases({"tests": [test]})
    assert len(found) == found[0].test.size == 8
    assert [it.name for it in found][:3] == [
        "a test [city: Bursa, country: TR, orders: 1]",
        "a test [city: Bursa, country: TR, orders: 2]",
        'a test [city: Bursa, country: "", orders: 1]',
    ]


def test_a_test_has_at_most_ten_thousand_cases() -> None:
    most = {"orders": list(range(100)), "city": [f"Town {it}" for it in range(100)]}
    assert wrong(matrix=most) == []
    assert wrong(matrix=most, each={"country": ["TR"]}) == []
    assert wrong(matrix=most, each={"country": ["TR", "DE"]}) == [("CG-F26", ("matrix",))]
    assert wrong(each={"orders": list(range(10_001))}) == [("CG-F26", ("each",))]


def test_an_attribute_varies_in_one_way_only() -> None:
    found = wrong(matrix={"orders": [1]}, each={"orders": [1]})
    assert found == [("CG-F26", ("each", "orders"))]


# ── expectations ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({"expect": {"matches": ["students", "buyer"]}}, ("expect", "matches", 1)),
        ({"expect": {"not": ["buyer"]}}, ("expect", "not", 0)),
        ({"expect": {"wins": "default"}}, ("expect", "wins")),
        ({"expect": {"win": "students"}}, ("expect", "win")),
        ({"expect": {"student": True}}, ("expect", "student")),
        ({"expect": {"display": {"price_list": "studnet"}}}, ("expect", "display", "price_list")),
        ({"expect": True, "of": "student"}, ("of",)),
        ({"expect": True}, ("expect",)),
        ({"expect": [True]}, ("expect",)),
        ({"expect": [True], "of": "buyers"}, ("expect",)),
        ({"expect": [True], "of": "buyers", "each": {"orders": [1, 2]}}, ("expect",)),
        ({"expect": {"wins": "buyers"}, "of": "buyers"}, ("of",)),
        (
            {"expect": {"students": {"result": "NO_MATCH", "line": "match[2]"}}},
            ("expect", "students", "line"),
        ),
        (
            {"expect": {"students": {"result": "NO_MATCH", "line": "except[0]"}}},
            ("expect", "students", "line"),
        ),
        (
            {"expect": {"buyers": {"result": "EXCLUDED", "line": "except[0]"}}},
            ("expect", "buyers", "line"),
        ),
        (
            {"expect": {"buyers": {"result": "WON", "line": "match[0]"}}},
            ("expect", "buyers", "line"),
        ),
        ({"expect": {"buyers": {"result": "WON", "to": "students"}}}, ("expect", "buyers", "to")),
        (
            {"expect": {"students": {"result": "LOST_TO", "to": "buyer"}}},
            ("expect", "students", "to"),
        ),
    ],
)
def test_an_expectation_of_what_is_not_there_is_pointed_out(entry: Any, place: Any) -> None:
    assert wrong(**entry) == [("CG-F26", place)]


@pytest.mark.parametrize(
    ("expect", "hint"),
    [
        ({"wins": "default"}, "name a setting that has a file, or DEFAULT for none"),
        ({"win": "students"}, "did you mean wins?"),
        ({"student": True}, "did you mean students?"),
        ({"display": {"price_list": "studnet"}}, "did you mean student?"),
        ({"students": {"result": "EXCLUDED", "line": "x"}}, "except has except[0], except[1]"),
        ({"buyers": {"result": "EXCLUDED", "line": "x"}}, "there is no except line"),
    ],
)
def test_an_expectation_that_is_nearly_right_gets_a_hint(expect: Any, hint: str) -> None:
    assert message_of({"tests": [a_test(expect=expect)]})[1] == hint


@pytest.mark.parametrize(
    "expect",
    [
        {"raw": True},
        {"matches": ["raw"]},
        {"wins": "raw"},
        {"students": {"result": "LOST_TO", "to": "raw"}},
    ],
)
def test_a_raw_rule_cannot_be_tested(expect: Any) -> None:
    about = subject(contender("raw", RAW), contender("students", STUDENTS, 20))
    message, _ = message_of({"tests": [a_test(expect=expect)]}, about)
    assert message == "raw: has a raw rule, so no test can tell whom it selects"


def test_everything_that_is_wrong_is_said_at_once() -> None:
    content = {
        "now": "soon",
        "customers": {"a": {"colour": "red"}},
        "tests": [a_test(customer="b"), a_test(expect={"wins": "x"}), a_test(now="2026-11-31")],
    }
    assert problems_of(content) == [
        ("CG-F21", ("customers", "a", "colour")),
        ("CG-F06", ("now",)),
        ("CG-F26", ("tests", 0, "customer")),
        ("CG-F26", ("tests", 1, "expect", "wins")),
        ("CG-F06", ("tests", 2, "now")),
    ]


# ── the clock ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-21T10:00", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("2026-11-21T10:00:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 20, 21, tzinfo=UTC)),
    ],
)
def test_the_time_is_counted_in_the_zone_of_the_project(written: str, moment: datetime) -> None:
    (case,) = cases({"now": written, "tests": [a_test()]})
    assert case.test.as_of == moment
    (case,) = cases({"now": "2000-01-01", "tests": [a_test(now=written)]})
    assert case.test.as_of == moment


@pytest.mark.parametrize(
    "expect",
    [
        {"matches": ["birthdays"]},
        {"birthdays": {"result": "NO_MATCH"}},
        {"students": {"result": "WON"}},
        {"students": {"result": "LOST_TO"}},
        {"wins": "students"},
        {"wins": "DEFAULT"},
        {"display": {"price_list": None}},
    ],
)
def test_what_hangs_on_the_time_needs_one(expect: Any) -> None:
    content = {"tests": [a_test(expect=expect)]}
    assert problems_of(content, TIMELY) == [("CG-F27", ("tests", 0))]
    assert problems_of({"now": NOW, **content}, TIMELY) == []
    assert "and birthdays changes with time" in message_of(content, TIMELY)[0]


def test_several_settings_that_hang_on_the_time_are_listed() -> None:
    about = subject(*(contender(it, BIRTHDAYS) for it in "abc"))
    content = {"tests": [a_test(expect={"wins": "b"})]}
    assert "`now:`, and a and b change with time" in message_of(content, about)[0]
    content = {"tests": [a_test(expect={"wins": "DEFAULT"})]}
    assert "`now:`, and a, b and c change with time" in message_of(content, about)[0]


@pytest.mark.parametrize(
    "expect", [{"matches": ["students"]}, {"students": {"result": "EXCLUDED"}}, {"students": True}]
)
def test_what_does_not_hang_on_the_time_needs_none(expect: Any) -> None:
    assert problems_of({"tests": [a_test(expect=expect)]}, TIMELY) == []


def test_settings_that_count_for_a_time_hang_on_it_where_it_matters_who_wins() -> None:
    season = contender("season", STUDENTS, starts_at=datetime(2026, 12, 1, tzinfo=UTC))
    about = subject(season)
    needs: list[Any] = [{"wins": "season"}, {"season": {"result": "NO_MATCH"}}]
    for expect in needs:
        assert problems_of({"tests": [a_test(expect=expect)]}, about) == [("CG-F27", ("tests", 0))]
    assert problems_of({"tests": [a_test(expect={"season": True})]}, about) == []
