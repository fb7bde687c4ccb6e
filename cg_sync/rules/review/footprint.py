"""What every customer of a rule must have, to tell cheaply that two rules share no customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cg_sync.rules.ir import All, AnyOf, Leaf, Node, Not
from cg_sync.rules.tests import DomainIn, InGroups, NumberIn, OneOf

Value = str | bool


@dataclass(frozen=True)
class Footprint:
    """By path, the only values and numbers that a customer of the rule can have there (under the
    path and `@`, the last two labels of the e-mail domain); and the groups of which they are in at
    least one each, and in none.

    It says less than the rule, and never more.
    """

    values: Mapping[str, frozenset[Value]] = field(default_factory=dict)
    numbers: Mapping[str, NumberIn] = field(default_factory=dict)
    within: tuple[frozenset[str], ...] = ()
    outside: frozenset[str] = frozenset()


def footprint_of(node: Node) -> Footprint:
    """The footprint of a rule in normal form."""
    values: dict[str, frozenset[Value]] = {}
    numbers: dict[str, NumberIn] = {}
    within: list[frozenset[str]] = []
    outside: set[str] = set()
    for leaf, holds in _certain(node, True):
        positive = leaf.exclude is not holds
        match leaf.test:
            case InGroups(names) if positive:
                within.append(frozenset(names))
            case InGroups(names):
                outside |= set(names)
            case OneOf() if positive and leaf.when_missing is not holds:
                allowed = leaf.test.comparable
                values[leaf.path] = values.get(leaf.path, allowed) & allowed
            case DomainIn(domains) if positive and leaf.when_missing is not holds:
                # Below two labels a name keeps them, so domains without a common end are apart.
                if all("." in it for it in domains):
                    place = f"{leaf.path}@"
                    ends = frozenset(".".join(it.split(".")[-2:]) for it in domains)
                    values[place] = values.get(place, ends) & ends
            case NumberIn() if positive and leaf.when_missing is not holds:
                numbers[leaf.path] = numbers.get(leaf.path, NumberIn()).meet(leaf.test)
            case _:
                pass
    return Footprint(values, numbers, tuple(within), frozenset(outside))


def _certain(node: Node, holds: bool) -> Iterator[tuple[Leaf, bool]]:
    """The leaves of which every customer of the node says the same, and what."""
    match node:
        case Leaf():
            yield node, holds
        case Not(child):
            yield from _certain(child, not holds)
        case All(children) if holds:
            for child in children:
                yield from _certain(child, True)
        case AnyOf(children) if not holds:
            for child in children:
                yield from _certain(child, False)
        case _:
            pass


def is_apart(one: Footprint, other: Footprint) -> bool:
    """Whether it is certain that no customer is selected by both rules."""
    return _has_other_values(one, other) or _has_others(one, other)


def _has_other_values(one: Footprint, other: Footprint) -> bool:
    return any(
        one.values[path].isdisjoint(other.values[path]) for path in one.values.keys() & other.values
    )


def _has_others(one: Footprint, other: Footprint) -> bool:
    """The same by numbers and groups."""
    return (
        any(
            one.numbers[path].meet(other.numbers[path]).is_empty
            for path in one.numbers.keys() & other.numbers
        )
        or any(names <= other.outside for names in one.within)
        or any(names <= one.outside for names in other.within)
    )


class Index:
    """Footprints by slug, to find those that may share customers with one of them."""

    def __init__(self, footprints: Mapping[str, Footprint]) -> None:
        self._footprints = footprints
        self._every = frozenset(footprints)
        self._by_value: dict[str, dict[Value, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._free: dict[str, frozenset[str]] = {}
        for slug, it in footprints.items():
            for path, values in it.values.items():
                for value in values:
                    self._by_value[path][value].add(slug)
        for path in {path for it in footprints.values() for path in it.values}:
            bound = (slug for slug, it in footprints.items() if path in it.values)
            self._free[path] = self._every.difference(bound)

    def near(self, footprint: Footprint) -> frozenset[str]:
        """The slugs of all that are not apart from it."""
        near = self._every
        for path, values in footprint.values.items():
            if path in self._free:
                free, by_value = self._free[path], self._by_value[path]
                buckets = [by_value[it] for it in values if it in by_value]
                # Where everybody has the same, as often, there is nobody to leave out.
                if all(len(it) + len(free) < len(self._every) for it in buckets):
                    near &= free.union(*buckets)
        if not (footprint.numbers or footprint.within or footprint.outside):
            return near
        return frozenset(it for it in near if not _has_others(footprint, self._footprints[it]))
