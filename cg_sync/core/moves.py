"""Customers who leave one group and join another in the same plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Change, Delete
from cg_sync.core.members import MemberDelta


@dataclass(frozen=True, slots=True)
class Move:
    """How many customers leave `source` and join `target`."""

    source: Address
    target: Address
    count: int


def moves_of(changes: Sequence[Change]) -> tuple[Move, ...]:
    """Who goes from where to where, the largest number first, then by address.

    A customer who leaves two groups, or joins two, counts for each pair of them. A group that is
    deleted gives nobody: its members are not known. One step a moved member, however many groups.
    """
    left: dict[RemoteId, tuple[Address, ...]] = {}
    for address, members in _memberships(changes):
        alone = (address,)
        for member in members.remove:
            others = left.get(member.pk)
            left[member.pk] = alone if others is None else (*others, address)
    if not left:
        return ()
    counts: Counter[tuple[Address, Address]] = Counter()
    for target, members in _memberships(changes):
        sources: Counter[Address] = Counter()
        for member in members.add:
            sources.update(left.get(member.pk, ()))
        counts.update({(source, target): count for source, count in sources.items()})
    moves = (Move(source, target, count) for (source, target), count in counts.items())
    return tuple(sorted(moves, key=lambda it: (-it.count, it.source, it.target)))


def _memberships(changes: Sequence[Change]) -> Iterator[tuple[Address, MemberDelta]]:
    for change in changes:
        if not isinstance(change, Delete) and change.members is not None:
            yield change.address, change.members
