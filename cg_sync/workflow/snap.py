"""Snap: reads what a plan needs of the shop, and writes it into a file without anybody's name."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import cast

from cg_sync.api.live import Reader, remote_id_of
from cg_sync.api.shop import Incomplete
from cg_sync.core.address import RemoteId
from cg_sync.core.members import KEY_FIELDS, KeyField, MemberKeys
from cg_sync.core.project import Environment
from cg_sync.core.pseudonym import member_salt, packed, pseudonymised, salt_check
from cg_sync.core.seal import SIGNING_KEY
from cg_sync.core.snapshot import HashedMembers, Snapshot, managed_record, snapshot_data
from cg_sync.core.state import Desired, Wanted
from cg_sync.errors import UsageWrong
from cg_sync.files.planfile import write_sealed
from cg_sync.jsonvalue import JsonObject
from cg_sync.workflow.check import Checked
from cg_sync.workflow.chosen import chosen_environment

SECRET_SALT = "CG_SYNC_SNAPSHOT_SALT"
"""The environment variable with what is added to the salt of members, so that nobody can guess."""

SHORTEST_SECRET = 16
ALWAYS: tuple[KeyField, ...] = ("email", "pk")
"""The keys that are hashed whatever the files use."""


def take_snapshot(
    checked: Checked,
    shop: Reader,
    *,
    now: datetime,
    environ: Mapping[str, str],
    members: bool = True,
    salt: str = "",
) -> Snapshot:
    """Read what a plan needs of the shop, with a new salt unless one is given. Writes nothing.

    The same shop, time and salt give the same snapshot. Raises UsageWrong for a secret that is too
    short to be one.
    """
    environment = chosen_environment(checked)
    secret = environ.get(SECRET_SALT, "")
    if secret and len(secret) < SHORTEST_SECRET:
        hint = f"use {SHORTEST_SECRET} letters or more, made at random"
        raise UsageWrong(f"{SECRET_SALT} is too short to keep anything secret", hint=hint)
    salt = salt or secrets.token_hex(16)
    collections = _collections(checked, shop, salt)
    return Snapshot(
        environment=environment.name,
        url_sha256=hashed_url(environment),
        channel=environment.channel,
        read_at=now,
        tool_version=version("cg-sync"),
        salt=salt,
        collections=collections,
        members=_members(checked, shop, collections, salt, secret) if members else None,
    )


def write_snapshot(snapshot: Snapshot, path: Path, *, environ: Mapping[str, str]) -> None:
    """Write the snapshot to a file that everybody may read, sealed. Raises FilesError."""
    key = environ.get(SIGNING_KEY, "")
    write_sealed(path, snapshot_data(snapshot), key=key, private=False)


def hashed_url(environment: Environment) -> str:
    return sha256(environment.url.encode()).hexdigest()


def _collections(checked: Checked, shop: Reader, salt: str) -> Mapping[str, Sequence[JsonObject]]:
    looked_up = dict.fromkeys(name for kind in checked.kinds for name in kind.looks_up)
    found: dict[str, list[JsonObject]] = {}
    for name in looked_up:
        records = shop.fetch_complete(name)
        coded = [it for it in records if isinstance(it.get("code"), str)]
        found[name] = [{"pk": remote_id_of(it), "code": it["code"]} for it in coded]
    for kind in checked.kinds:
        payloads = shop.fetch_complete(kind.collection)
        managed = [managed_record(it, remote_id_of(it), kind) for it in payloads]
        found[kind.collection] = managed
    return {
        name: [cast(JsonObject, pseudonymised(it, salt)) for it in records]
        for name, records in found.items()
    }


def _members(
    checked: Checked,
    shop: Reader,
    collections: Mapping[str, Sequence[JsonObject]],
    salt: str,
    secret: str,
) -> HashedMembers:
    used = {field for _, keys in memberships(checked.desired) for field in keys.by}
    fields = tuple(it for it in KEY_FIELDS if it in used or it in ALWAYS)
    key = member_salt(salt, secret)
    groups = {
        kind.collection: {
            remote_id_of(it): _packed(shop, kind.collection, remote_id_of(it), fields, key)
            for it in collections[kind.collection]
        }
        for kind in checked.kinds
        if kind.has_members
    }
    return HashedMembers(fields, salt_check(key) if secret else "", groups)


def _packed(
    shop: Reader, collection: str, remote_id: RemoteId, fields: Sequence[KeyField], key: bytes
) -> str:
    """One streamed read, and one more when the listing moved under it."""
    try:
        return packed(shop.fetch_members(collection, remote_id, fields=fields), fields, key)
    except Incomplete:
        return packed(shop.fetch_members(collection, remote_id, fields=fields), fields, key)


def memberships(desired: Desired) -> Iterator[tuple[Wanted, MemberKeys]]:
    for wanted in desired.wanted.values():
        if wanted.membership is not None:
            yield wanted, wanted.membership.keys
