"""What can go wrong: problems are values about a place, exceptions end the run and own an exit
code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """The published contract: one number, one thing a pipeline would do differently about it."""

    DONE = 0
    BUG = 1
    CHANGES = 2
    PROBLEMS = 3
    REFUSED = 4
    STALE = 5
    PARTIAL = 6
    FAILED = 7
    LOCKED = 8
    CREDENTIALS = 10
    UNREACHABLE = 11
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143


class Severity(StrEnum):
    """An error stops `plan` and `apply`; a warning is shown and goes on; an info is shown by
    `analyse` alone.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file: path as seen from the project root with forward slashes; line and column
    from 1.
    """

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about the files or the shop: a code of `cg_sync.codes`, what is wrong, where,
    what to do.
    """

    code: str
    message: str
    where: Position | None = None
    hint: str = ""
    severity: Severity = Severity.ERROR


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest known words; empty when none is close."""
    # Imported where somebody mistyped: whoever did not need not wait for it.
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else ""


def counted(number: int, noun: str) -> str:
    """`1 write`, `2,000 writes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class CgSyncError(Exception):
    """Ends the run. The text says what and where; `hint` what to do next."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageWrong(CgSyncError):
    """The command line cannot be carried out as written."""

    exit_code = ExitCode.USAGE


class FilesError(CgSyncError):
    """The files (or what they ask of the shop) have problems; all of them are in `problems`."""

    exit_code = ExitCode.PROBLEMS

    def __init__(self, problems: Sequence[Problem]) -> None:
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        super().__init__(counted(len(errors), "problem"))
        self.problems = tuple(problems)


class PlanRefused(CgSyncError):
    """A guard said no; nothing was changed."""

    exit_code = ExitCode.REFUSED


class PlanStale(CgSyncError):
    """The shop moved since the plan was made; nothing was changed."""

    exit_code = ExitCode.STALE


class PlanUnusable(PlanStale):
    """A saved plan that cannot be used here: edited, made for another shop, or by another version;
    nothing was changed.
    """


class ApplyStopped(CgSyncError):
    """An apply that did not end well; `done` says whether anything was written before."""

    def __init__(self, message: str, *, done: bool, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = ExitCode.PARTIAL if done else ExitCode.FAILED


class JournalLost(CgSyncError):
    """The journal of a run cannot be written, so nothing more may be written to the shop."""

    exit_code = ExitCode.FAILED


class Locked(CgSyncError):
    """Somebody else is at work, or a newer commit was applied; nothing was changed."""

    exit_code = ExitCode.LOCKED


class LeaseLost(Locked):
    """The lock was lost while it was held: somebody else may be at work; what is done stays."""


class ApiError(CgSyncError):
    """The shop's API did not give what was asked for.

    `may_be_done` is True for a write that was refused in the end, when an earlier try of it was
    lost: that one may have done it.
    """

    exit_code = ExitCode.UNREACHABLE
    may_be_done = False


class Unreachable(ApiError):
    """No usable answer: no connection, a time-out, 5xx or 429 to the end of the attempts.

    `sent` is False when the request certainly never reached the shop; a write with `sent` True may
    have happened.
    """

    def __init__(self, message: str, *, sent: bool = True, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.sent = sent


class BadAnswer(ApiError):
    """The shop answered with something that is not what its API promises (HTML, half a body, a
    partial listing).
    """


class Unauthorised(ApiError):
    """The credentials were refused, or they may not do this."""

    exit_code = ExitCode.CREDENTIALS


class Rejected(ApiError):
    """The shop understood and said no (4xx): `status`, and `fields` from field name to its
    messages.
    """

    exit_code = ExitCode.FAILED

    def __init__(
        self,
        message: str,
        *,
        status: int,
        fields: dict[str, tuple[str, ...]] | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.fields = fields or {}
