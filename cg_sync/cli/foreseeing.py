"""What a run that writes will cost, and its end before the first write when that is too much."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cg_sync.cli.carrying_out import Applying
    from cg_sync.core.forecast import Reads
    from cg_sync.core.plan import Plan


def foreseen(it: Applying, plan: Plan) -> Plan:
    """The plan with the forecast of this very run: all that it reads, and how it writes."""
    forecast = plan.forecast
    if forecast is None:
        return plan
    if it.policy.recheck == "never":
        forecast = forecast.without_looks()
    forecast = replace(
        forecast,
        before=it.spent + _read_again(it, plan),
        exact=forecast.exact and it.policy.recheck != "changed",
        parallel=it.conduct.manner.workers,
    )
    return replace(plan, forecast=forecast)


def _read_again(it: Applying, plan: Plan) -> Reads:
    """What is still to be read before the first write: all of it, once somebody has been asked."""
    from cg_sync.core.forecast import NO_READS

    if it.yes or it.answered or plan.forecast is None or not plan.steps:
        return NO_READS
    return plan.forecast.before


def refuse_if_over(it: Applying, plan: Plan) -> None:
    """Raise PlanRefused when the run would make more calls than it may, or could not end before its
    deadline.
    """
    from cg_sync.workflow.forecast import refuse_if_too_long, refuse_if_too_many_calls

    whole = foreseen(it, plan)
    if it.policy.recheck == "changed" and whole.forecast is not None:
        # Those looks may all be left out: nobody is refused for what need not come.
        whole = replace(whole, forecast=whole.forecast.without_looks())
    refuse_if_too_many_calls(whole, it.wishes.max_calls)
    if whole.forecast is not None and not it.wishes.partial:
        to_come = replace(whole.forecast, before=_read_again(it, plan))
        refuse_if_too_long(replace(whole, forecast=to_come), it.conduct.stop.left)
