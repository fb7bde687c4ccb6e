"""Undo: works out what takes a run back, as a plan like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cg_sync.api.live import fetch_live, fetch_member_pks
from cg_sync.api.shop import Shop
from cg_sync.core.account import Account, accounts_of
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Change, Delete, Difference, Update
from cg_sync.core.frozen import Frozen, thawed
from cg_sync.core.job import Job
from cg_sync.core.live_index import LiveIndex, indexed
from cg_sync.core.plan import Plan, make_plan
from cg_sync.core.state import Live
from cg_sync.core.undo import Inverse, inverse_of
from cg_sync.errors import ApplyStopped, counted
from cg_sync.workflow.check import Checked
from cg_sync.workflow.journals import PastRun
from cg_sync.workflow.plan import source_of


@dataclass(frozen=True)
class Undoing:
    """The plan that takes a run back, the shop it was made from, and what it leaves as it is."""

    plan: Plan
    live: Live
    inverse: Inverse

    @property
    def job(self) -> Job:
        ids = self.live.ids
        sizes = {
            it.address: it.members.before
            for it in self.plan.changes
            if isinstance(it, Update) and it.members is not None
        }
        return Job(self.plan, ids, ids, sizes=sizes, exact=self.inverse.exact)


def plan_undo(past: PastRun, checked: Checked, shop: Shop) -> Undoing:
    """Read the shop, and plan how to take back what of the run still stands. Writes nothing."""
    live = fetch_live(shop, checked.kinds, checked.context)
    index = indexed(live)
    accounts = accounts_of(past.recorded)
    members = _members(past, accounts, index, checked, shop)
    inverse = inverse_of(
        _as_made(past.plan.changes, checked),
        accounts,
        index,
        members,
        checked.kinds,
        checked.context,
    )
    plan = make_plan(
        Difference(inverse.changes, (), 0),
        live,
        target=past.plan.target,
        kinds=checked.kinds,
        guards=checked.project.guards,
        problems=(),
        calls=shop.calls,
        source=source_of(checked),
    )
    return Undoing(plan, live, inverse)


def _as_made(changes: Sequence[Change], checked: Checked) -> list[Change]:
    """The changes with what they were to make, where it still means the same in this project."""
    by_name = {kind.name: kind for kind in checked.kinds}
    found: list[Change] = []
    for change in changes:
        if not isinstance(change, Delete) and isinstance(change.spec, Frozen):
            spec = thawed(change.spec, by_name[change.address.kind], checked.context)
            change = replace(change, spec=spec or change.spec)
        found.append(change)
    return found


def _members(
    past: PastRun,
    accounts: Mapping[Address, Account],
    today: LiveIndex,
    checked: Checked,
    shop: Shop,
) -> dict[Address, Sequence[RemoteId]]:
    """Who is in each group that the run made, or whose members it moved, if it is there."""
    by_name = {kind.name: kind for kind in checked.kinds}
    found: dict[Address, Sequence[RemoteId]] = {}
    for change in past.plan.changes:
        kind, account = by_name[change.address.kind], accounts.get(change.address)
        if account is None or not kind.has_members:
            continue
        if not isinstance(change, Update) or account.added or account.removed:
            remote_id = _id_of(change, account, today)
            if remote_id is not None and (kind.name, remote_id) in today.by_id:
                found[change.address] = fetch_member_pks(shop, kind.collection, remote_id)
    return found


def _id_of(change: Change, account: Account, today: LiveIndex) -> RemoteId | None:
    """Of a group that the run deleted, the one that was made in its place since."""
    if isinstance(change, Update):
        return change.remote_id
    deed = account.record
    if deed is not None and deed.ended is not None and deed.ended.remote_id is not None:
        return deed.ended.remote_id
    held = today.live.held.get(change.address)
    return held.remote_id if held is not None else None


def still_to_undo(past: PastRun, checked: Checked, shop: Shop) -> tuple[Change, ...]:
    """What is still to be taken back of the run, but for what somebody else changed since."""
    return plan_undo(past, checked, shop).plan.changes


def refuse_if_moved_since(undoing: Undoing) -> None:
    """Raise ApplyStopped when a part of the run was not taken back, since it has moved."""
    refused = undoing.inverse.refused
    if refused:
        raise ApplyStopped(
            f"{counted(len(refused), 'change')} not taken back, as the shop has moved since the "
            "run; the rest is",
            done=True,
            hint="see what the files ask for now: cg-sync plan",
        )
