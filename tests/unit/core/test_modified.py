"""When a record was changed, by what it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cg_sync.core.modified import modified_at
from cg_sync.jsonvalue import JsonValue


@pytest.mark.parametrize(
    "written", ["2026-11-22T06:15:48.123456Z", "2026-11-22T09:15:48.123456+03:00"]
)
def test_a_moment_is_read_in_utc(written: str) -> None:
    moment = modified_at({"modified_date": written})
    assert moment == datetime(2026, 11, 22, 6, 15, 48, 123456, UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "written", [None, 1764000000, "", "yesterday", "2026-11-22T06:15:48", "0001-01-01T00:00+03:00"]
)
def test_what_names_no_moment_is_none(written: JsonValue) -> None:
    assert modified_at({"modified_date": written}) is None
    assert modified_at({}) is None
