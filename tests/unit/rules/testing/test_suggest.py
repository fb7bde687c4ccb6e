"""Suggested tests: they pass, they reach all that can be reached, and they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.rules.contest import Contender
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.ir import Leaf, Rule, walk
from cg_sync.rules.limits import is_within_limits
from cg_sync.rules.testing.boundaries import boundary_values
from cg_sync.rules.testing.checks import Subject, rule_needs_clock
from cg_sync.rules.testing.coverage import Goal, Seen, coverage_of, goals_of, leaves_in, lines_in
from cg_sync.rules.testing.reach import is_impossible
from cg_sync.rules.testing.suggest import impossible_goals, suggest_tests
from cg_sync.rules.tests import Matches, TextIs
from tests.unit.rules.strategies import NOW as MOMENT
from tests.unit.rules.strategies import rules
from tests.unit.rules.testing.subjects import (
    BIRTHDAYS,
    BUYERS,
    CATALOGUE,
    RAW,
    STUDENTS,
    contender,
    ran,
    subject,
)

NOW = MOMENT.as_of


def suggested(about: Subject, seen: Seen | None = None) -> dict[str, Any]:
    content = suggest_tests(seen or Seen(), about, NOW)
    assert content is not None
    return dict(content)


def contenders() -> st.SearchStrategy[list[Contender]]:
    """A few settings with rules that files could hold."""
    writable = rules(CATALOGUE).filter(_is_writable)
    documents = st.lists(writable.map(rule_to_document), min_size=1, max_size=3)
    return documents.map(lambda them: [contender(f"s{at}", it, at) for at, it in enumerate(them)])


def _is_writable(rule: Rule) -> bool:
    try:
        return is_within_limits(rule_to_document(rule))
    except ValueError:  # it selects nobody
        return False


def reads_texts(it: Contender) -> bool:
    """Whether an example for the rule may be too hard to find."""
    assert it.outline is not None
    nodes = walk(it.outline.node)
    return any(isinstance(node, Leaf) and isinstance(node.test, TextIs | Matches) for node in nodes)


@given(contenders())
def test_suggestions_pass_and_see_all_that_can_happen(them: list[Contender]) -> None:
    about = subject(*them)
    content = suggest_tests(Seen(), about, NOW)
    seen = Seen()
    for result in ran(content, about, seen) if content is not None else ():
        assert result.failures == ()
    # What cannot happen now may at another time, when no test of this run takes place.
    if any(map(reads_texts, them)) or any(map(rule_needs_clock, them)):
        return
    missed = {it for each in them for it in goals_of(each, about)} - seen.goals
    assert {it for it in missed if not is_impossible(it, about, NOW)} == set()


@given(contenders())
def test_once_they_are_run_there_is_nothing_more_to_suggest(them: list[Contender]) -> None:
    about = subject(*them)
    content = suggest_tests(Seen(), about, NOW)
    seen = Seen()
    if content is not None:
        ran(content, about, seen)
    assert suggest_tests(seen, about, NOW) is None


def test_what_is_impossible_does_not_count_against_the_tests() -> None:
    rule = {"match": [{"country": "TR"}, {"country": {"in": ["TR", "DE"]}}]}
    about = subject(contender("a", rule, 1), contender("b", rule, 2))
    assert impossible_goals(Seen(), about, NOW) == {Goal("b", None, "won")}
    seen = Seen()
    ran(suggested(about), about, seen)
    assert coverage_of(seen.goals, impossible_goals(seen, about, NOW), about).percent == 100


def test_a_suggestion_shows_the_line_at_work() -> None:
    about = subject(contender("students", STUDENTS))
    by_name = {it["name"]: it for it in suggested(about)["tests"]}
    refused = by_name["students: except[1] is true"]
    assert refused["customer"] == {
        "email": "test@edu.tr", "email_verified": True, "groups": ["VIP"],
    }  # fmt: skip
    assert refused["expect"] == {"students": {"result": "EXCLUDED", "line": "except[1]"}}


def test_what_was_seen_is_not_suggested_again() -> None:
    about = subject(contender("buyers", BUYERS))
    entry = {"name": "t", "each": {"orders": [3, 2, None]}, "of": "buyers"}
    seen = Seen()
    ran({"tests": [{**entry, "expect": [True, False, False]}]}, about, seen)
    (test,) = suggested(about, seen)["tests"]
    assert (test["each"], test["expect"]) == ({"orders": [4]}, [True])


def test_a_time_is_written_where_anything_hangs_on_it() -> None:
    assert "now" not in suggested(subject(contender("buyers", BUYERS)))
    assert suggested(subject(contender("b", BIRTHDAYS)))["now"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ({"starts_at": datetime(2027, 1, 1, tzinfo=UTC)}, "2027-01-01T00:00:00+00:00"),
        ({"ends_at": datetime(2026, 1, 1, tzinfo=UTC)}, "2025-12-31T23:59:00+00:00"),
        (
            {
                "starts_at": datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC),
                "ends_at": datetime(2026, 1, 1, 0, 1, tzinfo=UTC),
            },
            "2026-01-01T00:00:30+00:00",
        ),
    ],
)
def test_a_setting_that_does_not_count_now_is_tested_when_it_does(fields: Any, moment: str) -> None:
    about = subject(contender("season", BUYERS, **fields))
    tests = suggested(about)["tests"]
    assert tests[0] == {
        "name": "season: won", "customer": {"orders": 5}, "now": moment,
        "expect": {"season": {"result": "WON"}},
    }  # fmt: skip


def test_a_raw_rule_gets_no_suggestions_and_hides_who_wins() -> None:
    about = subject(contender("raw", RAW, 1), contender("buyers", BUYERS, 2))
    tests = suggested(about)["tests"]
    assert {it["name"].partition(":")[0] for it in tests} == {"buyers"}
    assert tests[0]["expect"] is True
    assert suggest_tests(Seen(), subject(contender("raw", RAW, 1)), NOW) is None


def test_under_none_the_line_that_decides_is_the_one_that_holds() -> None:
    rule = {"match": [{"any": [{"none": [{"tags": {"has_any": ["press"]}}]}, {"orders": 3}]}]}
    by_name = {it["name"]: it for it in suggested(subject(contender("a", rule)))["tests"]}
    refused = by_name["a: match[0].any[0].none[0] is true"]
    assert refused["expect"] == {"a": {"result": "NO_MATCH", "line": "match[0]"}}
    assert refused["customer"]["tags"] == ["press"]


def test_a_customer_who_could_not_stand_in_a_file_is_not_suggested() -> None:
    about = subject(contender("a", {"match": [{"city": {"contains": ["somebody@example.com"]}}]}))
    names = [it["name"] for it in suggested(about)["tests"]]
    assert names == ["a: match[0] is false", "a: match[0] is missing"]


# ── borders ──────────────────────────────────────────────────────────────────────────────────────

# Each: a line, and the values around its borders with what the line says of them.
BORDERS: list[tuple[dict[str, Any], list[tuple[Any, bool]]]] = [
    ({"orders": {"gte": 3}}, [(2, False), (3, True), (4, True)]),
    ({"orders": {"between": [3, 4]}}, [(2, False), (3, True), (4, True), (5, False)]),
    ({"spent": {"gt": 10}}, [("9.99", False), (10, False), ("10.01", True)]),
    ({"spent": {"lt": "0.125"}}, [("0.124", True), ("0.125", False), ("0.126", False)]),
    (
        {"birthdate": {"between": ["2026-02-28", "2026-03-01"]}},
        [("2026-02-27", False), ("2026-02-28", True), ("2026-03-01", True), ("2026-03-02", False)],
    ),
    (
        {"created_at": {"before": "2026-11-22"}},
        [("2026-11-21T23:59:59+03:00", True), ("2026-11-22T00:00:00+03:00", False)],
    ),
    (
        {"birthdate": {"within_last": "7d"}},  # it is the 22nd
        [("2026-11-14", False), ("2026-11-15", False), ("2026-11-16", True), ("2026-11-21", True),
         ("2026-11-22", True), ("2026-11-23", False)],
    ),
    (
        {"birthdate": {"within_next": "1m"}},
        [("2026-11-21", False), ("2026-11-22", True), ("2026-11-23", True), ("2026-12-21", True),
         ("2026-12-22", False), ("2026-12-23", False)],
    ),
    (
        {"birthdate": {"anniversary": {"within_next": "7d"}}},
        [("1992-11-21", False), ("1992-11-22", True), ("1992-11-28", True), ("1992-11-29", False)],
    ),
    ({"birthdate": {"anniversary": "today"}},
     [("1992-11-21", False), ("1992-11-22", True), ("1992-11-23", False)]),
    (
        {"birthdate": {"anniversary": {"month": [12]}}},
        [("1992-11-30", False), ("1992-12-01", True), ("1992-12-31", True), ("1993-01-01", False)],
    ),
    (
        {"email": {"domain_under": ["edu.tr"]}},
        [("test@edu.tr", True), ("test@sub.edu.tr", True), ("test@fakeedu.tr", False),
         ("test@edu.tr.example.com", False)],
    ),
    ({"phone": {"country_code_in": ["90"]}}, [("+905550000000", True), ("905550000000", False)]),
    ({"tags": {"size": {"gte": 1, "lt": 2}}},
     [([], False), (["item-1"], True), (["item-1", "item-2"], False)]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "around"), BORDERS)
def test_borders_are_tried_on_both_sides(
    line: dict[str, Any], around: list[tuple[Any, bool]]
) -> None:
    it = contender("a", {"match": [line]})
    ((part, _),) = lines_in(it)
    (leaf,) = leaves_in(part.node)
    attribute = CATALOGUE.attributes[leaf.attribute]
    values = list(boundary_values(leaf.test, attribute, NOW))
    assert values == [value for value, _ in around]
    entry = {"name": "t", "each": {attribute.name: values}, "of": "a", "now": NOW.isoformat()}
    answers = [answer for _, answer in around]
    assert all(
        it.failures == () for it in ran({"tests": [{**entry, "expect": answers}]}, subject(it))
    )


def test_borders_beyond_the_calendar_are_left_out() -> None:
    it = contender("a", {"match": [{"birthdate": {"within_last": "9999y"}}]})
    (leaf,) = leaves_in(lines_in(it)[0][0].node)
    values = list(boundary_values(leaf.test, CATALOGUE.attributes["birthdate"], NOW))
    assert values == ["2026-11-21", "2026-11-22", "2026-11-23"]


@pytest.mark.parametrize(
    "line", [{"city": {"present": True}}, {"country": "TR"}, {"city": {"starts_with": "b"}}]
)
def test_what_has_no_border_has_no_values_around_it(line: dict[str, Any]) -> None:
    (leaf,) = leaves_in(lines_in(contender("a", {"match": [line]}))[0][0].node)
    assert list(boundary_values(leaf.test, CATALOGUE.attributes[leaf.attribute], NOW)) == []


def test_a_line_that_decides_of_nobody_has_no_test_of_its_borders() -> None:
    everyone = [{"is_active": True}, {"is_active": False}]
    idle = subject(contender("a", {"match": [{"any": [{"orders": {"gte": 3}}, *everyone]}]}))
    busy = subject(contender("a", {"match": [{"any": [{"orders": {"gte": 3}}, everyone[0]]}]}))
    border = "a: the borders of match[0].any[0]"
    assert border not in [it["name"] for it in suggested(idle)["tests"]]
    assert border in [it["name"] for it in suggested(busy)["tests"]]


# ── many settings ────────────────────────────────────────────────────────────────────────────────


def test_a_customer_whom_none_of_many_rivals_takes_is_found() -> None:
    cities = [f"Town {it}" for it in range(40)]
    rivals = [contender(f"r{it}", {"match": [{"city": it}]}, 1) for it in cities]
    last = contender("last", {"match": [{"city": {"in": [*cities, "Zonguldak"]}}]}, 2)
    none_left = contender("none-left", {"match": [{"city": {"in": cities}}]}, 2)
    about = subject(*rivals, last, none_left)
    assert is_impossible(Goal("none-left", None, "won"), about, NOW)
    assert not is_impossible(Goal("last", None, "won"), about, NOW)
    (won,) = [it for it in suggested(about)["tests"] if it["name"] == "last: won"]
    assert won["customer"] == {"city": "Zonguldak"}


def test_rivals_are_those_before_that_may_share_a_customer() -> None:
    about = subject(
        contender("far", {"match": [{"country": "DE"}]}, 1),
        contender("near", BUYERS, 2),
        contender("off", BUYERS, 3, active=False),
        contender("raw", RAW, 4),
        contender("a", {"match": [{"country": "TR"}]}, 5),
        contender("later", BUYERS, 6),
    )
    assert [it.slug for it in about.rivals(about.by_slug["a"])] == ["near", "raw"]


def test_what_can_happen_at_another_time_is_not_impossible() -> None:
    """Proofs hold at one moment, and a test may say another."""
    ends = datetime(2027, 1, 1, tzinfo=UTC)
    turkey = {"match": [{"country": "TR"}]}
    early = replace(contender("early", turkey, 1), ends_at=ends)
    always, late = contender("always", turkey, 1), contender("late", turkey, 2)
    won = Goal("late", None, "won")
    assert not is_impossible(won, subject(early, late), NOW)
    assert is_impossible(won, subject(always, late), NOW)
    yearly = contender("always", {"match": [{"birthdate": {"older_than": "1d"}}]}, 1)
    young = contender("late", {"match": [{"birthdate": {"older_than": "2d"}}]}, 2)
    assert not is_impossible(won, subject(yearly, young), NOW)


def test_a_setting_may_have_the_slug_of_a_word_of_tests() -> None:
    about = subject(contender("wins", {"match": [{"country": "TR"}]}, 1))
    content = suggest_tests(Seen(), about, NOW)
    assert content is not None
    assert [it.failures for it in ran(content, about, Seen())]
