"""SARIF: held against its published schema, and what GitHub makes of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from cg_sync.codes import CODES
from cg_sync.errors import Position, Problem, Severity
from cg_sync.report.sarif import MOST_RESULTS, sarif
from tests.unit.report.conftest import Golden
from tests.unit.report.found import FOUND, an_error

SCHEMA = Path(__file__).parents[2] / "fixtures" / "sarif-2.1.0-rtm.5.json"
LAW = Draft4Validator(json.loads(SCHEMA.read_text("utf-8")))


def run_of(*problems: Problem, folder: str = "") -> Any:
    """The one run of the document, which obeys the schema."""
    document = json.loads(sarif(problems, tool_version="1.2.3", folder=folder))
    assert [it.message for it in LAW.iter_errors(document)] == []
    (run,) = document["runs"]
    return run


def long_run_of(*problems: Problem) -> Any:
    """The same, of which only the first few results are held against the schema."""
    document = json.loads(sarif(problems, tool_version="1.2.3"))
    (run,) = document["runs"]
    few = {**document, "runs": [{**run, "results": run["results"][:10]}]}
    assert [it.message for it in LAW.iter_errors(few)] == []
    return run


def place_of(result: Any) -> Any:
    (location,) = result["locations"]
    return location["physicalLocation"]


def test_findings_as_sarif_are_as_on_record(golden: Golden) -> None:
    golden("findings.sarif", sarif(FOUND, tool_version="1.2.3"))


def test_the_schema_would_refuse_something_else() -> None:
    document = json.loads(sarif(FOUND, tool_version="1.2.3"))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not LAW.is_valid(document)


def test_without_findings_the_document_is_valid_and_empty() -> None:
    run = run_of()
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_a_rule_with_its_advice_within_the_limits_of_github(code: str) -> None:
    (rule,) = run_of(Problem(code, "x"))["tool"]["driver"]["rules"]
    assert rule["id"] == code
    assert rule["help"]["text"] == CODES[code].advice
    assert 0 < len(rule["shortDescription"]["text"]) <= 1024
    assert 0 < len(rule["fullDescription"]["text"]) <= 1024


def test_a_code_of_a_newer_version_is_a_rule_all_the_same() -> None:
    (rule,) = run_of(Problem("CG-Z99", "x"))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "CG-Z99"
    assert rule["help"]["text"] == "This version of cg-sync does not know the code."


def test_each_result_points_to_its_rule() -> None:
    run = run_of(*FOUND)
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(FOUND)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_errors_come_first_and_severities_have_their_levels() -> None:
    run = run_of(*reversed(FOUND))
    assert [it["level"] for it in run["results"]] == ["error"] * 3 + ["warning", "note"]


def test_a_path_is_percent_encoded_and_leads_back_to_the_file() -> None:
    name = "settings/öğrenci: %20 #1?.yaml"
    (result,) = run_of(Problem("CG-F05", "x", Position(name, 3, 5)))["results"]
    place = place_of(result)
    assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", place["artifactLocation"]["uri"])
    assert unquote(place["artifactLocation"]["uri"]) == name
    assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert place["region"] == {"startLine": 3, "startColumn": 5}


def test_paths_are_as_seen_from_the_top_of_the_repository() -> None:
    run = run_of(Problem("CG-F05", "x", Position("a.yaml")), Problem("CG-F05", "y"), folder="tr/")
    found = [place_of(it)["artifactLocation"]["uri"] for it in run["results"]]
    assert found == ["tr/a.yaml", "tr/cg-sync.yaml"]


def test_what_stands_nowhere_has_a_place_or_github_would_refuse_the_file() -> None:
    (result,) = run_of(Problem("CG-F17", "x"))["results"]
    assert place_of(result)["artifactLocation"]["uri"] == "cg-sync.yaml"
    assert place_of(result)["region"] == {"startLine": 1, "startColumn": 1}


def test_a_message_has_no_links_and_no_placeholders() -> None:
    (result,) = run_of(Problem("CG-F06", "see [a](b), {0}, {list: a}, x[1]", None, "[c](d)"))[
        "results"
    ]
    assert result["message"] == {"text": "see [a] (b), {{0}}, {list: a}, x[1]\n[c] (d)"}


def known_by(*problems: Problem) -> list[str]:
    return [it["partialFingerprints"]["cgSync/v1"] for it in run_of(*problems)["results"]]


def test_a_finding_is_known_again_when_lines_move() -> None:
    here = Problem("CG-F07", "name: also in groups/a.yaml:2:7", Position("groups/b.yaml", 2, 7))
    moved = replace(
        here, message="name: also in groups/a.yaml:31:7", where=Position("groups/b.yaml", 40, 7)
    )
    assert known_by(here) == known_by(moved)


@pytest.mark.parametrize(
    "change",
    [{"code": "CG-F06"}, {"message": "slug: 1"}, {"where": Position("groups/c.yaml", 2, 7)}],
)
def test_another_finding_is_known_by_something_else(change: dict[str, Any]) -> None:
    here = Problem("CG-F07", "name: 2", Position("groups/b.yaml", 2, 7))
    assert known_by(here) != known_by(replace(here, **change))


def test_the_same_finding_twice_is_two() -> None:
    twice = [Problem("CG-F05", "x: no such field", Position("a.yaml", line)) for line in (3, 9)]
    first, second = known_by(*twice)
    assert first != second
    assert known_by(twice[0]) == [first]


def test_of_too_many_the_most_severe_are_kept_and_the_rest_is_counted() -> None:
    warnings = [an_error(it, Severity.WARNING) for it in range(MOST_RESULTS)]
    run = long_run_of(*warnings, an_error(0), an_error(1))
    assert len(run["results"]) == MOST_RESULTS
    assert [it["level"] for it in run["results"][:3]] == ["error", "error", "warning"]
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"] == "5,002 findings; the 5,000 most severe are here"


def test_of_just_enough_nothing_is_said() -> None:
    run = long_run_of(*(an_error(it) for it in range(MOST_RESULTS)))
    assert run["invocations"] == [{"executionSuccessful": True}]


@given(
    st.lists(
        st.builds(
            Problem,
            st.sampled_from(sorted(CODES)),
            st.text(),
            st.none() | st.builds(Position, st.text(), st.integers(1), st.integers(1)),
            st.text(),
            st.sampled_from(Severity),
        ),
        max_size=5,
    )
)
def test_whatever_is_found_obeys_the_schema(problems: list[Problem]) -> None:
    results = run_of(*problems)["results"]
    assert len(results) == len(problems)
    assert len({it["partialFingerprints"]["cgSync/v1"] for it in results}) == len(problems)
    assert all(re.fullmatch(r"[A-Za-z0-9_.~/%-]*", uri) for uri in map(uri_of, results))


def uri_of(result: Any) -> str:
    uri: str = place_of(result)["artifactLocation"]["uri"]
    return uri
