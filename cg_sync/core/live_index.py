"""The live state by id, and by key in any letters: made once, asked for every change of a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.state import Held, Live, Unreadable


@dataclass(frozen=True)
class LiveIndex:
    """Answers which record a change is about, and what stands where it wants to be."""

    live: Live
    by_id: Mapping[tuple[str, RemoteId], Held]
    by_folded_key: Mapping[tuple[str, str], tuple[Held, ...]]
    unreadable: Mapping[tuple[str, RemoteId | str], Unreadable]
    """By kind and id, and by kind and key where there is one."""

    def meant(self, change: Change) -> Held | None:
        """The live record that the change is about; of a create the one that has its key."""
        match change:
            case Create():
                return self.live.held.get(change.address)
            case Update() | Delete():
                return self.by_id.get((change.address.kind, change.remote_id))
            case _:
                assert_never(change)

    def taken(
        self, address: Address, mine: RemoteId | None, *, in_other_letters: bool = True
    ) -> str:
        """How the key is taken by another record than `mine`; empty when it is free.

        One in other letters takes it only as long as no record has it to the letter: two that the
        shop tells apart already are no doubt. Without `in_other_letters` it takes nothing.
        """
        if address in self.live.twice:
            return "there more than once"
        if address in self.live.held:
            return "" if self.live.held[address].remote_id == mine else "there"
        for it in self.by_folded_key.get((address.kind, address.key.casefold()), ()):
            if in_other_letters and it.remote_id != mine:
                return f"there as {it.address.key}"
        cannot_be_read = (address.kind, address.key) in self.unreadable
        return "there, in a record that cannot be read" if cannot_be_read else ""

    def why_gone(self, kind: str, remote_id: RemoteId) -> str:
        """Why a record that is still there is not among those with that id; empty when it is not
        there.
        """
        found = self.unreadable.get((kind, remote_id))
        return "" if found is None else f"not to be read: {found.reason}"


def indexed(live: Live) -> LiveIndex:
    """The index of a live state."""
    folded: defaultdict[tuple[str, str], list[Held]] = defaultdict(list)
    for address, held in live.held.items():
        folded[address.kind, address.key.casefold()].append(held)
    unreadable: dict[tuple[str, RemoteId | str], Unreadable] = {}
    for it in live.unreadable:
        unreadable[it.kind, it.remote_id] = it
        if it.key is not None:
            unreadable[it.kind, it.key] = it
    return LiveIndex(
        live,
        {(it.address.kind, it.remote_id): it for it in live.held.values()},
        {key: tuple(found) for key, found in folded.items()},
        unreadable,
    )
