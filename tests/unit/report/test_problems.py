"""How problems look, as text and as JSON."""

from __future__ import annotations

from cg_sync.errors import Position, Problem, Severity
from cg_sync.report.as_json import json_text, position_data, problems_data
from cg_sync.report.line import plain
from cg_sync.report.problem_lines import problem_lines
from tests.unit.report.conftest import Golden

PROBLEMS = (
    Problem("CG-L08", "the file was deleted", Position("groups/a.yaml"), severity=Severity.WARNING),
    Problem("CG-F05", "prioritty: no such field", Position("settings/a.yaml", 3, 1), "priority?"),
    Problem("CG-F17", "there is no cg-sync.yaml in this folder", None, "run `cg-sync init`"),
    Problem(
        "CG-F06",
        "members.customers[1]: expected an e-mail address, found ayşe.yılmaz@örnek.example",
        Position("groups/a@b.example.yaml", 12, 7),
        "write it as ayşe.yılmaz@örnek.example",
    ),
)


def test_errors_come_before_warnings_each_with_place_and_way_out(golden: Golden) -> None:
    golden("problems.txt", plain(problem_lines(PROBLEMS)))


def test_problems_as_json_are_as_on_record(golden: Golden) -> None:
    golden("problems.json", json_text(problems_data(PROBLEMS)))


def test_no_problems_are_no_lines() -> None:
    assert list(problem_lines(())) == []


def test_warnings_alone_are_counted_as_warnings() -> None:
    assert plain(problem_lines(PROBLEMS[:1])) == (
        "1 warning\n  groups/a.yaml:1:1: the file was deleted CG-L08\n"
    )


def test_infos_come_last() -> None:
    info = Problem("CG-T01", "counts from today", None, "wait", Severity.INFO)
    lines = plain(problem_lines((info, *PROBLEMS[:1]))).splitlines()
    assert lines[0] == "1 warning"
    assert lines[2:] == ["1 info", "  counts from today CG-T01", "      wait"]
    (data,) = problems_data([info])
    assert isinstance(data, dict)
    assert data["severity"] == "info"


def test_a_place_as_json_has_file_line_and_column() -> None:
    assert position_data(Position("a.yaml", 2, 3)) == {"file": "a.yaml", "line": 2, "column": 3}
    assert position_data(None) is None
