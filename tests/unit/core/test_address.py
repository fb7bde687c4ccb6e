"""Which number of a record is its id."""

from __future__ import annotations

import pytest

from cg_sync.core.address import remote_id_in, remote_ids_in
from cg_sync.jsonvalue import JsonObject


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"pk": 4, "id": 9}, 4),
        ({"pk": None, "id": 9}, 9),
        ({"id": 0}, 0),
        ({"pk": True}, None),
        ({"pk": -1}, None),
        ({"pk": 2**63}, None),
    ],
)
def test_the_id_of_a_record_is_its_pk_or_else_its_id(
    record: JsonObject, expected: int | None
) -> None:
    assert remote_id_in(record) == expected
    assert remote_ids_in([{"pk": 7}, record]) == (None if expected is None else [7, expected])


def test_the_ids_of_many_come_in_their_order_and_only_if_all_are_records_with_one() -> None:
    assert remote_ids_in([{"pk": 9}, {"id": 3, "pk": None}, {"pk": 2**63 - 1}]) == [9, 3, 2**63 - 1]
    assert remote_ids_in([]) == []
    assert remote_ids_in([{"pk": 1}, "pk"]) is None
    assert remote_ids_in([{"pk": 1}, {}]) is None
