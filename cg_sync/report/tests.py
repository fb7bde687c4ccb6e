"""What came out of rule tests: text for people, JUnit XML for pipelines, JSON for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from cg_sync.errors import counted
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.as_json import position_data
from cg_sync.report.invented import invented_data, shown_invented, without_real_people
from cg_sync.report.line import Line, Span, Tone, line, plain
from cg_sync.report.tree import Words, tree_lines
from cg_sync.report.xml import attribute, in_xml, told_apart
from cg_sync.rules.testing.run import Failed, Failure, SuiteResult

MOST_SHOWN = 3
"""Failed cases of one test that text tells in full."""
MESSAGE_LETTERS = 500
MOST_QUOTED = 2_000
"""Letters of one attribute of XML."""


def results_lines(results: Sequence[SuiteResult], words: Words) -> Iterator[Line]:
    """One line a file; below it each failed case with what was expected, what was found and why;
    at last the verdict. Nothing where there is no file.
    """
    for it in results:
        total, failed = len(it.cases), len(it.failed)
        cases = counted(total, "case")
        if not failed:
            yield line(Span("✓ ", Tone.ADDED), f"{shown_invented(it.file)}: {cases}")
            continue
        told = f"{failed:,} of {cases} failed"
        yield line(Span("✗ ", Tone.REMOVED), f"{shown_invented(it.file)}: ", Span(told, Tone.ERROR))
        for _, of_test in groupby(it.failed, lambda it: it.where):
            yield from _test_lines(list(of_test), words)
        yield line()
    if results:
        yield _verdict(results)


def _verdict(results: Sequence[SuiteResult]) -> Line:
    total = sum(len(it.cases) for it in results)
    failed = sum(len(it.failed) for it in results)
    cases = f"{counted(total, 'case')} in {counted(len(results), 'file')}"
    if failed:
        return line(Span(f"failed: {failed:,} of {cases}", Tone.ERROR))
    return line(Span("passed", Tone.ADDED), f": {cases}")


def _test_lines(failed: Sequence[Failed], words: Words) -> Iterator[Line]:
    for it in failed[:MOST_SHOWN]:
        yield line()
        yield from _failed_lines(it, words)
    if len(failed) > MOST_SHOWN:
        more = counted(len(failed) - MOST_SHOWN, "more case")
        yield line()
        yield line(f"  and {more} of {shown_invented(failed[0].result.case.test.name)}")


def _failed_lines(failed: Failed, words: Words) -> Iterator[Line]:
    case = failed.result.case
    place = Span(f"{shown_invented(str(failed.where))}: ", Tone.STRONG)
    yield line("  ", place, shown_invented(case.test.name, MESSAGE_LETTERS))
    who = f"customer {case.test.called}" if case.test.called else ""
    about = ", ".join(it for it in (who, case.label) if it)
    if about:
        yield line("    ", Span(shown_invented(about, MESSAGE_LETTERS), Tone.QUIET))
    for failure in failed.result.failures:
        yield line("    expected ", Span(shown_invented(failure.expected), Tone.ADDED))
        yield line(
            "    found    ", Span(shown_invented(failure.found, MESSAGE_LETTERS), Tone.REMOVED)
        )
    told: set[str] = set()
    for failure in failed.result.failures:
        yield from _explained(failure, told, words)


def _explained(failure: Failure, told: set[str], words: Words) -> Iterator[Line]:
    """The tree of the setting that a failure is about, each setting once a case."""
    if failure.standing is None or failure.standing.contender.slug in told:
        return
    slug = failure.standing.contender.slug
    told.add(slug)
    yield line("      ", Span(f"{slug}: {failure.standing.text}", Tone.STRONG))
    for it in tree_lines(failure.standing, words):
        yield line("      ", *it)


def junit_text(results: Sequence[SuiteResult], words: Words) -> str:
    """JUnit XML as pipelines read it: a `testsuite` for each file, a `testcase` for each case."""
    totals = _counts([it for result in results for it in result.cases])
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="cg-sync test"{totals}>']
    for result in results:
        name = _quoted(result.file)
        lines.append(f'  <testsuite name={name}{_counts(result.cases)} skipped="0">')
        failed = iter(result.failed)
        names = told_apart(shown_invented(case, MOST_QUOTED) for case, _ in result.cases)
        for (_, passed), case in zip(result.cases, names, strict=True):
            tag = f"    <testcase classname={name} name={attribute(case)}"
            lines += [f"{tag}/>"] if passed else [f"{tag}>", *_failure(next(failed), words)]
        lines.append("  </testsuite>")
    return "\n".join((*lines, "</testsuites>", ""))


def _counts(cases: Sequence[tuple[str, bool]]) -> str:
    failed = sum(not passed for _, passed in cases)
    return f' tests="{len(cases)}" failures="{failed}" errors="0"'


def _failure(failed: Failed, words: Words) -> Iterator[str]:
    failures = failed.result.failures
    message = "; ".join(f"expected {it.expected}, found {it.found}" for it in failures)
    text = plain(_failed_lines(failed, words))
    yield f'      <failure type="expectation" message={_quoted(message)}>'
    yield f"{escape(in_xml(text))}      </failure>"
    yield "    </testcase>"


def _quoted(text: str) -> str:
    """The text as an attribute of one line."""
    return attribute(shown_invented(text, MOST_QUOTED))


def results_data(results: Sequence[SuiteResult], words: Words) -> dict[str, JsonValue]:
    """The counts, and of each file its failures in full."""
    total = sum(len(it.cases) for it in results)
    failed = sum(len(it.failed) for it in results)
    files: list[JsonValue] = [
        {
            "file": without_real_people(it.file),
            "cases": len(it.cases),
            "failures": [_failed_data(failed, words) for failed in it.failed],
        }
        for it in results
    ]
    return {"cases": total, "failed": failed, "files": files}


def _failed_data(failed: Failed, words: Words) -> JsonValue:
    case = failed.result.case
    return {
        "test": without_real_people(case.test.name),
        "customer": without_real_people(case.test.called) or None,
        "values": invented_data(case.varied),
        "where": invented_data(position_data(failed.where)),
        "expectations": [
            {
                "expected": without_real_people(it.expected),
                "found": without_real_people(it.found),
                "setting": None if it.standing is None else it.standing.contender.slug,
                "explain": [] if it.standing is None else _tree_texts(it, words),
            }
            for it in failed.result.failures
        ],
    }


def _tree_texts(failure: Failure, words: Words) -> list[JsonValue]:
    assert failure.standing is not None
    return list(plain(tree_lines(failure.standing, words)).splitlines())
