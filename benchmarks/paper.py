"""The results as Markdown tables, and how they get into docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.build import ROOT
from benchmarks.cases.case import Budget, Result
from benchmarks.cases.curves import Point
from benchmarks.chart import Series, chart
from benchmarks.measure import Outcome, Spread
from benchmarks.peers.peer import PeerResult

PAGE = ROOT / "docs" / "performance.md"
CHART = ROOT / "docs" / "images" / "performance.svg"

SECONDS, MILLISECONDS, COUNT, RATIO, MEGABYTES, SHARE = "s", "ms", "count", "ratio", "MiB", "share"
UNITS = {
    "cpu": SECONDS,
    "wall": SECONDS,
    "part_cpu": SECONDS,
    "part_wall": SECONDS,
    "memory": MEGABYTES,
    "calls": COUNT,
    "ratio": RATIO,
    "of_limit": RATIO,
    "foreseen": RATIO,
    "calls_foreseen": COUNT,
    "seconds_foreseen": SECONDS,
    "seconds": SECONDS,
    "share": SHARE,
    "refused": SHARE,
    "cpu_ms": MILLISECONDS,
}
WORDS = {
    "cpu": "CPU",
    "wall": "wall",
    "part_cpu": "CPU of it",
    "memory": "memory",
    "calls": "calls",
    "ratio": "ratio",
    "of_limit": "of the limit's time",
    "foreseen": "foreseen of real time",
    "share": "of what is possible",
    "refused": "answered 429",
    "cpu_ms": "CPU a call",
}


def shown(figure: str, value: float) -> str:
    """A figure with as many digits as it is worth, and its unit."""
    match UNITS[figure]:
        case "s":
            return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"
        case "ms":
            return f"{value:.2f} ms"
        case "MiB":
            return f"{value:.0f} MiB"
        case "ratio":
            return f"{value:.2f}×" if value < 10 else f"{value:.0f}×"
        case "share":
            return f"{value:.1%}".replace("%", " %")
        case _:
            return f"{value:,.0f}"


def spread_shown(figure: str, spread: Spread) -> str:
    """A median, and the range where there were several runs that differ."""
    if shown(figure, spread.low) == shown(figure, spread.high):
        return shown(figure, spread.median)
    low = shown(figure, spread.low).rstrip(" ×msMiB%")
    high = shown(figure, spread.high).rstrip(" ×msMiB%")
    return f"{shown(figure, spread.median)} ({low}–{high})"


def budgets_table(results: Iterable[Result]) -> str:
    """A row a budget: what is asked, what was measured, and whether it is met."""
    rows = [
        [it.about, _asked(budget), _measured(it, budget.figure), _verdict(it, budget)]
        for it in results
        for budget in it.budgets
    ]
    return table(["work", "budget", "measured", "met"], rows)


def _asked(budget: Budget) -> str:
    bounds = [f"≤ {shown(budget.figure, budget.most)}"] if budget.most is not None else []
    bounds += [f"≥ {shown(budget.figure, budget.least)}"] if budget.least is not None else []
    return f"{WORDS[budget.figure]} {' and '.join(bounds)}"


def _measured(result: Result, figure: str) -> str:
    spread = result.outcome.ratio if figure == "ratio" else result.outcome.ours[figure]
    assert spread is not None
    return spread_shown(figure, spread)


def _verdict(result: Result, budget: Budget) -> str:
    return "yes" if budget.is_met(result.value(budget.figure)) else "**no**"


def figures_table(results: Iterable[Result]) -> str:
    """A row a case: CPU, time, memory and calls, beside the yardstick's CPU."""
    rows = [[it.about, *_figures(it.outcome), *_beside(it)] for it in results]
    head = ["work", "CPU", "wall", "memory", "calls", "yardstick", "its CPU", "ratio"]
    return table(head, rows)


def _figures(outcome: Outcome) -> Iterator[str]:
    ours = outcome.ours
    cpu, wall = ours["cpu"], ours["wall"]
    yield spread_shown("cpu", cpu) + (
        f", part {shown('part_cpu', ours['part_cpu'].median)}" if "part_cpu" in ours else ""
    )
    yield shown("wall", wall.median)
    yield shown("memory", ours["memory"].high)
    yield shown("calls", ours["calls"].median) if "calls" in ours else ""


def _beside(result: Result) -> Iterator[str]:
    yield result.yardstick_about
    yield shown("cpu", result.outcome.yardstick["cpu"].median) if result.yardstick_about else ""
    yield spread_shown("ratio", result.outcome.ratio) if result.outcome.ratio else ""


def limits_table(results: Iterable[Result]) -> str:
    """A row a limit and way."""
    rows = [
        [it.about, *(_measured(it, name) for name in ("share", "refused", "cpu_ms"))]
        for it in results
    ]
    head = ["limit and way", "share of the allowed rate", "answered 429", "client CPU a call"]
    return table(head, rows)


def forecasts_table(results: Iterable[Result]) -> str:
    """A row a run: calls and seconds as the plan foresaw them, and as they were."""
    figures = ("calls_foreseen", "calls", "seconds_foreseen", "seconds", "foreseen")
    rows = [[it.about, *(_measured(it, name) for name in figures)] for it in results]
    head = ["run", "calls foreseen", "made", "time foreseen", "taken", "foreseen ÷ taken"]
    return table(head, rows)


def peers_table(results: Iterable[PeerResult]) -> str:
    """A row a work: theirs and ours, and the first in units of the second."""
    head = ["peer", "work", "calls", "CPU", "wall", "memory", "budget"]
    return table(head, (_beside_ours(it) for it in results))


def _beside_ours(result: PeerResult) -> list[str]:
    if result.skipped:
        return [result.peer, f"not measured: {result.skipped}", "", "", "", "", ""]
    figures = ("calls", "cpu", "wall", "memory")
    cells = [_side_by_side(result, it) for it in figures]
    return [result.peer, result.work, *cells, "; ".join(_kept(result))]


def _kept(result: PeerResult) -> Iterator[str]:
    """Each budget and whether it is met."""
    for it in result.budgets:
        assert it.least is not None
        met = "met" if it.is_met(result.ratio(it.figure)) else "**missed**"
        yield f"{WORDS[it.figure]} ≥ {it.least:g}×: {met}"


def _side_by_side(result: PeerResult, figure: str) -> str:
    """Theirs, ours, and the first in units of the second."""
    theirs, ours = result.theirs.get(figure), result.ours.get(figure)
    if theirs is None or ours is None:
        return ""
    times = shown("ratio", result.ratio(figure))
    return f"{shown(figure, theirs.median)} : {shown(figure, ours.median)} = **{times}**"


def curves_table(points: Sequence[tuple[Point, Outcome]]) -> str:
    """A row a size of a curve."""
    rows = [
        [
            point.curve,
            f"{point.size:,}",
            spread_shown("cpu", outcome.ours["cpu"]),
            shown("memory", outcome.ours["memory"].high),
            shown("calls", outcome.ours["calls"].median) if "calls" in outcome.ours else "",
        ]
        for point, outcome in points
    ]
    return table(["curve", "size", "CPU", "memory", "calls"], rows)


def curves_chart(points: Sequence[tuple[Point, Outcome]]) -> str:
    """The same as a picture: CPU on the left, memory on the right."""
    return chart(
        [
            ("CPU in seconds", "files or members", _series(points, "cpu")),
            ("memory in MiB", "files or members", _series(points, "memory")),
        ]
    )


def _series(points: Sequence[tuple[Point, Outcome]], figure: str) -> Series:
    series: dict[str, list[tuple[float, float]]] = {}
    for point, outcome in points:
        value = outcome.ours[figure].median
        series.setdefault(point.curve, []).append((point.size, value))
    return series


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(it)} |\n" for it in lines)


def rewritten(page: str, parts: Mapping[str, str]) -> str:
    """A page with other text between `<!-- bench: NAME -->` and `<!-- end -->`.

    Raises ValueError for a name that the page has no place for.
    """
    for name, text in parts.items():
        place = rf"(<!-- bench: {re.escape(name)} -->\n).*?(<!-- end -->)"
        found = re.search(place, page, re.S)
        if not found:
            raise ValueError(f"the page has no place for {name}")
        page = f"{page[: found.start()]}{found[1]}\n{text}\n{found[2]}{page[found.end() :]}"
    return page


def write_page(path: Path, parts: Mapping[str, str]) -> None:
    """Put the results into a page."""
    path.write_text(rewritten(path.read_text(encoding="utf-8"), parts), encoding="utf-8")
