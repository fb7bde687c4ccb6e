"""The rule of a setting in words, and what is proved of a change of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never, cast

from cg_sync.core.kind import Spec
from cg_sync.core.reading import Note, Reading
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds.context import Context
from cg_sync.rules.analysis.prove import (
    Comparison,
    Impossible,
    Verdict,
    Witness,
    World,
    compare,
    find,
)
from cg_sync.rules.dialect import unverified
from cg_sync.rules.english.meaning import meaning_of_change
from cg_sync.rules.english.sentence import in_english
from cg_sync.rules.fixtures import values_of
from cg_sync.rules.ir import Everyone, Leaf, Not, RawRule, Rule, walk
from cg_sync.rules.tests import Anniversary, Relative

if TYPE_CHECKING:
    from cg_sync.kinds.customer_group_setting import CustomerGroupSetting

BUDGET = 1_000
"""Steps of one question; a plan asks three a change, and should not keep a reviewer waiting."""


def tell(
    before: Spec | None, after: Spec, context: Context, as_of: datetime | None
) -> Reading | None:
    """The rule in English and, of a rule that was another, what changed in it and for whom.

    None for a setting whose rule stays as it was, and for one without a rule.
    """
    new = cast("CustomerGroupSetting", after).rule
    old = cast("CustomerGroupSetting", before).rule if before is not None else None
    if new is None or new == old:
        return None
    words = context.vocabulary
    reading = Reading(
        "rule",
        in_english(new, context.names),
        unverified=unverified((new,), words.dialect, words.catalogue).rows,
    )
    world = None
    if as_of is not None:
        world = World(words.catalogue, as_of.astimezone(context.timezone), BUDGET)
    if isinstance(new, Rule) and world is not None:
        reading = replace(reading, notes=tuple(_extremes(new, world)))
    if old is None:
        return reading
    notes = (Note(it.mark, it.text) for it in meaning_of_change(old, new, context.names))
    reading = replace(reading, notes=(*notes, *reading.notes))
    if world is None or isinstance(old, RawRule) or isinstance(new, RawRule):
        return reading
    return _proved(reading, old, new, world)


def _extremes(rule: Rule, world: World) -> Iterator[Note]:
    """What is to be said of a rule that selects nobody, or everybody without saying so."""
    if isinstance(find((rule.node,), world), Impossible):
        yield Note("!", "selects nobody: there is no customer of whom all of this holds")
    elif rule.node != Everyone() and isinstance(find((Not(rule.node),), world), Impossible):
        yield Note("!", "selects every customer, and `match: everyone` would say so")


def _proved(reading: Reading, old: Rule, new: Rule, world: World) -> Reading:
    found = compare(old.node, new.node, world)

    def shown(witness: Witness | None) -> JsonObject | None:
        if witness is None or not witness.sure:
            return None
        return values_of(witness.customer, witness.groups, world.catalogue)

    return replace(
        reading,
        verdict=found.verdict.upper(),
        proof=_proof(found) + _moment_of(old, new, world.as_of),
        gains=shown(found.gains),
        loses=shown(found.loses),
    )


def _proof(found: Comparison) -> str:
    """What the verdict claims of all customers there could be, and no more than is proved."""
    gain, lose = _some("gain", found.gains), _some("lose", found.loses)
    match found.verdict:
        case Verdict.EQUIVALENT:
            return "the same customers as before"
        case Verdict.NARROWER:
            return f"nobody gains, {lose}"
        case Verdict.WIDER:
            return f"nobody loses, {gain}"
        case Verdict.SHIFTED:
            return f"{gain}, {lose}"
        case Verdict.REPLACED:
            return "nobody of before is selected any more"
        case Verdict.UNDECIDED:
            return "who gains and who loses could not be settled within the budget"
        case _:
            assert_never(found.verdict)


def _some(verb: str, witness: Witness | None) -> str:
    return f"some {verb}" if witness is not None and witness.sure else f"some may {verb}"


def _moment_of(old: Rule, new: Rule, as_of: datetime) -> str:
    """The day for which the proof holds, of rules that count from today; else empty."""
    tests = (leaf.test for it in (old, new) for leaf in walk(it.node) if isinstance(leaf, Leaf))
    moves = any(isinstance(test, Relative | Anniversary) for test in tests)
    return f" (as of {as_of.date().isoformat()})" if moves else ""
