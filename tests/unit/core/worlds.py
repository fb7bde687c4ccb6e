"""Whole states of a shop, at random, and the plans from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from cg_sync.core.plan import Plan
from cg_sync.core.state import Live, Wanted
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from tests.builders import a_group, a_rule, a_setting, wanting
from tests.memory_shop import SETTINGS, MemoryShop, a_plan, exactly
from tests.unit.core.steps import naming

Setting = tuple[int, bool, frozenset[str]]
"""Priority, whether it is active, and the groups that its rule names."""


@dataclass(frozen=True)
class World:
    """All groups with their members, and all settings."""

    groups: Mapping[str, frozenset[int]]
    settings: Mapping[str, Setting]

    @property
    def state(self) -> dict[str, object]:
        """As `MemoryShop.state` tells it."""
        groups = {f"customer_group {name}": set(pks) for name, pks in self.groups.items()}
        settings = {f"customer_group_setting {it.address.key}": it.spec for it in self.wanted()}
        return {**groups, **settings}

    def wanted(self) -> list[Wanted]:
        """The files of its settings."""
        return [
            a_setting(
                slug, priority=priority, active=active, rule=naming(*named) if named else a_rule()
            )
            for slug, (priority, active, named) in self.settings.items()
        ]


def _world(
    groups: dict[str, frozenset[int]], settings: dict[str, tuple[int, bool, frozenset[str]]]
) -> World:
    there = frozenset(groups)
    return World(groups, {slug: (it[0], it[1], it[2] & there) for slug, it in settings.items()})


names = st.sampled_from("ABCD")
worlds = st.builds(
    _world,
    st.dictionaries(names, st.frozensets(st.integers(1, 6), max_size=5), max_size=3),
    st.dictionaries(
        st.sampled_from("pqr"),
        st.tuples(st.integers(1, 4), st.booleans(), st.frozensets(names, max_size=2)),
        max_size=3,
    ),
)


def filled(world: World) -> MemoryShop:
    """A shop that is so."""
    shop = MemoryShop()
    for name, pks in world.groups.items():
        shop.group(name, *pks)
    ids = shop.live().ids
    for it in world.wanted():
        shop.create(SETTINGS, CUSTOMER_GROUP_SETTING.to_wire(it.spec, ids))
    shop.calls.clear()
    shop.sent.clear()
    return shop


def plan_to(world: World, shop: MemoryShop, *, renaming: bool = False) -> tuple[Plan, Live]:
    """The plan that makes the shop so, and what it was made from. With `renaming`, groups that come
    are groups that go under another name, as far as there are such.
    """
    live = shop.live()
    old = {it.key for it in live.held if it.kind == "customer_group"}
    pairs = zip(sorted(set(world.groups) - old), sorted(old - set(world.groups)), strict=False)
    former = dict(pairs) if renaming else {}
    who = {address.key: set(pks) for address, pks in shop.who(live).items()}
    groups = [
        a_group(name, renamed_from=[former[name]] if name in former else [])
        for name in world.groups
    ]
    deltas = {
        it.address: exactly(
            set(world.groups[it.address.key]),
            who.get(former.get(it.address.key, it.address.key), set()),
        )
        for it in groups
    }
    return a_plan(wanting(*groups, *world.wanted()), live, deltas), live
