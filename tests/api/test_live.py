"""Reading the shop: what is just as its file wants it is taken from there, all else is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest

from cg_sync.api.live import fetch_live
from cg_sync.api.shop import Incomplete
from cg_sync.core.address import Address
from cg_sync.core.kind import Ids, Spec
from cg_sync.core.state import Held, Live, Unreadable
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from tests.builders import IDS, a_group, a_setting
from tests.memory_shop import CONTEXT, GROUPS, SETTINGS, MemoryShop

VIP, SPRING, SUMMER = a_group("VIP"), a_setting("spring"), a_setting("summer")
WANTED = {it.address: it for it in (VIP, SPRING, SUMMER)}
SETTING = KINDS[-1]


def a_shop() -> MemoryShop:
    """One that has the group and both settings just as their files want them."""
    shop = MemoryShop()
    shop.records[GROUPS][1] = {"name": "VIP"}
    shop.members[1] = set()
    for pk, wanted in ((2, SPRING), (3, SUMMER)):
        shop.records[SETTINGS][pk] = SETTING.to_wire(wanted.spec, IDS)
    return shop


def fetched(shop: MemoryShop) -> tuple[Live, list[str]]:
    """What is live, and the slugs of the settings that had to be read."""
    read: list[str] = []

    def from_wire(payload: JsonObject, ids: Ids, context: Context) -> Spec:
        read.append(str(payload["slug"]))
        return SETTING.from_wire(payload, ids, context)

    kinds = (*KINDS[:-1], replace(SETTING, from_wire=from_wire))
    return fetch_live(shop, kinds, CONTEXT, WANTED), read


def test_what_is_just_as_its_file_wants_it_is_not_read() -> None:
    live, read = fetched(a_shop())
    assert read == []
    assert live.held == {
        VIP.address: Held(VIP.address, VIP.spec, 1, 0),
        SPRING.address: Held(SPRING.address, SPRING.spec, 2),
        SUMMER.address: Held(SUMMER.address, SUMMER.spec, 3),
    }
    assert live == fetch_live(a_shop(), KINDS, CONTEXT)


def test_what_is_otherwise_or_in_no_file_is_read() -> None:
    shop = a_shop()
    shop.records[SETTINGS][3]["priority"] = 11
    shop.records[SETTINGS][4] = {**shop.records[SETTINGS][2], "slug": "winter"}
    shop.records[SETTINGS][5] = {"slug": 5}
    shop.records[SETTINGS][6] = {"slug": "spring", "name": ""}
    live, read = fetched(shop)
    assert read == ["summer", "winter", "5", "spring"]
    summer = live.held[SUMMER.address].spec
    assert [it.key for it in live.held] == ["VIP", "spring", "summer", "winter"]
    assert (summer.readable("priority"), summer.readable("slug")) == (11, "summer")
    assert live.unreadable == (
        Unreadable(SETTING.name, 5, "it has no name"),
        Unreadable(SETTING.name, 6, "it has no name", "spring"),
    )
    assert live == fetch_live(shop, KINDS, CONTEXT)


def test_what_the_shop_holds_more_than_once_is_told_with_all_its_ids() -> None:
    shop = a_shop()
    shop.records[SETTINGS][4] = dict(shop.records[SETTINGS][2])
    shop.records[SETTINGS][5] = {**shop.records[SETTINGS][2], "priority": 12}
    live, read = fetched(shop)
    assert live.twice == {SPRING.address: (2, 4, 5)}
    assert live.held[SPRING.address].remote_id == 2
    assert read == ["spring"]


class Restless(MemoryShop):
    """Its settings move while they are listed, so many times."""

    moves = 0

    def fetch_all(
        self, collection: str, query: object = None, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        yield from super().fetch_all(collection)
        if collection == SETTINGS and self.moves:
            self.moves -= 1
            raise Incomplete("/settings/", "it moved")


@pytest.mark.parametrize("moves", [1, 2])
def test_a_listing_that_moved_is_read_once_more_from_its_beginning(moves: int) -> None:
    shop = Restless(records=a_shop().records, members={1: set()})
    shop.moves = moves
    if moves > 1:
        with pytest.raises(Incomplete):
            fetched(shop)
    else:
        live, _ = fetched(shop)
        assert live.twice == {}
        assert live.rows[SETTINGS] == 2
        assert Address(SETTING.name, "spring") in live.held
