"""The records of one kind in the shop of the benchmarks, and what is refused on the way in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.exchange import Answer

MODIFIED = "2026-01-01T00:00:00Z"
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")

Record = dict[str, Any]


class Listing:
    """Records of one kind by id, and their pages as they were last sent."""

    def __init__(self, unique: str, label: str, records: Sequence[Mapping[str, Any]]) -> None:
        self.unique, self.label = unique, label
        self.records: dict[int, Record] = {
            pk: {"pk": pk, **it, "created_date": MODIFIED, "modified_date": MODIFIED}
            for pk, it in enumerate(records, 1)
        }
        self.pages: dict[str, Answer] = {}
        self._taken = {it[unique] for it in records if unique in it}
        self._last = len(records)

    def made(self, record: Record) -> Record:
        """The record, with the next free id."""
        self._last += 1
        stamps = {"created_date": MODIFIED, "modified_date": MODIFIED}
        self.records[self._last] = {"pk": self._last, **record, **stamps}
        self._taken.add(record[self.unique])
        return self.records[self._last]

    def gone(self, pk: int) -> Record:
        """The record, which is no longer there."""
        record = self.records.pop(pk)
        self._taken.discard(record[self.unique])
        return record

    def changed(self, pk: int, fields: Record) -> Record:
        """The record with other values in some fields."""
        record = self.records[pk]
        self._taken.discard(record[self.unique])
        record.update(fields)
        self._taken.add(record[self.unique])
        return record

    def refusal(self, fields: Record, held: Record) -> dict[str, list[str]]:
        """What is wrong with new values for a record, by field."""
        wrong: dict[str, list[str]] = {}
        after = {**held, **fields}
        required = {"name", self.unique}
        wrong |= {it: ["This field is required."] for it in required if not after.get(it)}
        if not _SLUG.fullmatch(after.get("slug", "x")):
            wrong["slug"] = ["Enter a valid slug."]
        if after.get("priority", 0) < 0:
            wrong["priority"] = ["Ensure this value is greater than or equal to 0."]
        value = fields.get(self.unique)
        if value in self._taken and value != held.get(self.unique):
            wrong[self.unique] = [f"{self.label} with this {self.unique} already exists."]
        return wrong


def as_stored(fields: Record) -> Record:
    """Moments in UTC, as Django gives them back."""
    moments = {name: fields[name] for name in ("start_date", "end_date") if fields.get(name)}
    return {**fields, **{name: _in_utc(text) for name, text in moments.items()}}


def _in_utc(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")
