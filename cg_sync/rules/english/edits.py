"""What changed between two conditions of one kind: values, bounds, and what becomes of customers
without a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cg_sync.rules.english.bounds import OfBounds, bounds
from cg_sync.rules.english.names import Names
from cg_sync.rules.english.phrases import keeps_missing, lacking, subject
from cg_sync.rules.english.values import (
    MOST_VALUES,
    Named,
    OfValues,
    joined,
    named,
    pattern_spoken,
    sample,
)
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import Matches

Mark = Literal["+", "−", "~", "=", "!"]
"""Added, removed, changed, written otherwise without a meaning, and what becomes of customers
without a value."""

_Worded = Matches | OfBounds
NOT_SHOWN = "changed in what is not shown here"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of what a change means."""

    mark: Mark
    text: str


def edits(old: Leaf, new: Leaf, names: Names, negations: int) -> Iterator[Meaning]:
    """What changed between two conditions that `family` holds for one; at least one line when they
    are not equal.
    """
    if old.test != new.test:
        yield from _test_edits(old, new, names)
    if old.path != new.path:
        yield Meaning("~", f"{new.attribute}: read from {old.path} → {new.path}")
    if old.when_missing is not new.when_missing:
        before, after = ("kept" if keeps_missing(it, negations) else "dropped" for it in (old, new))
        nobody = "" if new.nullable else " (there are none)"
        yield Meaning("!", f"customers without {lacking(new)}: {before} → {after}{nobody}")


def _test_edits(old: Leaf, new: Leaf, names: Names) -> Iterator[Meaning]:
    one, other, what = old.test, new.test, subject(new)
    if isinstance(one, OfValues) and isinstance(other, OfValues):
        yield from _value_edits(what, named(one, names), named(other, names))
    elif isinstance(one, _Worded) and isinstance(other, _Worded):
        before, after = _words(one, names), _words(other, names)
        changed = f"{before} → {after}" if before != after else f"{after}, {NOT_SHOWN}"
        yield Meaning("~", f"{what}: {changed}")


def _words(test: _Worded, names: Names) -> str:
    return pattern_spoken(test.pattern) if isinstance(test, Matches) else bounds(test, names)


def _value_edits(what: str, old: Named, new: Named) -> Iterator[Meaning]:
    gone = [value for key, value in old.written.items() if key not in new.written]
    came = [value for key, value in new.written.items() if key not in old.written]
    if gone or came:
        yield Meaning("~", f"{what}{_lists(old, new)}: {_moved(old, new, gone, came)}")
    respelt = [key for key, value in new.written.items() if old.written.get(key, value) != value]
    if respelt:
        shown = [f"{old.say(old.written[it])} → {new.say(new.written[it])}" for it in respelt]
        text = _some(shown[:MOST_VALUES], len(respelt), ", ")
        yield Meaning("=", f"{what}: spelling only, {text}")


def _moved(old: Named, new: Named, gone: Sequence[str | bool], came: Sequence[str | bool]) -> str:
    if len(gone) == len(old.written) and max(len(gone), len(came)) <= MOST_VALUES:
        before, after = (joined(sample(it, new.say), "or") for it in (gone, came))
        return f"{before} → {after}"
    sides = [_side(mark, it, new) for mark, it in (("+", came), ("−", gone)) if it]
    return " ".join(sides)


def _side(mark: str, values: Sequence[str | bool], by: Named) -> str:
    """`+TR +DE`; of many their number and the first few."""
    shown = sample(values, by.say)
    if len(values) <= MOST_VALUES:
        return " ".join(f"{mark}{it}" for it in shown)
    return f"{mark}{len(values):,} ({_some(shown, len(values), ', ')})"


def _some(shown: Sequence[str], number: int, comma: str) -> str:
    more = number - len(shown)
    return comma.join(shown) + (f" and {more:,} more" if more else "")


def _lists(old: Named, new: Named) -> str:
    """The value list that the values are, or no longer are."""
    if new.listed is not None:
        return f" (list {f'{old.listed} → ' if old.listed is not None else ''}{new.listed})"
    return f" (no longer the list {old.listed})" if old.listed is not None else ""
