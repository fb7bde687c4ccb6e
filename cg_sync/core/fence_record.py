"""The record of the last apply to an environment: what it holds, and how much of it is believed."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from cg_sync.errors import Locked

FORMAT = "cg-sync/fence"
VERSION = "1.0"
"""Readers of another first number refuse it; within one they ignore what they do not know."""

PAGE = r"https?://[!-?A-~]{1,500}"
"""An address to show: no spaces, and no user or password before an `@`."""

State = Literal["running", "done", "partly"]
# What is read is shown on terminals: letters that could move a cursor have no place in it.
Commit = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
Word = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
Page = Annotated[str, StringConstraints(pattern=f"^({PAGE})?$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Target(_Part):
    """Which shop: the hash of its address, and its channel."""

    url_sha256: Sha256
    channel: int


class Lease(_Part):
    """Who may write, and until when. `claim` is another each time that a lease is taken; `page` is
    that of the CI job, empty when there is none.
    """

    holder: Word
    claim: Word
    page: Page
    since: AwareDatetime
    until: AwareDatetime


class Record(_Part):
    """The last apply: the commit `applied`, the commit its plan was `planned` from, and how it
    ended. `lease` is there while it lasts, and after a run that died.
    """

    environment: Word
    target: Target
    applied: Commit
    planned: Commit
    state: State
    run: Word
    lease: Lease | None
    tool_version: Word


class _Head(_Part):
    format: Literal["cg-sync/fence"]
    format_version: Version


def record_text(record: Record) -> str:
    """The record as JSON, for machines and people."""
    head = {"format": FORMAT, "format_version": VERSION}
    return json.dumps(head | record.model_dump(mode="json"), indent=2) + "\n"


def read_record(text: bytes, *, environment: str, ref: str) -> Record:
    """The record in `text`, which anybody may have written. Raises Locked for what is none, is
    broken, of a newer format, or of another environment.
    """
    look = f"look at it: git fetch REMOTE {ref} && git show FETCH_HEAD:record.json"
    try:
        version = _Head.model_validate_json(text).format_version
    except ValidationError as error:
        raise Locked(f"{ref} holds no record of cg-sync; nothing was changed", hint=look) from error
    if version.partition(".")[0] != VERSION.partition(".")[0]:
        raise Locked(
            f"{ref} was written in format {version}, and this cg-sync reads {VERSION}; "
            "nothing was changed",
            hint="use the version of cg-sync that wrote it",
        )
    try:
        record = Record.model_validate_json(text)
    except ValidationError as error:
        place = ".".join(str(it) for it in error.errors()[0]["loc"])
        raise Locked(
            f"{ref} is broken at {place or 'its beginning'}; nothing was changed", hint=look
        ) from error
    if record.environment != environment:
        raise Locked(
            f"{ref} is the record of {record.environment}, not of {environment}; "
            "nothing was changed",
            hint=look,
        )
    return record
