"""Walks the value of `rule:`, or of a shared condition, as it is written; it must parse."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.rules.catalogue import Attribute, Catalogue

_NOTES = ("missing", "why")
_GROUPS = ("all", "any", "none")


class Line(NamedTuple):
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


class Use(NamedTuple):
    """A shared condition that stands here. The pointer leads to its name."""

    name: str
    pointer: Pointer
    inverted: bool


def written_in_rule(
    content: JsonValue, catalogue: Catalogue, words: Set[str]
) -> tuple[Line | Use, ...]:
    """The uses of a rule, and those of its lines that have one of these operators, in the order of
    the file; none of a raw rule.
    """
    walk = _Walk(catalogue.attributes, words)
    if isinstance(content, Mapping):
        for word in ("match", "except"):
            if word in content:
                walk.through(content[word], (word,), word == "except")
    return tuple(walk.found)


def written_in(content: JsonValue, catalogue: Catalogue) -> tuple[Line | Use, ...]:
    """The lines and uses of a condition, or of a list of them, in the order of the file."""
    walk = _Walk(catalogue.attributes, None)
    walk.through(content, (), False)
    return tuple(walk.found)


@dataclass(frozen=True, slots=True)
class _Walk:
    """What is found on the way; of lines only those with one of the words, if there are any."""

    attributes: Mapping[str, Attribute]
    words: Set[str] | None
    found: list[Line | Use] = field(default_factory=list)

    def through(self, content: JsonValue, pointer: Pointer, inverted: bool) -> None:
        """Walks through a condition, or a list of them."""
        if isinstance(content, list):
            for index, item in enumerate(content):
                self._condition(item, (*pointer, index), inverted)
        elif isinstance(content, dict):
            self._condition(content, pointer, inverted)

    def _condition(self, content: Mapping[str, Any], pointer: Pointer, inverted: bool) -> None:
        ((key, value),) = content.items()
        if key in _GROUPS:
            self.through(value, (*pointer, key), inverted is not (key == "none"))
        elif key == "use":
            self.found.append(Use(value, (*pointer, key), inverted))
        elif self.words is None or (isinstance(value, dict) and not self.words.isdisjoint(value)):
            line = line_of(self.attributes[key], value, (*pointer, key), inverted=inverted)
            self.found.append(line)


def line_of(attribute: Attribute, test: JsonValue, pointer: Pointer, *, inverted: bool) -> Line:
    """The line with this test beside the name of the attribute."""
    if not isinstance(test, dict):
        return Line(attribute, {"eq": test}, "", pointer, inverted)
    missing = test.get("missing", "")
    operators = {word: operand for word, operand in test.items() if word not in _NOTES}
    return Line(attribute, operators, missing, pointer, inverted)
