"""Forecast: what carrying out a plan will cost, counted when the shop has been read for it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Final

from cg_sync.api.live import CountingReader
from cg_sync.core.address import Address
from cg_sync.core.calls import forecast_of
from cg_sync.core.diff import Create, Update
from cg_sync.core.forecast import NO_READS, Reads, reads_of
from cg_sync.core.members import MemberDelta
from cg_sync.core.plan import Plan
from cg_sync.core.state import Live
from cg_sync.errors import PlanRefused
from cg_sync.report.forecast import clock_text, pace_text
from cg_sync.workflow.check import Checked
from cg_sync.workflow.chosen import chosen_environment

CAUGHT_UP: Final = Reads(2, 2)
"""What it takes to look for customers whom nobody knows, once the cache of customers is full: their
number, and what has changed since.
"""


def guarded_sizes(plan: Plan) -> dict[Address, int]:
    """How many members each group has whose members are ours alone, before any is moved."""
    return {
        it.address: it.members.before
        for it in plan.changes
        if isinstance(it, Update) and it.members is not None and it.members.fingerprint
    }


def with_forecast(
    plan: Plan,
    live: Live,
    checked: Checked,
    shop: CountingReader,
    *,
    sizes: Mapping[Address, int],
    guarded: Container[Address],
    again: Reads = NO_READS,
    exact: bool = True,
) -> Plan:
    """The plan with what carrying it out costs; see `core.calls.forecast_of`."""
    forecast = forecast_of(
        plan.steps,
        live,
        checked.kinds,
        sizes=sizes,
        guarded=guarded,
        page_size=_page_size(checked, shop),
        spent=shop.reads,
        again=again,
        log_ins=1 if "LOGIN" in shop.calls else 0,
        exact=exact,
        pace=shop.pace,
        parallel=chosen_environment(checked).parallel,
    )
    return replace(plan, forecast=forecast)


def _page_size(checked: Checked, shop: CountingReader) -> int:
    # What stands in for the shop has no pages.
    return shop.page_size if shop.calls else chosen_environment(checked).page_size


def from_files(
    plan: Plan,
    live: Live,
    checked: Checked,
    shop: CountingReader,
    members: Mapping[Address, MemberDelta],
    *,
    spent_on_members: Reads,
) -> Plan:
    """The forecast of a plan from the files: after it the members of all groups are read again
    whose files speak of them, and those customers looked for who were not found.

    How many calls that takes is known to the call only where nobody was found either.
    """
    made = {it.address for it in plan.changes if isinstance(it, Create)}
    sizes = {address: it.before for address, it in members.items() if address not in made}
    parallel = chosen_environment(checked).parallel
    listed = reads_of(sizes.values(), _page_size(checked, shop), parallel)
    missed = any(it.unknown for it in members.values())
    found = any(it.add for it in members.values())
    again = spent_on_members - listed if missed else NO_READS
    if shop.customer_cache is not None and again.calls > CAUGHT_UP.calls:
        again, found = CAUGHT_UP, True
    return with_forecast(
        plan,
        live,
        checked,
        shop,
        sizes=sizes,
        guarded=guarded_sizes(plan),
        again=again,
        exact=not (missed and found) if shop.calls else not (missed or found),
    )


def refuse_if_too_many_calls(plan: Plan, most: int | None) -> None:
    """Raise PlanRefused when carrying out the plan takes more calls than `most`; None allows any
    number. A plan without writes is not carried out.
    """
    forecast = plan.forecast
    if most is None or forecast is None or not plan.steps or forecast.calls <= most:
        return
    raise PlanRefused(
        f"CG-G07 applying this plan takes {forecast.calls:,} calls, and --max-calls allows "
        f"{most:,}; nothing was changed",
        hint=f"make the change smaller, or allow as many: --max-calls {forecast.calls}",
    )


def refuse_if_too_long(plan: Plan, left: float | None) -> None:
    """Raise PlanRefused when what is still to come of carrying out the plan takes longer than the
    `left` seconds; None allows any time. Nobody is refused for what is not known.
    """
    seconds = None if plan.forecast is None else plan.forecast.seconds
    if left is None or seconds is None or not plan.steps or seconds <= left:
        return
    assert plan.forecast is not None
    raise PlanRefused(
        f"CG-G08 this run takes {pace_text(plan.forecast)}, and its deadline leaves "
        f"{clock_text(left)}; nothing was changed",
        hint="give it more time, with --deadline or in `policy:` of cg-sync.yaml; or begin all the "
        "same, and go on later with `cg-sync resume`: add --partial",
    )
