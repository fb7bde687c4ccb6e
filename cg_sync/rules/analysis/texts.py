"""Texts that suit tests of one attribute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.pieces import texts_of_pieces
from cg_sync.rules.analysis.question import Question
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import Matches, OneOf, TextIs, comparables


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
    others = (it.comparable for it in listed if it is not shortest)
    left = shortest.comparable.intersection(*others).difference(*refused)
    for value, compared in zip(shortest.values, comparables(shortest.values), strict=True):
        if compared in left and question.suits_all(parts, value):
            yield value
            return
