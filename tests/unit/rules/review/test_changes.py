"""What a plan can say of changed rules beside the others: new overlaps."""

from __future__ import annotations

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.ir import RawRule
from cg_sync.rules.review.changes import effects_of
from cg_sync.rules.review.subject import Subject
from tests.unit.rules.review.builders import WORLD, a_subject

TR: JsonValue = {"country": "TR"}
DE: JsonValue = {"country": "DE"}
BOTH: JsonValue = {"country": {"in": ["TR", "DE"]}}
OLD = a_subject("x", TR).node


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
