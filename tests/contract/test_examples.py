"""The example project: its rule tests pass, cover everything, and notice every slip of the hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.analysis.prove import Verdict, World, compare
from cg_sync.rules.contest import Contender
from cg_sync.rules.ir import RawRule, Rule
from cg_sync.rules.parse import outline_of, parse_rule
from cg_sync.rules.testing.checks import Subject
from cg_sync.workflow.check import Checked, check_files
from cg_sync.workflow.testing import ReadSuite, read_suites, run_suite, run_tests, subject_of
from tests.contract.mutants import mutants

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "rule-tests").glob("*.yaml"))
NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Europe/Istanbul"))
SLUGS = sorted(path.stem for path in (ROOT / "settings").glob("*.yaml"))


@pytest.fixture(scope="module")
def checked() -> Checked:
    return check_files(ROOT, environment="sandbox", environ={})


@pytest.fixture(scope="module")
def subject(checked: Checked) -> Subject:
    return subject_of(checked)


@pytest.fixture(scope="module")
def suites(checked: Checked, subject: Subject) -> tuple[ReadSuite, ...]:
    return read_suites(checked, subject, FILES)


def rule_of(slug: str, checked: Checked) -> JsonObject:
    document = next(it.document for it in checked.desired.wanted.values() if it.address.key == slug)
    return cast(JsonObject, cast(JsonObject, document.content)["rule"])


def with_rule(subject: Subject, slug: str, content: JsonObject, checked: Checked) -> Subject | None:
    """The subject with another rule; None when it does not parse, or selects the same customers."""
    words = checked.context.vocabulary
    rule, problems = parse_rule(content, words)
    if problems or rule is None:
        return None
    mine = subject.by_slug[slug]
    assert isinstance(rule, Rule)
    assert not isinstance(mine.rule, RawRule)
    world = World(words.catalogue, NOW)
    if compare(mine.rule.node, rule.node, world).verdict is Verdict.EQUIVALENT:
        return None

    def changed(it: Contender) -> Contender:
        return replace(it, rule=rule, outline=outline_of(content, words)) if it is mine else it

    return replace(subject, contenders=tuple(map(changed, subject.contenders)))


def test_there_are_six_examples_with_tests_for_each() -> None:
    assert len(SLUGS) == 6
    assert [path.stem for path in FILES] == SLUGS


def test_the_tests_of_the_examples_pass_and_leave_nothing_out(checked: Checked) -> None:
    tested = run_tests(checked, FILES, coverage=True, suggest=False, now=NOW)
    assert not tested.failed
    assert tested.coverage is not None
    assert tested.coverage.percent == 100


@pytest.mark.unmeasured  # hundreds of runs of what the test above measures
@pytest.mark.parametrize("slug", SLUGS)
def test_every_slip_in_an_example_makes_a_test_fail(
    slug: str, checked: Checked, subject: Subject, suites: tuple[ReadSuite, ...]
) -> None:
    tried, survived = 0, []
    for says, content in mutants(rule_of(slug, checked)):
        other = with_rule(subject, slug, content, checked)
        if other is not None:
            tried += 1
            if not any(run_suite(it, other).failed for it in suites):
                survived.append(says)
    assert survived == []
    assert tried > 10, f"only {tried} slips of {slug} could be made"
