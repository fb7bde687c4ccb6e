"""The shop as a snapshot remembers it: customers are recognised by the keys that the files name,
and are numbers to all others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import cast

from cg_sync.api.customer_cache import CustomerCache
from cg_sync.api.finding import CUSTOMERS
from cg_sync.core.address import RemoteId, remote_id_in
from cg_sync.core.forecast import NO_READS, Pace
from cg_sync.core.members import KeyField, MemberKeys
from cg_sync.core.pseudonym import key_hash, number_of, recognised, unpacked
from cg_sync.core.snapshot import HashedMembers, Snapshot
from cg_sync.jsonvalue import JsonObject

NO_QUERY: Mapping[str, str] = MappingProxyType({})
MOST_DIGITS = 19
"""No pk has more."""


class Remembered:
    """Reads a snapshot as if it were the shop. `wanted` are the keys of the files and `salt` what
    members are hashed with; `known` has the local parts of addresses by their pseudonyms.

    Wanted customers who are in no group of the snapshot are presumed to exist.
    """

    page_size = 1
    customer_cache: CustomerCache | None = None
    calls: Mapping[str, int] = MappingProxyType({})
    reads = NO_READS
    pace: Pace | None = None

    def __init__(
        self, snapshot: Snapshot, wanted: MemberKeys, salt: bytes, known: Mapping[str, str]
    ) -> None:
        self._collections = snapshot.collections
        self._members = snapshot.members or HashedMembers(("pk",), "", {})
        self._known = known
        self._names: dict[KeyField, dict[bytes, str]] = {
            field: {key_hash(field, key, salt): key for key in keys}
            for field, keys in wanted.by.items()
        }
        fields = self._members.fields
        self._at_pk = fields.index("pk")
        self._named = [
            (at, name, self._names[name]) for at, name in enumerate(fields) if name in self._names
        ]

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = NO_QUERY
    ) -> list[JsonObject]:
        """Every record; addresses that are not known stay hashed."""
        records = self._collections[collection]
        return [cast(JsonObject, recognised(it, self._known)) for it in records]

    def fetch_each(
        self, collection: str, queries: Sequence[Mapping[str, str]]
    ) -> Iterator[list[JsonObject]]:
        """The same to every query: it has no filters."""
        return (list(self.fetch_all(collection)) for _ in queries)

    def fetch_all(
        self, collection: str, query: Mapping[str, str] = NO_QUERY, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        """Of customers, who is in a group, once for each, and then who is presumed; of all else,
        every record.
        """
        if collection != CUSTOMERS:
            yield from self.fetch_complete(collection)
            return
        for groups_of, remote_id in self._groups():
            yield from self.fetch_members(groups_of, remote_id)
        for pk, (field, key) in self.presumed.items():
            yield _record(pk, {field: key})

    def fetch_members(
        self, collection: str, remote_id: RemoteId, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        """The members of a group, each with those keys alone that the files name."""
        for row in self._rows(collection, remote_id):
            names = {name: known[row[at]] for at, name, known in self._named if row[at] in known}
            yield _record(_pk(names.get("pk", ""), row[self._at_pk]), names)

    def count(self, collection: str, query: Mapping[str, str] = NO_QUERY) -> int | None:
        """Nothing is known of customers who are in no group."""
        return None

    def lookups(self, collection: str) -> Mapping[str, frozenset[str]]:
        """A snapshot has no filters."""
        return {}

    @cached_property
    def presumed(self) -> Mapping[RemoteId, tuple[KeyField, str]]:
        """The keys of wanted customers who are in no group of the snapshot, by a pk for each."""
        unmet = {field: dict(names) for field, names in self._names.items()}
        for collection, remote_id in self._groups():
            for row in self._rows(collection, remote_id):
                for at, field, _ in self._named:
                    unmet[field].pop(row[at], None)
        return {
            _pk(key if field == "pk" else "", hashed): (field, key)
            for field, names in unmet.items()
            for hashed, key in names.items()
        }

    def _groups(self) -> Iterator[tuple[str, RemoteId]]:
        for collection, groups in self._members.groups.items():
            yield from ((collection, remote_id) for remote_id in groups)

    def _rows(self, collection: str, remote_id: RemoteId) -> Iterator[tuple[bytes, ...]]:
        packed = self._members.groups.get(collection, {}).get(remote_id, "")
        return unpacked(packed, self._members.fields)


def _record(pk: RemoteId, names: Mapping[KeyField, str]) -> JsonObject:
    return {**{str(field): key for field, key in names.items()}, "pk": pk}


def _pk(key: str, hashed: bytes) -> RemoteId:
    """The pk of somebody whom the files name by it, else a number that stands for it."""
    number = int(key) if key.isascii() and key.isdigit() and len(key) <= MOST_DIGITS else None
    usable = None if number is None else remote_id_in({"pk": number})
    return number_of(hashed) if usable is None else usable
