"""Saved plans: written by `plan -o`, read again, and refused where they do not belong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cg_sync.core.document import Document
from cg_sync.core.plan import Plan, Target
from cg_sync.core.schema import Law
from cg_sync.core.seal import SIGNING_KEY
from cg_sync.errors import PlanStale, PlanUnusable
from cg_sync.files.planfile import read_document, refuse_if_unsealed, write_sealed
from cg_sync.files.schemas import read_schemas
from cg_sync.kinds import KINDS
from cg_sync.report.saved import SavedPlan, saved_data
from cg_sync.report.saved_reading import Misfit, read_saved, refuse_if_foreign
from cg_sync.report.verdict import age
from cg_sync.workflow.check import Checked
from cg_sync.workflow.chosen import chosen_environment

CLOCKS_APART = timedelta(minutes=10)
"""How much the clocks of two machines may differ."""


def save_plan(
    plan: Plan, checked: Checked, path: Path, *, made_at: datetime, environ: Mapping[str, str]
) -> None:
    """Write the plan to a file that only its owner may read. Raises FilesError."""
    data = saved_data(SavedPlan(plan, made_at), checked.kinds)
    write_sealed(path, data, key=environ.get(SIGNING_KEY, ""), private=True)


def load_plan(path: Path, *, environ: Mapping[str, str]) -> SavedPlan:
    """The plan in a file. Raises UsageWrong for a file that cannot be read, PlanUnusable for one
    that is broken, edited or not ours.
    """
    data = read_document(path)
    try:
        refuse_if_foreign(data)
        refuse_if_unsealed(path, data, key=environ.get(SIGNING_KEY, ""))
        broken = Law(read_schemas()).check("plan", Document(str(path), data, dict))
        if broken:
            raise Misfit(f"is broken: {broken[0].message}")
        return read_saved(data, KINDS)
    except Misfit as misfit:
        raise PlanUnusable(
            f"{path} {misfit}; nothing was changed",
            hint="make it anew: cg-sync plan -o FILE",
        ) from misfit


def refuse_if_not_for(plan: Plan, checked: Checked) -> None:
    """Raise PlanUnusable for a plan that must not be carried out in the chosen environment."""
    if plan.source is not None and plan.source.snapshot is not None:
        raise PlanUnusable(
            "this plan was made from a snapshot, not from the shop; nothing was changed",
            hint="it is for reading; make one from the shop: cg-sync plan -o FILE",
        )
    environment = chosen_environment(checked)
    here = Target(environment.name, environment.url, environment.channel)
    if plan.target == here:
        return
    told = [
        f"{word} {theirs}, not {ours}"
        for word, theirs, ours in (
            ("environment", plan.target.environment, here.environment),
            ("address", plan.target.url, here.url),
            ("channel", plan.target.channel, here.channel),
        )
        if theirs != ours
    ]
    raise PlanUnusable(
        f"this plan was made for another place: {'; '.join(told)}; nothing was changed",
        hint="choose its environment with --env, or plan anew",
    )


def refuse_if_too_old(saved: SavedPlan, most: timedelta | None, *, now: datetime) -> None:
    """Raise PlanStale for a plan that is older than it may be; None sets no bound. Raises
    PlanUnusable for one from the future.
    """
    old = now - saved.made_at
    if old < -CLOCKS_APART:
        raise PlanUnusable(
            "this plan says that it was made in the future; nothing was changed",
            hint="are the clocks right? plan anew: cg-sync plan -o FILE",
        )
    if most is not None and old > most:
        raise PlanStale(
            f"this plan is {age(old)} old, and --max-age allows {age(most)}; nothing was changed",
            hint="plan anew: cg-sync plan -o FILE",
        )
