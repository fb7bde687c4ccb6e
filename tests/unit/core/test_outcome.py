"""What is left of a plan once an apply has ended."""

from __future__ import annotations

from cg_sync.core.diff import Create
from cg_sync.core.outcome import Failure, Outcome
from cg_sync.core.plan import CreateRecord, Plan, Target
from cg_sync.errors import Position
from tests.builders import a_group


def created(name: str) -> CreateRecord:
    group = a_group(name)
    return CreateRecord(Create(group.address, group.spec, (), Position(group.document.file)))


STEPS = created("A"), created("B"), created("C")
PLAN = Plan(
    target=Target("test", "https://shop.example", 1),
    changes=tuple(step.change for step in STEPS),
    steps=STEPS,
    tripped=(),
    problems=(),
    unmanaged=(),
    unchanged=0,
    digest="",
    calls={},
)


def test_nothing_is_left_untried_when_every_step_was_done() -> None:
    assert Outcome(PLAN, STEPS).not_tried == 0


def test_a_step_that_failed_was_tried() -> None:
    assert Outcome(PLAN, STEPS[:1], Failure(STEPS[1], "no")).not_tried == 1


def test_steps_after_an_interruption_were_not_tried() -> None:
    assert Outcome(PLAN, STEPS[:1]).not_tried == 2


def test_nobody_knows_whether_it_converged_before_looking_again() -> None:
    assert Outcome(PLAN, STEPS).converged is None


def test_it_converged_when_nothing_is_left_to_change() -> None:
    assert Outcome(PLAN, STEPS, left=()).converged is True
    assert Outcome(PLAN, STEPS, left=(STEPS[0].change,)).converged is False
