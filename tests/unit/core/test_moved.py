"""What is not as it was, in words that name nobody."""

from __future__ import annotations

import pytest

from cg_sync.core.frozen import Frozen
from cg_sync.core.moved import Moved, moved_fields, told_value
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from tests.builders import a_rule, a_setting


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "nothing"),
        ("", ""),
        ("student-tr", "student-tr"),
        ("ayse@example.com", "a***@example.com"),
        (7, "7"),
        (True, "true"),
        ({"b": 1, "a": ["ayse@example.com"]}, '{"a":["a***@example.com"],"b":1}'),
    ],
)
def test_a_value_is_told_in_one_line_without_addresses(value: JsonValue, told: str) -> None:
    assert told_value(value) == told


def test_each_field_that_differs_is_told_before_and_after() -> None:
    then = a_setting("spring", priority=5, active=False)
    now = a_setting("spring", priority=10, active=True, rule=a_rule("Bursa"))
    assert moved_fields(CUSTOMER_GROUP_SETTING, then.spec, now.spec, "planned as ") == (
        Moved("priority", "planned as 5", "10"),
        Moved("active", "planned as false", "true"),
    )


def test_of_what_a_saved_plan_holds_the_masked_values_are_compared() -> None:
    now = a_setting("spring", name="ayse@example.com", priority=10)
    then = Frozen(
        content={"name": "a***@example.com", "slug": "spring", "priority": 7, "active": True}
    )
    moved = moved_fields(CUSTOMER_GROUP_SETTING, then, now.spec)
    assert Moved("priority", "7", "10") in moved
    assert not [it for it in moved if it.what in ("name", "slug", "active")]


def test_what_differs_behind_a_mask_alone_is_still_told() -> None:
    then, now = (a_setting("spring", name=f"a{it}@example.com").spec for it in ("yse", "lper"))
    assert moved_fields(CUSTOMER_GROUP_SETTING, then, now) == (
        Moved("record", "as planned from", "otherwise, in what is masked here"),
    )
