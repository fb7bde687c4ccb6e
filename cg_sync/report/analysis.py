"""What an analysis found, as text and as JSON, with invented customers who show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cg_sync.errors import Problem, Severity, counted
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.report.as_json import problems_data
from cg_sync.report.invented import invented_data, shown_invented
from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.report.table import table_lines
from cg_sync.rules.review.finding import Open
from cg_sync.rules.review.order import Gap, Row

MOST_OF_A_CODE = 20
"""Findings of one code that a text shows."""
MANY = 20
"""With more findings a text says how many there are of each code."""
MOST_OPEN = 10
MESSAGE_LETTERS = 1000

_TONES = {
    Severity.ERROR: Tone.ERROR,
    Severity.WARNING: Tone.WARNING,
    Severity.INFO: Tone.QUIET,
}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding at its place, the settings it is about, and an invented customer who shows it, by
    the names of attributes. Who is not `sure` may not exist.

    Where the first of the settings does something with each of the others, the customer shows it of
    the second, and `more_witnesses` of those after it.
    """

    problem: Problem
    settings: tuple[str, ...] = ()
    witness: JsonObject | None = None
    sure: bool = True
    more_witnesses: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that was found at a moment: `told` in the order of files and lines, `undecided` what the
    budget left undecided, `raw` the settings that were left out, `allowed` how many findings
    comments in the files allow.
    """

    as_of: datetime
    rows: tuple[Row, ...]
    free: Sequence[Gap]
    told: tuple[Told, ...]
    undecided: tuple[Open, ...] = ()
    raw: tuple[str, ...] = ()
    allowed: int = 0

    def count(self, severity: Severity, slug: str | None = None) -> int:
        """How many findings are as severe; with `slug`, those that stand at that setting."""
        return sum(
            it.problem.severity is severity and (slug is None or it.settings[:1] == (slug,))
            for it in self.told
        )


def analysis_lines(analysis: Analysis) -> Iterator[Line]:
    """The verdict, the order of the settings, then findings, errors first, and what stays open."""
    yield _verdict(analysis)
    yield line()
    yield from _order(analysis)
    yield from _by_code(analysis)
    for severity in Severity:
        found = [it for it in analysis.told if it.problem.severity is severity]
        if found:
            yield line()
            yield line(Span(counted(len(found), severity.value), _TONES[severity]))
            yield from _found(found)
    yield from _left_out(analysis)


def _verdict(analysis: Analysis) -> Line:
    counts = [(severity, analysis.count(severity)) for severity in Severity]
    said = ", ".join(counted(number, severity.value) for severity, number in counts if number)
    worst = next((severity for severity, number in counts if number), None)
    tone = Tone.ADDED if worst in (None, Severity.INFO) else _TONES[worst]
    analysed = counted(len(analysis.rows) - len(analysis.raw), "setting")
    left = f", {len(analysis.undecided):,} undecided" if analysis.undecided else ""
    return line(Span(f"{said or 'nothing found'}{left}", tone), f" in {analysed}")


def _order(analysis: Analysis) -> Iterator[Line]:
    columns = ["priority", "slug", "state", "errors", "warnings", "infos"]
    counts = Counter((it.settings[0], it.problem.severity) for it in analysis.told if it.settings)
    rows: list[dict[str, JsonValue]] = [
        {
            "priority": it.priority,
            "slug": it.slug,
            "state": it.state,
            "errors": counts[it.slug, Severity.ERROR] or None,
            "warnings": counts[it.slug, Severity.WARNING] or None,
            "infos": counts[it.slug, Severity.INFO] or None,
        }
        for it in analysis.rows
    ]
    yield from table_lines(columns, rows)
    yield line(Span(f"free priorities: {', '.join(map(_gap, analysis.free))}", Tone.QUIET))


def _gap(gap: Gap) -> str:
    first, last = gap
    if last is None:
        return f"from {first}"
    return str(first) if first == last else f"{first} to {last}"


def _by_code(analysis: Analysis) -> Iterator[Line]:
    if len(analysis.told) > MANY:
        codes = Counter(it.problem.code for it in analysis.told)
        most_first = sorted(codes.items(), key=lambda it: (-it[1], it[0]))
        counts = ", ".join(f"{code} {number:,}" for code, number in most_first)
        yield line()
        yield line(f"findings by code: {counts}")


def _found(found: Sequence[Told]) -> Iterator[Line]:
    shown: Counter[str] = Counter()
    for it in found:
        shown[it.problem.code] += 1
        if shown[it.problem.code] <= MOST_OF_A_CODE:
            yield from _told(it)
    for code, number in sorted(shown.items()):
        if number > MOST_OF_A_CODE:
            more = f"  {number - MOST_OF_A_CODE:,} more {code}; --format json has them all"
            yield line(Span(more, Tone.QUIET))


def _told(told: Told) -> Iterator[Line]:
    problem = told.problem
    yield line(
        "  ",
        Span(f"{discreet(str(problem.where))}: " if problem.where else "", Tone.STRONG),
        discreet(problem.message, MESSAGE_LETTERS),
        " ",
        Span(problem.code, Tone.QUIET),
    )
    if told.witness is not None:
        word = "for example" if told.sure else "maybe"
        yield line(
            "      ", shown_invented(f"{word}: {customer_text(told.witness)}", MESSAGE_LETTERS)
        )
    if problem.hint:
        yield line("      ", Span(discreet(problem.hint, MESSAGE_LETTERS), Tone.QUIET))


def customer_text(witness: JsonObject) -> str:
    """`email test@example.com, is_active true`, or that any customer will do."""
    if not witness:
        return "a customer of whom nothing is known"
    return ", ".join(f"{name} {_value_text(value)}" for name, value in witness.items())


def _value_text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value if value.strip() == value != "" else canonical(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_value_text, value))}]"
    return canonical(value)


def _left_out(analysis: Analysis) -> Iterator[Line]:
    if analysis.undecided:
        yield line()
        yield line(Span(f"undecided within the budget: {len(analysis.undecided):,}", Tone.WARNING))
        for it in analysis.undecided[:MOST_OPEN]:
            yield line(f"  {it.question}? ", Span(", ".join(it.settings), Tone.STRONG))
        if len(analysis.undecided) > MOST_OPEN:
            more = f"  {len(analysis.undecided) - MOST_OPEN:,} more; --format json has them all"
            yield line(Span(more, Tone.QUIET))
        yield line(Span("      a larger --budget may decide them", Tone.QUIET))
    if analysis.raw:
        raw = counted(len(analysis.raw), "setting")
        rule, are = ("raw rules", "are") if len(analysis.raw) > 1 else ("a raw rule", "is")
        yield line(f"{raw} with {rule} {are} not analysed: {discreet(', '.join(analysis.raw))}")
    if analysis.allowed:
        yield line(Span(f"{counted(analysis.allowed, 'finding')} allowed by comments", Tone.QUIET))


def analysis_data(analysis: Analysis) -> dict[str, JsonValue]:
    """The analysis for machines, whole."""
    return {
        "as_of": analysis.as_of.isoformat(),
        "counts": counts_data(analysis),
        "settings": [
            {"slug": it.slug, "priority": it.priority, "state": it.state} for it in analysis.rows
        ],
        "free_priorities": [{"from": first, "to": last} for first, last in analysis.free],
        "findings": [_told_data(it) for it in analysis.told],
        "undecided": [
            {"question": it.question, "settings": list(it.settings)} for it in analysis.undecided
        ],
        "not_analysed": list(analysis.raw),
        "allowed": analysis.allowed,
    }


def counts_data(analysis: Analysis) -> dict[str, JsonValue]:
    """How many findings there are of each severity, and how many questions stay open."""
    counts: dict[str, JsonValue] = {f"{it.value}s": analysis.count(it) for it in Severity}
    return {**counts, "undecided": len(analysis.undecided)}


def _told_data(told: Told) -> JsonValue:
    (problem,) = problems_data([told.problem])
    assert isinstance(problem, Mapping)
    witness: JsonValue = None
    if told.witness is not None:
        witness = {"customer": invented_data(told.witness), "sure": told.sure}
    return {**problem, "settings": list(told.settings), "witness": witness}
