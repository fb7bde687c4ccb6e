"""Limits: which of two is the stricter, and how they are written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.limits import (
    LIMITS,
    Bounds,
    Guards,
    Loosened,
    Number,
    is_looser,
    limit_said,
    read_limits,
    stricter,
)

VIP = Address("customer_group", "VIP")


@pytest.mark.parametrize(
    ("limit", "than", "looser"),
    [
        (0.3, 0.3, False),
        (0.3, 0.2, True),
        (0.2, 0.3, False),
        (6, 5, True),
        (False, True, True),
        (True, False, False),
        (True, True, False),
        (None, 0.3, True),
        (0.3, None, False),
        (None, None, False),
    ],
)
def test_the_smaller_number_is_the_stricter_and_true_is_stricter_than_false(
    limit: Number | None, than: Number | None, looser: bool
) -> None:
    assert is_looser(limit, than) == looser
    assert stricter(limit, than) == (than if looser else limit)


def test_what_is_written_is_read_back() -> None:
    said = {"empty": True, "max_delete_share": 0.125, "max_priority_moves": 7, "min_existing": 0}
    texts = {name: limit_said(name, limit) for name, limit in said.items()}
    assert texts == {
        "empty": "true",
        "max_delete_share": "12.5%",
        "max_priority_moves": "7",
        "min_existing": "0",
    }
    written = {it: text if text.endswith("%") else json.loads(text) for it, text in texts.items()}
    assert read_limits(written) == said
    assert limit_said("empty", limit=False) == "false"


shares = st.none() | st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0])
counts = st.none() | st.integers(0, 20)
bounds = st.builds(
    Bounds,
    empty=st.none() | st.booleans(),
    max_delete_share=shares,
    max_member_removal_share=shares,
    max_update_share=shares,
    max_priority_moves=counts,
    max_display_changes=counts,
    min_existing=counts,
)


@given(bounds, bounds)
def test_of_two_bounds_the_stricter_counts_in_either_order(one: Bounds, other: Bounds) -> None:
    both = one.narrowed(other)
    assert both == other.narrowed(one)
    for name in LIMITS:
        assert not is_looser(both.of(name), one.of(name))
        assert both.of(name) in (one.of(name), other.of(name))


@given(bounds, bounds)
def test_nothing_is_looser_than_bounds_nor_than_it_was(one: Bounds, other: Bounds) -> None:
    guards = Guards().within(one).within(other)
    assert list(guards.looser_than(one.narrowed(other))) == []
    assert guards.bounds == one.narrowed(other)
    assert [it for it in LIMITS if is_looser(guards.of(it), Guards().of(it))] == []


def test_the_limits_that_are_looser_are_named_in_their_order() -> None:
    bounds = Bounds(max_delete_share=0.1, max_update_share=0.5, min_existing=2)
    assert list(Guards().looser_than(bounds)) == ["max_delete_share", "min_existing"]


def test_a_run_that_wants_less_wants_it_of_files_too() -> None:
    loose = Loosened(
        max_member_removal_share=0.9, may_be_emptied=True, may_change_display=True
    )  # fmt: skip
    guards = Guards(loosened={VIP: loose}, empty=False)
    wanted = Bounds(max_member_removal_share=0.2, empty=True, max_display_changes=3)
    narrow = guards.tightened(wanted)
    assert narrow.loosened == {VIP: Loosened(max_member_removal_share=0.2)}
    assert (narrow.max_member_removal_share, narrow.empty) == (0.2, True)
    assert narrow.max_display_changes == 3
    assert narrow.bounds == Bounds()
    assert guards.tightened(Bounds(max_delete_share=0.1)).loosened == {VIP: loose}
    other = Guards(loosened={VIP: Loosened(may_be_emptied=True)}).tightened(wanted)
    assert other.loosened == {VIP: Loosened()}
