"""Tells what the changes of a plan mean in words, and what is proved of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Update
from cg_sync.core.kind import C, Kind
from cg_sync.core.plan import Plan
from cg_sync.core.reading import UNDECIDED, Note, Reading

MOST_PROVED = 200
MOST_UNDECIDED = 10
"""Rules of one plan that are proved something of, and those without a result after which no more
is tried: a proof takes milliseconds, one that comes to nothing half a second.
"""

NOT_PROVED = Note("?", "not looked at, as this plan has many rules; cg-sync analyse looks at all")


def told(plan: Plan, kinds: Sequence[Kind[C]], context: C, *, as_of: datetime) -> Plan:
    """The plan with readings of its changes; proofs hold at that moment.

    Of very many changes only the first are proved anything, those of what is live before those of
    what is new; the others are said in words alone.
    """
    by_name = {kind.name: kind for kind in kinds}
    readings: dict[Address, Reading] = {}
    proved, undecided = 0, 0
    for change in live_first(plan.changes):
        before = change.before if isinstance(change, Update) else None
        spent = proved >= MOST_PROVED or undecided >= MOST_UNDECIDED
        tell = by_name[change.address.kind].tell
        reading = tell(before, change.spec, context, None if spent else as_of)
        if reading is not None:
            if spent:
                reading = replace(reading, notes=(*reading.notes, NOT_PROVED))
            readings[change.address] = reading
            proved += 1
            undecided += reading.verdict == UNDECIDED
    return replace(plan, readings=readings)


def live_first(changes: Iterable[Change]) -> list[Create | Update]:
    """What is changed, then what is created: a rule that customers have today matters more."""
    found = [it for it in changes if isinstance(it, Create | Update)]
    return sorted(found, key=lambda it: isinstance(it, Create))
