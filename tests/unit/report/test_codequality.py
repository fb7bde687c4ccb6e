"""GitLab's Code Quality report, held against what GitLab documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cg_sync.codes import CODES
from cg_sync.errors import Position, Problem, Severity
from cg_sync.report.codequality import code_quality
from tests.unit.report.conftest import Golden
from tests.unit.report.found import FOUND

SCHEMA = Path(__file__).parents[2] / "fixtures" / "gitlab-code-quality.schema.json"
LAW = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def read(*problems: Problem, folder: str = "") -> list[Any]:
    """The entries, which obey the schema."""
    entries: list[Any] = json.loads(code_quality(problems, folder=folder))
    assert [it.message for it in LAW.iter_errors(entries)] == []
    return entries


def test_findings_as_code_quality_are_as_on_record(golden: Golden) -> None:
    golden("findings.codequality.json", code_quality(FOUND))


def test_without_findings_the_report_is_an_empty_array() -> None:
    assert code_quality(()) == "[]\n"


def test_the_schema_would_refuse_a_path_that_gitlab_cannot_find() -> None:
    entries = read(FOUND[1])
    entries[0]["location"]["path"] = "./settings/a.yaml"
    assert not LAW.is_valid(entries)


def test_severities_are_those_of_gitlab() -> None:
    problems = [Problem("CG-F05", "x", severity=it) for it in Severity]
    assert [it["severity"] for it in read(*problems)] == ["critical", "minor", "info"]


def test_what_stands_nowhere_stands_at_the_beginning_of_the_project() -> None:
    (entry,) = read(Problem("CG-F17", "x"))
    assert entry["location"] == {"path": "cg-sync.yaml", "lines": {"begin": 1}}


def test_paths_are_as_seen_from_the_top_of_the_repository() -> None:
    entries = read(Problem("CG-F05", "x", Position("./a.yaml", 4)), Problem("CG-F17", "x"))
    assert [it["location"]["path"] for it in entries] == ["a.yaml", "cg-sync.yaml"]
    entries = read(
        Problem("CG-F05", "x", Position("a.yaml", 4)), Problem("CG-F17", "x"), folder="shops/tr/"
    )
    found = [it["location"]["path"] for it in entries]
    assert found == ["shops/tr/a.yaml", "shops/tr/cg-sync.yaml"]


def test_the_hint_is_part_of_what_is_said() -> None:
    (entry,) = read(FOUND[1])
    assert entry["description"] == "prioritty: no such field (did you mean priority?)"


@given(
    st.lists(
        st.builds(
            Problem,
            st.sampled_from(sorted(CODES)),
            st.sampled_from(["a", "b"]) | st.text(min_size=1),
            st.none() | st.builds(Position, st.sampled_from(["a.yaml", "b.yaml"])),
        ),
        max_size=6,
    )
)
def test_no_two_entries_share_a_fingerprint_or_gitlab_would_show_one(
    problems: list[Problem],
) -> None:
    assert len({it["fingerprint"] for it in read(*problems)}) == len(problems)
