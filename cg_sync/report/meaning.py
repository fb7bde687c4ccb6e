"""Rules and their changes in plain English, as lines of a plan: harmless, discreet and wrapped."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.report.values import MORE, MOST_LINES

WIDTH = 96
MOST_LETTERS = 3000
"""Of one sentence, or of one line of a change."""

_TONES: Mapping[str, Tone] = {
    "+": Tone.ADDED,
    "−": Tone.REMOVED,
    "~": Tone.CHANGED,
    "=": Tone.QUIET,
    "!": Tone.WARNING,
    "?": Tone.QUIET,
}


class Marked(Protocol):
    """One line of what a change means, wherever it was kept."""

    @property
    def mark(self) -> str: ...
    @property
    def text(self) -> str: ...


def english_lines(texts: Sequence[str], indent: str = "") -> Iterator[Line]:
    """A rule as `in_english` says it, in lines of at most WIDTH columns; items of an outline keep
    their indent.
    """
    return _cut(_outlined(texts, indent))


def meaning_lines(meanings: Iterable[Marked], indent: str = "") -> Iterator[Line]:
    """What a change means, each entry after its mark and in its tone, in lines of at most WIDTH
    columns.
    """
    return _cut(_marked(meanings, indent))


def _outlined(texts: Iterable[str], indent: str) -> Iterator[Line]:
    for text in texts:
        item = text.lstrip(" ")
        level = " " * (len(text) - len(item))
        bullet = "- " if item.startswith("- ") else ""
        for first in wrapped(item.removeprefix(bullet), f"{indent}{level}{bullet}"):
            yield line(first)


def _marked(meanings: Iterable[Marked], indent: str) -> Iterator[Line]:
    for it in meanings:
        for text in wrapped(it.text, f"{indent}{it.mark} "):
            yield line(Span(text, _TONES[it.mark]))


def wrapped(text: str, start: str) -> list[str]:
    """The text, harmless and discreet, in lines of at most WIDTH columns: the first after `start`,
    the others indented by as much.
    """
    # Masked before it is wrapped: of an address in two parts neither would be seen to be one.
    return textwrap.wrap(
        discreet(text, MOST_LETTERS),
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )


def _cut(lines: Iterator[Line]) -> Iterator[Line]:
    kept = list(lines)
    if len(kept) > MOST_LINES:
        rest = len(kept) - MOST_LINES + 1
        kept[MOST_LINES - 1 :] = [line(Span(f"{MORE} and {rest:,} more lines", Tone.QUIET))]
    yield from kept
