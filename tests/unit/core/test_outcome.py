"""What is left of a plan once an apply has ended."""

from __future__ import annotations

from cg_sync.core.outcome import Failure, Outcome
from cg_sync.core.plan import Plan, Target
from cg_sync.core.schedule import Skipped
from tests.builders import a_group
from tests.unit.core.steps import created

STEPS = tuple(created(a_group(name)) for name in ("A", "B", "C"))
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
NO, LOST = Failure(STEPS[1], "no"), Failure(STEPS[1], "no answer", unsure=True)
BUILT_ON_IT = (Skipped(STEPS[2], STEPS[1]),)


def test_nothing_is_left_untried_when_every_step_was_done() -> None:
    assert Outcome(PLAN, STEPS).not_tried == 0


def test_a_step_that_failed_was_tried() -> None:
    assert Outcome(PLAN, STEPS[:1], (NO,)).not_tried == 1


def test_a_step_that_was_skipped_is_not_called_untried() -> None:
    assert Outcome(PLAN, STEPS[:1], (NO,), BUILT_ON_IT).not_tried == 0


def test_steps_after_an_interruption_were_not_tried() -> None:
    assert Outcome(PLAN, STEPS[:1]).not_tried == 2


def test_nobody_knows_whether_it_converged_before_looking_again() -> None:
    assert Outcome(PLAN, STEPS).converged is None
    assert Outcome(PLAN, STEPS, left_out=(STEPS[0].change,)).converged is None


def test_it_converged_when_nothing_is_left_to_change() -> None:
    assert Outcome(PLAN, STEPS, left=()).converged is True
    assert Outcome(PLAN, STEPS, left=(STEPS[0].change,)).converged is False


def test_it_did_not_converge_when_something_was_left_out() -> None:
    assert Outcome(PLAN, STEPS, left=(), left_out=(STEPS[0].change,)).converged is False


def test_it_wrote_when_a_step_is_done_or_may_be() -> None:
    assert Outcome(PLAN, STEPS[:1]).wrote
    assert Outcome(PLAN, (), (LOST,)).wrote
    assert not Outcome(PLAN, (), (NO,), BUILT_ON_IT, stopped="Ctrl-C").wrote
