"""Undo: works out what takes a run back, as a plan like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cg_sync.api.live import fetch_live, fetch_member_pks
from cg_sync.api.shop import Shop
from cg_sync.core.account import Account, accounts_of
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.diff import Change, Create, Delete, Difference, Update
from cg_sync.core.forecast import Reads
from cg_sync.core.frozen import Frozen, thawed
from cg_sync.core.job import Job
from cg_sync.core.live_index import LiveIndex, indexed
from cg_sync.core.plan import Plan, make_plan
from cg_sync.core.state import Live
from cg_sync.core.undo import Inverse, inverse_of
from cg_sync.errors import ApplyStopped, counted
from cg_sync.workflow.check import Checked
from cg_sync.workflow.forecast import with_forecast
from cg_sync.workflow.journals import PastRun
from cg_sync.workflow.plan import source_of


@dataclass(frozen=True)
class Undoing:
    """The plan that takes a run back, the shop it was made from, and what it leaves as it is."""

    plan: Plan
    live: Live
    inverse: Inverse

    @property
    def sizes(self) -> dict[Address, int]:
        """How many members each group has whose members move."""
        return {
            it.address: it.members.before
            for it in self.plan.changes
            if isinstance(it, Update) and it.members is not None
        }

    @property
    def job(self) -> Job:
        ids = self.live.ids
        return Job(self.plan, ids, ids, sizes=self.sizes, exact=self.inverse.exact)


def plan_undo(past: PastRun, checked: Checked, shop: Shop) -> Undoing:
    """Read the shop, and plan how to take back what of the run still stands. Writes nothing."""
    live = fetch_live(shop, checked.kinds, checked.context, checked.desired.wanted)
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
    undoing = Undoing(plan, live, inverse)
    sizes = dict(_sizes(past, accounts, index, members, inverse))
    again = _of_empty(plan, checked)
    plan = with_forecast(plan, live, checked, shop, sizes=sizes, guarded=undoing.sizes, again=again)
    return replace(undoing, plan=plan)


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


def _sizes(
    past: PastRun,
    accounts: Mapping[Address, Account],
    today: LiveIndex,
    members: Mapping[Address, Sequence[RemoteId]],
    inverse: Inverse,
) -> Iterator[tuple[Address, int]]:
    """How many members those groups have by now, each under the name that it is to have."""
    undone = {
        (it.address.kind, it.remote_id): it.address
        for it in inverse.changes
        if not isinstance(it, Create)
    }
    for change in past.plan.changes:
        if change.address in members:
            remote_id = _id_of(change, accounts[change.address], today)
            assert remote_id is not None
            known = (change.address.kind, remote_id)
            yield undone.get(known, change.address), len(members[change.address])


def _of_empty(plan: Plan, checked: Checked) -> Reads:
    """The calls that read the members of groups made anew without any: a page each."""
    with_members = {kind.name for kind in checked.kinds if kind.has_members}
    made = [it for it in plan.changes if isinstance(it, Create) and it.members is None]
    number = sum(it.address.kind in with_members for it in made)
    return Reads(number, number)


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
