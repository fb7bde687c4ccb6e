"""The invented customers of a rule test file: their values by attribute, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.problem import RuleProblem, spoken
from cg_sync.rules.testing.checks import Subject

EXTENDS: Final = "extends"
MAX_EXTENDED: Final = 20
"""Customers that one extends, one after the other."""
INVENTED: Final = ("test", "fixture")
"""How the part before the @ of an invented address begins."""

Values = Mapping[str, JsonValue]
"""The values of a customer, by the name of the attribute."""


@dataclass(frozen=True)
class Customers:
    """The named customers of one file, as they are written there."""

    written: Mapping[str, JsonObject]
    subject: Subject
    problems: list[RuleProblem] = field(default_factory=list)

    def check(self) -> None:
        """Find what is wrong with any of them."""
        for name, values in self.written.items():
            here = ("customers", name)
            self.problems.extend(check_values(_own(values), here, self.subject))
            self._check_parent(values, here)
            chain = self._chain(name)
            message = ""
            if len(chain) > 1 and chain[-1] == name:
                message = f"{' extends '.join(chain)}: a circle"
            elif len(chain) > MAX_EXTENDED + 1:
                message = f"{name}: extends more than {MAX_EXTENDED} customers, one after the other"
            if message:
                hint = "write the values of one of them out"
                self.problems.append(RuleProblem("CG-F26", message, (*here, EXTENDS), hint=hint))

    def of(self, name: str) -> Values:
        """All values of a customer, those of the customers it extends below its own."""
        values: dict[str, JsonValue] = {}
        for one in reversed(self._chain(name)):
            values |= _own(self.written[one])
        return values

    def read(self, customer: JsonValue, here: Pointer) -> Values:
        """The values of the `customer:` of a test: a name, or values that may extend a name."""
        if isinstance(customer, str):
            self._check_name(customer, here)
            return self.of(customer) if customer in self.written else {}
        values = cast(JsonObject, customer)
        own = _own(values)
        self.problems.extend(check_values(own, here, self.subject))
        self._check_parent(values, here)
        parent = str(values.get(EXTENDS, ""))
        return {**(self.of(parent) if parent in self.written else {}), **own}

    def _check_parent(self, values: JsonObject, here: Pointer) -> None:
        if EXTENDS in values:
            self._check_name(str(values[EXTENDS]), (*here, EXTENDS))

    def _check_name(self, name: str, here: Pointer) -> None:
        if name not in self.written:
            hint = did_you_mean(name, self.written) or "name it under `customers:` of this file"
            message = f"{name}: no such customer"
            self.problems.append(RuleProblem("CG-F26", message, here, hint=hint))

    def _chain(self, name: str) -> list[str]:
        """The name and those it extends, one after the other, up to a circle, which ends with the
        name that was there before, or to one more than may be.
        """
        chain = [name]
        while len(chain) <= MAX_EXTENDED + 1:
            parent = self.written[chain[-1]].get(EXTENDS)
            if not isinstance(parent, str) or parent not in self.written:
                break
            chain.append(parent)
            if parent in chain[:-1]:
                break
        return chain


def _own(values: JsonObject) -> Values:
    return {name: value for name, value in values.items() if name != EXTENDS}


def check_values(values: Values, here: Pointer, subject: Subject) -> Iterator[RuleProblem]:
    """What is wrong with values by attribute, in the order of the file."""
    attributes = subject.catalogue.attributes
    for name, value in values.items():
        place = (*here, name)
        if name in attributes:
            yield from check_value(attributes[name], value, place, subject)
        else:
            hint = did_you_mean(name, attributes) or "declare it in attributes.yaml"
            yield RuleProblem("CG-F21", f"{name}: no such attribute", place, of_key=True, hint=hint)


def check_value(
    attribute: Attribute, value: JsonValue, here: Pointer, subject: Subject
) -> Iterator[RuleProblem]:
    """What is wrong with one value; a text that cannot be read as its type may be meant."""
    if value is None:
        return
    wanted, fits = _shape_of(attribute, value)
    if not fits:
        message = f"{attribute.name}: takes {wanted} or null, not {_seen(value)}"
        hint = "put it in quotes if it is meant as a text" if _is_bare(value, wanted) else ""
        yield RuleProblem("CG-F06", message, here, hint=hint)
    for text in value if isinstance(value, list | tuple) else (value,):
        if isinstance(text, str):
            yield from check_text(attribute.name, text, here)
    if fits and attribute.is_groups and isinstance(value, list | tuple):
        yield from _check_groups(value, here, subject)


def check_text(name: str, text: str, here: Pointer) -> Iterator[RuleProblem]:
    """Whether a text is an address that somebody may have."""
    if not _is_invented(text):
        message = f"{name}: an address that may be somebody's"
        hint = "let what stands before the @ begin with test or fixture, such as test.ayse"
        yield RuleProblem("CG-S02", message, here, hint=hint)


def _check_groups(
    groups: list[JsonValue] | tuple[JsonValue, ...], here: Pointer, subject: Subject
) -> Iterator[RuleProblem]:
    for index, name in enumerate(groups):
        if name not in subject.groups:
            hint = did_you_mean(str(name), subject.groups) or "no rule could ask for it"
            message = f"{name}: no file and no rule has a customer group of this name"
            yield RuleProblem("CG-F26", message, (*here, index), hint=hint)


def _shape_of(attribute: Attribute, value: JsonValue) -> tuple[str, bool]:
    """In words, and whether the value has it."""
    match attribute.type:
        case "list":
            texts = isinstance(value, list | tuple) and all(isinstance(it, str) for it in value)
            return "a list of texts", texts
        case "boolean":
            return "true, false", isinstance(value, bool)
        case "integer" | "decimal":
            number = isinstance(value, int | float | str) and not isinstance(value, bool)
            return "a number, a text", number
        case _:
            return "a text", isinstance(value, str)


def _seen(value: JsonValue) -> str:
    return "a text" if isinstance(value, str) and "@" in value else spoken(value)


def _is_bare(value: JsonValue, wanted: str) -> bool:
    return isinstance(value, int | float) and wanted.endswith("a text")


def _is_invented(text: str) -> bool:
    """Whether a text is no address, or one that says that nobody has it."""
    local, at, domain = text.strip().rpartition("@")
    named = bool(local and at and domain)
    return not named or local.lower().startswith(INVENTED)
