"""Tells what a plan means: its rules in words, what is proved of them, and new overlaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from cg_sync.core.address import Address
from cg_sync.core.diff import Create, Update
from cg_sync.core.plan import Plan
from cg_sync.core.reading import Note
from cg_sync.core.telling import MOST_PROVED, told
from cg_sync.errors import counted
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, CustomerGroupSetting
from cg_sync.rules.analysis.prove import World
from cg_sync.rules.ir import Node, Rule
from cg_sync.rules.review.changes import Effect, effects_of
from cg_sync.workflow.check import Checked
from cg_sync.workflow.contenders import subjects_of

MOST_PAIRS = 500
"""Pairs of settings that one plan asks about: a second or two."""
BUDGET = 1_000
"""Steps of one question."""
NAMES_SHOWN = 3


def explained(plan: Plan, checked: Checked, *, as_of: datetime) -> Plan:
    """The plan with readings of its changes; what is said of customers holds at that moment.

    Of very many changed rules only the first are held against other settings.
    """
    plan = told(plan, checked.kinds, checked.context, as_of=as_of)
    old = dict(islice(_changed(plan), MOST_PROVED))
    return _with_overlaps(plan, checked, old, as_of) if old else plan


def _with_overlaps(
    plan: Plan, checked: Checked, old: Mapping[str, Node | None], as_of: datetime
) -> Plan:
    """The plan, whose readings of rules also name the overlaps that are new and not declared."""
    world = World(checked.context.vocabulary.catalogue, as_of, BUDGET)
    effects = effects_of(old, subjects_of(checked, outlined=False), world, most_pairs=MOST_PAIRS)
    readings = dict(plan.readings)
    for effect in effects:
        address = Address(CUSTOMER_GROUP_SETTING.name, effect.slug)
        reading = readings[address]
        readings[address] = replace(reading, notes=(*reading.notes, *_notes(effect)))
    return replace(plan, readings=readings)


def _changed(plan: Plan) -> Iterator[tuple[str, Node | None]]:
    """The slug of each setting whose rule has a reading, and the rule it had."""
    for change in plan.changes:
        if change.address.kind == CUSTOMER_GROUP_SETTING.name and change.address in plan.readings:
            before = change.before if isinstance(change, Update) else None
            rule = before.rule if isinstance(before, CustomerGroupSetting) else None
            assert isinstance(change, Create | Update)
            yield change.address.key, rule.node if isinstance(rule, Rule) else None


def _notes(effect: Effect) -> Iterator[Note]:
    new = [it for it in effect.overlaps if not it.is_declared]
    takes = [it.loser for it in new if it.winner == effect.slug]
    loses = [it.winner for it in new if it.loser == effect.slug]
    if takes:
        yield Note("!", f"takes customers of {_named(takes)}, and `overlaps:` does not say so")
    if loses:
        yield Note(
            "!", f"loses customers to {_named(loses)}, and `overlaps:` there does not say so"
        )
    if effect.unexamined:
        others = counted(effect.unexamined, "other setting")
        yield Note("=", f"{others} not compared: cg-sync analyse does that")


def _named(slugs: Sequence[str]) -> str:
    more = len(slugs) - NAMES_SHOWN
    if more > 0:
        return f"{', '.join(slugs[:NAMES_SHOWN])} and {more:,} more"
    *most, last = slugs
    return f"{', '.join(most)} and {last}" if most else last
