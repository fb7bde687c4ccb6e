"""Texts that suit tests of one attribute."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TypeVar

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.pieces import texts_of_pieces
from cg_sync.rules.analysis.question import Question
from cg_sync.rules.fold import fold
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import Matches, OneOf, TextIs

_Value = TypeVar("_Value", str, "str | bool")


def texts(leaves: Sequence[Leaf], question: Question) -> Iterator[JsonValue]:
    """A text, or truth value, that suits all leaves, if there is any.

    With patterns and without a list of the values there may be, some that may suit.
    """
    listed = [it.test for it in leaves if isinstance(it.test, OneOf) and not it.exclude]
    refused = [it.test.comparable for it in leaves if isinstance(it.test, OneOf) and it.exclude]
    parts = [leaf for leaf in leaves if isinstance(leaf.test, TextIs | Matches)]
    if not listed:
        yield from texts_of_pieces(parts, refused, question.budget)
        return
    sizes = [len(it.comparable) for it in listed]
    question.budget.spend((sum(sizes) + sum(map(len, refused))) // 10)
    shortest = min(listed, key=lambda it: len(it.values))
    left = shortest.comparable.intersection(*(it.comparable for it in listed)).difference(*refused)
    for comparable in sorted(left, key=str):
        value = spelt(shortest.values, comparable)
        if question.suits_all(parts, value):
            yield value
            return


def spelt(values: tuple[_Value, ...], comparable: _Value) -> _Value:
    """The one of a test's values, in their order, that has this comparable form."""
    return values[bisect_left(values, str(comparable), key=_sort_key)]


def _sort_key(value: str | bool) -> str:
    return fold(value) if isinstance(value, str) else str(value)
