"""Reads operands that have a shape of their own; raises ValueRefused with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.calendar import Duration, Unit, parse_duration
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.problem import ValueRefused, spoken
from cg_sync.rules.tests import Anniversary, Past, Present, Relative, Size, Test

MAX_ANNIVERSARY_DAYS: Final = 365
MAX_SIZE: Final = 1_000_000


def present(_attribute: Attribute, written: JsonValue) -> Test:
    """Only whether there is a value; the line turns `false` into the inverted test."""
    if not isinstance(written, bool):
        hint = "write `present: true` or `present: false`"
        raise ValueRefused("CG-F23", f"{spoken(written)} is neither true nor false", hint=hint)
    return Present()


def relative(attribute: Attribute, written: JsonValue, *, kind: Past) -> Test:
    """`30d`, `2w`, `12m` or `1y`."""
    return Relative(kind, _duration(written), unit_of(attribute), attribute.timezone)


def unit_of(attribute: Attribute) -> Unit:
    """In what the type of the attribute is counted."""
    return "instant" if attribute.type == "datetime" else "day"


def _duration(written: JsonValue) -> Duration:
    try:
        return parse_duration(written if isinstance(written, str) else "")
    except ValueError as error:
        hint = "write a number from 1 to 9999 and d, w, m or y, such as 30d or 12m"
        raise ValueRefused("CG-F23", f"{spoken(written)} is not a duration", hint=hint) from error


def anniversary(attribute: Attribute, written: JsonValue) -> Test:
    """`today`, or `{within_next: 7d}`, or `{month: [5, 6]}`."""
    if written == "today":
        return Anniversary(attribute.timezone, days=1)
    match written:
        case {"within_next": duration, **rest} if not rest:
            return Anniversary(attribute.timezone, days=anniversary_days(_duration(duration)))
        case {"month": months, **rest} if not rest:
            return Anniversary(attribute.timezone, months=anniversary_months(months))
        case _:
            hint = "write today, {within_next: 7d} or {month: [5, 6]}"
            raise ValueRefused("CG-F23", f"{spoken(written)} is no anniversary", hint=hint)


def anniversary_days(duration: Duration) -> int:
    """The days of the duration, if an anniversary can be so far away."""
    if not 1 <= duration.days <= MAX_ANNIVERSARY_DAYS:
        hint = f"write days or weeks, at most {MAX_ANNIVERSARY_DAYS}d"
        raise ValueRefused("CG-F23", f"an anniversary comes within {duration.text}", hint=hint)
    return duration.days


def anniversary_months(written: JsonValue) -> tuple[int, ...]:
    """The months by number, of one or a list."""
    months = written if isinstance(written, list | tuple) else [written]
    if not months:
        hint = "write the numbers of months, 1 to 12"
        raise ValueRefused("CG-F23", "the list of months is empty", hint=hint)
    found: list[int] = []
    for it in months:
        if not (_is_whole(it) and isinstance(it, int) and 1 <= it <= 12):
            raise ValueRefused("CG-F23", f"{spoken(it)} is no month", hint="write 1 to 12")
        found.append(it)
    return tuple(found)


def size(_attribute: Attribute, written: JsonValue) -> Test:
    """A whole number, or a mapping of bounds."""
    bounds = written if isinstance(written, Mapping) else {"gte": written, "lte": written}
    numbers = [it for it in bounds.values() if _is_whole(it) and isinstance(it, int)]
    known = bounds.keys() <= {"gt", "gte", "lt", "lte"}
    if not numbers or len(numbers) < len(bounds) or not known:
        hint = "write `size: 2`, or bounds such as `size: {gte: 1, lt: 5}`"
        raise ValueRefused("CG-F23", f"{spoken(written)} is no size", hint=hint)
    lows = [_int(bounds, "gte", 0), _int(bounds, "gt", -1) + 1]
    highs = [_int(bounds, "lte", MAX_SIZE), _int(bounds, "lt", MAX_SIZE + 1) - 1]
    return size_of(max(lows), min(highs) if bounds.keys() & {"lt", "lte"} else None)


def size_of(low: int, high: int | None) -> Size:
    """The test of these bounds, if a list can have such a size."""
    if not 0 <= low <= (MAX_SIZE if high is None else high) <= MAX_SIZE:
        hint = f"bounds are from 0 to {MAX_SIZE}, the lower one first"
        raise ValueRefused("CG-F23", "no list has such a size", hint=hint)
    return Size(low, high)


def _is_whole(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _int(bounds: Mapping[str, JsonValue], word: str, default: int) -> int:
    value = bounds.get(word, default)
    return value if isinstance(value, int) else default
