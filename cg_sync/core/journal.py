"""What a journal says: the plan of one run, each write before it is made, and what became of it.

A journal is lines of JSON that are only ever added. Each carries a sum over itself and the sum of
the line before it, so that a line which was cut off, changed or taken out is noticed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical

FORMAT = "cg-sync/journal"
VERSION = "1.0"
SUM_LETTERS = 16

Write = Literal["create", "update", "add_members", "remove_members", "delete"]
WRITES: Mapping[type[Step], Write] = {
    CreateRecord: "create",
    UpdateRecord: "update",
    AddMembers: "add_members",
    RemoveMembers: "remove_members",
    DeleteRecord: "delete",
}


class JournalBroken(ValueError):
    """A journal that cannot be believed; the text says why, as the end of a sentence about it."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a write is about to replace, as the shop has it: `wire` holds the values of the fields
    that change, or of a record that goes all of them; `references` the ids of what it refers to, by
    collection and code; `members` are those of a group that goes. `left_out` names what is not
    kept, since it may name a person.
    """

    wire: JsonObject
    references: Mapping[str, Mapping[str, RemoteId]] = field(default_factory=dict)
    members: tuple[RemoteId, ...] | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """A write that is about to be made. `number` is its own within the journal."""

    number: int
    address: Address
    write: Write
    members: tuple[RemoteId, ...] = ()
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a write: `done`, `failed` when certainly nothing happened, `unsure` when its
    answer was lost. `stored` names the record as the shop then had it; `reason` says why it failed.
    """

    number: int
    state: Literal["done", "failed", "unsure"]
    remote_id: RemoteId | None = None
    stored: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Header:
    """Opens a journal: which run it is of, and the plan as a saved plan holds it. `undoes` is the
    run that this one takes back; `allowed` are the guards that were let pass.
    """

    run: str
    started_at: str
    plan: JsonObject
    undoes: str | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """A journal as it was read: `length` bytes of it are whole, `last` is the sum of its last whole
    line. `closed` says how the run ended; empty while it is under way, or when it was killed.
    """

    header: Header
    begun: tuple[Begun, ...]
    ended: Mapping[int, Ended]
    closed: str
    length: int
    last: str


def line_of(record: JsonObject, before: str, key: str) -> tuple[bytes, str]:
    """The line for a record that follows the line with the sum `before`, and its own sum."""
    mine = _sum(record, before, key)
    text = json.dumps({**record, "sum": mine}, separators=(",", ":"))
    return f"{text}\n".encode(), mine


def _sum(record: JsonObject, before: str, key: str) -> str:
    text = f"{before}\n{canonical(record)}".encode("utf-8", "surrogatepass")
    made = (
        hmac.new(key.encode("utf-8", "surrogateescape"), text, "sha256")
        if key
        else hashlib.sha256(text)
    )
    return made.hexdigest()[:SUM_LETTERS]


def header_record(header: Header) -> dict[str, JsonValue]:
    """The header as its line holds it."""
    return {
        "format": FORMAT,
        "format_version": VERSION,
        "run": header.run,
        "started_at": header.started_at,
        "undoes": header.undoes,
        "allowed": list(header.allowed),
        "plan": header.plan,
    }


def begun_record(it: Begun) -> dict[str, JsonValue]:
    """A write before it is made, as its line holds it."""
    record: dict[str, JsonValue] = {
        "begin": it.number,
        "write": it.write,
        "kind": it.address.kind,
        "key": it.address.key,
    }
    if it.members:
        record["members"] = ranges_of(it.members)
    if it.before is not None:
        record["before"] = {
            "wire": it.before.wire,
            "references": it.before.references,
            "members": None if it.before.members is None else ranges_of(it.before.members),
            "left_out": list(it.before.left_out),
        }
    return record


def ended_record(it: Ended) -> dict[str, JsonValue]:
    """What became of a write, as its line holds it."""
    return {
        "end": it.number,
        "state": it.state,
        "id": it.remote_id,
        "stored": it.stored,
        "reason": it.reason,
    }


def read_lines(data: bytes, key: str) -> Recorded | None:
    """The journal in these bytes; None when not even its first line is whole: then nothing was
    written by its run.

    A last line that was cut off is passed over. Raises JournalBroken for one that was changed, and
    for what is no journal, or of another version.
    """
    if data[:1] not in (b"", b"{", b"\0"):
        raise JournalBroken("is no journal of cg-sync")
    records, length, last = _whole_lines(data, key)
    if not records:
        return None
    try:
        return _recorded(cast(Sequence[Mapping[str, Any]], records), length, last)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, JournalBroken):
            raise
        raise JournalBroken(f"is broken: {type(error).__name__} {error}") from error


def _whole_lines(data: bytes, key: str) -> tuple[list[JsonObject], int, str]:
    records: list[JsonObject] = []
    start, last = 0, ""
    while start < len(data):
        end = data.find(b"\n", start)
        record = _record_in(data[start:end], last, key) if end >= 0 else None
        if record is None:
            if _was_whole(data[start:]):
                number = len(records) + 1
                signed = ", or signed with another key" if number == 1 else ""
                raise JournalBroken(f"was changed after it was written{signed}: line {number}")
            break
        last = str(record["sum"])
        records.append(record)
        start = end + 1
    return records, start, last


def _was_whole(rest: bytes) -> bool:
    """Whether a line that cannot be read is no line that was cut off: such a one is the last, and
    has no end, or zeros where the disk had not got further.
    """
    text = rest.strip(b"\0\n")
    return b"\n" in text or (text != b"" and rest.endswith(b"\n") and b"\0" not in rest)


def _record_in(line: bytes, before: str, key: str) -> JsonObject | None:
    try:
        record = json.loads(line)
        if not isinstance(record, dict):
            return None
        mine = _sum({name: it for name, it in record.items() if name != "sum"}, before, key)
        said = str(record.get("sum")).encode()
    except (ValueError, RecursionError):
        return None
    return record if hmac.compare_digest(said, mine.encode()) else None


def _recorded(records: Sequence[Mapping[str, Any]], length: int, last: str) -> Recorded:
    first = records[0]
    if first.get("format") != FORMAT:
        raise JournalBroken("is no journal of cg-sync")
    if str(first["format_version"]).partition(".")[0] != VERSION.partition(".")[0]:
        raise JournalBroken(f"is in format {first['format_version']}, and this version reads 1.x")
    header = Header(
        first["run"], first["started_at"], first["plan"], first["undoes"], tuple(first["allowed"])
    )
    begun: list[Begun] = []
    ended: dict[int, Ended] = {}
    closed = ""
    for it in records[1:]:
        if "begin" in it:
            begun.append(_begun(it))
        elif "end" in it:
            ended[it["end"]] = Ended(it["end"], it["state"], it["id"], it["stored"], it["reason"])
        closed = it.get("close", "")
    return Recorded(header, tuple(begun), ended, closed, length, last)


def _begun(it: Mapping[str, Any]) -> Begun:
    before = it.get("before")
    return Begun(
        it["begin"],
        Address(it["kind"], it["key"]),
        it["write"],
        tuple(pks_in(it.get("members", ""))),
        None
        if before is None
        else Before(
            before["wire"],
            before["references"],
            None if before["members"] is None else tuple(pks_in(before["members"])),
            tuple(before["left_out"]),
        ),
    )


def ranges_of(pks: Iterable[RemoteId]) -> str:
    """A set of ids in few letters: `1-500,502`."""
    found: list[list[int]] = []
    for pk in sorted(pks):
        if found and pk == found[-1][1] + 1:
            found[-1][1] = pk
        else:
            found.append([pk, pk])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in found)


def pks_in(text: str) -> Iterator[RemoteId]:
    """The ids in a text of `ranges_of`, in order. Raises ValueError for another text."""
    for part in text.split(",") if text else ():
        low, _, high = part.partition("-")
        yield from range(int(low), int(high or low) + 1)
