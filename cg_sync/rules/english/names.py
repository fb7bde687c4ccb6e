"""What a sentence takes from the project: value lists, the order of attributes, the time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cg_sync.rules.parse import Vocabulary

MIN_LISTED = 2
"""A list of one value says less than the value, and would be found in every line that has it."""


_Asked = tuple[frozenset[str], Callable[[str], str]]


@dataclass(frozen=True)
class Names:
    """The values of each value list by its name, the attributes in the order of attributes.yaml,
    and the project's time zone, which is not said again where it counts.
    """

    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    timezone: str = "UTC"
    _found: dict[_Asked, str | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.attributes)}

    def place_of(self, attribute: str) -> int:
        """Where the attribute stands in attributes.yaml; after all others when it does not."""
        return self._places.get(attribute, len(self.attributes))

    def list_of(self, values: frozenset[str], normal: Callable[[str], str]) -> str | None:
        """The value list that holds just these values, given in the form that `normal` makes.

        The first by name when there are several; None for fewer than two values.
        """
        if len(values) < MIN_LISTED:
            return None
        # Asked again for each sentence about a condition, and long lists take long to compare.
        if (values, normal) not in self._found:
            self._found[values, normal] = self._first_list(values, normal)
        return self._found[values, normal]

    def _first_list(self, values: frozenset[str], normal: Callable[[str], str]) -> str | None:
        named = sorted(self.lists.items())
        return next((name for name, it in named if _holds_just(it, values, normal)), None)


def _holds_just(
    listed: tuple[str, ...], values: frozenset[str], normal: Callable[[str], str]
) -> bool:
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
