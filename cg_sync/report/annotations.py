"""Problems as workflow commands of GitHub Actions, which show them beside the lines of a pull
request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cg_sync.errors import Problem, Severity
from cg_sync.report.line import discreet
from cg_sync.report.problem import advised, file_of, meaning_of, said

MOST = 10
"""Annotations of one level that GitHub shows of one step; it drops the others without a word."""

_COMMANDS: Mapping[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def github_annotations(problems: Sequence[Problem], *, folder: str = "") -> str:
    """A line for each problem, errors first, at most `MOST` of a level: the last says how many more
    there are. Paths are as seen from the top of the repository, where the project is in `folder`.
    """
    lines = (line for it in Severity for line in _of_level(it, problems, folder))
    return "".join(f"{line}\n" for line in lines)


def _of_level(severity: Severity, problems: Sequence[Problem], folder: str) -> Iterator[str]:
    found = [it for it in problems if it.severity is severity]
    shown = found if len(found) <= MOST else found[: MOST - 1]
    yield from (_annotation(it, folder) for it in shown)
    if len(found) > len(shown):
        more = f"{len(found) - len(shown):,} more {severity.value}s; --format sarif has them all"
        yield f"::{_COMMANDS[severity]} title=cg-sync::{_data(more)}"


def _annotation(problem: Problem, folder: str) -> str:
    where = problem.where
    title = discreet(f"{problem.code} {meaning_of(problem.code).title}")
    place = (
        {}
        if where is None
        else {"file": file_of(where, folder), "line": where.line, "col": where.column}
    )
    properties = {**place, "title": title}.items()
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties)
    hint = advised(problem)
    text = f"{said(problem)}\n{hint}" if hint else said(problem)
    return f"::{_COMMANDS[problem.severity]} {written}::{_data(text)}"


def _data(text: str) -> str:
    """The text as the runner unescapes it. What would be a command by itself is no command here, as
    the text begins no line.
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
