"""The values that one attribute can have when some leaves must hold, known by one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.dates import instants, plain_days
from cg_sync.rules.analysis.lists import groups, lists
from cg_sync.rules.analysis.names import addresses, phone_numbers
from cg_sync.rules.analysis.numeric import numbers
from cg_sync.rules.analysis.question import Question
from cg_sync.rules.analysis.texts import texts
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, AttributeType
from cg_sync.rules.ir import Leaf
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

UNREADABLE: Final = "unreadable"
"""Neither an address, a phone number, a number nor a date."""

_Family = Literal["text", "address", "phone", "number", "date", "list", "groups"]
"""Tests that read a value in one way."""

_FAMILIES: Final[Mapping[AttributeType, _Family]] = {
    "boolean": "text",
    "enum": "text",
    "string": "text",
    "email": "address",
    "phone": "phone",
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "datetime": "date",
    "list": "list",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` suits all the leaves, or, when it is not `sure`, perhaps another value does."""

    leaves: tuple[Leaf, ...]
    value: JsonValue
    sure: bool = True


def narrowed(cell: Cell, place: str, more: tuple[Leaf, ...], question: Question) -> Cell | None:
    """The cell with more leaves; None when no value suits."""
    leaves = (*cell.leaves, *more)
    question.budget.spend(len(leaves) // 20)
    if cell.sure and question.suits_all(more, cell.value):
        return Cell(leaves, cell.value)
    return make_cell(place, leaves, question)


def make_cell(place: str, leaves: tuple[Leaf, ...], question: Question) -> Cell | None:
    """The cell of the leaves, which all look at this place; None when no value suits."""
    attribute = question.catalogue.by_path.get(place)
    question.budget.spend(10 + len(leaves))
    declared = _declared(place, attribute)
    families = {it for it in map(_family, leaves) if it is not None} or {declared or "text"}
    if families != {declared}:
        # The catalogue has another attribute here, or none: nothing can be taken from it.
        attribute = None
    if len(families) == 1:
        return _cell_of(families.pop(), attribute, leaves, question)
    return _mixed(families, leaves, question)


def _declared(place: str, attribute: Attribute | None) -> _Family | None:
    if place == GROUPS_PATH:
        return "groups"
    return None if attribute is None else _FAMILIES[attribute.type]


def _cell_of(
    family: _Family, attribute: Attribute | None, leaves: tuple[Leaf, ...], question: Question
) -> Cell | None:
    guesses: list[JsonValue] = []
    if not any(isinstance(it.test, Present) and it.exclude for it in leaves):
        for value in _readable(family, attribute, leaves, question):
            if question.suits_all(leaves, value):
                return Cell(leaves, value)
            guesses.append(value)
    for value in _unread(family, attribute):
        if question.suits_all(leaves, value):
            return Cell(leaves, value)
    return Cell(leaves, guesses[0], sure=False) if guesses else None


def _mixed(families: set[_Family], leaves: tuple[Leaf, ...], question: Question) -> Cell | None:
    """Tests that read one value in several ways are taken for tests of several values.

    So "impossible" is right, and what is found need not be.
    """
    values: list[JsonValue] = []
    for family in sorted(families):
        own = tuple(it for it in leaves if _family(it) in (family, None))
        cell = _cell_of(family, None, own, question)
        if cell is None:
            return None
        values.append(cell.value)
    sure = next((it for it in values if question.suits_all(leaves, it)), values[0])
    return Cell(leaves, sure, sure=question.suits_all(leaves, sure))


def _readable(
    family: _Family, attribute: Attribute | None, leaves: Sequence[Leaf], question: Question
) -> Iterator[JsonValue]:
    """Values that tests of the family can read; some if there are any that suit."""
    kind = None if attribute is None else attribute.type
    match family:
        case "text" if attribute is not None and kind in ("boolean", "enum"):
            values: Sequence[JsonValue] = attribute.values or (True, False)
            yield from (it for it in values if question.suits_all(leaves, it))
        case "text":
            yield from texts(leaves, question)
        case "address":
            yield from addresses(leaves, question.budget)
        case "phone":
            yield from phone_numbers(leaves, question.budget)
        case "number":
            yield from numbers(leaves, question.budget, whole_only=kind == "integer")
        case "date":
            yield from _dates(attribute, leaves, question)
        case "list":
            yield from lists(leaves, question.budget)
        case "groups":
            yield from groups(leaves, question.budget)
        case _:
            assert_never(family)


def _dates(
    attribute: Attribute | None, leaves: Sequence[Leaf], question: Question
) -> Iterator[JsonValue]:
    """Dates without a time, instants, or both: a date is no value where instants are counted."""
    kind = None if attribute is None else attribute.type
    if kind != "date":
        yield from instants(leaves, question.as_of, question.budget)
    if attribute is None or kind == "date" or attribute.may_lack:
        yield from plain_days(leaves, question.as_of, question.budget)
    tests = [it.test for it in leaves]
    zones = {it.zone for it in tests if isinstance(it, DateIn | Relative | Anniversary)}
    if kind == "date" and (len(zones) > 1 or any(_is_of_instants(it) for it in tests)):
        yield from instants(leaves, question.as_of, question.budget)


def _is_of_instants(test: Test) -> bool:
    return isinstance(test, DateIn | Relative) and test.unit == "instant"


def _unread(family: _Family, attribute: Attribute | None) -> Sequence[JsonValue]:
    """What is missing, or there and of no use; all that the tests can tell apart."""
    match family:
        case "groups":
            return ()
        case _ if attribute is not None and not attribute.nullable:
            return ()
        case "text" if attribute is None:
            return (None, True, False, 0)
        case "text" | "list":
            return (None,)
        case "address" | "phone" | "number" | "date":
            return (None, UNREADABLE)
        case _:
            assert_never(family)


def _family(leaf: Leaf) -> _Family | None:
    """How the leaf reads a value; None when it does not."""
    match leaf.test:
        case Present():
            return None
        case OneOf() | TextIs() | Matches():
            return "text"
        case DomainIn():
            return "address"
        case PhoneCountry():
            return "phone"
        case NumberIn():
            return "number"
        case DateIn() | Relative() | Anniversary():
            return "date"
        case Holds() | Size():
            return "list"
        case InGroups():
            return "groups"
        case _:
            assert_never(leaf.test)
