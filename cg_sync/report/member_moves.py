"""Every member whom a plan moves, as CSV: for a file of its own, since it may be long."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from cg_sync.core.diff import Change, Delete
from cg_sync.core.formula import inert
from cg_sync.core.members import Member
from cg_sync.core.privacy import without_addresses

HEADER = ("kind", "key", "action", "pk")
ROWS_AT_ONCE = 1000


def member_moves(changes: Sequence[Change]) -> Iterator[str]:
    """A header, then a row a move, in the order of the changes: first who is added, by pk, then who
    is removed. The text comes in parts of some rows each. Customers are named by pk alone.
    """
    yield _row(*HEADER)
    for change in changes:
        if not isinstance(change, Delete) and change.members is not None:
            key = inert(without_addresses(change.address.key))
            for action, moved in (("add", change.members.add), ("remove", change.members.remove)):
                yield from _rows(_row(change.address.kind, key, action, ""), moved)


def _row(*cells: str) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _rows(without_pk: str, members: Sequence[Member]) -> Iterator[str]:
    row = without_pk.removesuffix("\n")
    for start in range(0, len(members), ROWS_AT_ONCE):
        yield "".join(f"{row}{it.pk}\n" for it in members[start : start + ROWS_AT_ONCE])
