"""A chart of curves as SVG: both axes in powers of ten, and nothing that is fetched."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 910, 360
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT, GAP = 62, 62, 366, 230, 84
COLOURS = ("#0b62c4", "#c2410c", "#15803d", "#7c3aed")
STYLE = """text { font: 13px system-ui, sans-serif; fill: #24292f }
.small { font-size: 12px; fill: #57606a }
.title { font-weight: 600 }
.grid { stroke: #d8dee4; stroke-width: 1 }
.line { fill: none; stroke-width: 2.2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9da7b1 } .grid { stroke: #3d444d }
}"""

Series = Mapping[str, Sequence[tuple[float, float]]]
"""Points by the name of the curve they are on: size, value."""


@dataclass(frozen=True)
class Axes:
    """One of the charts side by side; `left` is where it begins."""

    title: str
    below: str
    series: Series
    left: float

    @property
    def across(self) -> tuple[int, int]:
        """The powers of ten from left to right."""
        return _powers(size for points in self.series.values() for size, _ in points)

    @property
    def up(self) -> tuple[int, int]:
        """The powers of ten from bottom to top."""
        return _powers(value for points in self.series.values() for _, value in points)

    def place(self, size: float, value: float) -> tuple[float, float]:
        """Where a point is drawn."""
        (west, east), (south, north) = self.across, self.up
        x = (math.log10(size) - west) / max(1, east - west)
        y = (math.log10(value) - south) / max(1, north - south)
        return self.left + x * PLOT_WIDTH, TOP + PLOT_HEIGHT * (1 - y)


def chart(charts: Sequence[tuple[str, str, Series]]) -> str:
    """Title, what is below, and curves of each, side by side."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{', '.join(title for title, _, _ in charts)}</title>",
        f"<style>{STYLE}</style>",
    ]
    for number, (title, below, series) in enumerate(charts):
        axes = Axes(title, below, series, LEFT + number * (PLOT_WIDTH + GAP))
        parts += [*_grid(axes), *_curves(axes)]
    return "\n".join([*parts, "</svg>", ""])


def _powers(values: Iterator[float]) -> tuple[int, int]:
    powers = [math.log10(it) for it in values]
    low, high = math.floor(min(powers)), math.ceil(max(powers))
    return low, max(high, low + 1)


def _grid(axes: Axes) -> Iterator[str]:
    left, bottom = axes.left, TOP + PLOT_HEIGHT
    yield _text(left, TOP - 40, axes.title, "title")
    yield _text(left + PLOT_WIDTH / 2, bottom + 44, axes.below, "small", "middle")
    for power in range(axes.up[0], axes.up[1] + 1):
        _, y = axes.place(10 ** axes.across[0], 10**power)
        yield _line(left, y, left + PLOT_WIDTH, y)
        yield _text(left - 8, y + 4, _number(power), "small", "end")
    for power in range(axes.across[0], axes.across[1] + 1):
        x, _ = axes.place(10**power, 10 ** axes.up[0])
        yield _line(x, TOP, x, bottom)
        yield _text(x, bottom + 20, _number(power), "small", "middle")


def _curves(axes: Axes) -> Iterator[str]:
    for number, (name, points) in enumerate(axes.series.items()):
        colour = COLOURS[number % len(COLOURS)]
        placed = [axes.place(*it) for it in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        yield f'<polyline class="line" stroke="{colour}" points="{path}"/>'
        yield from (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed
        )
        left = axes.left + number * PLOT_WIDTH / len(axes.series)
        yield f'<circle cx="{left + 5:.1f}" cy="{TOP - 18}" r="4.5" fill="{colour}"/>'
        yield _text(left + 13, TOP - 14, name, "small")


def _number(power: int) -> str:
    """A power of ten as people write it."""
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
