"""What a sentence takes from the project: value lists, the order of attributes, the time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property

from cg_sync.rules.parse import Vocabulary

MIN_LISTED = 2
"""A list of one value says less than the value, and would be found in every line that has it."""


@dataclass(frozen=True)
class Names:
    """The values of each value list by its name, the attributes in the order of attributes.yaml,
    and the project's time zone, which is not said again where it counts.
    """

    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    timezone: str = "UTC"

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.attributes)}

    def place_of(self, attribute: str) -> int:
        """Where the attribute stands in attributes.yaml; after all others when it does not."""
        return self._places.get(attribute, len(self.attributes))

    def list_of(self, values: Set[str], normal: Callable[[str], str]) -> str | None:
        """The value list that holds just these values, given in the form that `normal` makes.

        The first by name when there are several; None for fewer than two values.
        """
        if len(values) < MIN_LISTED:
            return None
        names = (
            name for name in sorted(self.lists) if _holds_just(self.lists[name], values, normal)
        )
        return next(names, None)


def _holds_just(listed: tuple[str, ...], values: Set[str], normal: Callable[[str], str]) -> bool:
    if len(listed) < len(values):
        return False
    found: set[str] = set()
    for value in listed:
        # The first stranger settles it, so that lists of other things cost nothing.
        try:
            one = normal(value)
        except ValueError:
            return False
        if one not in values:
            return False
        found.add(one)
    return len(found) == len(values)


def names_of(vocabulary: Vocabulary) -> Names:
    """The names of a project, from the words that its rules may use."""
    attributes = vocabulary.catalogue.attributes
    zone = next((it.timezone for it in attributes.values()), "UTC")
    return Names(vocabulary.lists, tuple(attributes), zone)
