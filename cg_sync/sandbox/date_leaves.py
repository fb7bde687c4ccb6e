"""The leaves that look at dates, and what each of them sees of the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from cg_sync.sandbox import times
from cg_sync.sandbox.questions import Leaf, Question, Test, about, within

_RELATIVE: Mapping[str, Callable[[Any, times.Duration], Test]] = {
    "within_last": times.within_last,
    "older_than": times.older_than,
    "within_next": times.within_next,
}


@dataclass(frozen=True)
class _Clock:
    """How a leaf reads values and bounds, and the now that they are held against."""

    value: Callable[[Any], date | None]
    bound: Callable[[Any], date | None]
    now: date


def date_question(key: str, leaf: Leaf, now: datetime) -> Question | None:
    """What a user-date-rule asks; it has bounds or one relation to now, not both."""
    clock = _clock(leaf, now)
    related = [name for name in _RELATIVE if name in leaf]
    if clock is None:
        return None
    if not related:
        test = within(leaf, clock.bound, only=("gte", "lt"))
        return test and about(key, test, read=clock.value)
    span = times.duration(leaf[related[0]])
    if len(related) > 1 or span is None or leaf.keys() & {"gt", "gte", "lt", "lte"}:
        return None
    return about(key, _RELATIVE[related[0]](clock.now, span), read=clock.value)


def anniversary_question(key: str, leaf: Leaf, now: datetime) -> Question | None:
    """What a user-anniversary-rule asks; it has `within_next` or `months`, not both."""
    clock = _days(leaf.get("timezone"), now)
    if clock is None:
        return None
    match leaf:
        case {"within_next": _, "months": _}:
            return None
        case {"within_next": text} if span := times.duration(text):
            return about(key, times.comes_round(clock.now, span), read=clock.value)
        case {"months": [*months]}:
            # A month is a whole number: True would pass for January.
            wanted = frozenset(it for it in months if type(it) is int)
            return about(key, lambda it: it.month in wanted, read=clock.value)
    return None


def seen_of_now(leaf: Leaf, now: datetime) -> date | None:
    """What the leaf knows of the time: its day or the moment; None if it takes no notice."""
    if not leaf.keys() & _RELATIVE.keys():
        return None
    match leaf:
        case {"slug": "user-date-rule"}:
            clock = _clock(leaf, now)
        case {"slug": "user-anniversary-rule"}:
            clock = _days(leaf.get("timezone"), now)
        case _:
            return None
    return clock.now if clock else None


def _clock(leaf: Leaf, now: datetime) -> _Clock | None:
    match leaf:
        case {"unit": "day", "timezone": name}:
            return _days(name, now)
        case {"unit": "instant"}:
            # Bounds and values bring their offsets: only months and years are counted in a zone.
            zone = times.zone(leaf.get("timezone", "UTC"))
            if zone is not None:
                return _Clock(times.instant, times.instant, times.local(now, zone))
    return None


def _days(name: object, now: datetime) -> _Clock | None:
    zone = times.zone(name)
    if zone is None:
        return None
    return _Clock(partial(times.day_in, zone), times.day, times.local(now, zone).date())
