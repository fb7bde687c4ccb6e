"""The tests a line can make of a value: each is a set of values, and equal sets are equal tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeVar

from cg_sync.rules.calendar import Duration, Unit
from cg_sync.rules.fold import fold
from cg_sync.rules.once import once_for_long

Where = Literal["starts", "ends", "contains"]
Past = Literal["within_last", "older_than", "within_next"]
_Value = TypeVar("_Value", str, "str | bool")


def _comparable(value: _Value) -> _Value:
    return fold(value) if isinstance(value, str) else value


@once_for_long
def _spelt_once(values: tuple[_Value, ...]) -> tuple[_Value, ...]:
    """Sorted; of several spellings of one text the first in code point order stays."""
    if len(values) == 1:
        return values
    kept = dict(zip(map(_comparable, values), values, strict=True))
    if len(kept) < len(values):
        last_first = sorted(values, key=str, reverse=True)
        kept = dict(zip(map(_comparable, last_first), last_first, strict=True))
    return tuple([kept[key] for key in sorted(kept, key=str)])


@once_for_long
def _sorted_once(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) == 1:
        return values
    return tuple(sorted(set(values)))


@once_for_long
def comparables(values: tuple[_Value, ...]) -> tuple[_Value, ...]:
    """The values in the form in which they are compared, one for one."""
    return tuple(map(_comparable, values))


@once_for_long
def _set_of(values: tuple[_Value, ...]) -> frozenset[_Value]:
    return frozenset(values)


@dataclass(frozen=True, slots=True)
class Present:
    """There is a value."""


@dataclass(frozen=True)
class OneOf:
    """The value is one of these texts (compared folded) or booleans; sorted, none there twice."""

    values: tuple[str | bool, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _spelt_once(self.values))

    @cached_property
    def comparable(self) -> frozenset[str | bool]:
        """The values in the form in which they are compared."""
        return _set_of(comparables(self.values))


@dataclass(frozen=True)
class TextIs:
    """The folded text starts with, ends with or contains one of these; sorted, none there twice."""

    where: Where
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _spelt_once(self.values))

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The values in the form in which they are compared."""
        return comparables(self.values)


@dataclass(frozen=True, slots=True)
class Matches:
    """The folded text matches the RE2 pattern from end to end."""

    pattern: str


@dataclass(frozen=True)
class DomainIn:
    """The e-mail domain is one of these, in normal form and sorted, or, with `below`, below one."""

    domains: tuple[str, ...]
    below: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "domains", _sorted_once(self.domains))

    @cached_property
    def names(self) -> frozenset[str]:
        """The domains, to look one up."""
        return _set_of(self.domains)


@dataclass(frozen=True, slots=True)
class PhoneCountry:
    """The number begins with one of these country codes: digits, sorted, none there twice."""

    codes: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", _sorted_once(self.codes))


@dataclass(frozen=True, slots=True)
class NumberIn:
    """The number lies between bounds, None for no bound; an open bound is itself outside.

    The bounds of whole numbers are closed by whoever makes the test.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is no such number."""
        if self.low is None or self.high is None or self.low < self.high:
            return False
        return self.low > self.high or self.low_open or self.high_open

    def meet(self, other: NumberIn) -> NumberIn:
        """The numbers within the bounds of both."""
        low, low_open = max(
            ((it.low, it.low_open) for it in (self, other) if it.low is not None),
            default=(None, False),
        )
        high, high_closed = min(
            ((it.high, not it.high_open) for it in (self, other) if it.high is not None),
            default=(None, True),
        )
        return NumberIn(low, high, low_open, not high_closed)


@dataclass(frozen=True, slots=True)
class DateIn:
    """The day, or the instant in UTC, lies from `low` to before `high`; None for no bound.

    `zone` is where the day of an instant is counted, and where instants are written.
    """

    unit: Unit
    low: date | None
    high: date | None
    zone: str

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            bound = getattr(self, name)
            if isinstance(bound, datetime):
                object.__setattr__(self, name, bound.astimezone(UTC))

    @property
    def is_empty(self) -> bool:
        """Whether there is no such day or instant."""
        return self.low is not None and self.high is not None and self.low >= self.high

    def meet(self, other: DateIn) -> DateIn:
        """The days or instants within the bounds of both."""
        low = max((it.low for it in (self, other) if it.low is not None), default=None)
        high = min((it.high for it in (self, other) if it.high is not None), default=None)
        return DateIn(self.unit, low, high, self.zone)


@dataclass(frozen=True, slots=True)
class Relative:
    """The day or instant lies so far from now; days and months are counted in `zone`."""

    kind: Past
    duration: Duration
    unit: Unit
    zone: str


@dataclass(frozen=True, slots=True)
class Anniversary:
    """The day and month come within so many days from today, or fall in one of these months."""

    zone: str
    days: int = 0
    months: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "months", tuple(sorted(set(self.months))))


@dataclass(frozen=True)
class Holds:
    """The list holds one of these texts (compared folded) or, with `every`, all of them."""

    values: tuple[str, ...]
    every: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _spelt_once(self.values))
        object.__setattr__(self, "every", self.every and len(self.values) > 1)

    @cached_property
    def folded(self) -> frozenset[str]:
        """The values in the form in which they are compared."""
        return _set_of(comparables(self.values))


@dataclass(frozen=True, slots=True)
class Size:
    """The list has from `low` to `high` items, both included; None for no upper bound."""

    low: int = 0
    high: int | None = None


@dataclass(frozen=True, slots=True)
class InGroups:
    """The customer is a member of one of these static groups, by name; sorted, none there twice."""

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", _sorted_once(self.names))


Bounds = NumberIn | DateIn
OfList = Holds | Size | InGroups
"""What is asked of lists, which are never missing."""

OfValue = (
    Present | OneOf | TextIs | Matches | DomainIn | PhoneCountry | Bounds | Relative | Anniversary
)
Test = OfValue | OfList
