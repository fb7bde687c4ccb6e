"""JSON Schemas of what may stand beside an operator: never stricter than the reader of operands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.limits import MAX_INLINE_VALUES
from cg_sync.rules.numbers import MAX_LETTERS
from cg_sync.rules.operators import Operator, Shaped
from cg_sync.rules.pattern import MAX_PATTERN
from cg_sync.rules.shapes import MAX_SIZE

_DAY: Final = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = (
    r"[T ]([01][0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9]([.,][0-9]{1,30})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?"
)
_WITHIN_A_YEAR: Final = (
    r"^(([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-5])d|([1-9]|[1-4][0-9]|5[0-2])w)$"
)


def reference(name: str) -> JsonObject:
    """The schema that is the definition of that name."""
    return {"$ref": f"#/$defs/{name}"}


def _text(pattern: str, message: str, **more: JsonValue) -> JsonObject:
    """A text of this pattern; editors show the message where something else stands."""
    return {"type": "string", "pattern": pattern, "errorMessage": message, **more}


# Some validators, but not Python, take a byte order mark for white space.
_TEXT: Final = _text(r"[\S\uFEFF]", "an empty text is no value to compare with")
_DURATION: Final = _text(
    "^[1-9][0-9]{0,3}[dwmy]$",
    "write a number from 1 to 9999 and d, w, m or y, such as 30d",
    examples=["30d", "2w", "12m", "1y"],
)

_VALUES: Final[Mapping[str, JsonObject]] = {
    "boolean": {"type": "boolean", "errorMessage": "write true or false, without quotes"},
    "string": _TEXT,
    "list": _TEXT,
    # Of white space only what is certainly in no domain name: IDNA drops some letters unseen.
    "email": _text(r"^[^@*. \t\r\n][^@* \t\r\n]*$", "write the domain alone, such as edu.tr"),
    "phone": {
        **_text(r"^\+?[1-9][0-9]{0,2}$", "write one to three digits, such as 90"),
        "type": ["integer", "string"],
        "minimum": 1,
        "maximum": 999,
    },
    "integer": {
        **_text(r"^-?[0-9]+(\.0+)?$", "write a whole number, such as 12"),
        "type": ["integer", "string"],
        "maxLength": MAX_LETTERS,
    },
    "decimal": {
        **_text(r"^-?[0-9]+(\.[0-9]+)?$", "write a decimal number, such as 12.50"),
        "type": ["number", "string"],
        "maxLength": MAX_LETTERS,
    },
    "date": _text(f"^{_DAY}$", "write YYYY-MM-DD, such as 2026-09-01"),
    "datetime": _text(
        f"^{_DAY}({_TIME})?$", "write 2026-09-01, 2026-09-01T09:00 or 2026-09-01T09:00+03:00"
    ),
}
"""Type of attribute → one value of it; those of enums are their own."""

_MONTH: Final[JsonObject] = {"type": "integer", "minimum": 1, "maximum": 12}

SHAPES: Final[Mapping[str, JsonObject]] = {
    "present": {"type": "boolean"},
    "duration": _DURATION,
    "anniversary": {
        "if": {"type": "object"},
        "then": {
            "properties": {
                "within_next": {
                    "title": "Within the next",
                    "description": "Days or weeks from today, today being the first day: `7d`.",
                    **_text(_WITHIN_A_YEAR, "write days or weeks, at most 365d"),
                },
                "month": {
                    "title": "Month",
                    "description": "The number of a month, or a list of some: `[5, 6]`.",
                    "type": ["integer", "array"],
                    "minimum": 1,
                    "maximum": 12,
                    "items": _MONTH,
                    "minItems": 1,
                },
            },
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
        "else": {"enum": ["today"]},
        "examples": ["today"],
    },
    "size": {
        "type": ["integer", "object"],
        "minimum": 0,
        "maximum": MAX_SIZE,
        "properties": {
            word: {"title": title, "description": f"The list has {meaning}.", "type": "integer"}
            for word, title, meaning in (
                ("gt", "More than", "more items than this"),
                ("gte", "At least", "so many items or more"),
                ("lt", "Less than", "fewer items than this"),
                ("lte", "At most", "so many items or fewer"),
            )
        },
        "additionalProperties": False,
        "minProperties": 1,
    },
}
"""Operands with a shape of their own, by the name of their definition."""

_SHAPE_OF: Final[Mapping[str, str]] = {
    "present": "present",
    "within_last": "duration",
    "older_than": "duration",
    "within_next": "duration",
    "anniversary": "anniversary",
    "size": "size",
}


def operand_of(attribute: Attribute, word: str, operator: Operator | Shaped) -> JsonObject:
    """What stands beside an operator, as a reference to a definition."""
    if isinstance(operator, Shaped):
        return reference(_SHAPE_OF[word])
    name = _name(attribute)
    match operator.takes:
        case "one":
            limit: JsonObject = {"maxLength": MAX_PATTERN} if word == "matches" else {}
            return {**reference(f"{name}.value"), **limit}
        case "many":
            return reference(f"{name}.values")
        case "one or many":
            return reference(f"{name}.one_or_more")
        case "two":
            return reference(f"{name}.range")
        case _:
            assert_never(operator.takes)


def value_definitions(attribute: Attribute, *, has_lists: bool) -> dict[str, JsonObject]:
    """Definitions of a value of the attribute, and of several; without value lists in the project
    several are always written out.
    """
    name = _name(attribute)
    items: JsonObject = {"items": reference(f"{name}.value")}
    many = {**items, "minItems": 1, "maxItems": MAX_INLINE_VALUES}
    named: JsonObject = {
        "type": ["array", "object"],
        "if": {"type": "array"},
        "then": many,
        "else": reference("named_list"),
    }
    return {
        f"{name}.value": _value(attribute),
        f"{name}.values": named if has_lists else {"type": "array", **many},
        f"{name}.range": {"type": "array", **items, "minItems": 2, "maxItems": 2},
        f"{name}.one_or_more": {
            "if": {"type": ["array", "object"]},
            "then": reference(f"{name}.values"),
            "else": reference(f"{name}.value"),
        },
    }


def _value(attribute: Attribute) -> JsonObject:
    if attribute.type == "enum":
        return {"type": "string", "enum": list(attribute.values)}
    return _VALUES[attribute.type]


def _name(attribute: Attribute) -> str:
    """What definitions of the values of an attribute are called; texts are alike everywhere."""
    if attribute.type == "enum":
        return f"enum.{attribute.name}"
    return "text" if _VALUES[attribute.type] is _TEXT else attribute.type
