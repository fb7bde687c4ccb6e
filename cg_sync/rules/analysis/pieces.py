"""Texts put together from what they must begin with, contain, end with and match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from cg_sync.rules.analysis.budget import Budget
from cg_sync.rules.analysis.samples import samples
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import Matches, TextIs, Where

_FILLERS: Final = "xyzabcdefghjklmnopqrstuvw0123456789"
_IDEOGRAPHS: Final = range(0x4E00, 0x9FA5)
"""Letters that folding leaves alone, if rules use up the others."""
_GUESSES: Final = 8
"""Of texts that leave out what patterns want."""


def texts_of_pieces(
    leaves: Sequence[Leaf], refused: Sequence[frozenset[str | bool]], budget: Budget
) -> Iterator[str]:
    """Texts of which one suits all leaves and is in none of the sets, if there is any.

    With patterns, none of them need suit. The leaves are tests of parts of texts and of patterns.

    Every text that suits holds pieces that the leaves ask for, and what they refuse is in none of
    the pieces. Put together with a letter between them that no leaf refuses, such pieces hold
    nothing else that is refused. So one beginning, one ending and one part for each leaf will do.
    """
    wanted = [it.test.pattern for it in leaves if isinstance(it.test, Matches) and not it.exclude]
    unwanted = {it.test.pattern for it in leaves if isinstance(it.test, Matches) and it.exclude}
    pieces = _pieces(leaves, budget)
    if pieces is None or not unwanted.isdisjoint(wanted):
        return
    filler = _filler(leaves, budget)
    joined = ["".join(pieces), filler.join(it for it in pieces if it)]
    for pattern in wanted:
        yield from chain.from_iterable(samples(pattern, it) for it in joined)
    yield from joined if joined[0] else ["example", "0", "-", "\u00e9"]
    start, *parts, end = pieces
    guesses = _GUESSES if wanted or unwanted else 1 + sum(map(len, refused))
    for times in range(1, 1 + guesses):
        budget.spend(1)
        text = f"{start}{filler * times}{filler.join(parts)}{filler}{end}"
        if not any(text in it for it in refused):
            yield text


def _pieces(leaves: Sequence[Leaf], budget: Budget) -> Sequence[str] | None:
    """A beginning, some parts and an ending in which nothing is refused; None if impossible."""
    barred = _refused(leaves, "contains")
    beginnings = _asked(leaves, "starts")
    endings = [[it[::-1] for it in values] for values in _asked(leaves, "ends")]
    backwards = {it[::-1] for it in _refused(leaves, "ends")}
    start = _longest(beginnings, _refused(leaves, "starts"), barred, budget)
    end = _longest(endings, backwards, {it[::-1] for it in barred}, budget)
    parts = [
        next((it for it in values if not _holds_any(it, barred, budget)), None)
        for values in _asked(leaves, "contains")
    ]
    found = [start, *parts, None if end is None else end[::-1]]
    pieces = [it for it in found if it is not None]
    return pieces if len(pieces) == len(found) else None


def _asked(leaves: Sequence[Leaf], where: Where) -> list[Sequence[str]]:
    """For each leaf the texts of which it asks for one."""
    tests = (it.test for it in leaves if not it.exclude)
    return [it.folded for it in tests if isinstance(it, TextIs) and it.where == where]


def _refused(leaves: Sequence[Leaf], where: Where) -> set[str]:
    tests = (it.test for it in leaves if it.exclude)
    folded = (it.folded for it in tests if isinstance(it, TextIs) and it.where == where)
    return set(chain.from_iterable(folded))


def _longest(
    asked: Sequence[Sequence[str]], refused: set[str], barred: set[str], budget: Budget
) -> str | None:
    """A text that begins with one of each, with none refused, and has nothing barred in it."""
    if not asked:
        return None if "" in refused | barred else ""
    budget.spend(sum(map(len, asked)) // 10)
    sets = [frozenset(it) for it in asked]
    for text in dict.fromkeys(chain.from_iterable(asked)):
        beginnings = {text[:end] for end in range(len(text) + 1)}
        if any(beginnings.isdisjoint(it) for it in sets) or not beginnings.isdisjoint(refused):
            continue
        if not _holds_any(text, barred, budget):
            return text
    return None


def _holds_any(text: str, barred: set[str], budget: Budget) -> bool:
    parts = len(text) * (len(text) + 1) // 2
    if parts < len(barred):
        budget.spend(1 + parts // 5)
        ends = range(len(text) + 1)
        return not barred.isdisjoint(text[start:end] for end in ends for start in range(end + 1))
    budget.spend(1 + len(barred) // 15)
    return any(it in text for it in barred)


def _filler(leaves: Iterable[Leaf], budget: Budget) -> str:
    """A letter that is in nothing that the leaves refuse; if they leave none, any."""
    texts = [it.test.folded for it in leaves if it.exclude and isinstance(it.test, TextIs)]
    budget.spend(sum(map(len, texts)) // 10)
    used = set("".join(chain.from_iterable(texts)))
    letters = chain(_FILLERS, map(chr, _IDEOGRAPHS))
    return next((it for it in letters if it not in used), _FILLERS[0])
