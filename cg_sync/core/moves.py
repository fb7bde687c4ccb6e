"""Customers who leave one group and join another in the same plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Change, Delete
from cg_sync.core.members import Member, MemberDelta


@dataclass(frozen=True, slots=True)
class Move:
    """How many customers leave `source` and join `target`."""

    source: Address
    target: Address
    count: int


Side = Sequence[tuple[Address, Sequence[Member]]]
"""Groups with those of their members who leave, or with those who join."""


def moves_of(changes: Sequence[Change]) -> tuple[Move, ...]:
    """Who goes from where to where, the largest number first, then by address.

    A customer who leaves two groups, or joins two, counts for each pair of them. A group that is
    deleted gives nobody: its members are not known. One step a moved member, however many groups;
    memory goes to those who leave, or to those who join, whichever are fewer.
    """
    deltas = list(_memberships(changes))
    leaving = [(address, members.remove) for address, members in deltas]
    joining = [(address, members.add) for address, members in deltas]
    if _total(leaving) <= _total(joining):
        counts = _counted(leaving, joining)
    else:
        counts = Counter(
            {(source, target): it for (target, source), it in _counted(joining, leaving).items()}
        )
    moves = (Move(source, target, count) for (source, target), count in counts.items())
    return tuple(sorted(moves, key=lambda it: (-it.count, it.source, it.target)))


def _total(side: Side) -> int:
    return sum(len(members) for _, members in side)


def _counted(few: Side, many: Side) -> Counter[tuple[Address, Address]]:
    """How many customers each group of the one side has in common with each of the other."""
    groups_of: dict[RemoteId, tuple[int, ...]] = {}
    for number, (_, members) in enumerate(few):
        alone = (number,)
        for member in members:
            others = groups_of.get(member.pk)
            groups_of[member.pk] = alone if others is None else (*others, number)
    counts: Counter[tuple[Address, Address]] = Counter()
    for address, members in many if groups_of else ():
        for numbers, count in Counter(groups_of.get(it.pk, ()) for it in members).items():
            for number in numbers:
                counts[few[number][0], address] += count
    return counts


def _memberships(changes: Sequence[Change]) -> Iterator[tuple[Address, MemberDelta]]:
    for change in changes:
        if not isinstance(change, Delete) and change.members is not None:
            yield change.address, change.members
