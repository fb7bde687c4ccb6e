"""Walks the value of `rule:`, or of a shared condition, as it is written; it must parse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.rules.catalogue import Attribute, Catalogue

_NOTES = ("missing", "why")
_GROUPS = ("all", "any", "none")


@dataclass(frozen=True, slots=True)
class Line:
    """A condition on an attribute: its operators with their operands, of which a bare value is that
    of `eq`, and what it says of `missing`, empty when nothing.

    The pointer leads to the test, whose key is the attribute. The line is `inverted` below an odd
    number of `none` and `except`.
    """

    attribute: Attribute
    operators: JsonObject
    missing: str
    pointer: Pointer
    inverted: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A shared condition that stands here. The pointer leads to its name."""

    name: str
    pointer: Pointer
    inverted: bool


def written_in_rule(content: JsonValue, catalogue: Catalogue) -> Iterator[Line | Use]:
    """The lines and uses of a rule in the order of the file; none of a raw rule."""
    if isinstance(content, Mapping):
        for word in ("match", "except"):
            if word in content:
                yield from written_in(content[word], catalogue, (word,), word == "except")


def written_in(
    content: JsonValue, catalogue: Catalogue, pointer: Pointer = (), inverted: bool = False
) -> Iterator[Line | Use]:
    """The lines and uses of a condition, or of a list of them, in the order of the file."""
    if isinstance(content, list):
        for index, item in enumerate(content):
            yield from written_in(item, catalogue, (*pointer, index), inverted)
    elif isinstance(content, dict):
        ((key, value),) = content.items()
        here = (*pointer, key)
        if key in _GROUPS:
            yield from written_in(value, catalogue, here, inverted is not (key == "none"))
        elif key == "use":
            yield Use(value, here, inverted)
        else:
            yield line_of(catalogue.attributes[key], value, here, inverted=inverted)


def line_of(attribute: Attribute, test: JsonValue, pointer: Pointer, *, inverted: bool) -> Line:
    """The line with this test beside the name of the attribute."""
    if not isinstance(test, dict):
        return Line(attribute, {"eq": test}, "", pointer, inverted)
    missing = test.get("missing", "")
    operators = {word: operand for word, operand in test.items() if word not in _NOTES}
    return Line(attribute, operators, missing, pointer, inverted)
