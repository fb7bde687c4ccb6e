"""Lists, and sets of static groups, that suit tests: who must be in, who must not, how many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.budget import Budget
from cg_sync.rules.analysis.spans import common, meet, whole
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import Holds, InGroups, Size, comparables

Members = frozenset[str]

_MANY: Final = 20
"""Fillers of a list that are written out; more are null, which costs least."""


@dataclass(frozen=True, slots=True)
class _Wishes:
    """`always` are in, one of each `some` is, one of each `lacking` is not, `never` are not."""

    always: Members
    some: tuple[Members, ...]
    lacking: tuple[Members, ...]
    never: Members

    @property
    def mentioned(self) -> Members:
        """All members that are asked about."""
        return self.always.union(self.never, *self.some, *self.lacking)


def lists(leaves: Sequence[Leaf], budget: Budget) -> Iterator[JsonValue]:
    """A list that suits all leaves, if there is any: few members, as they are spelt in the rule."""
    sizes = meet(
        whole(0, None),
        common(
            (whole(it.test.low, None if it.test.high is None else it.test.high + 1), it.exclude)
            for it in leaves
            if isinstance(it.test, Size)
        ),
    )
    wishes = _wishes([(it.test, it.exclude) for it in leaves if isinstance(it.test, Holds)])
    members = _members(wishes, float(sizes[-1][1][0]) - 1, budget) if sizes else None
    if members is None:
        return
    size = next(max(int(low[0]), len(members)) for low, high in sizes if len(members) < high[0])
    spelt = _spelling([it.test for it in leaves if isinstance(it.test, Holds)], members)
    named = [spelt[it] for it in sorted(members)]
    mentioned = wishes.mentioned
    fillers = (it for it in map("example-{}".format, count(1)) if it not in mentioned)
    missing = size - len(named)
    budget.spend(missing // 5)
    shown = [next(fillers) for _ in range(min(missing, _MANY))]
    yield [*named, *shown, *([None] * (missing - len(shown)))]


def _spelling(tests: Iterable[Holds], members: Members) -> Mapping[str, str]:
    """Each member as a test that asks for it spells it."""
    found: dict[str, str] = {}
    for test in tests:
        if not members.isdisjoint(test.folded):
            found.update(zip(comparables(test.values), test.values, strict=True))
    return found


def groups(leaves: Sequence[Leaf], budget: Budget) -> Iterator[JsonValue]:
    """Names of groups, sorted, that suit all leaves, if there are any."""
    tests = [(it.test, it.exclude) for it in leaves if isinstance(it.test, InGroups)]
    some = tuple(frozenset(it.names) for it, out in tests if not out)
    never = frozenset(name for it, out in tests if out for name in it.names)
    members = _members(_Wishes(frozenset(), some, (), never), len(some), budget)
    if members is not None:
        yield sorted(members)


def _wishes(tests: Sequence[tuple[Holds, bool]]) -> _Wishes:
    always: set[str] = set()
    some: list[Members] = []
    lacking: list[Members] = []
    never: set[str] = set()
    for test, excluded in tests:
        match excluded, test.every:
            case False, False:
                some.append(test.folded)
            case False, True:
                always |= test.folded
            case True, False:
                never |= test.folded
            case _:
                lacking.append(test.folded)
    return _Wishes(frozenset(always), tuple(some), tuple(lacking), frozenset(never))


def _members(wishes: _Wishes, most: float, budget: Budget) -> Members | None:
    """At most so many members that grant all wishes; None when there are none such."""
    always, never = wishes.always, wishes.never
    sizes = map(len, (always, never, *wishes.some, *wishes.lacking))
    budget.spend(sum(2 + size // 3 for size in sizes))
    some = [it - never for it in wishes.some if always.isdisjoint(it)]
    lacking = [it for it in wishes.lacking if never.isdisjoint(it)]
    if not all(some) or not always.isdisjoint(never) or any(it <= always for it in lacking):
        return None
    return _chosen(always, some, lacking, most, budget)


def _chosen(
    always: Members, some: list[Members], lacking: list[Members], most: float, budget: Budget
) -> Members | None:
    """A depth-first search for members, on a stack of its own."""
    stack: list[tuple[Members, Members]] = [(always, frozenset())]
    while stack:
        chosen, barred = stack.pop()
        budget.spend(5 + len(some) + len(lacking))
        open_wishes = [it for it in some if chosen.isdisjoint(it)]
        if len(chosen) + bool(open_wishes) > most:
            continue
        if not open_wishes:
            return chosen
        options = _options(open_wishes, lacking, barred, budget)
        for place in reversed(range(len(options))):
            more = chosen | {options[place]}
            if not any(it <= more for it in lacking):
                stack.append((more, barred.union(options[:place])))
    return None


def _options(
    wishes: list[Members], lacking: list[Members], barred: Members, budget: Budget
) -> list[str]:
    """Members for the wish with the fewest, in order, one of those that no wish tells apart."""
    fewest = min((it - barred for it in wishes), key=len)
    budget.spend(len(fewest) * (1 + len(wishes) + len(lacking)) // 10)
    alike = [fewest] if fewest else []
    for wish in (*wishes, *lacking):
        alike = [part for it in alike for part in (it & wish, it - wish) if part]
    return sorted(map(min, alike))
