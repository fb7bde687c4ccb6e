"""The tables of a customer cache, and how customers get into them and out: keys as keyed hashes,
ids in clear, nothing else.

Whatever reads or writes tables may raise sqlite3.Error.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b

from cg_sync.core.address import RemoteId, remote_id_in
from cg_sync.core.members import KEY_FIELDS, KeyField, key_of
from cg_sync.core.modified import modified_at
from cg_sync.jsonvalue import JsonObject

SCHEMA = (
    "CREATE TABLE about (shop TEXT, proof BLOB, salt BLOB, fields TEXT, listed TEXT, "
    "newest INTEGER, mark TEXT, since TEXT)",
    "CREATE TABLE customer (pk INTEGER PRIMARY KEY)",
    "CREATE TABLE name (hash INTEGER, pk INTEGER, PRIMARY KEY (hash, pk)) WITHOUT ROWID",
)
CACHED_KIB = 8 * 1024
ROWS_AT_A_TIME = 1000
HASH_BYTES = 8
"""What SQLite keeps as one number. Two keys with one hash cost a call: the shop is asked anyway."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Dates before it are made up."""


class Unusable(Exception):
    """Not what a cache can be made of, or no cache that can be used."""


@dataclass(slots=True)
class Newest:
    """The customer changed last, of those that were seen; the smallest pk of several."""

    pk: RemoteId = 0
    mark: datetime = EARLIEST

    def see(self, pk: RemoteId, modified: datetime) -> None:
        if (modified, -pk) > (self.mark, -self.pk):
            self.pk, self.mark = pk, modified


@dataclass(frozen=True, slots=True)
class About:
    """What a cache says of itself: of which `shop`, `proof` of which secret, the `salt` and the
    `fields` that are hashed, when all customers were `listed`, who is `newest`, and since when, by
    the shop's clock, something may have changed.
    """

    shop: str
    proof: bytes
    salt: bytes
    fields: tuple[KeyField, ...]
    listed: datetime
    newest: Newest
    since: datetime


class Hashing:
    """Hashes keys with a secret: the same key in another field has another hash. BLAKE2, since it
    takes a third of the time of an HMAC, and there are millions.
    """

    def __init__(self, secret: bytes, fields: Iterable[KeyField]) -> None:
        self._begun = {
            name: blake2b(digest_size=HASH_BYTES, key=secret, person=name.encode())
            for name in fields
        }

    def hash_of(self, name: KeyField, key: str) -> int:
        """The hash of a key in normal form; raises KeyError for a field that is not hashed."""
        hashed = self._begun[name].copy()
        hashed.update(key.encode("utf-8", "surrogatepass"))
        return int.from_bytes(hashed.digest(), signed=True)

    @property
    def fields(self) -> Collection[KeyField]:
        """The fields that are hashed."""
        return self._begun


@dataclass(slots=True)
class Intake:
    """Customers on their way into the tables, some at a time. Hashes go to `table`."""

    connection: sqlite3.Connection
    hashing: Hashing
    newest: Newest
    table: str = "name"
    _waiting: list[JsonObject] = field(default_factory=list)

    def add(self, customer: JsonObject) -> None:
        """May raise Unusable, as `flush` does."""
        self._waiting.append(customer)
        if len(self._waiting) == ROWS_AT_A_TIME:
            self.flush()

    def flush(self) -> None:
        """Write those who wait; raises Unusable for a record that does not say whose it is and when
        it was changed.
        """
        pks = [self._see(it) for it in self._waiting]
        write = self.connection.executemany
        write("INSERT OR IGNORE INTO customer VALUES (?)", zip(pks, strict=True))
        for name in self.hashing.fields:
            keyed = zip(pks, (key_of(it, name) for it in self._waiting), strict=True)
            hashes = [(self.hashing.hash_of(name, key), pk) for pk, key in keyed if key is not None]
            write(f"INSERT OR IGNORE INTO {self.table} VALUES (?, ?)", hashes)
        self._waiting.clear()

    def _see(self, customer: JsonObject) -> RemoteId:
        pk, modified = remote_id_in(customer), modified_at(customer)
        if pk is None or modified is None:
            raise Unusable
        self.newest.see(pk, modified)
        return pk


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, and a heap beside them where hashes wait to be sorted."""
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute("CREATE TEMP TABLE heap (hash INTEGER, pk INTEGER)")


def sort_heap(connection: sqlite3.Connection) -> None:
    """Put the heap into the table of names: a tree that grows in order is small and soon made."""
    connection.execute("INSERT OR IGNORE INTO name SELECT hash, pk FROM heap ORDER BY hash, pk")


def write_about(connection: sqlite3.Connection, about: About) -> None:
    """Replace what the cache says of itself."""
    dates = [it.isoformat() for it in (about.listed, about.newest.mark, about.since)]
    named = (about.shop, about.proof, about.salt, ",".join(about.fields))
    connection.execute("DELETE FROM about")
    connection.execute(
        "INSERT INTO about VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*named, dates[0], about.newest.pk, *dates[1:]),
    )


def read_about(connection: sqlite3.Connection) -> About:
    """What the cache says of itself; raises Unusable when it has not just our tables, and for what
    we would not have written.
    """
    found = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
    if {sql for (sql,) in found} != set(SCHEMA):
        raise Unusable
    try:
        row = connection.execute("SELECT * FROM about").fetchone()
        shop, proof, salt, fields, listed, newest, mark, since = row
        dates = [datetime.fromisoformat(it) for it in (listed, mark, since)]
        sound = isinstance(salt, bytes) and remote_id_in({"pk": newest}) is not None
        names = fields.split(",")
        if not sound or min(dates) < EARLIEST:
            raise Unusable
    except (TypeError, ValueError, AttributeError) as error:
        raise Unusable from error
    kept = tuple(it for it in KEY_FIELDS if it in names)
    return About(shop, proof, salt, kept, dates[0], Newest(newest, dates[1]), dates[2])


def size_of(connection: sqlite3.Connection) -> int:
    """How many customers there are."""
    ((size,),) = connection.execute("SELECT count(*) FROM customer")
    return int(size)


def pks_of(
    connection: sqlite3.Connection,
    hashing: Hashing,
    name: KeyField,
    keys: Collection[str],
    *,
    most: int,
) -> Iterator[tuple[str, tuple[RemoteId, ...]]]:
    """Each key that names somebody, with at most so many of those whom it names."""
    numbers: Iterable[tuple[int, str]]
    if name != "pk" and name not in hashing.fields:
        raise Unusable  # another run has put a new file in its place
    if name == "pk":
        numbers = ((int(key), key) for key in keys if _is_pk(key))
        statement = "SELECT pk FROM customer WHERE pk = ?"
    else:
        # In the order of the tree: each page of it is read once.
        numbers = sorted((hashing.hash_of(name, key), key) for key in keys)
        # Numbers, also where somebody has written something else.
        statement = "SELECT CAST(pk AS INTEGER) it FROM name WHERE hash = ? AND it > 0 ORDER BY it"
    for number, key in numbers:
        if found := connection.execute(statement, (number,)).fetchmany(most):
            yield key, tuple(pk for (pk,) in found)


def _is_pk(key: str) -> bool:
    return len(key) < 19 and key.isascii() and key.isdigit() and str(int(key)) == key
