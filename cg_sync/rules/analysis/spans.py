"""Sets of numbers as sorted stretches between cuts; days and instants are whole numbers here.

A cut lies just before a number, `(n, 0)`, or just after it, `(n, 1)`, so that open and closed
bounds are one idea. Cuts in whole numbers all lie before one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from cg_sync.rules.tests import NumberIn

Cut = tuple[Decimal | int | float, int]
Span = tuple[Cut, Cut]
Spans = tuple[Span, ...]

LOWEST: Final[Cut] = (-math.inf, 0)
HIGHEST: Final[Cut] = (math.inf, 0)
EVERYTHING: Final[Spans] = ((LOWEST, HIGHEST),)


def whole(first: int | None, end: int | None) -> Spans:
    """The whole numbers from `first` to before `end`; None for no bound."""
    low: Cut = LOWEST if first is None else (first, 0)
    high: Cut = HIGHEST if end is None else (end, 0)
    return ((low, high),) if low < high else ()


def meet(left: Spans, right: Spans) -> Spans:
    """The numbers in both."""
    found: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low < high:
            found.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def outside(spans: Spans) -> Spans:
    """The numbers in none of the spans."""
    cuts = [LOWEST, *(cut for span in spans for cut in span), HIGHEST]
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return tuple((low, high) for low, high in pairs if low < high)


def _joined(spans: Iterable[Span]) -> Spans:
    """The numbers in any of the spans."""
    found: list[Span] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def common(parts: Iterable[tuple[Spans, bool]]) -> Spans:
    """The numbers in all the parts; a part with True counts as what is outside it."""
    found = EVERYTHING
    excluded: list[Span] = []
    for spans, is_excluded in parts:
        if is_excluded:
            excluded += spans
        else:
            found = meet(found, spans)
    return meet(found, outside(_joined(excluded)))


def of_decimals(test: NumberIn) -> Spans:
    """The decimal numbers of the test."""
    low: Cut = LOWEST if test.low is None else (test.low, int(test.low_open))
    high: Cut = HIGHEST if test.high is None else (test.high, int(not test.high_open))
    return ((low, high),) if low < high else ()


def of_integers(test: NumberIn) -> Spans:
    """The whole numbers of the test, whose bounds may be open or lie between them."""
    first = end = None
    if test.low is not None:
        first = math.ceil(test.low)
        first += int(test.low_open and first == test.low)
    if test.high is not None:
        end = math.floor(test.high) + 1
        end -= int(test.high_open and end - 1 == test.high)
    return whole(first, end)
