"""The filter language of `cg-sync list … --where`: one condition on the records of a listing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import assert_never

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import Attribute, AttributeType, Catalogue
from cg_sync.rules.evaluate import is_domain_in
from cg_sync.rules.fold import email_domain, fold
from cg_sync.rules.ir import DomainIn
from cg_sync.rules.operands import value_for
from cg_sync.rules.problem import RuleProblem, ValueRefused, spoken
from cg_sync.rules.values import value_at


@dataclass(frozen=True, slots=True)
class Equals:
    """The value is one of these, compared folded; with `negated`, it is none of them or missing."""

    field: Attribute
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class HasText:
    """The value holds this text, compared folded; with `at_start`, it begins with it."""

    field: Attribute
    text: str
    at_start: bool = False


@dataclass(frozen=True, slots=True)
class HasDomain:
    """The e-mail address is in one of these domains."""

    field: Attribute
    domains: DomainIn


@dataclass(frozen=True, slots=True)
class IsPresent:
    """There is a value, or, with `present` false, there is none."""

    field: Attribute
    present: bool


Filter = Equals | HasText | HasDomain | IsPresent


def _split(operand: str) -> tuple[str, ...]:
    return tuple(part for part in map(str.strip, operand.split(",")) if part)


def _equals(field: Attribute, values: tuple[str, ...], *, negated: bool) -> Filter:
    return Equals(field, tuple(_value(field, value) for value in values), negated)


def _has_domain(field: Attribute, values: tuple[str, ...], *, below: bool) -> Filter:
    return HasDomain(field, DomainIn(tuple(str(value_for(field, it)) for it in values), below))


def _is_present(field: Attribute, operand: str) -> Filter:
    if operand not in ("missing", "present"):
        near = did_you_mean(operand, ("missing", "present"))
        raise ValueRefused("CG-F23", f"{spoken(operand)} cannot follow `is`", hint=near or _IS_HINT)
    return IsPresent(field, operand == "present")


_IS_HINT = "write `is missing` or `is present`"
_Reader = Callable[[Attribute, str], Filter]
_ANY_TYPE: Mapping[str, _Reader] = {
    "=": lambda field, text: _equals(field, (text,), negated=False),
    "!=": lambda field, text: _equals(field, (text,), negated=True),
    "in": lambda field, text: _equals(field, _split(text), negated=False),
    "not_in": lambda field, text: _equals(field, _split(text), negated=True),
    "is": _is_present,
}
_TEXT: Mapping[str, _Reader] = {
    **_ANY_TYPE,
    "contains": HasText,
    "starts_with": lambda field, text: HasText(field, text, at_start=True),
}
_EMAIL: Mapping[str, _Reader] = {
    **_TEXT,
    "domain_is": lambda field, text: _has_domain(field, _split(text), below=False),
    "domain_under": lambda field, text: _has_domain(field, _split(text), below=True),
}
_OPERATORS: Mapping[AttributeType, Mapping[str, _Reader]] = {
    "email": _EMAIL,
    "boolean": _ANY_TYPE,
    "enum": _ANY_TYPE,
}
"""Type of field → operator → how its operand is read; the other types have those of texts."""

_WHERE = re.compile(r"([^\s=!]+)(?:\s*(!=|=)|\s+(\w+)(?!\S))\s*(.*)", re.DOTALL)


def parse_where(text: str, fields: Catalogue) -> tuple[Filter | None, tuple[RuleProblem, ...]]:
    """The filter that `FIELD OPERATOR VALUE` means, or None and what is wrong with it."""
    try:
        return _parsed(text, fields), ()
    except ValueRefused as refused:
        return None, (RuleProblem(refused.code, refused.message, hint=refused.hint),)


def _parsed(text: str, fields: Catalogue) -> Filter:
    found = _WHERE.fullmatch(text.strip())
    if found is None:
        hint = "write FIELD OPERATOR VALUE, such as `is_active=true` or `city in Bursa,İzmir`"
        raise ValueRefused("CG-F24", f"{spoken(text)} is not a filter", hint=hint)
    name, sign, word, operand = found.groups()
    word = sign or word
    known = fields.attributes
    if name not in known:
        hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
        raise ValueRefused("CG-F21", f"{name}: no such field", hint=hint)
    field = known[name]
    operators = _OPERATORS.get(field.type, _TEXT)
    if word not in operators:
        hint = did_you_mean(word, operators) or f"it has {', '.join(operators)}"
        raise ValueRefused("CG-F22", f"{name}: {word} does not fit the field", hint=hint)
    if not operand.strip(", "):
        hint = f"write a value behind {word}, or `{name} is missing`"
        raise ValueRefused("CG-F23", f"{name}: there is no value to look for", hint=hint)
    try:
        return operators[word](field, operand)
    except ValueRefused as refused:
        message = f"{name}: {refused.message}"
        raise ValueRefused(refused.code, message, hint=refused.hint) from refused


def _value(field: Attribute, written: str) -> str:
    """The value in the one form in which `describe` and `server_query` show it."""
    if field.type == "boolean":
        if written not in ("true", "false"):
            hint = "write true or false"
            raise ValueRefused("CG-F23", f"{spoken(written)} is neither true nor false", hint=hint)
        return written
    return str(value_for(field, written)) if field.type == "enum" else written


def matches(where: Filter, record: JsonObject) -> bool:
    """Whether a record of the listing passes the filter."""
    value = value_at(record, where.field.path)
    match where:
        case IsPresent(_, present):
            return (value is not None) is present
        case Equals(_, values, negated):
            found = value is not None and fold(_text_of(value)) in {fold(it) for it in values}
            return found is not negated
        case HasText(_, text, at_start):
            if value is None:
                return False
            held, wanted = fold(_text_of(value)), fold(text)
            return held.startswith(wanted) if at_start else wanted in held
        case HasDomain(_, domains):
            domain = email_domain(value) if isinstance(value, str) else None
            return domain is not None and is_domain_in(domain, domains)
        case _:
            assert_never(where)


def _text_of(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value)


def describe(where: Filter) -> str:
    """The filter as it would be written on the command line."""
    name = where.field.name
    match where:
        case IsPresent(_, present):
            return f"{name} is {'present' if present else 'missing'}"
        case Equals(_, (value,), negated):
            return f"{name} {'!=' if negated else '='} {value}"
        case Equals(_, values, negated):
            return f"{name} {'not_in' if negated else 'in'} {', '.join(values)}"
        case HasText(_, text, at_start):
            return f"{name} {'starts_with' if at_start else 'contains'} {text}"
        case HasDomain(_, DomainIn(domains, below)):
            return f"{name} {'domain_under' if below else 'domain_is'} {', '.join(domains)}"
        case _:
            assert_never(where)


_ONE_SPELLING: Set[AttributeType] = frozenset({"boolean", "enum", "integer"})
"""Types whose values have one spelling, so that a shop which minds case misses none."""


def server_query(where: Filter, supported: Mapping[str, Set[str]]) -> dict[str, str] | None:
    """The query parameter that narrows the listing on the server, None when there is none.

    `supported` is what OPTIONS names: field → lookups. What comes back still has to pass `matches`.
    E-mail addresses are held in mixed case, so only lookups that do not mind it are used for them.
    """
    field = where.field
    match where:
        case Equals(_, (value,), False) if field.type in _ONE_SPELLING:
            lookup, operand = "exact", value
        case Equals(_, values, False) if field.type in _ONE_SPELLING:
            lookup, operand = "in", ",".join(values)
        case Equals(_, (value,), False) if field.type == "email":
            lookup, operand = "iexact", value
        case HasText(_, text, True) if field.type == "email":
            lookup, operand = "istartswith", text
        case Equals() | HasText() | HasDomain() | IsPresent():
            return None
        case _:
            assert_never(where)
    if lookup not in supported.get(field.path, frozenset()):
        return None
    return {field.path if lookup == "exact" else f"{field.path}__{lookup}": operand}
