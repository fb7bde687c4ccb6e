"""The table of settings, the numbers that are free, and how patience runs out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.budget import TICKS_OF_A_STEP
from cg_sync.rules.analysis.prove import Found, Impossible, Undecided, World, find
from cg_sync.rules.review.inquiry import (
    BUDGETS_OF_A_REVIEW,
    MIN_BUDGET,
    OPEN_PER_HALVING,
    RETRY_FACTOR,
    TOTAL_STEPS,
    Inquiry,
)
from cg_sync.rules.review.order import Row, free_numbers, rows_of
from tests.unit.rules.review.builders import NOW, VOCABULARY, WORLD, a_subject

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


def left_of(inquiry: Inquiry, ticks: int) -> bool:
    """Whether that much more work makes no difference."""
    inquiry.charge(ticks)
    return not inquiry.is_spent


def test_a_review_that_has_cost_its_total_asks_nothing_more() -> None:
    inquiry = Inquiry(World(VOCABULARY.catalogue, NOW))
    node = a_subject("s", ACTIVE).node
    assert node is not None
    assert left_of(inquiry, TOTAL_STEPS * TICKS_OF_A_STEP - 1)
    assert isinstance(inquiry.find([node], ["s"]), Found)
    assert isinstance(inquiry.find([node], ["s"]), Undecided)


def test_a_larger_budget_makes_the_total_larger() -> None:
    inquiry = Inquiry(World(VOCABULARY.catalogue, NOW, budget=2 * TOTAL_STEPS))
    total = BUDGETS_OF_A_REVIEW * 2 * TOTAL_STEPS * TICKS_OF_A_STEP
    assert left_of(inquiry, total - 1)
    assert not left_of(inquiry, 1)


def test_a_question_that_is_open_is_asked_again_until_its_budget_is_used_up() -> None:
    """Five pigeons in four holes: no search is short."""
    holes: list[JsonValue] = [
        {"any": [{"tags": {"has_any": [f"p{bird}h{at}"]}} for at in range(4)]} for bird in range(5)
    ]
    alone: list[JsonValue] = [
        {"none": [{"tags": {"has_all": [f"p{bird}h{at}", f"p{other}h{at}"]}}]}
        for at in range(4)
        for bird in range(5)
        for other in range(bird)
    ]
    node = a_subject("s", *holes, *alone).node
    assert node is not None
    assert isinstance(find([node], replace(WORLD, budget=MIN_BUDGET)), Undecided)
    last = replace(WORLD, budget=MIN_BUDGET * RETRY_FACTOR**2)
    assert isinstance(Inquiry(last).find([node], ["s"]), Impossible)


def test_what_leaves_a_question_open_counts() -> None:
    inquiry = Inquiry(World(VOCABULARY.catalogue, NOW, budget=1))
    lines: list[JsonValue] = [
        {"any": [{"tags": {"has_any": [f"t{at}"]}}, {"city": f"c{at}"}]} for at in range(40)
    ]
    node = a_subject("s", *lines).node
    assert node is not None
    assert left_of(inquiry, (TOTAL_STEPS - 1) * TICKS_OF_A_STEP)
    assert isinstance(inquiry.find([node], ["s"]), Undecided)
    assert inquiry.is_spent
