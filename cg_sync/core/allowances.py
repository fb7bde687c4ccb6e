"""Findings that an author has allowed: `# cg: allow CODE because …` beside what is found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from cg_sync.codes import CODES
from cg_sync.errors import Position, Problem, did_you_mean

MARK: Final = "cg:"
"""How the text of a comment begins that is meant for this tool, in lower case."""

_BECAUSE: Final = re.compile(r"(?<![^\s,])because(?![^\s,])", re.IGNORECASE)
_SHAPE: Final = "write `# cg: allow CODE because` and the reason"
_LETTERS: Final = ("A", "P", "I")
_SINGLE: Final = frozenset(
    {"CG-N02", "CG-C02", "CG-E02", "CG-E03", "CG-E04", "CG-R04", "CG-T01", "CG-T02"}
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment that allows findings of these codes on one line of its file.

    `where` is the place of the comment, `line` the line it speaks of.
    """

    codes: tuple[str, ...]
    reason: str
    where: Position
    line: int


class SiftedFindings(NamedTuple):
    """Findings held against allowances, each in the order given.

    `unused` are errors about allowances that allow nothing.
    """

    kept: tuple[Problem, ...]
    suppressed: tuple[Problem, ...]
    unused: tuple[Problem, ...]


def is_allowable(code: str) -> bool:
    """Whether findings of the code are a matter of judgement, which an author may settle."""
    return code in _SINGLE or (code in CODES and code[3] in _LETTERS)


def allowance_in(comment: str, where: Position, line: int) -> Allowance | Problem | None:
    """What a comment, from its `#`, allows on `line`; None when it is not meant for this tool.

    Upper and lower case are one. A comment that is meant and says it wrongly is an error.
    """
    text = comment.lstrip("# \t")
    if not text.lower().startswith(MARK):
        return None
    # The reason stays as it is written, for whoever reads it later.
    said, *reasons = _BECAUSE.split(text[len(MARK) :], maxsplit=1)
    reason = "".join(reasons).strip()
    words = said.replace(",", " , ").split()
    if [word.lower() for word in words[:1]] != ["allow"]:
        return Problem("CG-F28", "a comment with `cg:` can only allow findings", where, _SHAPE)
    codes = tuple(dict.fromkeys(word.upper() for word in words[1:] if word != ","))
    wrong = next(_faults(codes), "") or ("" if reason else "the allowance gives no reason")
    if wrong:
        return Problem("CG-F28", wrong, where, _hint(codes))
    return Allowance(codes, reason, where, line)


def _faults(codes: tuple[str, ...]) -> Iterator[str]:
    if not codes:
        yield "the allowance names no code"
    for code in codes:
        if code not in CODES:
            yield f"{code[:40]}: no such code"
        elif not is_allowable(code):
            yield f"{code}: cannot be allowed, only mended"


def _hint(codes: tuple[str, ...]) -> str:
    wrong = next((code for code in codes if not is_allowable(code)), "")
    if wrong in CODES:
        return "mend what it stands for, and remove the code here"
    return (did_you_mean(wrong[:40], filter(is_allowable, CODES)) if wrong else "") or _SHAPE


def sift_findings(
    problems: Iterable[Problem], allowances: Iterable[Allowance], ran: Collection[str]
) -> SiftedFindings:
    """Take out the findings that are allowed where they stand.

    Only codes in `ran`, those of the checks that were made, can turn out unused.
    """
    given = tuple(allowances)
    allowed = {(it.where.file, it.line, code) for it in given for code in it.codes}
    kept: list[Problem] = []
    suppressed: list[Problem] = []
    used: set[tuple[str, int, str]] = set()
    for problem in problems:
        where = problem.where or Position("", 0)
        key = (where.file, where.line, problem.code)
        used.add(key)
        (suppressed if key in allowed else kept).append(problem)
    unused = tuple(
        _unused(it, code)
        for it in given
        for code in it.codes
        if code in ran and (it.where.file, it.line, code) not in used
    )
    return SiftedFindings(tuple(kept), tuple(suppressed), unused)


def _unused(allowance: Allowance, code: str) -> Problem:
    message = f"{code} is allowed here, and is not found on line {allowance.line}"
    hint = "remove the allowance, or move it to the line of the finding or right above it"
    return Problem("CG-F28", message, allowance.where, hint)
