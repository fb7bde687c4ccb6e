"""Who changes their place in an order: as few as it takes to tell the new order from the old."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=str)

_Best = tuple[int, int, int]
"""The length of a chain, how many of it stay untouched, and the number of its last link."""
_NONE: _Best = (0, 0, -1)


def moved(before: Mapping[K, int], after: Mapping[K, int], touched: Collection[K]) -> tuple[K, ...]:
    """The names that take another place relative to the others, in their old order: all but a
    longest chain that keeps its order. Of several such chains one with most that nobody `touched`.

    Only names in both count. Equal ranks are in no order, so that parting them moves nobody.
    """
    names = sorted(before.keys() & after.keys(), key=lambda it: (before[it], after[it], it))
    kept = _longest_chain([after[it] for it in names], [it not in touched for it in names])
    return tuple(name for number, name in enumerate(names) if number not in kept)


def _longest_chain(ranks: Sequence[int], favoured: Sequence[bool]) -> set[int]:
    """The numbers of a longest chain of ranks that never falls; of several, one with most that are
    favoured.
    """
    places = {rank: place for place, rank in enumerate(sorted(set(ranks)), start=1)}
    tree = [_NONE] * (len(places) + 1)
    former: list[int] = []
    end = _NONE
    for number, rank in enumerate(ranks):
        length, stay, last = _best_up_to(tree, places[rank])
        former.append(last)
        chain = (length + 1, stay + favoured[number], number)
        _put(tree, places[rank], chain)
        end = max(end, chain)
    kept, link = set(), end[2]
    while link >= 0:
        kept.add(link)
        link = former[link]
    return kept


def _best_up_to(tree: Sequence[_Best], place: int) -> _Best:
    """The best chain that ends at `place` or below: a Fenwick tree of maxima."""
    best = _NONE
    while place:
        best = max(best, tree[place])
        place &= place - 1
    return best


def _put(tree: list[_Best], place: int, chain: _Best) -> None:
    while place < len(tree):
        tree[place] = max(tree[place], chain)
        place += place & -place
