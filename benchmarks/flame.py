"""A profile as SVG: callers above, callees below, as wide as their share of the time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WIDTH, ROW, TOP = 1200.0, 18, 52
LEAST_SHARE = 0.004
"""What is narrower than this is left out."""
LETTER = 6.6
OURS, LIBRARY, PYTHON = "#9ec9ff", "#ffd39b", "#e2e5e9"
STYLE = """text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328 }
.head { font: 13px system-ui, sans-serif } rect { stroke: #ffffff; stroke-width: .6 }"""

_FRAME = re.compile(r"(.*) \((.*?)(?::\d+)?\)")
_PREFIX = re.compile(r".*?(?:site-packages/|lib/python3\.\d+/|(?=cg_sync/))")


@dataclass
class Call:
    """A function in the place it was called from: samples in it and below it."""

    name: str
    samples: int = 0
    calls: dict[str, Call] = field(default_factory=dict)


def tree_of(lines: Iterable[str]) -> Call:
    """The calls in collapsed stacks: `outer;inner COUNT`, one a line. What Python does to import a
    module is left out, and what the module does is not.
    """
    root = Call("all")
    for line in lines:
        stack, _, count = line.strip().rpartition(" ")
        if not stack:
            continue
        here = root
        here.samples += int(count)
        for frame in (named(it) for it in stack.split(";") if "<frozen " not in it):
            here = here.calls.setdefault(frame, Call(frame))
            here.samples += int(count)
    return root


def named(frame: str) -> str:
    """The function and the file it is in, from where the package begins: no path of a machine."""
    found = _FRAME.fullmatch(frame)
    if not found:
        return frame
    name, file = found.groups()
    return f"{name} ({_PREFIX.sub('', file, count=1).lstrip('/')})"


def picture(root: Call, title: str) -> str:
    """The whole as SVG, which fetches nothing."""
    boxes = list(_boxes(root, root.samples, 0.0, 0))
    height = TOP + ROW * (1 + max(depth for depth, _ in boxes)) + 8
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height}">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH:g}" height="{height}" fill="#ffffff"/>',
            f'<text class="head" x="6" y="20">{escape(title)}</text>',
            *_legend(),
            *(box for _, box in boxes),
            "</svg>",
            "",
        ]
    )


def _boxes(call: Call, total: int, left: float, depth: int) -> Iterator[tuple[int, str]]:
    """Each box with its depth; the widest callee comes first."""
    yield depth, _box(call, call.samples / total, left, depth)
    for it in sorted(call.calls.values(), key=lambda one: -one.samples):
        if it.samples >= LEAST_SHARE * total:
            yield from _boxes(it, total, left, depth + 1)
            left += it.samples / total * WIDTH


def _box(call: Call, share: float, left: float, depth: int) -> str:
    y, width = TOP + depth * ROW, share * WIDTH
    room = int((width - 6) / LETTER)
    shown = call.name if len(call.name) <= room else call.name.partition(" (")[0]
    label = shown if len(shown) <= room else f"{shown[: room - 1]}…" if room > 3 else ""
    text = f'<text x="{left + 3:.1f}" y="{y + 13}">{escape(label)}</text>' if label else ""
    return (
        f"<g><title>{escape(call.name)}: {share:.1%}</title>"
        f'<rect x="{left:.1f}" y="{y}" width="{width:.1f}" height="{ROW}" '
        f'fill="{_colour(call.name)}"/>{text}</g>'
    )


def _colour(name: str) -> str:
    file = name.partition(" (")[2]
    if file.startswith("cg_sync/"):
        return OURS
    return LIBRARY if "/" in file and not file.startswith("<") else PYTHON


def _legend() -> Iterator[str]:
    said = ((OURS, "cg-sync"), (LIBRARY, "libraries"), (PYTHON, "Python"))
    for number, (colour, text) in enumerate(said):
        x = 6 + number * 110
        yield f'<rect x="{x}" y="30" width="14" height="14" fill="{colour}"/>'
        yield f'<text class="head" x="{x + 20}" y="42">{text}</text>'
