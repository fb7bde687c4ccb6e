"""Problems as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cg_sync.errors import Position, Problem, Severity, counted
from cg_sync.report.line import Line, Span, Tone, discreet, line

MESSAGE_LETTERS = 1000

_TONES = {
    Severity.ERROR: Tone.ERROR,
    Severity.WARNING: Tone.WARNING,
    Severity.INFO: Tone.QUIET,
}


def problem_lines(problems: Sequence[Problem]) -> Iterator[Line]:
    """Problems under a count, errors first and infos last, each with its place and its way out."""
    for severity, tone in _TONES.items():
        found = [it for it in problems if it.severity is severity]
        if not found:
            continue
        yield line(Span(counted(len(found), severity.value), tone))
        for problem in found:
            yield line(
                "  ",
                Span(_place(problem.where), Tone.STRONG),
                discreet(problem.message, MESSAGE_LETTERS),
                " ",
                Span(problem.code, Tone.QUIET),
            )
            if problem.hint:
                yield line("      ", Span(discreet(problem.hint, MESSAGE_LETTERS), Tone.QUIET))


def _place(where: Position | None) -> str:
    return "" if where is None else f"{discreet(str(where))}: "
