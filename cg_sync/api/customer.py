"""Reads single customers of the shop, and whether they are in a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from cg_sync.api.finding import CUSTOMERS, CustomerReader, find_customers
from cg_sync.api.live import remote_id_of
from cg_sync.api.shop import Incomplete
from cg_sync.core.address import RemoteId
from cg_sync.core.members import KeyField, MemberKeys
from cg_sync.jsonvalue import JsonObject


class MemberReader(Protocol):
    """What asking for a member needs of a shop."""

    def fetch_members(
        self, collection: str, remote_id: RemoteId, query: Mapping[str, str] = ...
    ) -> Iterator[JsonObject]: ...


def find_pks(shop: CustomerReader, field: KeyField, key: str) -> tuple[RemoteId, ...]:
    """The customers whom a key in normal form names; a pk is taken at its word."""
    if field == "pk":
        return (int(key),)
    found = find_customers(shop, MemberKeys({field: {key}}))
    return tuple(member.pk for member in found.get((field, key), ()))


def fetch_customer(shop: CustomerReader, pk: RemoteId) -> JsonObject | None:
    """The record of a customer; None when the channel has no such."""
    try:
        return _with_pk(shop.fetch_all(CUSTOMERS, _only(pk)), pk)
    except Incomplete:
        return _with_pk(shop.fetch_all(CUSTOMERS, _only(pk)), pk)


def is_member(shop: MemberReader, collection: str, group: RemoteId, pk: RemoteId) -> bool:
    """Whether the customer is in the group."""
    try:
        members = shop.fetch_members(collection, group, _only(pk))
        return _with_pk(members, pk) is not None
    except Incomplete:
        members = shop.fetch_members(collection, group, _only(pk))
        return _with_pk(members, pk) is not None


def _only(pk: RemoteId) -> dict[str, str]:
    return {"pk__in": str(pk)}


def _with_pk(customers: Iterable[JsonObject], pk: RemoteId) -> JsonObject | None:
    """The customer among those that came: shops ignore filters they do not know."""
    return next((it for it in customers if remote_id_of(it) == pk), None)
