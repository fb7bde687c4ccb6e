"""Who changes their place: as few as it takes, and no more."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.precedence import moved


def ranks(names: str) -> dict[str, int]:
    """Each letter with its place, from 10 in tens; letters that stand together share one."""
    return {it: 10 * place for place, group in enumerate(names.split(), 1) for it in group}


@pytest.mark.parametrize(
    ("before", "after", "touched", "expected"),
    [
        ("a b c", "a b c", "", ""),
        ("a b c", "b c a", "a", "a"),
        ("a b c", "c b a", "abc", "ab"),
        ("a b", "b a", "a", "a"),
        ("a b", "b a", "b", "b"),
        ("a b c d", "b c d a", "bcd", "a"),
        ("ab c", "b a c", "a", ""),
        ("a b c", "ab c", "b", ""),
        ("a b c", "x c y a", "ac", "a"),
        ("", "", "", ""),
    ],
    ids=[
        "nothing", "one goes last", "turned round", "two, of whom the first was touched",
        "two, of whom the second was touched", "one that nobody touched is passed by three",
        "equals part", "two become equal", "only who is there both times", "nobody",
    ],
)  # fmt: skip
def test_as_few_move_as_it_takes(before: str, after: str, touched: str, expected: str) -> None:
    assert moved(ranks(before), ranks(after), set(touched)) == tuple(expected)


LETTERS = "abcdef"
orders = st.dictionaries(st.sampled_from(LETTERS), st.integers(0, 4), max_size=6)


def keeps_order(names: tuple[str, ...], before: dict[str, int], after: dict[str, int]) -> bool:
    pairs = [(it, other) for it in names for other in names if before[it] < before[other]]
    return all(after[it] <= after[other] for it, other in pairs)


@given(orders, orders, st.sets(st.sampled_from(LETTERS)))
def test_who_stays_keeps_the_order_and_no_larger_part_would(
    before: dict[str, int], after: dict[str, int], touched: set[str]
) -> None:
    both = sorted(before.keys() & after.keys())
    gone = moved(before, after, touched)
    stay = tuple(it for it in both if it not in gone)
    assert keeps_order(stay, before, after)
    larger = combinations(both, len(stay) + 1)
    assert not any(keeps_order(it, before, after) for it in larger)
    untouched = len(set(stay) - touched)
    same = [it for it in combinations(both, len(stay)) if keeps_order(it, before, after)]
    assert untouched == max((len(set(it) - touched) for it in same), default=0)
