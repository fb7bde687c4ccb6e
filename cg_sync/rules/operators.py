"""What a rule may ask of each type of attribute: one row an operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonValue, canonical
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.fold import is_blank, normal_domain
from cg_sync.rules.ir import DomainIn, OneOf, Test
from cg_sync.rules.problem import spoken

Value = str | bool


@dataclass(frozen=True, slots=True)
class Operator:
    """The test an operator makes of one value or, with `many`, of a list; `exclude` inverts it."""

    test: Callable[[tuple[Value, ...]], Test]
    many: bool = False
    exclude: bool = False


class ValueRefused(Exception):
    """A value does not fit its attribute: a finding code, what is wrong, what to do next."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def _domain_is(values: tuple[Value, ...]) -> Test:
    return DomainIn(tuple(map(str, values)), below=False)


def _domain_under(values: tuple[Value, ...]) -> Test:
    return DomainIn(tuple(map(str, values)), below=True)


_EQUALITY: Mapping[str, Operator] = {
    "eq": Operator(OneOf),
    "neq": Operator(OneOf, exclude=True),
    "in": Operator(OneOf, many=True),
    "not_in": Operator(OneOf, many=True, exclude=True),
}

OPERATORS: Mapping[str, Mapping[str, Operator]] = {
    "boolean": {"eq": Operator(OneOf)},
    "enum": _EQUALITY,
    "string": _EQUALITY,
    "email": {
        "domain_is": Operator(_domain_is, many=True),
        "domain_under": Operator(_domain_under, many=True),
    },
}
"""Type of attribute → operator → what it means; a type without a row cannot be used in rules."""


def operators_of(attribute: Attribute) -> Mapping[str, Operator]:
    """The operators that rules may use on the attribute, by name; none when its type has none."""
    return OPERATORS.get(attribute.type, {})


def value_for(attribute: Attribute, written: JsonValue) -> Value:
    """The value to compare with: texts as written, domains in normal form; raises ValueRefused."""
    if written is None:
        hint = "customers without a value are decided by `missing: keep` or `missing: drop`"
        raise ValueRefused("CG-F23", "null is no value to compare with", hint=hint)
    match attribute.type:
        case "boolean":
            return _boolean(written)
        case "email":
            return _domain(_text(written))
        case "enum":
            return _enum_value(_text(written), attribute.values)
        case _:
            return _text(written)


_BOOLEAN_WORDS = dict.fromkeys(("true", "yes", "on"), "true") | dict.fromkeys(
    ("false", "no", "off"), "false"
)


def _boolean(written: JsonValue) -> bool:
    if isinstance(written, bool):
        return written
    meant = _BOOLEAN_WORDS.get(written.lower()) if isinstance(written, str) else None
    hint = f"write {meant}, without quotes" if meant else "write true or false"
    raise ValueRefused("CG-F23", f"{spoken(written)} is neither true nor false", hint=hint)


def _text(written: JsonValue) -> str:
    if not isinstance(written, str):
        simple = isinstance(written, bool | int | float)
        hint = f"write it in quotes: '{canonical(written)}'" if simple else "write one text"
        raise ValueRefused("CG-F23", f"{spoken(written)} is not a text", hint=hint)
    if is_blank(written):
        hint = "an empty text is a missing value, which `missing: keep` or `missing: drop` decides"
        raise ValueRefused("CG-F23", "an empty text is no value to compare with", hint=hint)
    return written


def _enum_value(written: str, values: tuple[str, ...]) -> str:
    if written not in values:
        hint = did_you_mean(written, values) or f"its values: {', '.join(values)}"
        raise ValueRefused("CG-F23", f"{spoken(written)} is not one of its values", hint=hint)
    return written


def _domain(written: str) -> str:
    refused = ValueRefused(
        "CG-E01", f"{spoken(written)} is not a domain name", hint=_domain_hint(written)
    )
    try:
        domain = normal_domain(written)
    except ValueError as error:
        raise refused from error
    if domain.endswith("."):
        raise refused
    return domain


def _domain_hint(written: str) -> str:
    bare = written.rpartition("@")[2].strip("*. ")
    try:
        return f"write {normal_domain(bare).rstrip('.')}"
    except ValueError:
        return "write the domain alone, such as edu.tr"
