"""Runs the cases of rule tests: what came out of each, and what of it was not expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, assert_never

from cg_sync.errors import Position
from cg_sync.rules.contest import DEFAULT, Contest, Reason, Standing, settle
from cg_sync.rules.evaluate import Moment
from cg_sync.rules.testing.cases import Case
from cg_sync.rules.testing.checks import Check, Selects, Shows, Stands, Subject, Wins

TIMELESS: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in for the time where no expectation depends on it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that was not met: in words what was expected and what was found, and how the
    setting that it is about stands; None where that is no setting.
    """

    check: Check
    expected: str
    found: str
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a case; passed when there are no failures."""

    case: Case
    contest: Contest
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A case that did not pass, and the place of its test."""

    where: Position
    result: Result


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What came out of one file: all its cases by name and whether each passed, in order, and those
    that did not.
    """

    file: str
    cases: tuple[tuple[str, bool], ...]
    failed: tuple[Failed, ...]


def run_case(case: Case, subject: Subject) -> Result:
    """Hold the settings against the customer of the case, and the outcome against what is
    expected.
    """
    moment = Moment(case.test.as_of or TIMELESS, case.invented.groups)
    contest = settle(subject.contenders, case.invented.customer, moment)
    failures = (_failure(check, contest) for check in case.checks)
    return Result(case, contest, tuple(it for it in failures if it is not None))


def _failure(check: Check, contest: Contest) -> Failure | None:
    match check:
        case Selects(slug, wanted):
            standing = contest.standing(slug)
            if standing.selects is wanted:
                return None
            expected = f"{slug} {'selects' if wanted else 'does not select'} the customer"
            return Failure(check, expected, standing.text, standing)
        case Stands(slug, reason, at):
            standing = contest.standing(slug)
            met = standing.reason is reason and at in ("", standing.at)
            if met and (reason is not Reason.WON or contest.certain):
                return None
            expected = f"{slug}: {reason}({at})" if at else f"{slug}: {reason}"
            return Failure(check, expected, f"{standing.text}{_doubt(contest)}", standing)
        case Wins(slug):
            if contest.winner_slug == slug and contest.certain:
                return None
            return _lost(check, f"the customer gets {slug}", contest, slug)
        case Shows(display, code):
            shown = contest.winner.display.get(display) if contest.winner is not None else None
            if shown == code and contest.certain:
                return None
            expected = f"{display} {_list(code)}"
            found = f"{_list(shown)}, as the customer gets {contest.winner_slug}{_doubt(contest)}"
            return Failure(check, expected, found, _winning(contest))
        case _:
            assert_never(check)


def _lost(check: Check, expected: str, contest: Contest, slug: str) -> Failure:
    standing = _winning(contest) if slug == DEFAULT else contest.standing(slug)
    found = contest.winner_slug
    if slug not in (DEFAULT, found) and standing is not None:
        found += f"; {slug}: {standing.text}"
    return Failure(check, expected, f"{found}{_doubt(contest)}", standing)


def _winning(contest: Contest) -> Standing | None:
    return None if contest.winner is None else contest.standing(contest.winner.slug)


def _doubt(contest: Contest) -> str:
    """What keeps the outcome from being certain; empty when nothing does."""
    if contest.certain:
        return ""
    unknown = [it.contender.slug for it in contest.standings if it.reason is Reason.UNKNOWN]
    return f", unless {unknown[0]} comes first: its rule is raw, and nobody knows whom it selects"


def _list(code: str | None) -> str:
    return "the shop's own" if code is None else code
