"""A snapshot: what a plan needs to know of a shop, with nobody's name in it, as a value and as the
document that holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from cg_sync.core.address import RemoteId
from cg_sync.core.kind import C, Kind
from cg_sync.core.members import KeyField
from cg_sync.core.pseudonym import is_whole, size_of
from cg_sync.jsonvalue import JsonObject, JsonValue

FORMAT = "cg-sync/snapshot"
VERSION = "1.0"


class NoSnapshot(ValueError):
    """A document that this version cannot read as a snapshot; the text says why, as the end of a
    sentence about it.
    """


@dataclass(frozen=True)
class HashedMembers:
    """Who is in which group: by collection and id the packed hashes of these `fields`. `check`
    tells which secret is part of the salt; it is empty when none is.
    """

    fields: tuple[KeyField, ...]
    check: str
    groups: Mapping[str, Mapping[RemoteId, str]]

    @property
    def total(self) -> int:
        """How many there are, counted in every group they are in."""
        packed = (text for groups in self.groups.values() for text in groups.values())
        return sum(size_of(text, self.fields) for text in packed)


@dataclass(frozen=True)
class Snapshot:
    """The records of a shop by collection, with addresses hashed; `members` None: not read."""

    environment: str
    url_sha256: str
    channel: int
    read_at: datetime
    tool_version: str
    salt: str
    collections: Mapping[str, Sequence[JsonObject]]
    members: HashedMembers | None

    @property
    def counts(self) -> dict[str, JsonValue]:
        """How many records there are by collection, and how many members, if they were read."""
        found: dict[str, JsonValue] = {name: len(it) for name, it in self.collections.items()}
        return found if self.members is None else {**found, "members": self.members.total}


def managed_record(payload: JsonObject, remote_id: RemoteId, kind: Kind[C]) -> JsonObject:
    """The part of a live record that cg-sync looks at."""
    names = [field.wire for field in kind.fields] + ([kind.size] if kind.size else [])
    return {"pk": remote_id, **{name: payload[name] for name in names if name in payload}}


def snapshot_data(snapshot: Snapshot) -> dict[str, JsonValue]:
    """The snapshot as its file holds it, but for the seal."""
    members = snapshot.members
    return {
        "format": FORMAT,
        "format_version": VERSION,
        "tool_version": snapshot.tool_version,
        "target": {
            "environment": snapshot.environment,
            "url_sha256": snapshot.url_sha256,
            "channel": snapshot.channel,
        },
        "read_at": snapshot.read_at.isoformat(),
        "complete": True,
        "salt": snapshot.salt,
        "collections": snapshot.collections,
        "members": None
        if members is None
        else {
            "fields": members.fields,
            "check": members.check,
            "groups": {
                name: {str(remote_id): text for remote_id, text in groups.items()}
                for name, groups in members.groups.items()
            },
        },
        "counts": snapshot.counts,
    }


def refuse_if_foreign(data: JsonObject) -> None:
    """Raise NoSnapshot for what is no snapshot, for one of another major version, and for one that
    is not the whole shop. What it holds is not looked at.
    """
    if data.get("format") != FORMAT:
        raise NoSnapshot("is not a snapshot of cg-sync")
    written, mine = str(data.get("format_version", "")), VERSION.partition(".")[0]
    if written.partition(".")[0] != mine:
        raise NoSnapshot(f"has format {written}, and this version reads {mine}.x")
    if data.get("complete") is not True:
        raise NoSnapshot("is not complete")


def read_snapshot(data: JsonObject) -> Snapshot:
    """The snapshot that `snapshot_data` made; what it does not know in there is ignored.

    The document obeys the schema. Raises NoSnapshot for a time that is none, and for members that
    are cut short.
    """
    it = cast("Mapping[str, Any]", data)
    target, members = it["target"], it["members"]
    try:
        read_at = datetime.fromisoformat(it["read_at"])
    except ValueError as error:
        raise NoSnapshot(f"says no time when it was read: {error}") from error
    if read_at.tzinfo is None:
        raise NoSnapshot("says when it was read without a time zone")
    return Snapshot(
        environment=target["environment"],
        url_sha256=target["url_sha256"],
        channel=target["channel"],
        read_at=read_at,
        tool_version=it["tool_version"],
        salt=it["salt"],
        collections=it["collections"],
        members=None if members is None else _members(members),
    )


def _members(it: Mapping[str, Any]) -> HashedMembers:
    groups = {
        name: {int(remote_id): text for remote_id, text in groups.items()}
        for name, groups in it["groups"].items()
    }
    members = HashedMembers(tuple(it["fields"]), it["check"], groups)
    texts = (text for found in groups.values() for text in found.values())
    if not all(is_whole(text, members.fields) for text in texts):
        raise NoSnapshot("has members that are cut short")
    return members
