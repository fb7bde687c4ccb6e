"""What a rule may ask of each type of attribute: one row an operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Literal, cast

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.calendar import EARLIEST, LATEST
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.fold import fold
from cg_sync.rules.operands import Span, Value, out_of_range
from cg_sync.rules.pattern import check_pattern
from cg_sync.rules.problem import ValueRefused, spoken
from cg_sync.rules.shapes import anniversary, present, relative, size, unit_of
from cg_sync.rules.tests import (
    DateIn,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OneOf,
    PhoneCountry,
    Test,
    TextIs,
    Where,
)

Takes = Literal["one", "many", "one or many", "two"]


@dataclass(frozen=True, slots=True)
class Operator:
    """The test an operator makes of as many values as it takes; `exclude` inverts it.

    With `each`, every value makes a test of its own, and all must hold. With `is_pattern` its value
    is a pattern, which has a limit of its own.
    """

    test: Callable[[Attribute, tuple[Value, ...]], Test]
    takes: Takes = "one"
    exclude: bool = False
    each: bool = False
    is_pattern: bool = False


@dataclass(frozen=True, slots=True)
class Shaped:
    """An operator whose operand has a shape of its own, which `read` knows."""

    read: Callable[[Attribute, JsonValue], Test]


def _texts(values: tuple[Value, ...]) -> tuple[str, ...]:
    return tuple(map(str, values))


def _one_of(_attribute: Attribute, values: tuple[Value, ...]) -> Test:
    return OneOf(cast("tuple[str | bool, ...]", values))


def _domain_in(_attribute: Attribute, values: tuple[Value, ...], *, below: bool) -> Test:
    return DomainIn(_texts(values), below)


def _text_is(_attribute: Attribute, values: tuple[Value, ...], *, where: Where) -> Test:
    for text in _texts(values):
        if not fold(text):
            hint = "its letters do not count when texts are compared"
            raise ValueRefused("CG-F23", f"{spoken(text)} is in every text", hint=hint)
    return TextIs(where, _texts(values))


def _matches(_attribute: Attribute, values: tuple[Value, ...]) -> Test:
    (pattern,) = _texts(values)
    check_pattern(pattern)
    return Matches(pattern)


def _holds(_attribute: Attribute, values: tuple[Value, ...], *, every: bool) -> Test:
    return Holds(_texts(values), every)


def _in_groups(_attribute: Attribute, values: tuple[Value, ...]) -> Test:
    return InGroups(_texts(values))


def _phone_country(_attribute: Attribute, values: tuple[Value, ...]) -> Test:
    return PhoneCountry(_texts(values))


Bound = Literal["eq", "gt", "gte", "lt", "lte", "between"]


def _number_in(attribute: Attribute, values: tuple[Value, ...], *, bound: Bound) -> Test:
    first, last = (cast(Decimal, values[index]) for index in (0, -1))
    low = None if bound in ("lt", "lte") else first
    high = None if bound in ("gt", "gte") else last
    return number_in(attribute, low, high, low_open=bound == "gt", high_open=bound == "lt")


def number_in(
    attribute: Attribute,
    low: Decimal | None,
    high: Decimal | None,
    *,
    low_open: bool = False,
    high_open: bool = False,
) -> NumberIn:
    """The test of the attribute with these bounds: those of whole numbers are closed."""
    if attribute.type == "integer":
        low = Decimal(int(low) + 1) if low is not None and low_open else low
        high = Decimal(int(high) - 1) if high is not None and high_open else high
        return NumberIn(low, high)
    return NumberIn(low, high, low_open, high_open)


DateBound = Literal["on", "before", "after", "on_or_after", "between"]


def _date_in(attribute: Attribute, values: tuple[Value, ...], *, bound: DateBound) -> Test:
    first, last = (cast(Span, values[index]) for index in (0, -1))
    starts = first.after if bound == "after" else first.first
    ends = last.first if bound == "before" else last.after
    low = None if bound == "before" else starts
    high = None if bound in ("after", "on_or_after") else ends
    return date_in(attribute, low, high)


def date_in(attribute: Attribute, low: date | None, high: date | None) -> DateIn:
    """The test of the attribute with these bounds; raises ValueRefused when one is out of range."""
    for bound in (low, high):
        # By the year alone first: the ends of the calendar have no time in UTC.
        years = (EARLIEST.year - 1, LATEST.year + 1)
        if bound is not None and not (years[0] < bound.year < years[1] and _is_in_range(bound)):
            raise out_of_range(str(bound))
    return DateIn(unit_of(attribute), low, high, attribute.timezone)


def _is_in_range(bound: date) -> bool:
    day = bound.astimezone(UTC).date() if isinstance(bound, datetime) else bound
    return EARLIEST <= day <= LATEST


Row = Mapping[str, Operator | Shaped]

_EQUALITY: Row = {
    "eq": Operator(_one_of),
    "neq": Operator(_one_of, exclude=True),
    "in": Operator(_one_of, "many"),
    "not_in": Operator(_one_of, "many", exclude=True),
}
_NUMBER: Row = {
    "eq": Operator(partial(_number_in, bound="eq")),
    "gt": Operator(partial(_number_in, bound="gt")),
    "gte": Operator(partial(_number_in, bound="gte")),
    "lt": Operator(partial(_number_in, bound="lt")),
    "lte": Operator(partial(_number_in, bound="lte")),
    "between": Operator(partial(_number_in, bound="between"), "two"),
}
_DATE: Row = {
    "on": Operator(partial(_date_in, bound="on")),
    "before": Operator(partial(_date_in, bound="before")),
    "after": Operator(partial(_date_in, bound="after")),
    "on_or_after": Operator(partial(_date_in, bound="on_or_after")),
    "between": Operator(partial(_date_in, bound="between"), "two"),
    "within_last": Shaped(partial(relative, kind="within_last")),
    "older_than": Shaped(partial(relative, kind="older_than")),
    "within_next": Shaped(partial(relative, kind="within_next")),
    "anniversary": Shaped(anniversary),
}
_GROUPS: Row = {
    "has_any": Operator(_in_groups, "many"),
    "has_all": Operator(_in_groups, "many", each=True),
    "has_none": Operator(_in_groups, "many", exclude=True),
}
_PRESENT: Row = {"present": Shaped(present)}

OPERATORS: Mapping[str, Row] = {
    "boolean": {"eq": Operator(_one_of)},
    "enum": _EQUALITY,
    "string": {
        **_EQUALITY,
        "starts_with": Operator(partial(_text_is, where="starts"), "one or many"),
        "ends_with": Operator(partial(_text_is, where="ends"), "one or many"),
        "contains": Operator(partial(_text_is, where="contains"), "one or many"),
        "matches": Operator(_matches, is_pattern=True),
    },
    "email": {
        "domain_is": Operator(partial(_domain_in, below=False), "many"),
        "domain_under": Operator(partial(_domain_in, below=True), "many"),
    },
    "phone": {"country_code_in": Operator(_phone_country, "many")},
    "integer": _NUMBER,
    "decimal": _NUMBER,
    "date": _DATE,
    "datetime": _DATE,
    "list": {
        "has_any": Operator(partial(_holds, every=False), "many"),
        "has_all": Operator(partial(_holds, every=True), "many"),
        "has_none": Operator(partial(_holds, every=False), "many", exclude=True),
        "size": Shaped(size),
    },
}
"""Type of attribute → operator → what it means."""


def operators_of(attribute: Attribute) -> Row:
    """The operators that rules may use on the attribute, by name."""
    row = _GROUPS if attribute.is_groups else OPERATORS[attribute.type]
    return {**row, **_PRESENT} if attribute.may_lack else row
