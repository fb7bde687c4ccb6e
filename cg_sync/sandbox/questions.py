"""What all leaves of a rule are made of: a way to a value, and a test of it."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Customer = Mapping[str, Any]
Groups = frozenset[int]
Leaf = Mapping[str, Any]
Test = Callable[[Any], bool]

UPPER_AND_LOWER: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


@dataclass(frozen=True)
class Question:
    """What is looked at, None when the customer lacks it; and whether it is what is wanted."""

    value: Callable[[Customer, Groups], Any]
    test: Test


def value_at(customer: Customer, key: str) -> Any:
    """The value at a dotted path; None when it is missing, null or a blank text."""
    value: Any = customer
    for step in key.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return None if isinstance(value, str) and not value.strip() else value


def about(key: str, test: Test, *, read: Callable[[Any], Any] | None = None) -> Question:
    """A question about the value at a key, or about what `read` makes of it."""
    if read is None:
        return Question(lambda customer, _: value_at(customer, key), test)
    return Question(lambda customer, _: read(value_at(customer, key)), test)


def within(
    given: Leaf, read: Callable[[Any], Any], *, only: Sequence[str] = tuple(UPPER_AND_LOWER)
) -> Test | None:
    """Whether a value lies within the bounds; None when there is none, or one is no bound."""
    bounds = {name: read(given[name]) for name in UPPER_AND_LOWER if name in given}
    if not bounds or None in bounds.values() or not bounds.keys() <= set(only):
        return None
    sides = [(UPPER_AND_LOWER[name], bound) for name, bound in bounds.items()]
    return lambda value: all(is_within(value, bound) for is_within, bound in sides)
