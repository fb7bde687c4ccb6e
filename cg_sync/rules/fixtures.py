"""Invented customers: from attribute names to the record that the shop would return, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.analysis.record import customer_record
from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.values import items_of


@dataclass(frozen=True, slots=True)
class Invented:
    """A customer who does not exist: the record, and the static groups by name."""

    customer: JsonObject
    groups: frozenset[str] = frozenset()


def record_of(values: Mapping[str, JsonValue], catalogue: Catalogue) -> Invented:
    """The customer with these values, by the name of the attribute; null is no value.

    Raises KeyError for an attribute that the catalogue does not have.
    """
    found: dict[str, JsonValue] = {}
    groups: frozenset[str] = frozenset()
    for name, value in values.items():
        attribute = catalogue.attributes[name]
        if attribute.is_groups:
            groups = frozenset(item for item in items_of(value) if isinstance(item, str))
        elif value is not None:
            found[attribute.path] = value
    return Invented(customer_record(found), groups)


def values_of(
    customer: JsonObject, groups: frozenset[str], catalogue: Catalogue
) -> dict[str, JsonValue]:
    """What the customer has, by the name of the attribute and in the order of the catalogue.

    Attributes without a value are left out, and so is what no attribute stands for.
    """
    found: dict[str, JsonValue] = {}
    for name, attribute in catalogue.attributes.items():
        value = sorted(groups) or None if attribute.is_groups else _at(customer, attribute.path)
        if value is not None:
            found[name] = value
    return found


def _at(record: JsonObject, path: str) -> JsonValue:
    """As it stands there; unlike to a rule, a blank text is one."""
    value: JsonValue = record
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value
