"""Resume: finishes exactly the rest of a run that was cut short."""

from __future__ import annotations

from dataclasses import replace

from cg_sync.api.shop import Shop
from cg_sync.core.account import accounts_of
from cg_sync.core.diff import Change
from cg_sync.core.journal import Ended
from cg_sync.core.plan import Plan
from cg_sync.core.staleness import still_to_do
from cg_sync.files.journal import Journal, continued, read_journal
from cg_sync.workflow.check import Checked
from cg_sync.workflow.journals import PastRun
from cg_sync.workflow.today import Today, hold_against_today, not_as_planned


def hold_run_against_today(past: PastRun, checked: Checked, shop: Shop) -> Today:
    """How the changes of the run stand, given what its journal says it did: writes whose answer was
    lost are settled by looking. Writes nothing.
    """
    return hold_against_today(past.plan, checked, shop, accounts_of(past.recorded))


def what_is_left(today: Today) -> Plan:
    """The plan of the run with only the changes that are still to be made, to be read."""
    return replace(today.plan, changes=still_to_do(today.found), unmanaged=())


def continued_journal(past: PastRun, today: Today, *, key: str) -> Journal:
    """The journal of the run, to go on with; what was unsure and is settled by now is noted first.

    Raises Locked when the run is still at work, JournalLost when the file cannot be written.
    """
    journal = continued(past.path, past.recorded, key=key)
    settled = {it.change.address for it in today.found if it.standing is it.standing.ALREADY}
    ids = {address: held.remote_id for address, held in today.live.held.items()}
    for begun in past.recorded.begun:
        ended = past.recorded.ended.get(begun.number)
        if (ended is None or ended.state == "unsure") and begun.address in settled:
            journal.end(Ended(begun.number, "done", ids.get(begun.address)))
    journal.sync()
    return journal


def run_not_as_planned(
    past: PastRun, checked: Checked, today: Today, shop: Shop
) -> tuple[Change, ...]:
    """Those of the changes of the run that are not as it meant them by now, without those that were
    left out.
    """
    recorded = read_journal(past.path, key=past.key)
    accounts = accounts_of(recorded if recorded is not None else past.recorded)
    return not_as_planned(checked, today, shop, today.left_out, accounts)
