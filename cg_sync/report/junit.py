"""Problems as JUnit XML, which every pipeline can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from cg_sync.errors import Problem, Severity
from cg_sync.report.problem import advised, file_of, said
from cg_sync.report.xml import attribute, in_xml, told_apart

NOWHERE = "cg-sync"
"""The suite of what stands in no file."""


def junit(problems: Sequence[Problem]) -> str:
    """A suite for each file and a case for each problem, in the order of files; the errors fail.
    Warnings and infos pass and say what they are in `system-out`, so that they turn no pipeline
    red. Without problems there is one case that passes: a report without any counts as broken.
    """
    failures = sum(_fails(it) for it in problems)
    totals = f'tests="{len(problems) or 1}" failures="{failures}" errors="0"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="cg-sync" {totals}>']
    for file, found in groupby(sorted(problems, key=_file), key=_file):
        lines += _suite(file, list(found))
    if not problems:
        lines += _whole(NOWHERE, 1, 0, ['    <testcase classname="cg-sync" name="no findings"/>'])
    return "\n".join((*lines, "</testsuites>", ""))


def _file(problem: Problem) -> str:
    return NOWHERE if problem.where is None else file_of(problem.where)


def _fails(problem: Problem) -> bool:
    return problem.severity is Severity.ERROR


def _suite(file: str, problems: Sequence[Problem]) -> Iterator[str]:
    names = told_apart(f"{it.code} {said(it)}" for it in problems)
    cases = [
        line for it, name in zip(problems, names, strict=True) for line in _case(it, file, name)
    ]
    yield from _whole(file, len(problems), sum(map(_fails, problems)), cases)


def _whole(name: str, tests: int, failures: int, cases: Sequence[str]) -> Iterator[str]:
    counts = f'tests="{tests}" failures="{failures}" errors="0" skipped="0"'
    yield f"  <testsuite name={attribute(name)} {counts}>"
    yield from cases
    yield "  </testsuite>"


def _case(problem: Problem, file: str, name: str) -> Iterator[str]:
    text = escape(in_xml(_told(problem)))
    yield f"    <testcase classname={attribute(file)} name={attribute(name)}>"
    if _fails(problem):
        kind, message = attribute(problem.code), attribute(said(problem))
        yield f"      <failure type={kind} message={message}>{text}</failure>"
    else:
        yield f"      <system-out>{text}</system-out>"
    yield "    </testcase>"


def _told(problem: Problem) -> str:
    """All there is to say, with the place: a pipeline shows it by itself."""
    where, hint = problem.where, advised(problem)
    place = "" if where is None else f"{file_of(where)}:{where.line}:{where.column}: "
    told = f"{problem.severity.value}: {place}{said(problem)}"
    return f"{told}\n{hint}" if hint else told
