"""Decides whether a rule selects a customer, on the record as the shop's API returns it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.calendar import comes_round, earlier, later
from cg_sync.rules.fold import email_domain, fold
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not
from cg_sync.rules.pattern import pattern_holds
from cg_sync.rules.tests import (
    Anniversary,
    DateIn,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OfValue,
    OneOf,
    PhoneCountry,
    Present,
    Relative,
    Size,
    Test,
    TextIs,
)
from cg_sync.rules.values import (
    day_of,
    instant_of,
    items_of,
    number_of,
    phone_digits,
    texts_of,
    value_at,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a rule looks at beside the record: the time, and the customer's static groups by name.

    `as_of` has an offset. Days are counted in the time zone that each test brings along.
    """

    as_of: datetime
    groups: frozenset[str] = frozenset()


def evaluate(node: Node, customer: JsonObject, moment: Moment) -> bool:
    """Whether the node selects the customer at that moment."""
    match node:
        case Everyone():
            return True
        case All(children):
            return all(evaluate(child, customer, moment) for child in children)
        case AnyOf(children):
            return any(evaluate(child, customer, moment) for child in children)
        case Not(child):
            return not evaluate(child, customer, moment)
        case Leaf(_, path, test, exclude, when_missing):
            holds = answer(test, value_at(customer, path), moment)
            return when_missing if holds is None else holds is not exclude
        case _:
            assert_never(node)


def answer(test: Test, value: JsonValue, moment: Moment) -> bool | None:
    """The answer of a test, None when the value counts as missing."""
    match test:
        case Holds(_, every):
            held = test.folded & texts_of(value)
            return held == test.folded if every else bool(held)
        case Size(low, high):
            size = len(items_of(value))
            return low <= size and (high is None or size <= high)
        case InGroups(names):
            return not moment.groups.isdisjoint(names)
        case _:
            return None if value is None else _value_holds(test, value, moment.as_of)


def _value_holds(test: OfValue, value: JsonValue, now: datetime) -> bool | None:
    match test:
        case Present():
            return True
        case OneOf():
            if isinstance(value, str):
                return fold(value) in test.comparable
            # By JSON type: 1 is not true.
            return isinstance(value, bool) and value in test.comparable
        case TextIs() | Matches():
            return isinstance(value, str) and _text_holds(test, fold(value))
        case DomainIn():
            domain = email_domain(value) if isinstance(value, str) else None
            return None if domain is None else is_domain_in(domain, test)
        case PhoneCountry(codes):
            digits = phone_digits(value)
            return None if digits is None else digits.startswith(codes)
        case NumberIn():
            number = number_of(value)
            return None if number is None else not test.meet(NumberIn(number, number)).is_empty
        case DateIn(unit, _, _, zone) | Relative(_, _, unit, zone):
            found = day_of(value, zone) if unit == "day" else instant_of(value)
            return None if found is None else _date_holds(test, found, now)
        case Anniversary(zone, days, months):
            born = day_of(value, zone)
            if born is None:
                return None
            return born.month in months or comes_round(born, _today(now, zone), days)
        case _:
            assert_never(test)


def _text_holds(test: TextIs | Matches, folded: str) -> bool:
    if isinstance(test, Matches):
        return pattern_holds(test.pattern, folded)
    match test.where:
        case "starts":
            return folded.startswith(test.folded)
        case "ends":
            return folded.endswith(test.folded)
        case "contains":
            return any(part in folded for part in test.folded)
        case _:
            assert_never(test.where)


def _date_holds(test: DateIn | Relative, found: date, now: datetime) -> bool:
    if isinstance(test, DateIn):
        low, high = test.low, test.high
        return (low is None or low <= found) and (high is None or found < high)
    local = now.astimezone(ZoneInfo(test.zone))
    # Instants of customers have offsets, so that they are compared with those of a zone in UTC.
    here: date = local.date() if test.unit == "day" else local
    if test.kind == "within_next":
        end = later(here, test.duration)
        return here <= found and (end is None or found < end)
    start = earlier(here, test.duration)
    if test.kind == "older_than":
        return start is not None and found <= start
    return (start is None or start < found) and found <= here


def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def is_domain_in(domain: str, test: DomainIn) -> bool:
    """Whether a domain in normal form is one of the test's or, if it says so, below one."""
    if domain in test.names:
        return True
    if not test.below:
        return False
    labels = domain.split(".")
    return any(".".join(labels[start:]) in test.names for start in range(1, len(labels)))
