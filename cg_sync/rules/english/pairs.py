"""Which condition of the new rule an old one has become, among those that stand in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cg_sync.rules.english.names import Names
from cg_sync.rules.english.order import leaves_of
from cg_sync.rules.english.values import OfValues, values_of
from cg_sync.rules.ir import All, AnyOf, Leaf, Node, Not
from cg_sync.rules.tests import DomainIn, Holds, TextIs

_T = TypeVar("_T")
MOST_ATTRIBUTES = 5
"""Named in the title of a group."""


@dataclass(frozen=True, slots=True)
class Pairs(Generic[_T]):
    """What has changed into what, and what is gone or new; each in the order it came in."""

    changed: tuple[tuple[_T, _T], ...]
    removed: tuple[_T, ...]
    added: tuple[_T, ...]


def paired_leaves(old: Sequence[Leaf], new: Sequence[Leaf]) -> Pairs[Leaf]:
    """Conditions that ask the same of one attribute, of other values or with other bounds; of
    several those that share the most values.
    """
    olds, news = (Counter(map(family, it)) for it in (old, new))

    def likeness(before: Leaf, after: Leaf) -> int | None:
        kind = family(before)
        if kind != family(after):
            return None
        return 0 if olds[kind] == news[kind] == 1 else _shared(before, after)

    return _paired(old, new, likeness)


def family(leaf: Leaf) -> Hashable:
    """Equal for conditions that differ in values, bounds and `missing` only."""
    match leaf.test:
        case TextIs(where):
            kind: Hashable = where
        case DomainIn(_, below):
            kind = below
        case Holds(_, every):
            kind = every
        case _:
            kind = None
    return leaf.attribute, type(leaf.test), kind, leaf.exclude


def _shared(before: Leaf, after: Leaf) -> int:
    one, other = before.test, after.test
    if isinstance(one, OfValues) and isinstance(other, OfValues):
        return len({*values_of(one)} & {*values_of(other)})
    return int(one == other)


def paired_groups(old: Sequence[Node], new: Sequence[Node], names: Names) -> Pairs[Node]:
    """Groups of one kind that share conditions, or ask something alike: of several those with the
    most in common.

    `old` and `new` are all groups at a place. A group with the title of another there is left
    alone, as nobody could tell which of them a line means.
    """
    taken = Counter(title(it, names) for it in old), Counter(title(it, names) for it in new)
    gone = [it for it in old if it not in new]
    came = [it for it in new if it not in old]

    def likeness(before: Node, after: Node) -> int | None:
        titles = title(before, names), title(after, names)
        if _kind(before) != _kind(after) or taken[0][titles[0]] > 1 or taken[1][titles[1]] > 1:
            return None
        return _in_common(leaves_of(before, names), leaves_of(after, names)) or None

    return _paired(gone, came, likeness)


def _in_common(before: Sequence[Leaf], after: Sequence[Leaf]) -> int:
    same = len({*before} & {*after})
    alike = len({*map(family, before)} & {*map(family, after)})
    return 2 * same + alike


def title(group: Node, names: Names) -> str:
    """A group by its kind and attributes: `any of (order_count, lifetime_value)`."""
    attributes = list(dict.fromkeys(it.attribute for it in leaves_of(group, names)))
    more = len(attributes) - MOST_ATTRIBUTES
    named = ", ".join(attributes[:MOST_ATTRIBUTES]) + (f" and {more} more" if more > 0 else "")
    return f"{_kind(group)} of ({named})"


def children_of(group: Node) -> tuple[Node, ...]:
    """What stands in a group, also in one that is negated."""
    inner = group.child if isinstance(group, Not) else group
    return inner.children if isinstance(inner, All | AnyOf) else (inner,)


def _kind(group: Node) -> str:
    if isinstance(group, Not):
        return "not all" if isinstance(group.child, All) else "none"
    return "any" if isinstance(group, AnyOf) else "all"


def _paired(
    old: Sequence[_T], new: Sequence[_T], likeness: Callable[[_T, _T], int | None]
) -> Pairs[_T]:
    """The most alike first; None is for what is no pair."""
    scores = [
        (-score, i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
        if (score := likeness(before, after)) is not None
    ]
    became: dict[int, int] = {}
    for _, i, j in sorted(scores):
        if i not in became and j not in became.values():
            became[i] = j
    return Pairs(
        tuple((old[i], new[became[i]]) for i in sorted(became)),
        tuple(it for i, it in enumerate(old) if i not in became),
        tuple(it for j, it in enumerate(new) if j not in became.values()),
    )
