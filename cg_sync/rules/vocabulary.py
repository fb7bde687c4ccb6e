"""The words that the rules of a project may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.dialect import BUILT_IN, Dialect
from cg_sync.rules.quick import QuickReader, make_quick_reader


@dataclass(frozen=True)
class Vocabulary:
    """The words a rule may use: the attributes, the values of each named list, and
    each shared condition: one condition, or a list of which all must hold.

    The dialect says which operators and attributes the shop refuses."""

    catalogue: Catalogue
    lists: Mapping[str, tuple[str, ...]]
    conditions: Mapping[str, JsonValue] = field(default_factory=dict)
    dialect: Dialect = BUILT_IN

    @cached_property
    def quick(self) -> QuickReader:
        """Reads rules in which nothing is wrong."""
        return make_quick_reader(self.catalogue, self.lists, self.conditions, self.dialect)
