"""Annotations of GitHub, as its runner reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.codes import CODES
from cg_sync.errors import Position, Problem, Severity
from cg_sync.report.annotations import MOST, github_annotations
from cg_sync.report.problem import advised, file_of, said
from tests.unit.report.conftest import Golden
from tests.unit.report.found import FOUND, an_error
from tests.unit.report.runner import Command, commands_in

NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def read(*problems: Problem, folder: str = "") -> list[Command]:
    """The commands; every line is one."""
    text = github_annotations(problems, folder=folder)
    found = list(commands_in(text))
    assert len(found) == len(text.splitlines())
    return found


def test_findings_as_annotations_are_as_on_record(golden: Golden) -> None:
    golden("findings.annotations.txt", github_annotations(FOUND))


def test_an_annotation_says_what_where_and_what_to_do() -> None:
    place = {"file": "a,b:: c.yaml", "line": "3", "col": "5", "title": "CG-F05 no such field"}
    problem = Problem("CG-F05", "100%0A: x, y", Position("a,b:: c.yaml", 3, 5), "do: that")
    assert read(problem) == [Command("error", "100%0A: x, y\ndo: that", place)]


def test_what_stands_nowhere_is_an_annotation_of_the_run() -> None:
    (found,) = read(Problem("CG-F17", "x"))
    assert found.properties == {"title": "CG-F17 no project here"}


def test_a_code_of_a_newer_version_is_a_title_all_the_same() -> None:
    (found,) = read(Problem("CG-Z99", "x"))
    assert found.properties == {"title": "CG-Z99 CG-Z99"}


def test_paths_are_as_seen_from_the_top_of_the_repository() -> None:
    (found,) = read(Problem("CG-F05", "x", Position("a.yaml")), folder="shops/tr/")
    assert found.properties["file"] == "shops/tr/a.yaml"


def test_without_findings_nothing_is_printed() -> None:
    assert github_annotations(()) == ""


def test_errors_come_first_then_warnings_then_notices() -> None:
    found = read(*reversed(FOUND))
    assert [it.name for it in found] == ["error"] * 3 + ["warning", "notice"]


@pytest.mark.parametrize("severity", Severity)
def test_as_many_as_github_shows_are_all_shown(severity: Severity) -> None:
    found = read(*(an_error(it, severity) for it in range(MOST)))
    assert [it.data for it in found] == [f"number {it}" for it in range(MOST)]


@pytest.mark.parametrize("severity", Severity)
def test_of_more_the_last_says_how_many(severity: Severity) -> None:
    found = read(*(an_error(it, severity) for it in range(1_500)))
    assert len(found) == MOST
    assert found[-1].name == NAMES[severity]
    assert found[-1].data == f"1,491 more {severity.value}s; --format sarif has them all"


def test_one_level_does_not_take_the_room_of_another() -> None:
    found = read(*(an_error(it, severity) for it in range(12) for severity in Severity))
    assert [it.name for it in found] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10


COMMANDS = st.sampled_from(
    ["::", "##[", "]", "\n", "\r", "%0A", "%25", "%", ",", "=", "set-output", "stop-commands", " "]
)
TEXTS = st.lists(st.text(max_size=5) | COMMANDS, max_size=8).map("".join)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(Severity), st.sampled_from(sorted(CODES)))
def test_the_runner_reads_what_was_said_and_nothing_else(
    message: str, hint: str, file: str, severity: Severity, code: str
) -> None:
    problem = Problem(code, message, Position(file, 2, 3), hint, severity)
    (found,) = read(problem)
    assert found.name == NAMES[severity]
    assert found.data.partition("\n") == (
        said(problem),
        "\n" if advised(problem) else "",
        advised(problem),
    )
    assert found.properties["title"] == f"{code} {CODES[code].title}"
    assert found.properties.get("file", "") == file_of(Position(file))
