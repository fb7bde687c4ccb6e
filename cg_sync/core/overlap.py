"""How many members a group that goes shares with those that are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Create

LEAST_SHARE = 0.8
LEAST_MEMBERS = 5
"""From this share of the members of the larger of two groups on they are taken for one; below this
many members nothing is.
"""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many members two groups share, and how many each of them has."""

    shared: int
    gone: int
    new: int

    @property
    def share(self) -> float:
        return self.shared / max(self.gone, self.new)

    @property
    def share_of_smaller(self) -> float:
        return self.shared / min(self.gone, self.new)

    @property
    def is_large(self) -> bool:
        return max(self.gone, self.new) >= LEAST_MEMBERS and self.share >= LEAST_SHARE


Overlaps = Mapping[Address, Mapping[Address, Overlap]]
"""By each group that goes and whose members were read: the new groups that share any with it."""


@dataclass(frozen=True)
class Joining:
    """Who is to join which new groups, by the customer's id, and how many join each."""

    groups: Mapping[RemoteId, tuple[Address, ...]]
    sizes: Mapping[Address, int]


def joining(suspects: Sequence[Create]) -> Joining:
    """Who is to join these new groups."""
    groups: dict[RemoteId, tuple[Address, ...]] = {}
    sizes: dict[Address, int] = {}
    for suspect in suspects:
        alone, members = (suspect.address,), suspect.members.add if suspect.members else ()
        sizes[suspect.address] = len(members)
        for member in members:
            others = groups.get(member.pk)
            groups[member.pk] = alone if others is None else (*others, suspect.address)
    return Joining(groups, sizes)


def overlaps_of(members: Sequence[RemoteId], joins: Joining) -> Mapping[Address, Overlap]:
    """How many of the members of a group that goes each new one gets, of those that get any; one
    step a member.
    """
    shared: Counter[Address] = Counter()
    for pk in members:
        shared.update(joins.groups.get(pk, ()))
    return {new: Overlap(it, len(members), joins.sizes[new]) for new, it in shared.items()}
