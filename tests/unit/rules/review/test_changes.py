"""What a plan can say of changed rules beside the others: new overlaps."""

from __future__ import annotations

from datetime import UTC, datetime

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.ir import RawRule
from cg_sync.rules.review.changes import effects_of
from cg_sync.rules.review.subject import Subject
from tests.unit.rules.review.builders import WORLD, a_subject

TR: JsonValue = {"country": "TR"}
DE: JsonValue = {"country": "DE"}
BOTH: JsonValue = {"country": {"in": ["TR", "DE"]}}
OLD = a_subject("x", TR, priority=2)


def test_the_overlaps_that_a_change_brings_are_named() -> None:
    subjects = [
        a_subject("first", DE, priority=1, overlaps=("x",)),
        a_subject("x", BOTH, priority=2),
        a_subject("before-too", TR, priority=3),
        a_subject("later", DE, {"order_count": {"gte": 3}}, priority=4),
    ]
    (effect,) = effects_of({"x": OLD}, subjects, WORLD)
    assert [(it.winner, it.loser, it.is_declared) for it in effect.overlaps] == [
        ("first", "x", True), ("x", "later", False),
    ]  # fmt: skip
    assert effect.unexamined == 0


def test_all_overlaps_of_a_new_setting_are_new() -> None:
    subjects = [a_subject("a", TR, priority=1), a_subject("x", BOTH, priority=2)]
    (effect,) = effects_of({"x": None}, subjects, WORLD)
    assert [(it.winner, it.loser) for it in effect.overlaps] == [("a", "x")]


def test_no_more_pairs_are_asked_about_than_allowed_and_the_rest_is_counted() -> None:
    subjects = [a_subject(f"s{at}", {"order_count": {"gte": at}}, priority=at) for at in range(6)]
    effects = effects_of({"s1": None, "s2": None}, subjects, WORLD, most_pairs=7)
    assert [(len(it.overlaps), it.unexamined) for it in effects] == [(5, 0), (2, 3)]


def test_what_competes_for_nobody_or_cannot_be_read_has_no_effect() -> None:
    made = a_subject("raw", TR)
    raw = Subject(type(made.contender)("raw", 9, RawRule("{}"), None))
    off = a_subject("off", TR, active=False)
    assert effects_of({"raw": None, "off": OLD, "gone": OLD}, [raw, off], WORLD) == ()


def overlaps(old: dict[str, Subject | None], *subjects: Subject) -> list[tuple[str, str]]:
    effects = effects_of(old, subjects, WORLD)
    return [(it.winner, it.loser) for effect in effects for it in effect.overlaps]


def test_what_both_settings_were_decides_what_is_new() -> None:
    """Each rule alone, held against the other as it will be, would tell of no change."""
    aa, bb = a_subject("aa", BOTH, priority=1), a_subject("bb", TR, priority=2)
    was = a_subject("aa", TR, priority=1)
    assert overlaps({"aa": was, "bb": a_subject("bb", DE, priority=2)}, aa, bb) == [
        ("aa", "bb"), ("aa", "bb"),
    ]  # fmt: skip
    assert overlaps({"aa": was}, aa, bb) == []


def test_a_setting_that_becomes_active_takes_customers_anew() -> None:
    aa, bb = a_subject("aa", TR, priority=1), a_subject("bb", TR, priority=2)
    assert overlaps({"aa": a_subject("aa", TR, priority=1, active=False)}, aa, bb) == [("aa", "bb")]
    assert overlaps({"aa": a_subject("aa", TR, priority=1)}, aa, bb) == []


def test_a_setting_that_comes_before_another_takes_its_customers() -> None:
    aa, bb = a_subject("aa", TR, priority=1), a_subject("bb", BOTH, priority=2)
    assert overlaps({"aa": a_subject("aa", TR, priority=3)}, aa, bb) == [("aa", "bb")]
    moved = a_subject("aa", TR, priority=3)
    assert overlaps({"aa": a_subject("aa", TR, priority=1)}, bb, moved) == [("bb", "aa")]
    was, were = a_subject("aa", TR, priority=2), a_subject("bb", BOTH, priority=3)
    assert overlaps({"aa": was, "bb": were}, aa, bb) == []


def test_settings_that_were_never_active_together_meet_anew() -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    aa, bb = a_subject("aa", TR, priority=1), a_subject("bb", TR, priority=2, starts_at=later)
    was = a_subject("aa", TR, priority=1, ends_at=later)
    assert overlaps({"aa": was}, aa, bb) == [("aa", "bb")]


def test_settings_that_never_count_at_one_time_are_not_asked_about() -> None:
    """Also where only the other has dates, which then end before they begin."""
    begins, ends = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    always = a_subject("always", TR, priority=1)
    early = a_subject("early", TR, priority=2, ends_at=ends)
    late = a_subject("late", TR, priority=3, starts_at=begins)
    never = a_subject("never", TR, priority=4, starts_at=begins, ends_at=ends)
    every = (always, early, late, never)
    assert overlaps({"always": None}, *every) == [("always", "early"), ("always", "late")]
    assert overlaps({"early": None}, *every) == [("always", "early")]
