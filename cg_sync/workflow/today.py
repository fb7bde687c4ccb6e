"""A saved plan beside the shop of today: what still stands, what is refused, and what is carried
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import assert_never

from cg_sync.api.live import fetch_live, fetch_member_pks
from cg_sync.api.shop import Shop
from cg_sync.core.account import Account, ids_noted, with_accounts
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.agreement import not_among
from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update, field_changes
from cg_sync.core.frozen import Frozen, thawed
from cg_sync.core.guards import tripped_guards
from cg_sync.core.job import Job
from cg_sync.core.kind import Ids, Kind, WireUnreadable
from cg_sync.core.live_index import LiveIndex, indexed
from cg_sync.core.plan import Plan, intent_of
from cg_sync.core.staleness import (
    Judged,
    Standing,
    conflicts,
    held_back,
    judged,
    made_already,
    remaining,
)
from cg_sync.core.state import Held, Live
from cg_sync.errors import (
    ApplyStopped,
    PlanStale,
    PlanUnusable,
    counted,
)
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds.context import Context
from cg_sync.report.as_json import without_people
from cg_sync.workflow.check import Checked
from cg_sync.workflow.forecast import with_forecast
from cg_sync.workflow.plan import Prepared, plan_changes

MOST_NAMED = 3
NO_ACCOUNTS: Mapping[Address, Account] = MappingProxyType({})
NO_PAYLOADS: Mapping[Address, JsonObject] = MappingProxyType({})


@dataclass(frozen=True)
class Today:
    """A saved plan beside the shop of today: `plan` has what is still to do as its steps, and
    `left_out` are the changes that are not made, or not wholly. `ids_then` are those in whose words
    it was made; `sizes` tells how many members each group has whose members it moves, and `made`
    the ids of what it creates and the shop has by now.
    """

    plan: Plan
    live: Live
    ids_then: Ids
    found: tuple[Judged, ...]
    left_out: tuple[Change, ...] = ()
    sizes: Mapping[Address, int] = field(default_factory=dict)
    made: Mapping[Address, RemoteId] = field(default_factory=dict)

    @property
    def conflicts(self) -> tuple[Judged, ...]:
        return tuple(conflicts(self.found))


def hold_against_today(
    plan: Plan,
    checked: Checked,
    shop: Shop,
    accounts: Mapping[Address, Account] = NO_ACCOUNTS,
) -> Today:
    """Read the shop and say of each change of the plan whether it still stands, given what a run
    has done of it. Writes nothing.

    Raises PlanUnusable when what is planned would not mean the same in this project any more.
    """
    plan = _thawed(plan, checked)
    live = fetch_live(shop, checked.kinds, checked.context, checked.desired.wanted)
    index = indexed(live)
    members = _members(plan, index, checked.kinds, shop)
    ids_then = _ids_then(plan, index, checked.kinds)
    formerly = _formerly(checked, live.ids, ids_then)
    found = judged(plan, index, members, checked.kinds, formerly=formerly)
    found = with_accounts(found, accounts, index, members, checked.kinds)
    found = tuple(_with_today(it, index, formerly) for it in found)
    _refuse_if_forged(found, plan, checked.kinds)
    left = [it.change for it in found if it.standing is Standing.OK]
    again = tripped_guards(left, live, checked.kinds, checked.project.guards)
    tripped = {(it.rule, it.subject): it for it in (*again, *plan.tripped)}
    plan = replace(
        plan,
        steps=remaining(found, checked.kinds),
        tripped=tuple(tripped.values()),
        calls=dict(shop.calls),
    )
    sizes = {it: len(pks) for it, pks in members.items()}
    return Today(
        with_forecast(plan, live, checked, shop, sizes=sizes, guarded=_guarded(found, sizes)),
        live,
        ids_then,
        found,
        held_back(found, checked.kinds),
        sizes,
        made_already(found, live, ids_noted(accounts)),
    )


def _ids_then(plan: Plan, today: LiveIndex, kinds: Sequence[Kind[Context]]) -> Ids:
    """The ids under the names that records had before this plan renamed them, as far as it has."""
    ids = today.live.ids
    by_name = {kind.name: kind for kind in kinds}
    for change in plan.changes:
        if isinstance(change, Update) and change.former is not None:
            held = today.meant(change)
            if held is not None and held.address == change.address:
                collection = by_name[change.address.kind].collection
                ids = ids.having(collection, {change.former: change.remote_id})
    return ids


def _formerly(checked: Checked, ids: Ids, then: Ids) -> Callable[[Held], Held]:
    """A record read in the words of when the plan was made."""
    if then is ids:
        return lambda held: held
    by_name = {kind.name: kind for kind in checked.kinds}

    def read_again(held: Held) -> Held:
        kind = by_name[held.address.kind]
        try:
            payload = kind.to_wire(held.spec, ids)
            return replace(held, spec=kind.from_wire(payload, then, checked.context))
        except (KeyError, WireUnreadable):  # It names what has no code: nothing of this plan's.
            return held

    return read_again


def _with_today(it: Judged, today: LiveIndex, formerly: Callable[[Held], Held]) -> Judged:
    """With what is there now as what was before, where the plan found just that: it is at hand
    whole, while a saved plan holds no more of it than people may read.
    """
    held = today.meant(it.change)
    if it.record not in (Standing.OK, None) or held is None or isinstance(it.change, Create):
        return it
    return replace(it, change=replace(it.change, before=formerly(held).spec))


def _refuse_if_forged(found: Sequence[Judged], plan: Plan, kinds: Sequence[Kind[Context]]) -> None:
    """Raise PlanUnusable for a change that would write anything else than its report shows, or than
    the digest names. Of what is done already, nothing is written.
    """
    by_name = {kind.name: kind for kind in kinds}
    for it in found:
        if it.record not in (Standing.OK, None):
            continue
        kind = by_name[it.change.address.kind]
        written = _in_clear(it.change, kind)
        shown = _shown(written.fields) == _shown(it.change.fields)
        if not shown or intent_of(written) != plan.intents[written.address]:
            other = "it shows" if not shown else "its digest names"
            raise PlanUnusable(
                f"{kind.label} {written.address.key}: the plan would write something else than "
                f"{other}; nothing was changed",
                hint="plan anew: cg-sync plan -o FILE",
            )


def _in_clear(change: Change, kind: Kind[Context]) -> Change:
    """The change with every value as it is written over the record of today."""
    if isinstance(change, Create):
        return replace(change, fields=field_changes(kind, None, change.spec, None))
    after = None if isinstance(change, Delete) else change.spec
    return replace(change, fields=field_changes(kind, change.before, after, None))


def _shown(fields: Iterable[FieldChange]) -> JsonObject:
    return without_people({it.name: it.new for it in fields})


def _thawed(plan: Plan, checked: Checked) -> Plan:
    by_name = {kind.name: kind for kind in checked.kinds}
    changes = tuple(_with_spec(it, by_name[it.address.kind], checked) for it in plan.changes)
    return replace(plan, changes=changes)


def _with_spec(change: Change, kind: Kind[Context], checked: Checked) -> Change:
    if isinstance(change, Delete) or not isinstance(change.spec, Frozen):
        return change
    spec = thawed(change.spec, kind, checked.context)
    if spec is None:
        raise PlanUnusable(
            f"{kind.label} {change.address.key} would not mean what was planned: the attributes, "
            "the time zone or the dialect of this project are others; nothing was changed",
            hint="plan anew: cg-sync plan -o FILE",
        )
    return replace(change, spec=spec)


def _members(
    plan: Plan, today: LiveIndex, kinds: Sequence[Kind[Context]], shop: Shop
) -> dict[Address, Sequence[RemoteId]]:
    """Who is in each group whose members the plan moves, if it is there."""
    by_name = {kind.name: kind for kind in kinds}
    found: dict[Address, Sequence[RemoteId]] = {}
    for change in plan.changes:
        held = today.meant(change)
        moves = isinstance(change, Create | Update) and change.members is not None
        if moves and held is not None:
            collection = by_name[change.address.kind].collection
            found[change.address] = fetch_member_pks(shop, collection, held.remote_id)
    return found


def refuse_if_stale(today: Today) -> None:
    """Raise PlanStale when somebody crossed a change since the plan was made."""
    number = len(today.conflicts)
    if number:
        raise PlanStale(
            f"the shop has moved since this plan was made: {counted(number, 'change')} of "
            f"{len(today.found)} cannot be made as planned; nothing was changed",
            hint="plan anew; or apply what still stands: --on-stale skip",
        )


def refuse_if_moved(before: Today, after: Today) -> None:
    """Raise PlanStale when the shop moved between two looks."""
    if after.found != before.found:
        raise PlanStale(
            "the shop moved while you were asked; nothing was changed",
            hint="run it again to see how the plan stands now",
        )


def refuse_if_not_asked(today: Today, checked: Checked, shop: Shop) -> None:
    """Raise PlanStale when the plan would do anything that the files of today do not ask for.

    Whoever can put a plan where apply finds it has said nothing in the files that were reviewed.
    """
    new = plan_changes(checked, shop).plan
    other = not_among(today.plan.steps, new.steps)
    if other:
        raise PlanStale(
            f"the plan does what the files do not ask for: {_named(other)}; nothing was changed",
            hint="plan anew from these files: cg-sync plan -o FILE",
        )


def _named(addresses: Sequence[Address]) -> str:
    shown = ", ".join(it.key for it in addresses[:MOST_NAMED])
    more = len(addresses) - MOST_NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def replanned(plan: Plan, checked: Checked, shop: Shop) -> Prepared:
    """A new plan from the files, as long as it does no more than the saved one.

    Raises PlanStale when it would do anything else, with what that is.
    """
    new = plan_changes(checked, shop)
    known = {it.address: _identity(it, plan) for it in plan.changes}
    other = [
        it.address for it in new.plan.changes if known.get(it.address) != _identity(it, new.plan)
    ]
    if other:
        raise PlanStale(
            f"a new plan would do something else than the saved one: {_named(other)}; "
            "nothing was changed",
            hint="have the new plan read: cg-sync plan -o FILE",
        )
    return new


def _identity(change: Change, plan: Plan) -> tuple[str, RemoteId | None, str]:
    """What a change does, to which record and, of what is deleted, in which state: a record that
    somebody made anew is another.
    """
    intent = plan.intents[change.address]
    match change:
        case Create():
            return intent, None, ""
        case Update():
            return intent, change.remote_id, ""
        case Delete():
            return intent, change.remote_id, plan.fingerprints[change.address]
        case _:
            assert_never(change)


def job_of_today(today: Today, exact: Mapping[Address, JsonObject] = NO_PAYLOADS) -> Job:
    """What is still to do of a saved plan."""
    return Job(
        today.plan,
        today.live.ids,
        today.ids_then,
        made=today.made,
        sizes=_guarded(today.found, today.sizes),
        exact=exact,
    )


def _guarded(found: Sequence[Judged], sizes: Mapping[Address, int]) -> dict[Address, int]:
    """Those of the groups whose members are ours alone."""
    exact = {
        it.change.address
        for it in found
        if not isinstance(it.change, Delete) and it.change.members and it.change.members.fingerprint
    }
    return {address: size for address, size in sizes.items() if address in exact}


def not_as_planned(
    checked: Checked,
    today: Today,
    shop: Shop,
    left_out: Sequence[Change],
    accounts: Mapping[Address, Account] = NO_ACCOUNTS,
) -> tuple[Change, ...]:
    """Those of the changes that are not as planned by now, without those that were left out."""
    out = {it.address for it in left_out}
    found = hold_against_today(today.plan, checked, shop, accounts).found
    return tuple(
        it.change
        for it in found
        if it.change.address not in out and it.standing is not Standing.ALREADY
    )


def refuse_if_left_out(today: Today) -> None:
    """Raise ApplyStopped when changes were left out because somebody crossed one."""
    number = len(today.left_out)
    if number:
        raise ApplyStopped(
            f"{counted(number, 'change')} left out, as the shop has moved; the rest is done",
            done=True,
            hint="plan anew for them: cg-sync plan",
        )
