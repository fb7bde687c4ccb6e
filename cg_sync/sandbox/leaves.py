"""The leaves of a rule: what each asks of one customer, from docs/shop-api.md alone."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from cg_sync.sandbox.date_leaves import anniversary_question, date_question
from cg_sync.sandbox.patterns import matcher
from cg_sync.sandbox.questions import Groups, Leaf, Question, Test, about, within
from cg_sync.sandbox.texts import ascii_domain, email_domain, fold

_DIGITS = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_PARTS: Mapping[str, Callable[[str, str], bool]] = {
    "starts": str.startswith,
    "ends": str.endswith,
    "contains": operator.contains,
}


def question(leaf: Leaf, now: datetime) -> Question | None:
    """What the leaf asks; None when it is none of ours, or not written as it has to be."""
    match leaf:
        case {"slug": "email-domain-rule", "domains": [*domains]}:
            return _about_email_domain(domains, below=leaf.get("subdomains") is True)
        case {"slug": "phone-country-rule", "country_codes": [*codes]}:
            wanted = tuple(it for it in codes if isinstance(it, str) and _DIGITS.fullmatch(it))
            return about("phone_number", lambda it: it.startswith(wanted), read=_phone_digits)
        case {"slug": "customer-group-rule", "customer_groups": [*pks]}:
            asked = group_pks(pks)
            return Question(lambda _, groups: groups, lambda groups: not asked.isdisjoint(groups))
        case {"key": str(key)}:
            return _about_value(key, leaf, now)
    return None


def _about_value(key: str, leaf: Leaf, now: datetime) -> Question | None:
    test: Test | None
    match leaf:
        case {"slug": "user-attribute-rule", "values": [*values]}:
            return about(key, lambda value: _is_among(value, values))
        case {"slug": "user-presence-rule"}:
            return about(key, lambda _: True)
        case {"slug": "user-text-rule", "match": str(how), "values": [*values]} if how in _PARTS:
            return about(key, _has_part(_PARTS[how], values))
        case {"slug": "user-pattern-rule", "pattern": str(pattern)}:
            test = matcher(pattern)
            return test and about(key, _of_text(test))
        case {"slug": "user-number-rule"}:
            test = within(leaf, _decimal)
            return test and about(key, test, read=number)
        case {"slug": "user-list-rule"}:
            test = _list_test(leaf)
            return test and about(key, test, read=_list)
        case {"slug": "user-date-rule"}:
            return date_question(key, leaf, now)
        case {"slug": "user-anniversary-rule"}:
            return anniversary_question(key, leaf, now)
    return None


def group_pks(values: Sequence[Any]) -> Groups:
    """The pks among the values; whatever else is there names no group."""
    return frozenset(filter(None, map(_whole, values)))


def number(value: object) -> Decimal | None:
    """The exact number that a JSON number or a plain decimal text spells."""
    match value:
        case bool():
            return None
        case int():
            return Decimal(value)
        case float() if math.isfinite(value):
            return Decimal(repr(value))  # the digits that were sent, not the nearest binary number
    return _decimal(value)


def _decimal(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _about_email_domain(domains: Sequence[Any], *, below: bool) -> Question:
    wanted = frozenset(filter(None, map(ascii_domain, domains)))
    ends = tuple(f".{it}" for it in wanted) if below else ()
    return about("email", lambda it: it in wanted or it.endswith(ends), read=email_domain)


def _phone_digits(phone: object) -> str | None:
    """The digits of an international number, from the country code on."""
    if not isinstance(phone, str):
        return None
    phone = phone.strip()
    rest = phone.removeprefix("+" if phone.startswith("+") else "00")
    return None if rest == phone else "".join(_DIGITS.findall(rest)) or None


def _of_text(test: Callable[[str], bool]) -> Test:
    return lambda value: isinstance(value, str) and test(fold(value))


def _has_part(is_part: Callable[[str, str], bool], values: Sequence[Any]) -> Test:
    parts = [fold(it) for it in values if isinstance(it, str)]
    return _of_text(lambda text: any(is_part(text, part) for part in parts))


def _list(value: object) -> list[Any]:
    """The list; what is no list, or not there at all, is the empty one."""
    return value if isinstance(value, list) else []


def _list_test(leaf: Leaf) -> Test | None:
    if len(leaf.keys() & {"any", "all", "size"}) != 1:
        return None
    match leaf:
        case {"any": [*wanted]}:
            return lambda found: any(_is_among(it, found) for it in wanted)
        case {"all": [*wanted]}:
            return lambda found: all(_is_among(it, found) for it in wanted)
        case {"size": dict() as bounds}:
            test = within(bounds, _whole)
            return test and (lambda found: test(len(found)))
    return None


def _is_among(value: Any, values: Sequence[Any]) -> bool:
    return any(_same(value, it) for it in values)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) == fold(right)
    return _same_json(left, right)


def _same_json(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same_json, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            _same_json(left[name], right[name]) for name in left
        )
    return bool(left == right)
