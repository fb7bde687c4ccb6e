"""Members read from a shop: once where they come in the order of their ids, else once more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pytest

from cg_sync.api.live import fetch_members
from cg_sync.core.address import RemoteId
from cg_sync.core.match import pair_up
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds import KINDS
from tests.builders import a_group, wanting
from tests.memory_shop import MemoryShop, exactly


@dataclass
class Shuffled(MemoryShop):
    """A shop that does not sort."""

    def fetch_members(
        self, collection: str, remote_id: RemoteId, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        yield from reversed([*MemoryShop.fetch_members(self, collection, remote_id)])


@pytest.mark.parametrize(("make", "reads"), [(MemoryShop, 1), (Shuffled, 2)])
def test_members_in_no_order_are_read_again(make: type[MemoryShop], reads: int) -> None:
    shop = make()
    shop.group("VIP", 1, 2, 3)
    group = a_group("VIP", members=["c1@example.com", "c3@example.com"])
    pairs = pair_up(wanting(group), shop.live())
    found = fetch_members(shop, pairs, KINDS)[group.address]
    assert (found.kept, [it.pk for it in found.remove]) == (2, [2])
    assert found.fingerprint == exactly({1, 3}, {1, 2, 3}).fingerprint
    assert [verb for verb, _ in shop.calls].count("members") == reads
