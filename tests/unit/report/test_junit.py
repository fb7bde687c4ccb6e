"""JUnit of findings, as a reader of others sees it."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml

from cg_sync.codes import CODES
from cg_sync.errors import Position, Problem, Severity
from cg_sync.report.junit import junit
from tests.unit.report.conftest import Golden
from tests.unit.report.found import FOUND

KNOWN = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"name", "classname"},
    "failure": {"type", "message"},
    "system-out": set[str](),
}


def read(*problems: Problem) -> Any:
    """The report as junitparser understands it."""
    return JUnitXml.fromstring(junit(problems).encode())


def test_findings_as_junit_are_as_on_record(golden: Golden) -> None:
    golden("findings.xml", junit(FOUND))


def test_there_is_a_suite_for_each_file_and_a_case_for_each_finding() -> None:
    assert [(suite.name, suite.tests, suite.failures) for suite in read(*FOUND)] == [
        ("cg-sync", 1, 1),
        ("groups/vip.yaml", 1, 1),
        ("settings/staff.yaml", 1, 0),
        ("settings/student-discount.yaml", 1, 0),
        ("settings/öğrenci indirimi #1.yaml", 1, 1),
    ]


def test_errors_fail_and_say_all_there_is_to_say() -> None:
    (suite,) = read(FOUND[1])
    (case,) = suite
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert (failure.type, failure.message) == ("CG-F05", "prioritty: no such field")
    assert case.name == "CG-F05 prioritty: no such field"
    assert case.classname == suite.name
    assert failure.text == (
        "error: settings/öğrenci indirimi #1.yaml:3:5: prioritty: no such field\n"
        "did you mean priority?"
    )


def test_warnings_pass_and_say_what_they_are() -> None:
    (suite,) = read(FOUND[3])
    (case,) = suite
    assert case.is_passed
    assert case.system_out.startswith("warning: settings/student-discount.yaml:4:11: priority: 25")


def test_the_counts_add_up() -> None:
    report = read(*FOUND)
    counted = report.tests, report.failures, report.errors
    report.update_statistics()
    assert (report.tests, report.failures, report.errors) == counted == (5, 3, 0)


def test_without_findings_one_case_passes() -> None:
    report = read()
    (suite,) = report
    assert (report.tests, suite.tests) == (1, 1)
    assert [(it.name, it.is_passed) for it in suite] == [("no findings", True)]


def test_cases_of_one_name_are_told_apart() -> None:
    twice = [Problem("CG-F05", "x: no such field", Position("a.yaml", line)) for line in (3, 9)]
    (suite,) = read(*twice)
    assert [it.name for it in suite] == ["CG-F05 x: no such field", "CG-F05 x: no such field #2"]


def test_there_is_nothing_that_pipelines_do_not_know() -> None:
    for element in ET.fromstring(junit(FOUND)).iter():
        assert set(element.attrib) <= KNOWN[element.tag]


@given(
    st.lists(
        st.builds(
            Problem,
            st.sampled_from(sorted(CODES)),
            st.text(),
            st.none() | st.builds(Position, st.text()),
            st.text(),
            st.sampled_from(Severity),
        ),
        max_size=5,
    )
)
def test_whatever_is_found_is_well_formed(problems: list[Problem]) -> None:
    report = read(*problems)
    assert sum(suite.tests for suite in report) == max(1, len(problems))
    failures = sum(it.severity is Severity.ERROR for it in problems)
    assert sum(len(case.result) for suite in report for case in suite) == failures
