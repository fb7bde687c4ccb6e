"""Where a plan comes from: which tool, which commit of the files, and what it took for the shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SnapshotRead:
    """The snapshot that stood in for the shop: when the shop was read for it, how old that was when
    the plan was made, and whether a signature proved who wrote it.
    """

    read_at: datetime
    age: timedelta
    signed: bool


@dataclass(frozen=True, slots=True)
class Source:
    """`commit` of the files is empty outside of git; `dirty` when files differ from it. `base` is
    the commit against which changes were told apart, empty when none was asked for. `folder` is the
    project's in its repository, empty or with a slash at its end.
    """

    tool_version: str
    commit: str = ""
    dirty: bool = False
    base: str = ""
    folder: str = ""
    snapshot: SnapshotRead | None = None
