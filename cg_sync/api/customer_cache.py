"""What finding customers needs of a cache that remembers an earlier listing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from cg_sync.core.address import RemoteId
from cg_sync.core.members import KEY_FIELDS, KeyField, MemberKeys
from cg_sync.jsonvalue import JsonObject

RECORDED = frozenset({*KEY_FIELDS, "modified_date"})
"""The fields of a customer that a cache may look at, besides the ids."""

Named = Mapping[tuple[KeyField, str], tuple[RemoteId, ...]]
"""Whom a cache knows by each key."""


class Known(Protocol):
    """What a cache holds: how many customers, and the one changed last. Of what changed before
    `since` nothing is missing.
    """

    @property
    def size(self) -> int: ...
    @property
    def newest(self) -> RemoteId: ...
    @property
    def since(self) -> datetime: ...


class CustomerCache(Protocol):
    """Keeps what a listing of all customers said. It never fails: what cannot be read or kept is
    not there. What the shop raises while it is read, it lets pass.
    """

    def known(self, fields: Collection[KeyField]) -> Known | None:
        """What is known of customers by these kinds of keys; None for nothing of use."""

    def learn(self, changed: Iterable[JsonObject]) -> Known | None:
        """Add customers, all or none, and say what is known then."""

    def recorded(
        self, listing: Iterable[JsonObject], fields: Collection[KeyField]
    ) -> Iterator[JsonObject]:
        """The listing as it came; once it is at its end, it is all that the cache holds."""

    def named(self, keys: MemberKeys, most: int) -> Named | None:
        """Whom each key names, or named once; not all once that are more than `most` customers."""

    def forget(self) -> None:
        """Hold nothing any more."""
