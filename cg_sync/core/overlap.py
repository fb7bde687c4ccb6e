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
        smaller = min(self.gone, self.new)
        return self.shared / smaller if smaller else 1.0

    @property
    def is_large(self) -> bool:
        return max(self.gone, self.new) >= LEAST_MEMBERS and self.share >= LEAST_SHARE


Overlaps = Mapping[tuple[Address, Address], Overlap]
"""By the address of the new group and of the one that goes; without an entry they share nobody, or
nobody looked.
"""


def joining(suspects: Sequence[Create]) -> Mapping[RemoteId, tuple[Address, ...]]:
    """Who is to join which new groups, by the customer's id."""
    found: dict[RemoteId, tuple[Address, ...]] = {}
    for suspect in suspects:
        alone = (suspect.address,)
        for member in suspect.members.add if suspect.members is not None else ():
            others = found.get(member.pk)
            found[member.pk] = alone if others is None else (*others, suspect.address)
    return found


def overlaps_of(
    gone: Address,
    members: Sequence[RemoteId],
    suspects: Sequence[Create],
    joins: Mapping[RemoteId, tuple[Address, ...]],
) -> Overlaps:
    """How many of the `members` of a group that goes each of these new ones gets, given who joins
    which; one step a member.
    """
    shared: Counter[Address] = Counter()
    for pk in members:
        shared.update(joins.get(pk, ()))
    return {
        (it.address, gone): Overlap(shared[it.address], len(members), len(it.members.add))
        for it in suspects
        if it.members is not None
    }
