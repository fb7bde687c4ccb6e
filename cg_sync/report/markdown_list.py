"""Lists in Markdown: a few items that are seen at once, the others folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial

from cg_sync.report.budget import Item, item
from cg_sync.report.markdown_text import folded

SHOWN = 10
FOLDED = 200
"""Of the others, when there is no room for all."""
REST = 50
"""The rank of what is folded away."""


def listed(lines: Sequence[str], word: str, rank: int) -> Iterator[Item]:
    """Items of a list, which are called `word`: the first few by themselves, then all others."""
    yield from (item(rank, word, it) for it in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield folded_item(lines[SHOWN:], word, "more")


def folded_item(lines: Sequence[str], word: str, summary: str) -> Item:
    """All of the lines behind `12 more`, as many as there is room for; at least their number."""
    forms = (
        partial(_number, lines, summary),
        *([partial(_first, lines, summary)] if len(lines) > FOLDED else []),
        partial(_all, lines, summary),
    )
    return Item(REST, word, tuple(map(cache, forms)), len(lines))


def _number(lines: Sequence[str], summary: str) -> str:
    return f"- {len(lines):,} {summary}"


def _first(lines: Sequence[str], summary: str) -> str:
    rest = f"- and {len(lines) - FOLDED:,} more"
    return folded([f"{len(lines):,} {summary}"], "\n".join((*lines[:FOLDED], rest)))


def _all(lines: Sequence[str], summary: str) -> str:
    return folded([f"{len(lines):,} {summary}"], "\n".join(lines))
