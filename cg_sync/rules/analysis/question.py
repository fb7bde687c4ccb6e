"""What one question is asked about, and whether a value suits a leaf, as the evaluator has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.budget import Budget
from cg_sync.rules.catalogue import GROUPS_PATH, Catalogue
from cg_sync.rules.evaluate import Moment, answer
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import Holds, InGroups, Matches, Test, TextIs
from cg_sync.rules.values import items_of

_NO_GROUPS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """A catalogue to believe, the time, and what the answer may cost."""

    catalogue: Catalogue
    as_of: datetime
    budget: Budget

    def suits(self, leaf: Leaf, value: JsonValue) -> bool:
        """Whether the leaf selects a customer with this value, or these groups, at its place."""
        test = leaf.test
        self.budget.spend(8 + _weight(test, value))
        groups = names_in(value) if isinstance(test, InGroups) else _NO_GROUPS
        found = answer(test, value, Moment(self.as_of, groups))
        return leaf.when_missing if found is None else found is not leaf.exclude

    def suits_all(self, leaves: Iterable[Leaf], value: JsonValue) -> bool:
        """Whether all the leaves select a customer with this value."""
        return all(self.suits(leaf, value) for leaf in leaves)


def _weight(test: Test, value: JsonValue) -> int:
    """Microseconds that reading the value takes, beyond some."""
    match test:
        case TextIs(_, values):
            return len(values) // 15
        case Matches():
            return 20
        case Holds() | InGroups():
            return len(items_of(value))
        case _:
            return 0


def place_of(leaf: Leaf) -> str:
    """The path of what the leaf looks at, that of static groups for whoever asks about them."""
    return GROUPS_PATH if isinstance(leaf.test, InGroups) else leaf.path


def names_in(value: JsonValue) -> frozenset[str]:
    """The names of groups in a list."""
    return frozenset(it for it in items_of(value) if isinstance(it, str))
