"""Rule tests: reads them, runs them on the settings of the files, and measures how far they go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast

from cg_sync.core.document import Document
from cg_sync.core.schema import Law
from cg_sync.errors import FilesError, Problem
from cg_sync.files.rule_tests import read_rule_tests
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_writer import to_yaml
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds.customer_group import CUSTOMER_GROUP
from cg_sync.rules.ir import groups_named
from cg_sync.rules.problem import RuleProblem
from cg_sync.rules.testing.broken import check_broken
from cg_sync.rules.testing.cases import Suite, cases_of, read_suite
from cg_sync.rules.testing.checks import Subject
from cg_sync.rules.testing.coverage import Coverage, Seen, coverage_of
from cg_sync.rules.testing.run import Failed, SuiteResult, run_case
from cg_sync.rules.testing.suggest import impossible_goals, suggest_tests
from cg_sync.workflow.check import Checked
from cg_sync.workflow.contenders import contenders_of

HEADER = "yaml-language-server: $schema=../schemas/test.schema.json"


@dataclass(frozen=True, slots=True)
class ReadSuite:
    """One rule test file, read and found right."""

    document: Document
    suite: Suite


def subject_of(checked: Checked) -> Subject:
    """What rule tests are about: the settings of the files."""
    contenders = contenders_of(checked)
    groups = {
        it.address.key
        for it in checked.desired.wanted.values()
        if it.address.kind == CUSTOMER_GROUP.name
    }
    groups |= {name for it in contenders for name in groups_named(it.rule)}
    catalogue = checked.context.vocabulary.catalogue
    return Subject(catalogue, contenders, frozenset(groups), checked.project.timezone)


def read_suites(checked: Checked, subject: Subject, paths: Sequence[Path]) -> tuple[ReadSuite, ...]:
    """The rule test files at those paths; raises FilesError with all that is wrong with any."""
    documents, found = read_rule_tests(checked.root, paths)
    problems = list(found)
    law = Law(read_schemas())
    suites: list[ReadSuite] = []
    for document in documents:
        broken = law.check("test", document)
        problems += broken
        if broken:
            wrong = check_broken(document.content, subject, partial(_obeys, law))
            told = {(it.code, it.where) for it in broken}
            placed = _placed(document, wrong)
            problems += (it for it in placed if (it.code, it.where) not in told)
        else:
            suite, wrong = read_suite(cast(JsonObject, document.content), subject)
            problems += _placed(document, wrong)
            suites.append(ReadSuite(document, suite))
    if problems:
        raise FilesError(sorted(problems, key=lambda it: (it.where is None, it.where, it.code)))
    return tuple(suites)


def _obeys(law: Law, content: JsonObject) -> bool:
    # Nobody asks for the places: what is wrong was found with the file as a whole.
    return not law.check("test", Document("", content, dict))


def _placed(document: Document, problems: Iterable[RuleProblem]) -> Iterator[Problem]:
    for it in problems:
        yield document.problem(it.code, it.message, it.pointer, of_key=it.of_key, hint=it.hint)


def run_suite(read: ReadSuite, subject: Subject, seen: Seen | None = None) -> SuiteResult:
    """Run all cases of a file; what they put to the test is added to `seen`."""
    cases: list[tuple[str, bool]] = []
    failed: list[Failed] = []
    for test in read.suite.tests:
        for case in cases_of(test, subject.catalogue):
            result = run_case(case, subject)
            cases.append((case.name, not result.failures))
            if result.failures:
                failed.append(Failed(read.document.position_of(test.pointer), result))
            if seen is not None:
                seen.note(result, subject)
    return SuiteResult(read.document.file, tuple(cases), tuple(failed))


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a run: `coverage` and `suggested` (a rule test file) are None when they were not
    asked for, and `suggested` also when there is nothing to suggest.
    """

    results: tuple[SuiteResult, ...]
    coverage: Coverage | None = None
    suggested: str | None = None

    @property
    def failed(self) -> bool:
        """Whether any case failed."""
        return any(it.failed for it in self.results)


def run_tests(
    checked: Checked, paths: Sequence[Path], *, coverage: bool, suggest: bool, now: datetime
) -> Tested:
    """Run the rule test files at those paths; raises FilesError with all that is wrong with any.

    `now` is for what was not tested yet, where no file has a time; no case takes place then.
    """
    subject = subject_of(checked)
    suites = read_suites(checked, subject, paths)
    seen = Seen()
    # What each case shows is looked at only when somebody asks: it costs as much as the case.
    noting = seen if coverage or suggest else None
    results = tuple(run_suite(it, subject, noting) for it in suites)
    times = (moment for it in suites for moment in _times(it.suite))
    now = next(times, now.astimezone(checked.context.timezone))
    measured = None
    if coverage:
        impossible = impossible_goals(seen, subject, now)
        measured = coverage_of(seen.goals, impossible, subject)
    suggested = suggest_tests(seen, subject, now) if suggest else None
    text = to_yaml(suggested, header=HEADER) if suggested is not None else None
    return Tested(results, measured, text)


def _times(suite: Suite) -> Iterator[datetime]:
    if suite.now is not None:
        yield suite.now
    yield from (it.as_of for it in suite.tests if it.as_of is not None)
