"""What no flag may loosen: which of two is the stricter, and what is left of a wish."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.limits import Bounds
from cg_sync.core.policy import (
    BOUNDS,
    Flags,
    Looser,
    Policy,
    is_loose,
    narrowed,
    tightened,
    written_policy,
)
from cg_sync.core.spans import span_in, span_said

HOUR = timedelta(hours=1)
NOTHING = Flags()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30m", 30), ("12h", 720), ("3d", 4320), ("90m", 90), ("36h", 2160)],
)
def test_spans_are_written_in_minutes_hours_and_days(text: str, minutes: int) -> None:
    assert span_in(text) == timedelta(minutes=minutes)
    assert span_said(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize("text", ["", "0d", "3", "d", "-3d", "3 d", "1234567d", "3w", "٣d"])
def test_other_texts_are_no_spans(text: str) -> None:
    assert span_in(text) is None


def test_a_policy_that_says_nothing_bounds_nothing_but_the_life_of_allowances() -> None:
    wild = Flags(
        max_age=1000 * HOUR, check_files=False, on_stale="replan", deadline=1000 * HOUR,
        fail_fast=False, recheck="never",
    )  # fmt: skip
    effective, looser = tightened(Policy(), wild)
    assert looser == ()
    assert {it: effective.of(it) for it in asdict(wild)} == asdict(wild)
    assert effective.allow_until == timedelta(days=30)


def test_without_flags_the_policy_counts_and_where_it_is_silent_what_is_usual() -> None:
    policy = Policy(max_age=HOUR, check_files=True, fail_fast=True, deadline=2 * HOUR)
    effective, _ = tightened(policy, NOTHING)
    assert (effective.max_age, effective.deadline) == (HOUR, 2 * HOUR)
    assert (effective.check_files, effective.fail_fast) == (True, True)
    assert (effective.on_stale, effective.recheck) == ("abort", "always")
    assert tightened(Policy(recheck="changed"), NOTHING)[0].recheck == "always"
    assert tightened(Policy(on_stale="skip"), NOTHING)[0].on_stale == "abort"


STRICT = written_policy(
    {
        "plan": "saved",
        "max_age": "12h",
        "check_files": True,
        "on_stale": "skip",
        "deadline": "30m",
        "fail_fast": True,
        "recheck": "changed",
        "allow_until": "3d",
        "guards": {"max_delete_share": "50%", "empty": True},
    },
    ("policy",),
)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (Flags(max_age=13 * HOUR), ("max_age", "13h", "12h")),
        (Flags(check_files=False), ("check_files", "false", "true")),
        (Flags(on_stale="replan"), ("on_stale", "replan", "skip")),
        (Flags(deadline=HOUR), ("deadline", "1h", "30m")),
        (Flags(fail_fast=False), ("fail_fast", "false", "true")),
        (Flags(recheck="never"), ("recheck", "never", "changed")),
    ],
)
def test_a_flag_that_is_looser_does_not_count_and_is_told(
    flags: Flags, said: tuple[str, str, str]
) -> None:
    effective, looser = tightened(STRICT, flags)
    assert looser == (Looser(*said, where=("policy", said[0])),)
    assert effective == tightened(STRICT, NOTHING)[0]


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        (Flags(max_age=11 * HOUR), "max_age"),
        (Flags(max_age=12 * HOUR), "max_age"),
        (Flags(check_files=True), "check_files"),
        (Flags(on_stale="skip"), "on_stale"),
        (Flags(on_stale="abort"), "on_stale"),
        (Flags(recheck="always"), "recheck"),
        (Flags(recheck="changed"), "recheck"),
    ],
)
def test_a_flag_that_is_as_strict_counts(flags: Flags, name: str) -> None:
    effective, looser = tightened(STRICT, flags)
    assert (looser, effective.of(name)) == ((), getattr(flags, name))


def test_all_flags_that_are_looser_are_told_together() -> None:
    _, looser = tightened(STRICT, Flags(max_age=13 * HOUR, recheck="never"))
    assert [it.name for it in looser] == ["max_age", "recheck"]


def test_an_environment_is_stricter_where_it_speaks() -> None:
    at = ("environments", "production", "policy")
    own = written_policy({"max_age": "2h", "guards": {"max_delete_share": "10%"}}, at)
    policy, looser = narrowed(STRICT, own)
    assert looser == ()
    assert policy.guards == Bounds(max_delete_share=0.1, empty=True)
    assert (policy.max_age, policy.plan, policy.recheck) == (2 * HOUR, "saved", "changed")
    assert policy.written["max_age"] == (*at, "max_age")
    assert policy.written["plan"] == ("policy", "plan")
    assert policy.written["guards.max_delete_share"] == (*at, "guards", "max_delete_share")
    assert policy.written["guards.empty"] == ("policy", "guards", "empty")


def test_what_an_environment_says_looser_does_not_count_and_is_told() -> None:
    at = ("environments", "test", "policy")
    own = written_policy(
        {
            "plan": "any",
            "allow_until": "4d",
            "max_age": "1h",
            "guards": {"max_delete_share": "60%", "max_update_share": 0.1, "empty": False},
        },
        at,
    )
    policy, looser = narrowed(STRICT, own)
    assert looser == (
        Looser("plan", "any", "saved", (*at, "plan")),
        Looser("allow_until", "4d", "3d", (*at, "allow_until")),
        Looser("guards.empty", "false", "true", (*at, "guards", "empty")),
        Looser("guards.max_delete_share", "60%", "50%", (*at, "guards", "max_delete_share")),
    )
    assert (policy.plan, policy.allow_until) == ("saved", timedelta(days=3))
    assert policy.guards == Bounds(max_delete_share=0.5, empty=True, max_update_share=0.1)
    assert policy.written["plan"] == ("policy", "plan")


spans = st.none() | st.integers(1, 90).map(lambda minutes: timedelta(minutes=minutes))
policies = st.builds(
    Policy,
    max_age=spans,
    check_files=st.booleans(),
    on_stale=st.sampled_from(["abort", "skip", "replan"]),
    deadline=spans,
    fail_fast=st.booleans(),
    recheck=st.sampled_from(["always", "changed", "never"]),
)
flags = st.builds(
    Flags,
    spans,
    st.none() | st.booleans(),
    st.sampled_from([None, "abort", "skip", "replan"]),
    spans,
    st.none() | st.booleans(),
    st.sampled_from([None, "always", "changed", "never"]),
)


@given(policies, flags)
def test_whatever_flags_say_the_run_is_no_looser_than_the_policy(policy: Policy, it: Flags) -> None:
    effective, looser = tightened(policy, it)
    bounded: list[Any] = [(name, effective.of(name), policy.of(name)) for name in BOUNDS]
    assert not any(is_loose(name, wish, bound) for name, wish, bound in bounded if wish is not None)
    assert not any(wish is None and bound is not None for _, wish, bound in bounded)
    said = {name for name, wish in asdict(it).items() if wish is not None}
    assert {one.name for one in looser} <= said
    for name in said - {one.name for one in looser}:
        assert effective.of(name) == getattr(it, name)
