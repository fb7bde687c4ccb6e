"""Finds the customers behind keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Protocol, assert_never

from cg_sync.api.access import (
    KEYS_PER_CALL,
    Confirmed,
    Filtered,
    Path,
    Query,
    Walk,
    access_path,
    depends_on_lookups,
)
from cg_sync.api.catching_up import CUSTOMERS as CUSTOMERS
from cg_sync.api.catching_up import bring_up_to_date
from cg_sync.api.customer_cache import RECORDED, CustomerCache, Named
from cg_sync.api.shop import Incomplete
from cg_sync.core.forecast import pages_of
from cg_sync.core.members import KeyField, Member, MemberKeys, fields_of, key_of, member_of
from cg_sync.jsonvalue import JsonObject

Found = dict[tuple[KeyField, str], tuple[Member, ...]]


class CustomerReader(Protocol):
    """What finding customers needs of a shop. A shop may come with a cache of them."""

    @property
    def page_size(self) -> int: ...
    @property
    def customer_cache(self) -> CustomerCache | None: ...
    def fetch_each(
        self, collection: str, queries: Sequence[Mapping[str, str]]
    ) -> Iterator[list[JsonObject]]: ...
    def fetch_all(
        self, collection: str, query: Mapping[str, str] = ..., *, fields: Collection[str] = ...
    ) -> Iterator[JsonObject]: ...
    def count(self, collection: str, query: Mapping[str, str] = ...) -> int | None: ...
    def lookups(self, collection: str) -> Mapping[str, frozenset[str]]: ...


def find_customers(shop: CustomerReader, keys: MemberKeys) -> Found:
    """The customers behind each key; a key that is not in the answer names nobody.

    Takes the way that costs the fewest calls (docs/customers.md). What a filter returns is checked
    again here, since shops ignore filters they do not know, and so is what a cache says; whatever
    leaves a doubt ends in a walk through all customers.
    """
    found: Found = {}
    if not len(keys):
        return found
    total = shop.count(CUSTOMERS) or 0
    cache = _cache(shop, keys, total)
    named = None if cache is None else _named(shop, cache, keys, total)
    match _path(shop, keys, total, named):
        case Confirmed(queries):
            sure = _ask(shop, queries, keys, found, total) or _confirmed(found, named or {})
        case Filtered(queries):
            sure = _ask(shop, queries, keys, found, total)
        case Walk():
            sure = False
        case never:
            assert_never(never)
    if not sure:
        _walk(shop, cache, keys, found)
    return found


def _path(shop: CustomerReader, keys: MemberKeys, total: int, named: Named | None) -> Path:
    ask = named is None and pages_of(total, shop.page_size) > 1 and depends_on_lookups(keys)
    return access_path(
        keys,
        total=total,
        page_size=shop.page_size,
        lookups=shop.lookups(CUSTOMERS) if ask else {},
        named=named,
    )


def _cache(shop: CustomerReader, keys: MemberKeys, total: int) -> CustomerCache | None:
    """The shop's cache, where it can save anything: ids and a single page need none."""
    of_use = pages_of(total, shop.page_size) > 1 and bool(_hashed(keys))
    return shop.customer_cache if of_use else None


def _hashed(keys: MemberKeys) -> tuple[KeyField, ...]:
    return tuple(name for name, wanted in keys.by.items() if name != "pk" and wanted)


def _named(
    shop: CustomerReader, cache: CustomerCache, keys: MemberKeys, total: int
) -> Named | None:
    """Whom a cache that knows all customers of today names by the keys; None if it does not."""
    if not bring_up_to_date(shop, cache, _hashed(keys), total):
        return None
    return cache.named(keys, most=pages_of(total, shop.page_size) * KEYS_PER_CALL)


def _confirmed(found: Found, named: Named) -> bool:
    """Whether all whom the cache named have been found by the same keys. Somebody who has another
    key now is reason enough to make the cache anew.
    """
    return all({it.pk for it in found.get(key, ())} >= set(pks) for key, pks in named.items())


def _ask(
    shop: CustomerReader, queries: Sequence[Query], keys: MemberKeys, found: Found, total: int
) -> bool:
    """Note whom the queries find; whether nobody can have been missed."""
    missing = {(name, key) for name, wanted in keys.by.items() for key in wanted}
    for query, customers in _answers(shop, queries):
        _note(found, keys, customers)
        if len(customers) >= total:
            return True  # The shop ignores this filter: these were all there are.
        asked = set(query.get("pk__in", "").split(","))
        if all(str(member_of(it).pk) in asked for it in customers):
            # No two spellings of one id: who does not come is not there.
            missing -= {("pk", key) for key in asked}
    return missing <= found.keys()


def _answers(
    shop: CustomerReader, queries: Sequence[Query]
) -> Iterator[tuple[Query, list[JsonObject]]]:
    """Each query with whom it finds, several asked at a time; but the first of a kind goes alone: a
    shop that ignores it shows everybody, and once is enough.
    """
    for _, alike in groupby(queries, key=tuple):
        first, *others = alike
        for some in ([first], others):
            yield from zip(some, shop.fetch_each(CUSTOMERS, some), strict=True)


def _walk(
    shop: CustomerReader, cache: CustomerCache | None, keys: MemberKeys, found: Found
) -> None:
    """Look at everybody, and once more if the listing moves; the cache holds them afterwards."""

    def everybody() -> Iterator[JsonObject]:
        if cache is None:
            return shop.fetch_all(CUSTOMERS, fields=fields_of(keys))
        return cache.recorded(shop.fetch_all(CUSTOMERS, fields=RECORDED), _hashed(keys))

    with suppress(Incomplete):
        return _note(found, keys, everybody())
    return _note(found, keys, everybody())


def _note(found: Found, keys: MemberKeys, customers: Iterable[JsonObject]) -> None:
    for customer in customers:
        for name, wanted in keys.by.items():
            key = str(member_of(customer).pk) if name == "pk" else key_of(customer, name)
            if key is not None and key in wanted:
                member, known = member_of(customer), found.get((name, key), ())
                if member not in known:
                    found[(name, key)] = (*known, member)
