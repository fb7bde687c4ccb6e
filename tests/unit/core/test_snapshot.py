"""The document of a snapshot: what was written is read, and what is none is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

import pytest

from cg_sync.core.document import Document
from cg_sync.core.members import KeyField
from cg_sync.core.pseudonym import packed
from cg_sync.core.schema import Law
from cg_sync.core.seal import sealed
from cg_sync.core.snapshot import (
    HashedMembers,
    NoSnapshot,
    Snapshot,
    managed_record,
    read_snapshot,
    refuse_if_foreign,
    snapshot_data,
)
from cg_sync.files.schemas import read_schemas
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds.customer_group import CUSTOMER_GROUP

ROOT = Path(__file__).parents[3]
FIELDS: tuple[KeyField, ...] = ("email", "pk")
PEOPLE: list[JsonObject] = [{"pk": it, "email": f"p{it}@example.com"} for it in range(3)]
SNAPSHOT = Snapshot(
    environment="prod",
    url_sha256="0" * 64,
    channel=5,
    read_at=datetime(2026, 11, 22, 2, 30, tzinfo=UTC),
    tool_version="1.2.3",
    salt="0123456789abcdef",
    collections={
        "price_lists": [{"pk": 1, "code": "retail"}],
        "customer_groups": [{"pk": 7, "name": "VIP"}, {"pk": 9, "name": "Empty"}],
    },
    members=HashedMembers(
        FIELDS,
        "",
        {"customer_groups": {7: packed(PEOPLE, FIELDS, b"s"), 9: packed([], FIELDS, b"s")}},
    ),
)
VARIANTS = [
    SNAPSHOT,
    replace(SNAPSHOT, members=None),
    replace(SNAPSHOT, members=HashedMembers(("email", "pk", "erp_code"), "c0ffee", {})),
    replace(SNAPSHOT, read_at=SNAPSHOT.read_at.astimezone(timezone(timedelta(hours=3)))),
    replace(SNAPSHOT, collections={}),
]


def through_a_file(snapshot: Snapshot) -> Any:
    return json.loads(json.dumps(sealed(snapshot_data(snapshot), "")))


@pytest.mark.parametrize("snapshot", VARIANTS)
def test_what_was_written_is_read(snapshot: Snapshot) -> None:
    data = through_a_file(snapshot)
    refuse_if_foreign(data)
    assert Law(read_schemas()).check("snapshot", Document("s.json", data, dict)) == ()
    assert read_snapshot(data) == snapshot


def test_records_and_members_are_counted() -> None:
    assert SNAPSHOT.counts == {"price_lists": 1, "customer_groups": 2, "members": 3}
    assert VARIANTS[1].counts == {"price_lists": 1, "customer_groups": 2}


def test_of_a_record_only_what_is_managed_is_kept() -> None:
    payload: JsonObject = {
        "id": 7,
        "name": "VIP",
        "customer_count": 3,
        "owner": "ayse",
        "modified_date": "x",
    }
    kept = {"pk": 7, "name": "VIP", "customer_count": 3}
    assert managed_record(payload, 7, CUSTOMER_GROUP) == kept
    assert managed_record({"id": 7}, 7, CUSTOMER_GROUP) == {"pk": 7}
    assert managed_record({"pk": 7, "name": None}, 7, CUSTOMER_GROUP) == {"pk": 7, "name": None}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"format": None}, "is not a snapshot"),
        ({"format_version": "2.0"}, "has format 2.0"),
        ({"format_version": "10.0"}, "has format 10.0, and this version reads 1.x"),
        ({"complete": 1}, "is not complete"),
        ({"complete": None}, "is not complete"),
    ],
)
def test_what_is_none_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(NoSnapshot, match=said):
        refuse_if_foreign({**through_a_file(SNAPSHOT), **fields})


@pytest.mark.parametrize("text", ["AAAA", "A" * 21, "A" * 24])
def test_members_that_are_cut_short_are_refused(text: str) -> None:
    data = through_a_file(SNAPSHOT)
    data["members"]["groups"]["customer_groups"]["7"] = text
    with pytest.raises(NoSnapshot, match="cut short"):
        read_snapshot(data)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        (("salt",), "short"),
        (("target", "url_sha256"), "x"),
        (("target", "channel"), "5"),
        (("collections", "customer_groups"), {}),
        (("collections", "customer_groups"), [{"name": "VIP"}]),
        (("collections", "customer_groups"), [{"pk": -1}]),
        (("members", "fields"), ["email"]),
        (("members", "fields"), ["pk", "name"]),
        (("members", "groups", "customer_groups"), {"seven": ""}),
        (("members", "groups", "customer_groups", "7"), "not base64!"),
        (("members",), []),
    ],
)
def test_what_a_reader_would_stumble_over_does_not_obey_the_schema(
    pointer: tuple[str, ...], value: Any
) -> None:
    data = through_a_file(SNAPSHOT)
    *above, last = pointer
    inside = data
    for step in above:
        inside = inside[step]
    inside[last] = value
    found = Law(read_schemas()).check("snapshot", Document("s.json", data, dict))
    assert [it.code for it in found] == ["CG-F06"]
    assert ".".join(above) in found[0].message


def fields_in(schema: Any, prefix: str = "") -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        yield f"{prefix}{name}"
        if name not in ("collections", "seal"):
            yield from fields_in(inner, f"{prefix}{name}.")


def test_the_schema_and_the_page_have_every_field_that_is_written() -> None:
    schema = read_schemas()["snapshot"]
    described = set(fields_in(schema))
    data = through_a_file(SNAPSHOT)
    written = {*data, *(f"{it}.{name}" for it in ("target", "members") for name in data[it])}
    assert written == described
    page = (ROOT / "docs" / "snapshots.md").read_text("utf-8")
    assert {it for it in described if f"\n| `{it}` |" not in page} == set()


def test_the_example_of_the_schema_is_a_snapshot() -> None:
    (example,) = cast("list[JsonObject]", read_schemas()["snapshot"]["examples"])
    refuse_if_foreign(example)
    assert Law(read_schemas()).check("snapshot", Document("s.json", example, dict)) == ()
    assert read_snapshot(example).counts == example["counts"]
