"""Where the records of applies are kept, as `fence:` in cg-sync.yaml has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cg_sync.core.document import Document
from cg_sync.errors import Problem

SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=2), timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Fence:
    """The git `remote` that keeps the records, and how long a `lease` is. `refs` is the beginning
    of the refs; the name of an environment follows.
    """

    remote: str = "origin"
    lease: timedelta = timedelta(minutes=10)
    refs: str = "refs/cg-sync"


def read_fence(content: Mapping[str, Any]) -> Fence:
    """The fence in a mapping that obeys its schema."""
    read: dict[str, Any] = {**content}
    if "lease" in read:
        read["lease"] = _span(read["lease"])
    return Fence(**read)


def _span(written: str) -> timedelta:
    """`10m` and `1h` are spans of time."""
    unit = timedelta(hours=1) if written.endswith("h") else timedelta(minutes=1)
    return int(written[:-1]) * unit


def check_fence(fence: Fence | None, document: Document) -> Iterator[Problem]:
    """What the schema cannot see of a fence that is written in `document`."""
    if fence is None:
        return
    if re.search("://[^/@]*:[^/@]*@", fence.remote):
        yield document.problem(
            "CG-F06",
            "fence.remote: holds credentials, which belong to git",
            ("fence", "remote"),
            hint="write the name of a remote, such as origin",
        )
    if not SHORTEST_LEASE <= fence.lease <= LONGEST_LEASE:
        yield document.problem(
            "CG-F06",
            "fence.lease: must be from 2m to 24h",
            ("fence", "lease"),
            hint="10m suits most: it is renewed while a run lasts, and is how long one that died "
            "keeps others out",
        )
