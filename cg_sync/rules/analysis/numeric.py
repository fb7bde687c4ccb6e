"""Numbers that suit tests of one attribute."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.budget import Budget
from cg_sync.rules.analysis.spans import Span, common, of_decimals, of_integers
from cg_sync.rules.ir import Leaf
from cg_sync.rules.numbers import written_number
from cg_sync.rules.tests import NumberIn

_SMALL: Final = (1, 0, 2, 5, 10, 100, 1000)


def numbers(leaves: Sequence[Leaf], budget: Budget, *, whole_only: bool) -> Iterator[JsonValue]:
    """A number of each stretch that the leaves leave, small and round where it can be."""
    budget.spend(3 * len(leaves))
    read = of_integers if whole_only else of_decimals
    tests = [(leaf.test, leaf.exclude) for leaf in leaves]
    spans = common((read(test), out) for test, out in tests if isinstance(test, NumberIn))
    for span in spans:
        yield written_number(_whole_in(span) if whole_only else _decimal_in(span))


def _whole_in(span: Span) -> Decimal:
    (low, _), (high, _) = span
    ends = [int(low)] if low > -math.inf else [int(high) - 1] if high < math.inf else []
    return Decimal(next(it for it in (*_SMALL, *ends) if low <= it < high))


def _decimal_in(span: Span) -> Decimal:
    """The number of the span with the fewest decimals, one end of it for choice."""
    low, high = span
    ends = [it for it, _ in span if isinstance(it, Decimal)]
    near = [math.floor(it) + step for it in ends for step in (0, 1, -1)]
    for it in (*map(Decimal, (*_SMALL, *near)), *ends):
        if low <= (it, 0) < high:
            return it
    # Both ends are there, and less than one apart.
    below, above = Fraction(ends[0]), Fraction(ends[-1])
    digits = 1
    while not below < Fraction(count := math.floor(below * 10**digits) + 1, 10**digits) < above:
        digits += 1
    return Decimal(f"{count}E-{digits}")
