"""One problem as machine formats tell it: what is said, at which place, and what it is known by
when the lines have moved.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from cg_sync.codes import CODES, Code
from cg_sync.errors import Position, Problem, Severity
from cg_sync.jsonvalue import digest_of
from cg_sync.report.line import discreet

MESSAGE_LETTERS = 1000
PATH_LETTERS = 1000
PROJECT_FILE = "cg-sync.yaml"
"""Where a problem is put that stands nowhere, by formats in which everything stands somewhere."""


def meaning_of(code: str) -> Code:
    """What the table says of a code; of one that only a newer version knows, that it does not."""
    unknown = Code(discreet(code, 40), "This version of cg-sync does not know the code.")
    return CODES.get(code, unknown)


def said(problem: Problem) -> str:
    """What is wrong, in one line that names nobody."""
    return discreet(problem.message, MESSAGE_LETTERS)


def advised(problem: Problem) -> str:
    """What to do, in one line that names nobody; empty when there is no hint."""
    return discreet(problem.hint, MESSAGE_LETTERS)


def file_of(where: Position, folder: str = "") -> str:
    """The path as seen from the top of the repository, where the project is in `folder` (empty, or
    with a slash at its end). An address in it is masked, so that the path then leads nowhere.
    """
    return discreet(f"{folder}{where.file}".removeprefix("./"), PATH_LETTERS)


def placed(problem: Problem) -> Position:
    """Where the problem stands; at the beginning of the project's file when it stands nowhere."""
    return problem.where or Position(PROJECT_FILE)


EASILY_MISSED = "CG-L13"


def worst_first(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Errors, then warnings, then infos, each in the order given; but what is only easily missed
    comes after what is wrong or has moved.
    """
    rank = {severity: number for number, severity in enumerate(Severity)}
    return tuple(sorted(problems, key=lambda it: (rank[it.severity], it.code == EASILY_MISSED)))


_LINE_NUMBER = re.compile(r"(:|\bline )\d+")


def fingerprints(problems: Sequence[Problem]) -> tuple[str, ...]:
    """For each problem a SHA-256 of its code, file and message, without the numbers of lines: the
    same when lines move. Those that would share one are numbered in the order given, since a reader
    takes two with one fingerprint for one.
    """
    times: Counter[tuple[str, str, str]] = Counter()
    found = []
    for it in problems:
        known_by = (it.code, file_of(placed(it)), _LINE_NUMBER.sub(r"\1", said(it)))
        times[known_by] += 1
        found.append(digest_of([*known_by, times[known_by]]))
    return tuple(found)
