"""Long value lists that many rules use are worked on once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cg_sync.rules.english.names import Names
from cg_sync.rules.english.values import OfValues, named
from cg_sync.rules.once import LONG, once_for_long
from cg_sync.rules.tests import DomainIn, Holds, OneOf, TextIs

NUMBERS = range(LONG)


def texts() -> tuple[str, ...]:
    """The same values each time, as another rule would have them."""
    return tuple(f"Ş{number}.com" for number in NUMBERS)


def one_of() -> OneOf:
    return OneOf(texts())


def starts() -> TextIs:
    return TextIs("starts", texts())


def holds() -> Holds:
    return Holds(texts())


def domains() -> DomainIn:
    return DomainIn(texts(), below=True)


@pytest.mark.parametrize("make", [one_of, starts, holds, domains])
def test_equal_long_tests_share_what_is_made_of_their_values(make: Callable[[], OfValues]) -> None:
    one, other = make(), make()
    assert one == other
    for name in set(vars(one)) | {"comparable", "folded", "names", "values", "domains"}:
        if isinstance(value := getattr(one, name, None), tuple | frozenset):
            assert getattr(other, name) is value, name
    assert named(one, Names()).written is named(other, Names()).written


def test_work_on_a_long_list_is_not_done_twice_and_on_another_it_is() -> None:
    worked: list[tuple[str, ...]] = []

    @once_for_long
    def work(values: tuple[str, ...]) -> int:
        worked.append(values)
        return len(values)

    assert [work(it) for it in (texts(), texts(), texts()[1:], ("a",), ("a",))] == [
        LONG, LONG, LONG - 1, 1, 1,
    ]  # fmt: skip
    assert worked == [texts(), texts()[1:], ("a",), ("a",)]


def test_a_value_list_is_looked_for_once_among_the_lists_of_a_project() -> None:
    read: list[str] = []

    def normal(text: str) -> str:
        read.append(text)
        return text

    names = Names({"one": texts()})
    found = [names.list_of(frozenset(texts()), normal) for _ in range(3)]
    assert (found, len(read)) == (["one"] * 3, LONG)
