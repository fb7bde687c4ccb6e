"""Settings to test rule tests on: as authors write them, with a catalogue of all types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cg_sync.rules.contest import Contender, ranked
from cg_sync.rules.ir import RawRule, groups_named
from cg_sync.rules.parse import Vocabulary, outline_of, parse_rule
from cg_sync.rules.testing.cases import cases_of, read_suite
from cg_sync.rules.testing.checks import Subject
from cg_sync.rules.testing.coverage import Seen
from cg_sync.rules.testing.run import Result, run_case
from tests.unit.rules.strategies import ZONE, catalogue

NOW = "2026-11-21T10:00"
CATALOGUE = catalogue()
WORDS = Vocabulary(CATALOGUE, {}, {"from-here": [{"country": "TR"}, {"city": "Bursa"}]})
RAW: Any = {"raw": {"slug": "basket-rule", "amount": 100}}

STUDENTS: Any = {
    "match": [{"email": {"domain_under": ["edu.tr"]}}, {"email_verified": True}],
    "except": [
        {"email": {"domain_under": ["mezun.boun.edu.tr"]}},
        {"groups": {"has_any": ["VIP"]}},
    ],
}
BUYERS: Any = {"match": [{"orders": {"gte": 3}}]}
BIRTHDAYS: Any = {"match": [{"birthdate": {"anniversary": {"within_next": "7d"}}}]}


def contender(slug: str, rule: Any, priority: int = 10, **fields: Any) -> Contender:
    """A setting with the rule as it stands in a file."""
    parsed, problems = parse_rule(rule, WORDS)
    assert parsed is not None, problems
    outline = None if isinstance(parsed, RawRule) else outline_of(rule, WORDS)
    return Contender(slug, priority, parsed, outline, **fields)


def subject(*contenders: Contender, groups: Sequence[str] = ()) -> Subject:
    """What is tested."""
    named = {name for it in contenders for name in groups_named(it.rule)}
    return Subject(CATALOGUE, ranked(contenders), frozenset({*named, *groups}), ZONE)


SUBJECT = subject(
    contender("buyers", BUYERS, 10, display={"price_list": "trade", "stock_list": None}),
    contender("students", STUDENTS, 20, display={"price_list": "student", "stock_list": "online"}),
)


def problems_of(content: Any, about: Subject = SUBJECT) -> list[tuple[str, tuple[str | int, ...]]]:
    """Code and place of all that is wrong with the content of a file."""
    _, problems = read_suite({"version": 1, **content}, about)
    return [(it.code, it.pointer) for it in problems]


def ran(content: Any, about: Subject = SUBJECT, seen: Seen | None = None) -> list[Result]:
    """What comes of all cases in the content of a file without problems."""
    suite, problems = read_suite({"version": 1, **content}, about)
    assert problems == ()
    results = [run_case(it, about) for test in suite.tests for it in cases_of(test, CATALOGUE)]
    for result in results if seen is not None else ():
        assert seen is not None
        seen.note(result, about)
    return results


def one(about: Subject = SUBJECT, **entry: Any) -> list[Result]:
    """What comes of one test."""
    return ran({"tests": [{"name": "a test", **entry}]}, about)


def told(results: Sequence[Result]) -> list[list[tuple[str, str]]]:
    """What was expected and what was found, of each case."""
    return [[(it.expected, it.found) for it in result.failures] for result in results]
