"""What leaves of the shop's JSON test: each spelling that means just that, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.calendar import Duration, parse_day, parse_duration, parse_moment
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.numbers import parse_number
from cg_sync.rules.operands import value_for
from cg_sync.rules.operators import Operator, date_in, number_in, operators_of
from cg_sync.rules.pattern import check_pattern
from cg_sync.rules.shapes import anniversary_days, anniversary_months, size, unit_of
from cg_sync.rules.tests import (
    Anniversary,
    DomainIn,
    Holds,
    Matches,
    NumberIn,
    OneOf,
    Past,
    PhoneCountry,
    Present,
    Relative,
    Test,
    TextIs,
    Where,
)
from cg_sync.rules.wire_fields import (
    NotUnderstood,
    filled_list,
    refuse_other_keys,
    refuse_unless,
    text_of,
)


def _present(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_unless(not asks, "present" in operators_of(attribute))
    return Present()


def _one_of(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"values"})
    values = filled_list(asks, "values")
    operator = operators_of(attribute).get("eq")
    # Of numbers the shop compares JSON types here, which the language does not.
    refuse_unless(
        attribute.type in ("boolean", "enum", "string"),
        isinstance(operator, Operator),
        len(values) == 1 or "in" in operators_of(attribute),
    )
    return OneOf(tuple(cast("str | bool", value_for(attribute, value)) for value in values))


def _texts(attribute: Attribute, asks: JsonObject, key: str) -> tuple[str, ...]:
    return tuple(str(value_for(attribute, value)) for value in filled_list(asks, key))


def _text_is(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"match", "values"})
    where = text_of(asks, "match")
    refuse_unless(where in ("starts", "ends", "contains"), attribute.type == "string")
    test = TextIs(cast(Where, where), _texts(attribute, asks, "values"))
    refuse_unless(all(test.folded))
    return test


def _matches(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"pattern"})
    pattern = text_of(asks, "pattern")
    refuse_unless(attribute.type == "string", bool(pattern.strip()))
    check_pattern(pattern)
    return Matches(pattern)


def _domain_in(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"domains", "subdomains"})
    below = asks.get("subdomains")
    if attribute.type != "email" or not isinstance(below, bool):
        raise NotUnderstood
    domains = _texts(attribute, asks, "domains")
    # A domain in another form is left to the shop to read.
    refuse_unless(list(domains) == list(filled_list(asks, "domains")))
    return DomainIn(domains, below)


def _phone_country(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"country_codes"})
    refuse_unless(attribute.type == "phone")
    codes = _texts(attribute, asks, "country_codes")
    refuse_unless(list(codes) == list(filled_list(asks, "country_codes")))
    return PhoneCountry(codes)


def _number_in(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"gt", "gte", "lt", "lte"})
    refuse_unless(attribute.type in ("integer", "decimal"), bool(asks))
    found = NumberIn()
    for word in asks:
        bound = parse_number(text_of(asks, word))
        whole = bound is not None and bound == bound.to_integral_value()
        refuse_unless(whole or (bound is not None and attribute.type == "decimal"))
        opens = word in ("gt", "lt")
        low, high = (bound, None) if word.startswith("g") else (None, bound)
        one = number_in(attribute, low, high, low_open=opens, high_open=opens)
        found = found.meet(one)
    refuse_unless(not found.is_empty)
    return found


_PAST: Mapping[str, Past] = {
    "within_last": "within_last",
    "older_than": "older_than",
    "within_next": "within_next",
}


def _date(attribute: Attribute, asks: JsonObject) -> Test:
    unit = unit_of(attribute)
    bounds = {key: it for key, it in asks.items() if key not in ("unit", "timezone")}
    refuse_unless(attribute.type in ("date", "datetime"), asks.get("unit") == unit, bool(bounds))
    zone_counts = unit == "day" or not bounds.keys() <= {"gte", "lt"}
    refuse_unless(
        asks.get("timezone") == attribute.timezone
        or (not zone_counts and isinstance(asks.get("timezone", ""), str))
    )
    if bounds.keys() <= {"gte", "lt"}:
        read = parse_moment if unit == "instant" else parse_day
        ends = {word: read(text_of(bounds, word)) for word in bounds}
        refuse_unless(None not in ends.values())
        test = date_in(attribute, ends.get("gte"), ends.get("lt"))
        refuse_unless(not test.is_empty)
        return test
    refuse_unless(len(bounds) == 1)
    ((kind, _),) = bounds.items()
    refuse_unless(kind in _PAST)
    return Relative(_PAST[kind], _duration(bounds, kind), unit, attribute.timezone)


def _duration(asks: JsonObject, key: str) -> Duration:
    try:
        return parse_duration(text_of(asks, key))
    except ValueError as error:
        raise NotUnderstood from error


def _anniversary(attribute: Attribute, asks: JsonObject) -> Test:
    zone = attribute.timezone
    when = asks.keys() - {"timezone"}
    refuse_unless(attribute.type in ("date", "datetime"), asks.get("timezone") == zone)
    if when == {"within_next"}:
        return Anniversary(zone, days=anniversary_days(_duration(asks, "within_next")))
    refuse_unless(when == {"months"})
    return Anniversary(zone, months=anniversary_months(filled_list(asks, "months")))


def _list(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_unless(attribute.type == "list", len(asks) == 1)
    ((key, operand),) = asks.items()
    if key == "size" and isinstance(operand, Mapping):
        refuse_other_keys(operand, {"gte", "lte"})
        return size(attribute, operand)
    refuse_unless(key in ("any", "all"))
    return Holds(_texts(attribute, asks, key), key == "all")


READERS: Mapping[str, Callable[[Attribute, JsonObject], Test]] = {
    "user-presence-rule": _present,
    "user-attribute-rule": _one_of,
    "user-text-rule": _text_is,
    "user-pattern-rule": _matches,
    "email-domain-rule": _domain_in,
    "phone-country-rule": _phone_country,
    "user-number-rule": _number_in,
    "user-date-rule": _date,
    "user-anniversary-rule": _anniversary,
    "user-list-rule": _list,
}
"""Our slug of a leaf → what reads its test; raises NotUnderstood or ValueRefused."""
