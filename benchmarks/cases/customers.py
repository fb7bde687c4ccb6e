"""Who is behind the keys of a file, by each way to find out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from benchmarks.cases.case import Case, World, planned, speaking
from benchmarks.customers import Customers
from benchmarks.server import serve
from benchmarks.shop import CUSTOMERS, ShopStock

FEW, SOME, MANY = 20, 2_000, 20_000
"""New members: so many that another way to find them out takes the fewest calls."""
SHARE_NEW = 0.001


def customers(world: World) -> Iterator[Case]:
    """One call a key, fifty keys a call, the whole listing, and the listing remembered."""
    total = world.sizes.customers
    few, some, many = (min(it, total) for it in (FEW, SOME, MANY))
    yield from _found(world, few, ("exact",), "one call a key")
    yield from _found(world, some, ("exact", "in"), "fifty keys a call")
    yield from _found(world, many, ("exact",), "by the listing of all")
    yield from _remembered(world, many)


def _found(world: World, keys: int, offers: Sequence[str], way: str) -> Iterator[Case]:
    project = world.data("group", keys)
    with serve(_stock(world, offers)) as server:
        plan = planned(project, server, finds_changes=True)
        yield Case(f"customers-{keys}", f"{_about(world, keys)}, {way}", plan, runs=1)


def _remembered(world: World, keys: int) -> Iterator[Case]:
    """A plan that fills the customer cache, one that has it, and one after news in the shop."""
    project = speaking(world.data("group", keys, "-cached"), "customer_cache: true")
    about = _about(world, keys)
    with serve(_stock(world, ("exact",))) as server:
        plan = planned(project, server, world.cache, finds_changes=True)
        yield Case("customers-filling", f"{about}, filling the customer cache", plan, runs=1)
        yield Case("customers-again", f"{about}, asked again with the cache", plan, runs=1)
        new = max(1, round(world.sizes.customers * SHARE_NEW))
        grown = replace(plan, before=lambda: server.post(CUSTOMERS, {"more": new}))
        yield Case("customers-grown", f"{about}, after {new:,} others came", grown, runs=1)


def _stock(world: World, offers: Sequence[str]) -> ShopStock:
    return ShopStock(Customers(world.sizes.customers), {"Everybody": ()}, offers=offers)


def _about(world: World, keys: int) -> str:
    return f"plan with {keys:,} new members among {world.sizes.customers:,} customers"
