"""How far rule tests go: a table for people, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from cg_sync.errors import counted
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.as_json import without_people
from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.report.tree import Words, said
from cg_sync.rules.testing.coverage import Coverage, Outcome, Row, SettingCoverage, State

WIDEST_PLACE = 32
WIDEST_TEXT = 80

_MARKS: dict[State, tuple[str, Tone]] = {
    "seen": ("✓", Tone.ADDED),
    "open": ("✗", Tone.REMOVED),
    "impossible": ("–", Tone.QUIET),
}
_LINE_COLUMNS: tuple[Outcome, ...] = ("true", "false", "missing")


def coverage_lines(coverage: Coverage, words: Words) -> Iterator[Line]:
    """The share first; then each setting with its lines: ✓ seen, ✗ not yet, – cannot happen."""
    outcomes = counted(coverage.possible, "outcome")
    share = Span(f"coverage {percent_text(coverage.percent)}", Tone.STRONG)
    yield line(share, f": {coverage.seen:,} of {outcomes} seen")
    yield line(Span("✓ seen  ✗ not yet  – cannot happen", Tone.QUIET))
    for it in coverage.settings:
        yield line()
        yield from _setting_lines(it, words)


def percent_text(percent: float) -> str:
    """Rounded down, so that only all is `100%`."""
    return f"{int(percent)}%"


def _setting_lines(setting: SettingCoverage, words: Words) -> Iterator[Line]:
    slug = Span(discreet(setting.contender.slug), Tone.STRONG)
    if setting.contender.outline is None:
        yield line(slug, Span(": not testable, its rule is raw", Tone.QUIET))
        return
    yield line(slug, f": {setting.seen:,} of {setting.possible:,}")
    places = [discreet(it.line.place, WIDEST_PLACE) for it in setting.rows if it.line is not None]
    width = max(map(len, places), default=0)
    for row in setting.rows:
        if row.line is None:
            yield line("  ", *_marks(dict(row.states), [name for name, _ in row.states]))
            continue
        place = discreet(row.line.place, WIDEST_PLACE).ljust(width)
        text = discreet(said(row.line.node, words.names), WIDEST_TEXT)
        marks = _marks(dict(row.states), _LINE_COLUMNS)
        yield line("  ", place, "  ", *marks, "  ", Span(text, Tone.QUIET))


def _marks(
    states: dict[Outcome, State], columns: tuple[Outcome, ...] | list[Outcome]
) -> list[Span]:
    spans: list[Span] = []
    for number, name in enumerate(columns):
        gap = "  " if number else ""
        if name in states:
            mark, tone = _MARKS[states[name]]
            spans += [Span(f"{gap}{mark}", tone), Span(f" {name}")]
        else:
            spans.append(Span(" " * (len(gap) + 2 + len(name))))
    return spans


def coverage_data(coverage: Coverage, words: Words) -> dict[str, JsonValue]:
    """The share, and every outcome of every setting and line with its state."""
    data: dict[str, JsonValue] = {
        "percent": round(coverage.percent, 2),
        "seen": coverage.seen,
        "possible": coverage.possible,
        "settings": [
            {
                "setting": it.contender.slug,
                "testable": it.contender.outline is not None,
                "seen": it.seen,
                "possible": it.possible,
                "outcomes": _of_setting(it),
                "lines": [_row_data(row, words) for row in it.rows if row.line is not None],
            }
            for it in coverage.settings
        ],
    }
    return without_people(data)


def _of_setting(setting: SettingCoverage) -> dict[str, JsonValue]:
    return {name: state for row in setting.rows if row.line is None for name, state in row.states}


def _row_data(row: Row, words: Words) -> JsonValue:
    assert row.line is not None
    return {
        "line": row.line.place,
        "text": said(row.line.node, words.names),
        "outcomes": dict(row.states),
    }
