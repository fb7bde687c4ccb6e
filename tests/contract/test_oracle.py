"""The verdicts of our proofs, held against an SMT solver that knows nothing of how they are made.

The rules are translated straight from the IR, and for what z3 decides surely: truth values, enums,
lists of texts, numbers, days, static groups and lists.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cg_sync.rules.analysis.prove import Verdict, World, compare
from cg_sync.rules.calendar import Duration, earlier, later
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, Catalogue
from cg_sync.rules.fold import fold
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not
from cg_sync.rules.tests import (
    DateIn,
    Holds,
    InGroups,
    NumberIn,
    OneOf,
    Past,
    Present,
    Relative,
    Size,
    Test,
)

z3 = pytest.importorskip("z3")

PAIRS = 600
ZONE = "Europe/Istanbul"
AS_OF = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
CATALOGUE = Catalogue(
    {
        it.name: it
        for it in (
            Attribute("verified", "boolean", "verified"),
            Attribute("active", "boolean", "active", nullable=False),
            Attribute("gender", "enum", "gender", values=("female", "male", "other")),
            Attribute("country", "string", "country"),
            Attribute("city", "string", "city", nullable=False),
            Attribute("orders", "integer", "orders", nullable=False),
            Attribute("points", "integer", "points"),
            Attribute("spent", "decimal", "spent"),
            Attribute("born", "date", "born", timezone=ZONE),
            Attribute("joined", "date", "joined", nullable=False, timezone=ZONE),
            Attribute("tags", "list", "tags"),
            Attribute("groups", "list", GROUPS_PATH),
        )
    }
)
TEXTS = ("TR", "İstanbul", "ISTANBUL", "Bursa", "007")
TAGS = ("press", "PRESS", "outlet", "İndirim")
DAYS = [date(2026, 11, it) for it in (14, 20, 21, 22, 23, 29)]
DURATIONS = (Duration(days=1), Duration(days=7), Duration(months=1), Duration(months=9999 * 12))


def a_rule(rng: random.Random, depth: int = 3) -> Node:
    if depth == 0 or rng.random() < 0.3:
        return a_leaf(rng)
    inner = tuple(a_rule(rng, depth - 1) for _ in range(rng.randint(1, 3)))
    kinds: list[Node] = [All(inner), AnyOf(inner), Not(inner[0])]
    return rng.choice(kinds)


def a_variant(rule: Node, rng: random.Random) -> Node:
    """The rule with some of its parts changed, as pull requests have them."""
    if rng.random() < 0.15:
        return a_rule(rng, 1)
    match rule:
        case All(children):
            return All(tuple(a_variant(it, rng) for it in children))
        case AnyOf(children):
            return AnyOf(tuple(a_variant(it, rng) for it in children))
        case Not(child):
            return Not(a_variant(child, rng))
        case _:
            return rule


def a_leaf(rng: random.Random) -> Leaf:
    attribute = rng.choice(list(CATALOGUE.attributes.values()))
    test = Present() if attribute.may_lack and rng.random() < 0.1 else a_test(attribute, rng)
    return Leaf(attribute.name, attribute.path, test, rng.random() < 0.3, rng.random() < 0.4)


def a_test(attribute: Attribute, rng: random.Random) -> Test:
    match attribute.type:
        case "boolean":
            return OneOf((rng.random() < 0.5,))
        case "enum" | "string":
            values = attribute.values or TEXTS
            return OneOf(tuple(rng.sample(values, rng.randint(1, 2))))
        case "integer" | "decimal":
            low, high = sorted((Decimal(rng.randint(-2, 6)), Decimal(rng.randint(-2, 6))))
            ends = rng.choice([(low, None), (None, high), (low, high)])
            return NumberIn(*ends, rng.random() < 0.4, rng.random() < 0.4)
        case "date" if rng.random() < 0.5:
            kinds: list[Past] = ["within_last", "older_than", "within_next"]
            return Relative(rng.choice(kinds), rng.choice(DURATIONS), "day", ZONE)
        case "date":
            first, end = sorted(rng.sample(DAYS, 2))
            return DateIn("day", *rng.choice([(first, None), (None, end), (first, end)]), ZONE)
        case _ if attribute.is_groups:
            return InGroups(tuple(rng.sample(("Employees", "VIP", "Press"), rng.randint(1, 2))))
        case _ if rng.random() < 0.4:
            least = rng.randint(0, 3)
            return Size(least, rng.choice([None, least, least + 1]))
        case _:
            return Holds(tuple(rng.sample(TAGS, rng.randint(1, 3))), rng.random() < 0.5)


@dataclass
class Translation:
    """z3 variables of one customer, and what the catalogue promises about them."""

    promises: list[Any] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    def variable(self, name: str, sort: Any) -> Any:
        return self.known.setdefault(name, sort(name))

    def code(self, value: str | bool) -> int:
        """One number for all spellings of a text, above the two of truth values."""
        if isinstance(value, bool):
            return int(value)
        return self.codes.setdefault(fold(value), len(self.codes) + 2)

    def formula(self, node: Node) -> Any:
        match node:
            case Everyone():
                return z3.BoolVal(True)
            case All(children):
                return z3.And([self.formula(it) for it in children])
            case AnyOf(children):
                return z3.Or([self.formula(it) for it in children])
            case Not(child):
                return z3.Not(self.formula(child))
            case Leaf(_, path, Holds() | Size() | InGroups() as test, exclude):
                return z3.Xor(self.of_list(path, test), z3.BoolVal(exclude))
            case Leaf():
                return self.of_value(node)

    def of_value(self, leaf: Leaf) -> Any:
        attribute = CATALOGUE.by_path[leaf.path]
        missing = self.variable(f"{leaf.path} is missing", z3.Bool)
        unreadable = self.variable(f"{leaf.path} is unreadable", z3.Bool)
        self.promises.append(z3.Not(z3.And(missing, unreadable)))
        if not attribute.nullable:
            self.promises += [z3.Not(missing), z3.Not(unreadable)]
        lacking = missing
        if isinstance(leaf.test, NumberIn | DateIn | Relative):
            lacking = z3.Or(missing, unreadable)
        holds = z3.Xor(self.of_test(attribute, leaf.test), z3.BoolVal(leaf.exclude))
        return z3.If(lacking, z3.BoolVal(leaf.when_missing), holds)

    def of_test(self, attribute: Attribute, test: Test) -> Any:
        value = self.variable(attribute.path, z3.Real if attribute.type == "decimal" else z3.Int)
        if attribute.type in ("boolean", "enum"):
            allowed = attribute.values or (False, True)
            self.promises.append(z3.Or([value == self.code(it) for it in allowed]))
        if attribute.type == "date":
            self.promises += [value >= 1, value <= date.max.toordinal()]
        match test:
            case Present():
                return z3.BoolVal(True)
            case OneOf(values):
                return z3.Or([value == self.code(it) for it in values])
            case NumberIn(low, high, low_open, high_open):
                above = [] if low is None else [value > int(low) if low_open else value >= int(low)]
                below = (
                    [] if high is None else [value < int(high) if high_open else value <= int(high)]
                )
                return z3.And(above + below)
            case DateIn(_, low_day, high_day, _):
                from_day = [] if low_day is None else [value >= low_day.toordinal()]
                to_day = [] if high_day is None else [value < high_day.toordinal()]
                return z3.And(from_day + to_day)
            case Relative():
                return self.of_days_from_now(value, test)
            case _:
                raise AssertionError(test)

    def of_days_from_now(self, value: Any, test: Relative) -> Any:
        today = AS_OF.astimezone(ZoneInfo(test.zone)).date()
        now = today.toordinal()
        if test.kind == "within_next":
            end = later(today, test.duration)
            return z3.And(
                value >= now, z3.BoolVal(True) if end is None else value < end.toordinal()
            )
        start = earlier(today, test.duration)
        if test.kind == "older_than":
            return z3.BoolVal(False) if start is None else value <= start.toordinal()
        since = z3.BoolVal(True) if start is None else value > start.toordinal()
        return z3.And(value <= now, since)

    def of_list(self, path: str, test: Holds | Size | InGroups) -> Any:
        if isinstance(test, InGroups):
            return z3.Or([self.variable(f"in {name}", z3.Bool) for name in test.names])
        every = [self.variable(f"{path} has {fold(it)}", z3.Bool) for it in TAGS]
        size = self.variable(f"size of {path}", z3.Int)
        distinct = {str(it): it for it in every}.values()
        self.promises.append(size >= z3.Sum([z3.If(it, 1, 0) for it in distinct]))
        if isinstance(test, Size):
            return z3.And(size >= test.low, True if test.high is None else size <= test.high)
        held = [self.variable(f"{path} has {fold(it)}", z3.Bool) for it in test.values]
        return z3.And(held) if test.every else z3.Or(held)


def verdict_of_z3(old: Node, new: Node) -> Verdict:
    translation = Translation()
    before, after = translation.formula(old), translation.formula(new)

    def is_possible(*formulas: Any) -> bool:
        solver = z3.Solver()
        solver.add(*translation.promises, *formulas)
        found = solver.check()
        assert found != z3.unknown
        return bool(found == z3.sat)

    gains = is_possible(after, z3.Not(before))
    loses = is_possible(before, z3.Not(after))
    if gains and loses:
        return Verdict.SHIFTED if is_possible(before, after) else Verdict.REPLACED
    if gains:
        return Verdict.WIDER
    return Verdict.NARROWER if loses else Verdict.EQUIVALENT


@pytest.mark.long
def test_our_verdicts_are_those_of_z3() -> None:
    rng = random.Random(20261121)
    world = World(CATALOGUE, AS_OF)
    seen: Counter[str] = Counter()
    for _ in range(PAIRS):
        old = a_rule(rng)
        new = a_rule(rng) if rng.random() < 0.4 else a_variant(old, rng)
        ours = compare(old, new, world)
        assert ours.verdict == verdict_of_z3(old, new), (old, new)
        assert all(it is None or it.sure for it in (ours.gains, ours.loses))
        seen[ours.verdict] += 1
    counts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(seen.items()))
    sys.stdout.write(
        f"{PAIRS} pairs, 0 disagreements with z3 {z3.get_version_string()}: {counts}\n"
    )
    # A generator that always makes the same verdict would prove nothing.
    assert {*seen} == {*Verdict} - {Verdict.UNDECIDED}
