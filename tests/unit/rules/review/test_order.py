"""The table of settings, the numbers that are free, and how patience runs out."""

from __future__ import annotations

import math
from datetime import timedelta

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.prove import Undecided, World
from cg_sync.rules.ir import AnyOf, Leaf
from cg_sync.rules.review.inquiry import (
    MIN_BUDGET,
    OPEN_PER_HALVING,
    WORK_PER_HALVING,
    Inquiry,
)
from cg_sync.rules.review.order import Row, free_numbers, rows_of
from cg_sync.rules.tests import OneOf
from tests.unit.rules.review.builders import NOW, VOCABULARY, a_subject

ACTIVE: JsonValue = {"is_active": True}
DAY = timedelta(days=1)


def test_each_setting_has_a_row_that_says_what_it_is_now() -> None:
    contenders = [
        a_subject("a", ACTIVE, priority=1).contender,
        a_subject("b", ACTIVE, priority=2, active=False, ends_at=NOW).contender,
        a_subject("c", ACTIVE, priority=3, starts_at=NOW + DAY).contender,
        a_subject("d", ACTIVE, priority=4, ends_at=NOW).contender,
        a_subject("e", ACTIVE, priority=5, starts_at=NOW, ends_at=NOW + DAY).contender,
    ]
    assert rows_of(contenders, NOW) == (
        Row(1, "a", "active"), Row(2, "b", "inactive"), Row(3, "c", "to come"),
        Row(4, "d", "ended"), Row(5, "e", "active"),
    )  # fmt: skip


def test_free_numbers_are_told_as_gaps() -> None:
    taken = [a_subject("s", ACTIVE, priority=it).contender for it in (12, 0, 10, 13, 12)]
    assert free_numbers(taken) == [(1, 9), (11, 11), (14, None)]
    assert free_numbers([]) == [(0, None)]


def test_a_question_that_uses_up_its_budget_is_noted() -> None:
    inquiry = Inquiry(World(VOCABULARY.catalogue, NOW, budget=1))
    lines: list[JsonValue] = [
        {"any": [{"tags": {"has_any": [f"t{at}"]}}, {"city": f"c{at}"}]} for at in range(40)
    ]
    node = a_subject("s", *lines).node
    assert node is not None
    assert isinstance(inquiry.find([node], ["s"]), Undecided)
    assert inquiry.budget_for(["s"]) == 1


def test_who_leaves_questions_open_gets_less_for_the_next() -> None:
    inquiry = Inquiry(World(VOCABULARY.catalogue, NOW, budget=16 * MIN_BUDGET))
    budgets: list[int] = []
    for _ in range(6):
        budgets.append(inquiry.budget_for(["s"]) // MIN_BUDGET)
        inquiry.note_stuck(["s"])
    assert budgets == [16, 8, 4, 2, 1, 1]
    assert inquiry.budget_for(["other"]) == 16 * MIN_BUDGET
    for _ in range(OPEN_PER_HALVING - 6):
        inquiry.note_stuck(["s"])
    assert inquiry.budget_for(["other"]) == 8 * MIN_BUDGET


def test_much_work_leaves_less_for_all_that_follows() -> None:
    inquiry = Inquiry(World(VOCABULARY.catalogue, NOW, budget=16 * MIN_BUDGET))
    size = math.isqrt(WORK_PER_HALVING) + 1
    inquiry.find([AnyOf(tuple(Leaf("city", "city", OneOf((f"c{at}",))) for at in range(size)))], [])
    assert inquiry.budget_for(["s"]) == 8 * MIN_BUDGET
