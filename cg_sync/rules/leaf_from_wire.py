"""Leaves of the shop's JSON as lines of rules, each spelling that means just that, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import cast

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.calendar import Duration, parse_day, parse_duration, parse_moment
from cg_sync.rules.catalogue import EMAIL_PATH, GROUPS_PATH, PHONE_PATH, Attribute, Catalogue
from cg_sync.rules.ir import Leaf, Node, Not
from cg_sync.rules.numbers import parse_number
from cg_sync.rules.operands import value_for
from cg_sync.rules.operators import Operator, date_in, number_in, operators_of
from cg_sync.rules.pattern import check_pattern
from cg_sync.rules.shapes import anniversary_days, anniversary_months, size, unit_of
from cg_sync.rules.tests import (
    Anniversary,
    DomainIn,
    Holds,
    InGroups,
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


class NotUnderstood(Exception):
    """Something in the JSON is not known, or not as the shop's API page has it."""


_INVERSION = frozenset({"exclude", "missing"})
_FIXED_PATHS = {
    "email-domain-rule": EMAIL_PATH,
    "phone-country-rule": PHONE_PATH,
    "customer-group-rule": GROUPS_PATH,
}


def decoded_leaf(payload: JsonObject, catalogue: Catalogue, group_names: Mapping[int, str]) -> Node:
    """The line that a leaf means; raises NotUnderstood or ValueRefused."""
    slug = payload.get("slug")
    fixed = _FIXED_PATHS.get(slug) if isinstance(slug, str) else None
    known = {*_INVERSION, *(() if fixed else ("key",))}
    path = fixed or payload.get("key")
    attribute = catalogue.by_path.get(path) if isinstance(path, str) else None
    if attribute is None or (attribute.is_groups and slug != "customer-group-rule"):
        raise NotUnderstood
    asks = {key: it for key, it in payload.items() if key not in known | {"slug", "name"}}
    if slug == "customer-group-rule":
        return _leaf(attribute, _groups(attribute, asks, group_names), payload)
    read = _READERS.get(slug) if isinstance(slug, str) else None
    if read is None:
        raise NotUnderstood
    return _leaf(attribute, read(attribute, asks), payload)


def _leaf(attribute: Attribute, test: Test, payload: JsonObject) -> Node:
    exclude, when_missing = _flag(payload, "exclude"), _flag(payload, "missing")
    if isinstance(test, Present) and exclude is not when_missing:
        # It would select everyone, or nobody.
        raise NotUnderstood
    name, path, may_lack = attribute.name, attribute.path, attribute.may_lack
    if exclude and not _can_exclude(attribute, test):
        # The language inverts such a leaf with `none`, which also turns the answer when missing.
        return Not(Leaf(name, path, test, False, not when_missing, may_lack))
    return Leaf(name, path, test, exclude, when_missing, may_lack)


def _can_exclude(attribute: Attribute, test: Test) -> bool:
    """Whether the language has an operator for the inverted test."""
    match test:
        case Present() | InGroups():
            return True
        case OneOf():
            return "neq" in operators_of(attribute)
        case Holds(_, every):
            return not every
        case _:
            return False


def refuse_other_keys(payload: JsonObject, known: Set[str]) -> None:
    """Raises NotUnderstood when a node says more than what is known of it."""
    if payload.keys() - known - {"slug", "name"}:
        raise NotUnderstood


def filled_list(payload: JsonObject, key: str) -> list[JsonValue] | tuple[JsonValue, ...]:
    """The list below a key; raises NotUnderstood unless there is one with something in it."""
    items = payload.get(key)
    if not isinstance(items, list | tuple) or not items:
        raise NotUnderstood
    return items


def _flag(payload: JsonObject, key: str) -> bool:
    flag = payload.get(key, False)
    if not isinstance(flag, bool):
        raise NotUnderstood
    return flag


def _text(payload: JsonObject, key: str) -> str:
    text = payload.get(key)
    if not isinstance(text, str):
        raise NotUnderstood
    return text


def _refuse_unless(*conditions: bool) -> None:
    if not all(conditions):
        raise NotUnderstood


def _present(attribute: Attribute, asks: JsonObject) -> Test:
    _refuse_unless(not asks, "present" in operators_of(attribute))
    return Present()


def _one_of(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"values"})
    values = filled_list(asks, "values")
    operator = operators_of(attribute).get("eq")
    # Of numbers the shop compares JSON types here, which the language does not.
    _refuse_unless(
        attribute.type in ("boolean", "enum", "string"),
        isinstance(operator, Operator),
        len(values) == 1 or "in" in operators_of(attribute),
    )
    return OneOf(tuple(cast("str | bool", value_for(attribute, value)) for value in values))


def _texts(attribute: Attribute, asks: JsonObject, key: str) -> tuple[str, ...]:
    return tuple(str(value_for(attribute, value)) for value in filled_list(asks, key))


def _text_is(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"match", "values"})
    where = _text(asks, "match")
    _refuse_unless(where in ("starts", "ends", "contains"), attribute.type == "string")
    test = TextIs(cast(Where, where), _texts(attribute, asks, "values"))
    _refuse_unless(all(test.folded))
    return test


def _matches(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"pattern"})
    pattern = _text(asks, "pattern")
    _refuse_unless(attribute.type == "string", bool(pattern.strip()))
    check_pattern(pattern)
    return Matches(pattern)


def _domain_in(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"domains", "subdomains"})
    below = asks.get("subdomains")
    if attribute.type != "email" or not isinstance(below, bool):
        raise NotUnderstood
    domains = _texts(attribute, asks, "domains")
    # A domain in another form is left to the shop to read.
    _refuse_unless(list(domains) == list(filled_list(asks, "domains")))
    return DomainIn(domains, below)


def _phone_country(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"country_codes"})
    _refuse_unless(attribute.type == "phone")
    codes = _texts(attribute, asks, "country_codes")
    _refuse_unless(list(codes) == list(filled_list(asks, "country_codes")))
    return PhoneCountry(codes)


def _number_in(attribute: Attribute, asks: JsonObject) -> Test:
    refuse_other_keys(asks, {"gt", "gte", "lt", "lte"})
    _refuse_unless(attribute.type in ("integer", "decimal"), bool(asks))
    found = NumberIn()
    for word in asks:
        bound = parse_number(_text(asks, word))
        whole = bound is not None and bound == bound.to_integral_value()
        _refuse_unless(whole or (bound is not None and attribute.type == "decimal"))
        opens = word in ("gt", "lt")
        low, high = (bound, None) if word.startswith("g") else (None, bound)
        one = number_in(attribute, low, high, low_open=opens, high_open=opens)
        found = found.meet(one)
    _refuse_unless(not found.is_empty)
    return found


_PAST: Mapping[str, Past] = {
    "within_last": "within_last",
    "older_than": "older_than",
    "within_next": "within_next",
}


def _date(attribute: Attribute, asks: JsonObject) -> Test:
    unit = unit_of(attribute)
    bounds = {key: it for key, it in asks.items() if key not in ("unit", "timezone")}
    _refuse_unless(attribute.type in ("date", "datetime"), asks.get("unit") == unit, bool(bounds))
    zone_counts = unit == "day" or not bounds.keys() <= {"gte", "lt"}
    _refuse_unless(
        asks.get("timezone") == attribute.timezone
        or (not zone_counts and isinstance(asks.get("timezone", ""), str))
    )
    if bounds.keys() <= {"gte", "lt"}:
        read = parse_moment if unit == "instant" else parse_day
        ends = {word: read(_text(bounds, word)) for word in bounds}
        _refuse_unless(None not in ends.values())
        test = date_in(attribute, ends.get("gte"), ends.get("lt"))
        _refuse_unless(not test.is_empty)
        return test
    _refuse_unless(len(bounds) == 1)
    ((kind, _),) = bounds.items()
    _refuse_unless(kind in _PAST)
    return Relative(_PAST[kind], _duration(bounds, kind), unit, attribute.timezone)


def _duration(asks: JsonObject, key: str) -> Duration:
    try:
        return parse_duration(_text(asks, key))
    except ValueError as error:
        raise NotUnderstood from error


def _anniversary(attribute: Attribute, asks: JsonObject) -> Test:
    zone = attribute.timezone
    when = asks.keys() - {"timezone"}
    _refuse_unless(attribute.type in ("date", "datetime"), asks.get("timezone") == zone)
    if when == {"within_next"}:
        return Anniversary(zone, days=anniversary_days(_duration(asks, "within_next")))
    _refuse_unless(when == {"months"})
    return Anniversary(zone, months=anniversary_months(filled_list(asks, "months")))


def _list(attribute: Attribute, asks: JsonObject) -> Test:
    _refuse_unless(attribute.type == "list", len(asks) == 1)
    ((key, operand),) = asks.items()
    if key == "size" and isinstance(operand, Mapping):
        refuse_other_keys(operand, {"gte", "lte"})
        return size(attribute, operand)
    _refuse_unless(key in ("any", "all"))
    return Holds(_texts(attribute, asks, key), key == "all")


def _groups(attribute: Attribute, asks: JsonObject, group_names: Mapping[int, str]) -> Test:
    refuse_other_keys(asks, {"customer_groups"})
    ids = filled_list(asks, "customer_groups")
    names = [group_names.get(it) for it in ids if isinstance(it, int) and not isinstance(it, bool)]
    known = [name for name in names if name is not None]
    _refuse_unless(attribute.is_groups, len(known) == len(ids))
    return InGroups(tuple(known))


_READERS: Mapping[str, Callable[[Attribute, JsonObject], Test]] = {
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
