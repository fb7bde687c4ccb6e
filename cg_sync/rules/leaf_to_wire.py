"""Lines of rules as leaves of the shop's JSON, as docs/shop-api.md has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.ir import Leaf
from cg_sync.rules.numbers import number_text
from cg_sync.rules.tests import (
    Anniversary,
    DateIn,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OneOf,
    PhoneCountry,
    Present,
    Relative,
    Size,
    Test,
    TextIs,
)


def encoded_leaf(leaf: Leaf, group_ids: Mapping[str, int], slugs: Mapping[str, str]) -> JsonObject:
    """The leaf to send, called as in `slugs` where the shop has a name of its own for it; raises
    KeyError for a static group without an id.
    """
    slug, asks = _asked(leaf.test, group_ids)
    named = {"slug": slugs.get(slug, slug)}
    if slug not in KEYLESS:
        named["key"] = leaf.path
    return {**named, **asks, "exclude": leaf.exclude, "missing": leaf.when_missing}


KEYLESS = frozenset({"email-domain-rule", "phone-country-rule", "customer-group-rule"})
"""Leaves that know by themselves where to look."""


def _asked(test: Test, group_ids: Mapping[str, int]) -> tuple[str, JsonObject]:
    match test:
        case Present():
            return "user-presence-rule", {}
        case OneOf(values):
            return "user-attribute-rule", {"values": list(values)}
        case TextIs(where, values):
            return "user-text-rule", {"match": where, "values": list(values)}
        case Matches(pattern):
            return "user-pattern-rule", {"pattern": pattern}
        case DomainIn(domains, below):
            return "email-domain-rule", {"domains": list(domains), "subdomains": below}
        case PhoneCountry(codes):
            return "phone-country-rule", {"country_codes": list(codes)}
        case NumberIn():
            return "user-number-rule", _number_bounds(test)
        case DateIn(unit, low, high, zone):
            bounds = {"gte": low, "lt": high}
            written = {word: _date(it, zone) for word, it in bounds.items() if it is not None}
            return "user-date-rule", {**written, "unit": unit, "timezone": zone}
        case Relative(kind, duration, unit, zone):
            return "user-date-rule", {kind: duration.text, "unit": unit, "timezone": zone}
        case Anniversary(zone, days, months):
            when: JsonObject = {"months": list(months)} if months else {"within_next": f"{days}d"}
            return "user-anniversary-rule", {**when, "timezone": zone}
        case Holds(values, every):
            return "user-list-rule", {"all" if every else "any": list(values)}
        case Size(least, most):
            lower: JsonObject = {"gte": least} if least or most is None else {}
            return "user-list-rule", {"size": lower if most is None else {**lower, "lte": most}}
        case InGroups(names):
            return "customer-group-rule", {"customer_groups": [group_ids[it] for it in names]}
        case _:
            assert_never(test)


def _number_bounds(test: NumberIn) -> JsonObject:
    bounds: dict[str, JsonValue] = {}
    if test.low is not None:
        bounds["gt" if test.low_open else "gte"] = number_text(test.low)
    if test.high is not None:
        bounds["lt" if test.high_open else "lte"] = number_text(test.high)
    return bounds


def _date(bound: date, zone: str) -> str:
    return moment_text(bound, zone) if isinstance(bound, datetime) else bound.isoformat()


def moment_text(moment: datetime, zone: str) -> str:
    """An instant as a time of the zone with its offset; in UTC where that has seconds."""
    local = moment.astimezone(ZoneInfo(zone))
    text = local.isoformat()
    return text if text[-6] in "+-" else moment.isoformat()
