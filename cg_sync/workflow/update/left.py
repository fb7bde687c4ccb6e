"""What an update leaves alone, and the warning that says so."""

from __future__ import annotations

from cg_sync.errors import Position, Problem, Severity

CODE = "CG-L17"
BY_HAND = "change the file by hand"
RUN_AGAIN = "run it again"


class LeftAlone(Exception):
    """This resource is not updated; the text says why, `hint` what to do, `where` the place."""

    def __init__(self, message: str, hint: str, where: Position | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.where = where


def left_alone(message: str, where: Position, hint: str) -> Problem:
    """The warning about a resource that is not updated."""
    return Problem(CODE, message, where, hint, Severity.WARNING)


def changed_meanwhile(file: str) -> str:
    """Of a file that somebody wrote after this run had read it."""
    return f"{file} was changed while the shop was read"
