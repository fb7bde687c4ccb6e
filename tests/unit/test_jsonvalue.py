"""JSON as data, also where nobody has checked its shape."""

from __future__ import annotations

import pytest

from cg_sync.jsonvalue import JsonValue, mapping_in


@pytest.mark.parametrize("value", [None, True, 0, "a: 1", ["a"], []])
def test_what_is_no_mapping_counts_as_an_empty_one(value: JsonValue) -> None:
    assert mapping_in(value) == {}


def test_a_mapping_is_the_same_mapping() -> None:
    mapping = {"a": [1]}
    assert mapping_in(mapping) is mapping
