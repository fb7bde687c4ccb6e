"""Which settings can select one customer, and who of the two wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from cg_sync.rules.analysis.prove import Found, Undecided, Witness
from cg_sync.rules.review.examples import Examples
from cg_sync.rules.review.footprint import Footprint, footprint_of, is_apart
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.subject import Subject, meet_in_time

Pair = tuple[str, str]
"""Two slugs, that of the winner first."""


@dataclass(frozen=True)
class Overlaps:
    """The pairs that share a customer, each with one; and those of which nobody knows.

    A pair that is in neither shares nobody, or was not looked at.
    """

    shown: dict[Pair, Witness] = field(default_factory=dict)
    unknown: set[Pair] = field(default_factory=set)

    def may_be(self, winner: Subject, loser: Subject) -> bool:
        """Whether the two share a customer as far as anybody knows."""
        pair = (winner.slug, loser.slug)
        return pair in self.shown or pair in self.unknown


@dataclass(frozen=True)
class Field:
    """All settings under review in the order in which they win, those of them that compete for
    customers, the overlaps of these, and the settings that can select nobody.
    """

    subjects: tuple[Subject, ...]
    competing: tuple[Subject, ...]
    overlaps: Overlaps
    empty: frozenset[str] = frozenset()

    @cached_property
    def by_slug(self) -> Mapping[str, Subject]:
        """The settings by slug."""
        return {it.slug: it for it in self.subjects}

    @cached_property
    def won(self) -> Mapping[str, Sequence[tuple[str, Witness]]]:
        """By the slug of a winner, those from whom it takes customers, each with one of them."""
        won: dict[str, list[tuple[str, Witness]]] = {}
        for (winner, loser), witness in self.overlaps.shown.items():
            won.setdefault(winner, []).append((loser, witness))
        return won

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {it.slug: place for place, it in enumerate(self.competing)}

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """The place of each setting in the order in which they win."""
        return {it.slug: rank for rank, it in enumerate(self.subjects)}

    def place_of(self, subject: Subject) -> int | None:
        """Its place among those that compete; None when it does not."""
        return self._places.get(subject.slug)


def overlaps_of(
    competing: Sequence[Subject],
    inquiry: Inquiry,
    examples: Examples,
    about: Set[str] | None = None,
) -> Overlaps:
    """The overlaps among settings in the order in which they win; with `about`, those of these."""
    overlaps = Overlaps()
    footprints: list[Footprint] = [
        Footprint() if it.node is None else footprint_of(it.node) for it in competing
    ]
    for place, loser in enumerate(competing):
        for earlier, winner in enumerate(competing[:place]):
            pair = (winner.slug, loser.slug)
            asked = about is None or not about.isdisjoint(pair)
            if (
                asked
                and meet_in_time(winner, loser)
                and not is_apart(footprints[earlier], footprints[place])
            ):
                _look_at(winner, loser, inquiry, examples, overlaps)
    return overlaps


def _look_at(
    winner: Subject, loser: Subject, inquiry: Inquiry, examples: Examples, overlaps: Overlaps
) -> None:
    pair = (winner.slug, loser.slug)
    shared = None if inquiry.is_spent else examples.shared(winner, loser)
    nodes = [it.node for it in (winner, loser) if it.node is not None]
    match Found(shared) if shared is not None else inquiry.find(nodes, pair):
        case Found(witness):
            overlaps.shown[pair] = witness
            examples.add(witness, *pair)
        case Undecided():
            overlaps.unknown.add(pair)
            inquiry.leave_open("do both rules select one customer", *pair)
        case _:
            pass
