"""Who wins: of the active settings that select a customer, the one with the lowest priority."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.contest import DEFAULT, Contender, Reason, ranked, settle
from cg_sync.rules.ir import Node, RawRule
from cg_sync.rules.parse import parse_rule
from tests.unit.rules import strategies as our
from tests.unit.rules.test_outline import CATALOGUE, VOCABULARY, outline, written

NOW = our.NOW.as_of
DAY = timedelta(days=1)
BURSA: JsonObject = {"attributes": {"city": "Bursa"}, "is_active": True}
EVERYONE: JsonObject = {"match": "everyone"}
NOBODY_HERE: JsonObject = {"match": [{"city": "Ankara"}]}


def a_setting(slug: str, priority: int, content: JsonObject = EVERYONE, **more: Any) -> Contender:
    rule, problems = parse_rule(content, VOCABULARY)
    assert rule is not None, problems
    return Contender(slug, priority, rule, outline(content), **more)


def a_raw(slug: str, priority: int, *, active: bool = True) -> Contender:
    return Contender(slug, priority, RawRule('{"slug":"basket-rule"}'), None, active=active)


def texts(*contenders: Contender, customer: JsonObject = BURSA) -> dict[str, str]:
    """The reasons by slug, in order."""
    contest = settle(contenders, customer, our.NOW)
    return {it.contender.slug: it.text for it in contest.standings}


def test_the_lowest_priority_wins_whatever_the_order_of_the_files() -> None:
    settings = [a_setting("c", 30), a_setting("a", 20), a_setting("b", 10)]
    for order in permutations(settings):
        assert texts(*order) == {"b": "WON", "a": "LOST_TO(b)", "c": "LOST_TO(b)"}


def test_of_two_with_one_priority_the_slug_decides() -> None:
    assert [it.slug for it in ranked([a_setting("b", 1), a_setting("a", 1)])] == ["a", "b"]


def test_who_is_selected_by_none_gets_the_default() -> None:
    contest = settle([a_setting("a", 1, NOBODY_HERE)], BURSA, our.NOW)
    assert (contest.winner, contest.winner_slug, contest.certain) == (None, DEFAULT, True)
    assert settle([], BURSA, our.NOW).winner_slug == DEFAULT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            {"match": [{"city": "Bursa"}, {"country": "TR"}, {"city": "Ankara"}]},
            "NO_MATCH(match[1])",
        ),
        ({"match": {"country": "TR"}}, "NO_MATCH(match)"),
        ({"match": [{"any": [{"country": "TR"}, {"country": "DE"}]}]}, "NO_MATCH(match[0])"),
        ({"match": [{"is_active": True}, {"use": "near"}]}, "NO_MATCH(match[1])"),
        (
            {
                "match": [{"country": "TR"}],
                "except": [{"city": {"eq": "Bursa", "missing": "drop"}}],
            },
            "NO_MATCH(match[0])",
        ),
        (
            {
                "match": "everyone",
                "except": [{"is_active": False}, {"city": {"eq": "Bursa", "missing": "keep"}}],
            },
            "EXCLUDED(except[1])",
        ),
        (
            {"match": "everyone", "except": {"country": {"neq": "TR", "missing": "drop"}}},
            "EXCLUDED(except)",
        ),
    ],
)
def test_the_first_line_that_decides_is_named(content: JsonObject, reason: str) -> None:
    assert texts(a_setting("a", 1, content)) == {"a": reason}


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"active": False}, False),
        ({"starts_at": NOW}, True),
        ({"starts_at": NOW + DAY}, False),
        ({"ends_at": NOW + DAY}, True),
        ({"ends_at": NOW}, False),
        ({"starts_at": NOW - DAY, "ends_at": NOW + DAY}, True),
        ({"active": False, "starts_at": NOW - DAY}, False),
    ],
)
def test_a_setting_counts_while_it_is_active(more: dict[str, Any], counts: bool) -> None:
    setting = a_setting("a", 1, **more)
    assert setting.counts_at(NOW) is counts
    assert texts(setting) == {"a": "WON" if counts else "INACTIVE"}


def test_an_inactive_setting_is_told_with_what_its_rule_says() -> None:
    standing = settle([a_setting("a", 1, active=False)], BURSA, our.NOW).standing("a")
    assert (standing.reason, standing.selects) == (Reason.INACTIVE, True)


def test_a_raw_rule_before_the_winner_leaves_doubt() -> None:
    contest = settle([a_raw("raw", 1), a_setting("a", 2)], BURSA, our.NOW)
    assert (contest.winner_slug, contest.certain) == ("a", False)
    assert contest.standing("raw").text == "UNKNOWN"
    assert not contest.standing("raw").selects


@pytest.mark.parametrize(
    "settings",
    [
        [a_setting("a", 1), a_raw("raw", 2)],
        [a_raw("raw", 1, active=False), a_setting("a", 2)],
    ],
)
def test_a_raw_rule_that_could_not_win_leaves_none(settings: list[Contender]) -> None:
    assert settle(settings, BURSA, our.NOW).certain


def test_a_raw_rule_leaves_doubt_where_nobody_else_selects() -> None:
    contest = settle([a_setting("a", 1, NOBODY_HERE), a_raw("raw", 2)], BURSA, our.NOW)
    assert (contest.winner_slug, contest.certain) == (DEFAULT, False)


def test_a_slug_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        settle([], BURSA, our.NOW).standing("a")


@given(
    st.lists(st.tuples(our.nodes(CATALOGUE, depth=1), st.booleans()), max_size=4),
    our.customers(CATALOGUE),
)
def test_the_winner_is_the_first_active_one_that_selects(
    drawn: list[tuple[Node, bool]], customer: JsonObject
) -> None:
    settings = [
        a_setting(f"s{at}", at, written(node), active=active)
        for at, (node, active) in enumerate(drawn)
    ]
    contest = settle(settings, customer, our.NOW)
    selecting = [it.slug for it in settings if it.active and contest.standing(it.slug).selects]
    assert contest.winner_slug == next(iter(selecting), DEFAULT)
    won = [it.contender.slug for it in contest.standings if it.reason is Reason.WON]
    lost = {it.contender.slug: it.at for it in contest.standings if it.reason is Reason.LOST_TO}
    assert won == selecting[:1]
    assert lost == dict.fromkeys(selecting[1:], contest.winner_slug)


@given(our.nodes(CATALOGUE), our.customers(CATALOGUE))
def test_the_line_that_is_named_is_one_that_decides(node: Node, customer: JsonObject) -> None:
    standing = settle([a_setting("a", 1, written(node))], customer, our.NOW).standing("a")
    assert standing.trace is not None
    if standing.selects:
        return
    word, wanted = {
        Reason.NO_MATCH: ("match", False),
        Reason.EXCLUDED: ("except", True),
    }[standing.reason]
    above = standing.trace.below(word)
    assert above is not None
    deciding = [it.part.place for it in above.parts if it.holds is wanted]
    assert standing.at == deciding[0]
