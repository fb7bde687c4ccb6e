"""Brings what an earlier listing of the customers said up to date."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Protocol

from cg_sync.api.customer_cache import CustomerCache, Known
from cg_sync.api.shop import Incomplete
from cg_sync.core.address import remote_id_in
from cg_sync.core.members import KeyField
from cg_sync.core.modified import modified_at
from cg_sync.errors import Rejected
from cg_sync.jsonvalue import JsonObject

CUSTOMERS = "customers"

OVERLAP = timedelta(hours=1)
"""How much earlier than the newest change known to ask from: what is stored in a long transaction
carries the time of its beginning, and is seen at its end.
"""


class ChangesReader(Protocol):
    """What bringing a cache up to date needs of a shop."""

    def fetch_all(self, collection: str, query: Mapping[str, str]) -> Iterator[JsonObject]: ...
    def count(self, collection: str) -> int | None: ...


class _Misread(Exception):
    """The shop does not filter by the date as it was asked to."""


def bring_up_to_date(
    shop: ChangesReader, cache: CustomerCache, fields: Collection[KeyField], total: int
) -> bool:
    """Whether the cache knows every one of the `total` customers, after it has been told what
    changed. What turns out to be wrong is forgotten.
    """
    known = cache.known(fields)
    try:
        known = _caught_up(shop, cache, known)
        if known is not None and known.size != total:
            # Somebody may have come since they were counted.
            total = shop.count(CUSTOMERS) or 0
            known = _caught_up(shop, cache, known)
    except Incomplete:
        return False
    except (Rejected, _Misread):
        cache.forget()
        return False
    if known is not None and known.size != total:
        cache.forget()
        return False
    return known is not None


def _caught_up(shop: ChangesReader, cache: CustomerCache, known: Known | None) -> Known | None:
    return None if known is None else cache.learn(_changes(shop, known))


def _changes(shop: ChangesReader, known: Known) -> Iterator[JsonObject]:
    """Every customer changed since; raises _Misread when the shop means another time, or none.

    The customer changed last must come again, and none from long before.
    """
    since = known.since - OVERLAP
    met = False
    query = {"modified_date__gte": since.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    for customer in shop.fetch_all(CUSTOMERS, query):
        modified = modified_at(customer)
        if modified is None or modified < since - OVERLAP:
            raise _Misread
        met = met or remote_id_in(customer) == known.newest
        yield customer
    if not met:
        raise _Misread
