"""How rule tests are told: to people, to pipelines and to machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cg_sync.errors import Position
from cg_sync.report.as_json import json_text
from cg_sync.report.coverage import coverage_data, coverage_lines, percent_text
from cg_sync.report.line import plain
from cg_sync.report.tests import junit_text, results_data, results_lines
from cg_sync.report.tree import words_of
from cg_sync.rules.testing.coverage import Coverage, Seen, coverage_of
from cg_sync.rules.testing.run import Failed, SuiteResult
from cg_sync.rules.testing.suggest import impossible_goals
from tests.unit.report.conftest import Golden
from tests.unit.rules.strategies import NOW
from tests.unit.rules.testing.subjects import (
    BUYERS,
    RAW,
    STUDENTS,
    WORDS,
    contender,
    ran,
    subject,
)

SAID = words_of(WORDS)

PASSES: Any = [
    {"name": "guests get nothing", "expect": {"wins": "DEFAULT"}},
    {"name": "three orders", "customer": {"orders": 3}, "expect": {"wins": "buyers"}},
]
FAILS: Any = [
    PASSES[0],
    {
        "name": "alumni still do",
        "customer": "alumna",
        "expect": {"wins": "students", "display": {"price_list": "student"}},
    },
    {
        "name": "orders & <cities>",
        "customer": "alumna",
        "each": {"city": ["Bursa", "\x1b[31m\x00", "]]>", None, "İstanbul"]},
        "of": "students",
        "expect": True,
    },
]
CUSTOMERS = {"alumna": {"email": "test.alumna@mezun.boun.edu.tr", "email_verified": True}}


def result_of(file: str, tests: Any) -> SuiteResult:
    results = ran({"customers": CUSTOMERS, "tests": tests})
    failed = [
        Failed(Position(file, 10 * (int(it.case.test.pointer[1]) + 1), 5), it)
        for it in results
        if it.failures
    ]
    cases = tuple((it.case.name, not it.failures) for it in results)
    return SuiteResult(file, cases, tuple(failed))


PASSED = [result_of("rule-tests/a.yaml", PASSES)]
MIXED = [*PASSED, result_of("rule-tests/b.yaml", FAILS), result_of("rule-tests/c.yaml", PASSES)]


@pytest.mark.parametrize(("name", "results"), [("passed", PASSED), ("failed", MIXED)])
def test_results_are_told_in_three_ways(
    name: str, results: list[SuiteResult], golden: Golden
) -> None:
    golden(f"tests-{name}.txt", plain(results_lines(results, SAID)))
    golden(f"tests-{name}.xml", junit_text(results, SAID))
    golden(f"tests-{name}.json", json_text(results_data(results, SAID)))


def test_of_many_failed_cases_of_a_test_a_few_are_told_in_text_and_all_in_json() -> None:
    text = plain(results_lines(MIXED, SAID))
    assert text.count("orders & <cities>\n") == 4
    assert "and 2 more cases of orders & <cities>" in text
    assert len(results_data(MIXED, SAID)["files"][1]["failures"]) == 6  # type: ignore[index,arg-type,call-overload]


def test_the_junit_xml_is_well_formed_and_counts_right() -> None:
    root = ET.fromstring(junit_text(MIXED, SAID))
    assert root.attrib == {"name": "cg-sync test", "tests": "11", "failures": "6", "errors": "0"}
    suites = [(it.get("name"), it.get("tests"), it.get("failures")) for it in root]
    assert suites == [
        ("rule-tests/a.yaml", "2", "0"), ("rule-tests/b.yaml", "7", "6"),
        ("rule-tests/c.yaml", "2", "0"),
    ]  # fmt: skip
    cases = root.findall("testsuite/testcase")
    assert [it.find("failure") is not None for it in cases] == [False] * 3 + [True] * 6 + [
        False
    ] * 2
    assert cases[5].get("name") == r"orders & <cities> [city: \u{1b}[31m\u{0}]"
    failure = cases[3].find("failure")
    assert failure is not None
    assert failure.get("message") == (
        "expected the customer gets students, found DEFAULT; students: EXCLUDED(except[0]); "
        "expected price_list student, found the shop's own, as the customer gets DEFAULT"
    )
    assert "rule-tests/b.yaml:20:5" in (failure.text or "")


def test_a_case_of_junit_has_nothing_that_pipelines_do_not_know() -> None:
    known = {
        "testsuites": {"name", "tests", "failures", "errors"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped"},
        "testcase": {"name", "classname"},
        "failure": {"type", "message"},
    }
    for element in ET.fromstring(junit_text(MIXED, SAID)).iter():
        assert set(element.attrib) <= known[element.tag]


def in_all_formats(results: list[SuiteResult]) -> tuple[str, ...]:
    return (
        plain(results_lines(results, SAID)),
        junit_text(results, SAID),
        json_text(results_data(results, SAID)),
    )


def test_only_addresses_that_say_that_nobody_has_them_are_shown() -> None:
    each = ["test.ayse@edu.tr", "TEST.ali@edu.tr", "fixture.a@edu.tr", "test@a@edu.tr"]
    name = "of marker.one@edu.tr, marker.test@edu.tr, 'test'marker@edu.tr, test,marker@edu.tr"
    tests = [
        {"name": name, "each": {"email": each}, "of": "students", "expect": True},
        {"name": "b", "customer": "marker@edu.tr", "of": "students", "expect": True},
    ]
    customers = {"marker@edu.tr": {"city": "test.ayse@edu.tr"}}
    failures = [it for it in ran({"customers": customers, "tests": tests}) if it.failures]
    failed = tuple(Failed(Position("marker@edu.tr", 1, 1), it) for it in failures)
    cases = tuple((it.result.case.name, False) for it in failed)
    for text in in_all_formats([SuiteResult("marker@edu.tr", cases, failed)]):
        assert {it for it in each if it in text} == {*each[:3]}
        assert "m***@edu.tr" in text
        assert "marker" not in text


def test_cases_of_one_name_are_told_apart_in_junit() -> None:
    names = ["a", "a #2", "a", "a", "b", "a\u202e", r"a\u{202e}"]
    suite = SuiteResult("rule-tests/a.yaml", tuple((it, True) for it in names), ())
    text = junit_text([suite, suite], SAID)
    found = [it.get("name") for it in ET.fromstring(text)[1]]
    assert found == ["a", "a #2", "a #3", "a #4", "b", r"a\u{202e}", r"a\u{202e} #2"]
    assert "\u202e" not in text


def test_coverage_names_nobody_either() -> None:
    rule = {
        "match": [
            {"groups": {"has_any": ["marker.one@edu.tr"]}},
            {"city": "marker.two@edu.tr"},
            {"tags": {"has_any": ["marker.three@edu.tr", "marker.four@edu.tr"]}},
        ]
    }
    coverage = coverage_of(set(), set(), subject(contender("a", rule)))
    text = plain(coverage_lines(coverage, SAID)) + json_text(coverage_data(coverage, SAID))
    assert text.count("m***@edu.tr") >= 6
    assert "marker" not in text


def measured() -> Coverage:
    rule = {"match": [*STUDENTS["match"], {"country": "TR"}, {"country": {"in": ["TR", "DE"]}}]}
    about = subject(
        contender("buyers", BUYERS, 10),
        contender("raw", RAW, 15),
        contender("students", STUDENTS, 20),
        contender("twice", rule, 30),
        contender("everyone", {"match": "everyone"}, 1),
    )
    seen = Seen()
    tests = [
        {"name": "a", "customer": {"orders": 3}, "expect": {"buyers": True, "students": False}}
    ]
    ran({"tests": tests}, about, seen)
    return coverage_of(seen.goals, impossible_goals(seen, about, NOW.as_of), about)


def test_coverage_is_a_table_for_people_and_data_for_machines(golden: Golden) -> None:
    golden("tests-coverage.txt", plain(coverage_lines(measured(), SAID)))
    golden("tests-coverage.json", json_text(coverage_data(measured(), SAID)))


@pytest.mark.parametrize(("percent", "text"), [(100.0, "100%"), (99.99, "99%"), (0.0, "0%")])
def test_only_all_is_a_hundred_percent(percent: float, text: str) -> None:
    assert percent_text(percent) == text


def fields_of(value: Any) -> Iterator[str]:
    """Every field of a JSON value that is not the name of an attribute."""
    for name, item in value.items() if isinstance(value, dict) else ():
        yield name
        if name != "values":
            yield from fields_of(item)
    for item in value if isinstance(value, list) else ():
        yield from fields_of(item)


def test_every_field_of_the_json_is_described() -> None:
    page = (Path(__file__).parents[3] / "docs" / "testing.md").read_text("utf-8")
    text = page.split("## As JSON")[1]
    data = {**results_data(MIXED, SAID), "coverage": coverage_data(measured(), SAID)}
    fields = set(fields_of(data))
    assert {"expectations", "percent", "won", "missing", "column"} <= fields
    assert {it for it in fields if f"`{it}`" not in text} == set()
