"""Keeps what a listing of all customers said: a SQLite file that only its owner may read, without
an address or a number of anybody. What is wrong with it costs calls, never an error.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cg_sync.core.address import RemoteId
from cg_sync.core.members import KEY_FIELDS, KeyField, MemberKeys
from cg_sync.core.seal import SIGNING_KEY
from cg_sync.files.caching import caches_allowed
from cg_sync.files.customer_filling import Filling
from cg_sync.files.customer_rows import (
    About,
    Hashing,
    Intake,
    Newest,
    Unusable,
    pks_of,
    read_about,
    size_of,
    write_about,
)
from cg_sync.files.kept_key import key_folder, make_key
from cg_sync.files.own_folder import OWN_FOLDER
from cg_sync.files.paths import is_inside
from cg_sync.jsonvalue import JsonObject

FOLDER = f"{OWN_FOLDER}/customers"
"""Where customer caches are kept, as seen from the project."""

MAX_AGE = timedelta(days=7)
"""After so long all customers are listed anew, whatever the shop says has changed."""

SALT_BYTES = 32
NAME_DIGITS = 16

T = TypeVar("T")
Named = dict[tuple[KeyField, str], tuple[RemoteId, ...]]


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """What a file holds: how many customers, and the one changed last. Of what changed before
    `since` nothing is missing.
    """

    size: int
    newest: RemoteId
    since: datetime


class CustomerFile:
    """The cache of one listing, which `shop` names, in the project at `root`, whether there is a
    file or not. Keys are hashed with a salt that is in the file and with `secret`, which is not.
    `clock` tells the time in UTC.
    """

    def __init__(
        self, root: Path, shop: str, *, secret: bytes, clock: Callable[[], datetime]
    ) -> None:
        self._shop = hashlib.sha256(shop.encode()).hexdigest()
        self._path = root / FOLDER / f"{self._shop[:NAME_DIGITS]}.sqlite"
        self._secret = secret
        self._clock = clock

    def known(self, fields: Collection[KeyField]) -> KnownCustomers | None:
        """What is known of customers by these kinds of keys; None for nothing of use."""

        def ask(connection: sqlite3.Connection, about: About) -> KnownCustomers | None:
            return _known(connection, about) if set(fields) <= set(about.fields) else None

        return self._in_file(ask)

    def learn(self, changed: Iterable[JsonObject]) -> KnownCustomers | None:
        """Add customers, all or none, and say what is known then."""
        began = self._clock()

        def add(connection: sqlite3.Connection, about: About) -> KnownCustomers:
            connection.execute("BEGIN IMMEDIATE")
            intake = Intake(connection, self._hashing(about), about.newest)
            for customer in changed:
                intake.add(customer)
            intake.flush()
            now = replace(about, since=self._since(began, intake.newest))
            write_about(connection, now)
            known = _known(connection, now)
            connection.execute("COMMIT")
            return known

        return self._in_file(add)

    def recorded(
        self, listing: Iterable[JsonObject], fields: Collection[KeyField]
    ) -> Iterator[JsonObject]:
        """The listing as it came; once it is at its end, it is all that the file holds."""
        began, salt = self._clock(), secrets.token_bytes(SALT_BYTES)
        before = self._in_file(lambda _connection, about: about.fields) or ()
        kept = tuple(it for it in KEY_FIELDS if it in (*fields, *before) and it != "pk")

        def about(newest: Newest) -> About:
            since = self._since(began, newest)
            return About(self._shop, self._proof(salt), salt, kept, began, newest, since)

        filling = Filling(self._path, Hashing(self._key(salt), kept))
        try:
            for customer in listing:
                filling.add(customer)
                yield customer
            filling.finish(about)
        finally:
            filling.abandon()

    def named(self, keys: MemberKeys, most: int) -> Named | None:
        """Whom each key names, or named once; not all once that are more than `most` customers."""

        def look(connection: sqlite3.Connection, about: About) -> Named:
            found: Named = {}
            customers: set[RemoteId] = set()
            hashing = self._hashing(about)
            for name, wanted in keys.by.items():
                for key, pks in pks_of(connection, hashing, name, wanted, most=most + 1):
                    found[(name, key)] = pks
                    customers.update(pks)
                    if len(customers) > most:
                        return found
            return found

        return self._in_file(look)

    def forget(self) -> None:
        """Hold nothing any more."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _in_file(self, work: Callable[[sqlite3.Connection, About], T]) -> T | None:
        """What `work` makes of the file; None without one, and when it cannot be used, whereupon it
        is gone. It stays when another run is at it.
        """
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        try:
            with closing(_connected(uri)) as connection:
                about = read_about(connection)
                self._refuse_if_not_ours(about)
                return work(connection, about)
        except sqlite3.OperationalError:  # It is not there, or locked.
            return None
        except (sqlite3.Error, Unusable):
            self.forget()
            return None

    def _refuse_if_not_ours(self, about: About) -> None:
        """Raise Unusable for a file of another shop, of another secret, and for one too old."""
        age = self._clock() - about.listed
        ours = (about.shop, about.proof) == (self._shop, self._proof(about.salt))
        if not ours or not timedelta(0) <= age <= MAX_AGE:
            raise Unusable

    def _hashing(self, about: About) -> Hashing:
        return Hashing(self._key(about.salt), about.fields)

    def _key(self, salt: bytes) -> bytes:
        return hmac.digest(self._secret, salt, "sha256")

    def _proof(self, salt: bytes) -> bytes:
        """Tells one secret from another, and no more."""
        return hmac.digest(self._key(salt), b"proof", "sha256")

    def _since(self, began: datetime, newest: Newest) -> datetime:
        """When, by the shop's clock, reading began. Neither clock is trusted alone: ours may be
        ahead, and a shop may hold dates to come.
        """
        took = max(self._clock() - began, timedelta(0))
        return min(began, newest.mark - took)


def customer_file(
    root: Path, shop: str, *, environ: Mapping[str, str], clock: Callable[[], datetime]
) -> CustomerFile | None:
    """The cache of the listing that `shop` names; None when none may be kept, or not safely."""
    secret = _secret(root, environ) if caches_allowed(environ) else None
    return None if secret is None else CustomerFile(root, shop, secret=secret, clock=clock)


def _secret(root: Path, environ: Mapping[str, str]) -> bytes | None:
    """The signing key, which several machines can share, else the key of this user on this one."""
    if key := environ.get(SIGNING_KEY):
        return key.encode()
    keys = key_folder(environ)
    # Whoever may write into the project must not be able to write the key.
    if keys is None or is_inside(root, keys):
        return None
    with suppress(OSError):
        return make_key(keys)
    return None


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)
    # Whoever put the file there cannot make it call functions.
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _known(connection: sqlite3.Connection, about: About) -> KnownCustomers:
    return KnownCustomers(size_of(connection), about.newest.pk, about.since)
