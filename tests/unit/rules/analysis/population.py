"""Customers who are as the catalogue of the strategies promises, many of them at a bound."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.analysis.prove import World
from cg_sync.rules.analysis.record import customer_record
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.fold import email_domain
from cg_sync.rules.ir import Leaf, Node
from cg_sync.rules.tests import Test
from tests.unit.rules.strategies import (
    ADDRESSES,
    DAYS,
    GROUP_IDS,
    NOW,
    NUMBERS,
    PHONES,
    TEXTS,
    catalogue,
)

CATALOGUE: Final = catalogue()
WORLD: Final = World(CATALOGUE, NOW.as_of)

_INSTANTS: Final = (
    *("2026-11-20T22:30:00Z", "2026-11-20T22:30:00.000001Z", "2026-11-21T22:30:00Z"),
    *("2026-11-21T22:30:00.000001Z", "2026-11-22T22:30:00Z", "2026-11-14T22:30:00Z"),
    *("2026-11-21T00:00:00+03:00", "2026-12-31T20:59:59Z", "2026-12-31T21:00:00Z"),
    *("2024-02-29T12:00:00Z", "1999-11-23T05:00:00Z", "1500-01-01T00:00:00Z"),
)
_VALUES: Final[Mapping[str, Sequence[JsonValue]]] = {
    "email": [it for it in ADDRESSES if email_domain(it)],
    "email_verified": [True, False],
    "is_active": [True, False],
    "gender": ["female", "male", "MALE"],
    "country": [*TEXTS, "istanbul", "c-42", "x", "zz"],
    "city": [*TEXTS, " bursa ", "xbul", "c-1", "example"],
    "phone": [*PHONES, "+44 20", "unreadable"],
    "orders": [*range(-4, 14), "3", 3.0],
    "spent": [*NUMBERS, "3.0", 3, 10.5, -8, 2.5, 11, "1e3", 1e300, "unreadable"],
    "birthdate": [*map(str, DAYS), "1990-11-22", "2000-02-29", *_INSTANTS, "unreadable"],
    "created_at": _INSTANTS,
    "tags": [[], ["press"], ["press", "outlet"], ["indirim", 1, None], ["a: b"] * 4, [1] * 6],
}


def a_customer(rng: random.Random) -> tuple[JsonObject, frozenset[str]]:
    """A record and the names of static groups."""
    values: dict[str, JsonValue] = {}
    for attribute in CATALOGUE.attributes.values():
        if attribute.is_groups or (attribute.nullable and rng.random() < 0.1):
            continue
        lacks = attribute.nullable and rng.random() < 0.1
        values[attribute.path] = None if lacks else rng.choice(_VALUES[attribute.name])
    return customer_record(values), frozenset(it for it in GROUP_IDS if rng.random() < 0.4)


def a_population(size: int) -> list[tuple[JsonObject, frozenset[str]]]:
    """Always the same customers."""
    rng = random.Random(29)
    return [a_customer(rng) for _ in range(size)]


POPULATION: Final = a_population(400)


def selected(node: Node, as_of: datetime = NOW.as_of) -> frozenset[int]:
    """The places in the population of those whom the node selects."""
    return frozenset(
        place
        for place, (customer, groups) in enumerate(POPULATION)
        if evaluate(node, customer, Moment(as_of, groups))
    )


def line(name: str, test: Test, *, exclude: bool = False, keep: bool = False) -> Leaf:
    """A line about an attribute of the catalogue."""
    return Leaf(name, CATALOGUE.attributes[name].path, test, exclude, keep)
