"""Analyse: what can be proven about all settings together, without the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import datetime
from pathlib import Path

from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.errors import UsageWrong
from cg_sync.files.allowances import find_allowances
from cg_sync.files.writing import write_text
from cg_sync.files.yaml_writer import to_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from cg_sync.report.analysis import Analysis, Told
from cg_sync.rules.analysis.prove import World
from cg_sync.rules.contest import settle
from cg_sync.rules.evaluate import Moment
from cg_sync.rules.fixtures import record_of, values_of
from cg_sync.rules.lint.lint import LINT_CODES
from cg_sync.rules.review.finding import Finding
from cg_sync.rules.review.order import free_numbers, rows_of
from cg_sync.rules.review.review import CODES, Review, review
from cg_sync.rules.testing.customers import check_values
from cg_sync.workflow.check import Checked
from cg_sync.workflow.contenders import contenders_of, subjects_of
from cg_sync.workflow.lint import documents_of, judged, lint_problems
from cg_sync.workflow.testing import subject_of

HEADER = "yaml-language-server: $schema=../schemas/test.schema.json"


def analyse(
    checked: Checked, *, as_of: datetime, budget: int, about: Set[str] = frozenset()
) -> Analysis:
    """All findings about the settings at that moment, those of lint too; with `about`, only those
    that concern these settings.

    What comments in the files allow is only counted.
    """
    contenders = contenders_of(checked)
    found = _review(checked, as_of, budget, about)
    slugs = {_document(checked, it.slug).file: it.slug for it in contenders}
    told = [_told(checked, it) for it in found.findings]
    for problem in lint_problems(checked, as_of):
        slug = slugs.get(problem.where.file if problem.where is not None else "")
        if not about or slug in about:
            told.append(Told(problem, () if slug is None else (slug,)))
    kept, allowed = _sifted(checked, told, with_unused=not about)
    return Analysis(
        as_of=as_of,
        rows=rows_of(contenders, as_of),
        free=free_numbers(contenders),
        told=kept,
        undecided=found.undecided,
        raw=found.raw,
        allowed=allowed,
    )


def _review(
    checked: Checked,
    as_of: datetime,
    budget: int,
    about: Set[str],
) -> Review:
    context = checked.context
    return review(
        subjects_of(checked),
        World(context.vocabulary.catalogue, as_of, budget),
        context.names,
        invariants=checked.invariants,
        exclusive=checked.project.resolution == "exclusive",
        about=about or None,
    )


def _told(checked: Checked, finding: Finding) -> Told:
    document = _document(checked, finding.slug)
    problem = document.problem(
        finding.code,
        finding.message,
        finding.pointer,
        hint=finding.hint,
        severity=finding.severity,
    )
    witness = finding.witness
    if witness is None:
        return Told(problem, finding.settings)
    catalogue = checked.context.vocabulary.catalogue
    values, *more = (
        values_of(it.customer, it.groups, catalogue) for it in (witness, *finding.more_witnesses)
    )
    return Told(problem, finding.settings, values, witness.sure, tuple(more))


def _document(checked: Checked, slug: str) -> Document:
    """The file of a setting; without a slug that of the invariants."""
    if slug:
        return checked.desired.wanted[_address(slug)].document
    assert checked.tree.invariants is not None
    return checked.tree.invariants


def _address(slug: str) -> Address:
    return Address(CUSTOMER_GROUP_SETTING.name, slug)


def _sifted(
    checked: Checked, told: Iterable[Told], *, with_unused: bool
) -> tuple[tuple[Told, ...], int]:
    """What is not allowed by comments, in the order of the files, and how many findings are."""
    by_problem = {it.problem: it for it in told}
    allowances, wrong = find_allowances(documents_of(checked))
    ran = {*CODES, *LINT_CODES} if with_unused else set()
    kept = judged(checked, by_problem, allowances, wrong, ran)
    allowed = len(by_problem) - sum(it in by_problem for it in kept)
    return tuple(by_problem.get(it, Told(it)) for it in kept), allowed


def count_settings(checked: Checked) -> int:
    """How many settings the files want."""
    return sum(it.kind == CUSTOMER_GROUP_SETTING.name for it in checked.desired.wanted)


def refuse_if_there(path: Path) -> None:
    """Raise UsageWrong for a file that exists: witnesses never take the place of tests."""
    if path.exists():
        raise UsageWrong(f"--save-test: {path} exists already", hint="name a new file")


def save_tests(checked: Checked, analysis: Analysis, path: Path) -> int:
    """Write the invented customers of the findings as a rule test file, which passes as things are.

    How many tests there are; with none nothing is written. FilesError when the file cannot be
    written.
    """
    tests = list(_tests(checked, analysis))
    if tests:
        content: JsonValue = {"version": 1, "now": analysis.as_of.isoformat(), "tests": tests}
        write_text(path, to_yaml(content, header=HEADER))
    return len(tests)


def _tests(checked: Checked, analysis: Analysis) -> Iterator[JsonObject]:
    contenders = contenders_of(checked)
    catalogue = checked.context.vocabulary.catalogue
    subject = subject_of(checked)
    shown: set[str] = set()
    for name, customer in _shown(analysis):
        # One customer may show several things; the first found is named.
        if canonical(customer) in shown:
            continue
        shown.add(canonical(customer))
        # A value that a rule names may be no invented one; a test file would be refused for it.
        if any(check_values(customer, (), subject)):
            continue
        invented = record_of(customer, catalogue)
        moment = Moment(analysis.as_of, invented.groups)
        contest = settle(contenders, invented.customer, moment)
        matches = [it.contender.slug for it in contest.standings if it.selects]
        expect: dict[str, JsonValue] = {"matches": matches} if matches else {}
        if contest.certain:
            expect["wins"] = contest.winner_slug
        if expect:
            yield {"name": name, "customer": customer, "expect": expect}


def _shown(analysis: Analysis) -> Iterator[tuple[str, JsonObject]]:
    """All customers who are sure to exist, each with what they show and of which settings."""
    for told in analysis.told:
        if told.witness is None or not told.sure:
            continue
        if not told.more_witnesses:
            yield f"{told.problem.code}: {', '.join(told.settings)}", told.witness
            continue
        first, *others = told.settings
        witnesses = (told.witness, *told.more_witnesses)
        for other, customer in zip(others, witnesses, strict=True):
            yield f"{told.problem.code}: {first}, {other}", customer
