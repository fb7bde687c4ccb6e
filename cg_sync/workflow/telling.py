"""Tells what a plan means: its rules in words, what is proved of them, and new overlaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from cg_sync.core.diff import Create, Update
from cg_sync.core.plan import Plan
from cg_sync.core.reading import Note, Reading
from cg_sync.core.telling import MOST_PROVED, NOT_PROVED, live_first, told
from cg_sync.errors import counted
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, CustomerGroupSetting
from cg_sync.rules.analysis.prove import World
from cg_sync.rules.contest import Contender
from cg_sync.rules.review.changes import Effect, effects_of
from cg_sync.rules.review.subject import Subject
from cg_sync.workflow.check import Checked
from cg_sync.workflow.contenders import subjects_of

MOST_PAIRS = 500
"""Pairs of settings that one plan asks about: a second or two."""
BUDGET = 1_000
"""Steps of one question."""
NAMES_SHOWN = 3
DECIDING = ("rule", "priority", "active", "starts_at", "ends_at")
"""The fields that say who gets a setting."""


def explained(plan: Plan, checked: Checked, *, as_of: datetime) -> Plan:
    """The plan with readings of its changes; what is said of customers holds at that moment.

    Of very many changes only the first are looked at, and the others say so.
    """
    plan = told(plan, checked.kinds, checked.context, as_of=as_of)
    deciding = [it for it in live_first(plan.changes) if _decides(it)]
    readings = dict(plan.readings)
    looked_at: dict[str, Subject | None] = {}
    for change in deciding:
        reading = readings.get(change.address) or Reading(_decides(change), ())
        if NOT_PROVED in reading.notes:
            continue
        if len(looked_at) < MOST_PROVED:
            looked_at[change.address.key] = _before(change)
        else:
            reading = replace(reading, notes=(*reading.notes, NOT_PROVED))
            readings[change.address] = reading
    effects = _effects(checked, looked_at, as_of) if looked_at else ()
    by_slug = {it.slug: tuple(_notes(it)) for it in effects}
    for change in deciding:
        if notes := by_slug.get(change.address.key, ()):
            reading = readings.get(change.address) or Reading(_decides(change), ())
            readings[change.address] = replace(reading, notes=(*reading.notes, *notes))
    return replace(plan, readings=readings)


def _decides(change: Create | Update) -> str:
    """The first field of a setting that changes who gets it; empty when none does."""
    if change.address.kind != CUSTOMER_GROUP_SETTING.name:
        return ""
    changed = {field.name for field in change.fields}
    return next((it for it in DECIDING if it in changed), "")


def _before(change: Create | Update) -> Subject | None:
    """The setting as it was in the shop, with no more than decides who gets it."""
    if isinstance(change, Create):
        return None
    was = cast(CustomerGroupSetting, change.before)
    if was.rule is None or was.priority is None:
        return None
    return Subject(
        Contender(
            change.address.key,
            was.priority,
            was.rule,
            None,
            was.active,
            was.starts_at,
            was.ends_at,
        )
    )


def _effects(
    checked: Checked, old: Mapping[str, Subject | None], as_of: datetime
) -> tuple[Effect, ...]:
    world = World(checked.context.vocabulary.catalogue, as_of, BUDGET)
    return effects_of(old, subjects_of(checked, outlined=False), world, most_pairs=MOST_PAIRS)


def _notes(effect: Effect) -> Iterator[Note]:
    """The overlaps that are new and that nobody declared, and what was not looked at."""
    for sure, takes, loses in ((True, "takes", "loses"), (False, "may take", "may lose")):
        new = [it for it in effect.overlaps if not it.is_declared and it.witness.sure is sure]
        losers = [it.loser for it in new if it.winner == effect.slug]
        winners = [it.winner for it in new if it.loser == effect.slug]
        if losers:
            text = f"{takes} customers of {_named(losers)}, and `overlaps:` does not say so"
            yield Note("!", text)
        if winners:
            text = f"{loses} customers to {_named(winners)}, and `overlaps:` there does not say so"
            yield Note("!", text)
    if effect.unexamined:
        others = counted(effect.unexamined, "other setting")
        yield Note("?", f"not compared with {others}: cg-sync analyse does that")


def _named(slugs: Sequence[str]) -> str:
    more = len(slugs) - NAMES_SHOWN
    if more > 0:
        return f"{', '.join(slugs[:NAMES_SHOWN])} and {more:,} more"
    *most, last = slugs
    return f"{', '.join(most)} and {last}" if most else last
