"""Work on long value lists is done once for all the rules that use them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Final, TypeVar, cast

LONG: Final = 500
"""From so many values on, remembering costs less than doing the work again."""
MOST_LISTS: Final = 32
"""Remembered at a time."""

_Make = TypeVar("_Make", bound=Callable[[tuple[Any, ...]], object])


def once_for_long(make: _Make) -> _Make:
    """The pure function `make`, which gives one and the same object for equal tuples while they
    are long.
    """
    remembered = lru_cache(maxsize=MOST_LISTS)(make)

    @wraps(make)
    def made(values: tuple[Any, ...]) -> object:
        return make(values) if len(values) < LONG else remembered(values)

    return cast(_Make, made)
