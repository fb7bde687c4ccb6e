"""A saved plan beside the shop of today: what still stands, what is refused, and what is carried
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cg_sync.api.live import fetch_live, fetch_member_pks
from cg_sync.api.shop import Shop
from cg_sync.core.address import Address, RemoteId
from cg_sync.core.agreement import not_among
from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update, field_changes
from cg_sync.core.frozen import Frozen, thawed
from cg_sync.core.guards import tripped_guards
from cg_sync.core.kind import Kind
from cg_sync.core.outcome import Outcome
from cg_sync.core.plan import Plan, Step
from cg_sync.core.staleness import (
    Judged,
    Standing,
    conflicts,
    judged,
    made_already,
    meant_record,
    remaining,
)
from cg_sync.core.state import Live
from cg_sync.errors import (
    ApplyStopped,
    CgSyncError,
    PlanStale,
    PlanUnusable,
    counted,
)
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds.context import Context
from cg_sync.report.data import without_people
from cg_sync.workflow.apply import apply_changes
from cg_sync.workflow.check import Checked
from cg_sync.workflow.plan import Prepared, plan_changes

MOST_NAMED = 3


@dataclass(frozen=True)
class Today:
    """A saved plan beside the shop of today: `plan` has what is still to do as its steps."""

    plan: Plan
    live: Live
    found: tuple[Judged, ...]

    @property
    def conflicts(self) -> tuple[Judged, ...]:
        return tuple(conflicts(self.found))

    @property
    def already(self) -> int:
        """How many changes are as planned without us."""
        return sum(it.standing is Standing.ALREADY for it in self.found)


def hold_against_today(plan: Plan, checked: Checked, shop: Shop) -> Today:
    """Read the shop and say of each change of the plan whether it still stands. Writes nothing.

    Raises PlanUnusable when what is planned would not mean the same in this project any more.
    """
    plan = _thawed(plan, checked)
    live = fetch_live(shop, checked.kinds, checked.context)
    members = _members(plan, live, checked.kinds, shop)
    found = judged(plan, live, members, checked.kinds)
    _refuse_if_otherwise_shown(found, live, checked.kinds)
    left = [it.change for it in found if it.standing is Standing.OK]
    again = tripped_guards(left, live, checked.kinds, checked.project.guards)
    tripped = {(it.rule, it.subject): it for it in (*again, *plan.tripped)}
    plan = replace(
        plan,
        steps=remaining(found, checked.kinds),
        tripped=tuple(tripped.values()),
        calls=dict(shop.calls),
    )
    return Today(plan, live, found)


def _refuse_if_otherwise_shown(
    found: Sequence[Judged], live: Live, kinds: Sequence[Kind[Context]]
) -> None:
    """Raise PlanUnusable for a change that would write anything else than its report shows."""
    by_name = {kind.name: kind for kind in kinds}
    by_id = {(it.address.kind, it.remote_id): it for it in live.held.values()}
    for it in found:
        change = it.change
        if isinstance(change, Delete) or it.record is not Standing.OK:
            continue
        kind = by_name[change.address.kind]
        held = meant_record(change, live, by_id)
        written = field_changes(kind, held.spec if held else None, change.spec, None)
        if _shown(written) != _shown(change.fields):
            raise PlanUnusable(
                f"{kind.label} {change.address.key}: the plan would write something else than it "
                "shows; nothing was changed",
                hint="plan anew: cg-sync plan -o FILE",
            )


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
    plan: Plan, live: Live, kinds: Sequence[Kind[Context]], shop: Shop
) -> dict[Address, Sequence[RemoteId]]:
    """Who is in each group whose members the plan moves, if it is there."""
    by_name = {kind.name: kind for kind in kinds}
    by_id = {(it.address.kind, it.remote_id): it for it in live.held.values()}
    found: dict[Address, Sequence[RemoteId]] = {}
    for change in plan.changes:
        held = meant_record(change, live, by_id)
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
    known = frozenset(plan.intents.values())
    other = [it for it, intent in new.plan.intents.items() if intent not in known]
    if other:
        raise PlanStale(
            f"a new plan would do something else than the saved one: {_named(other)}; "
            "nothing was changed",
            hint="have the new plan read: cg-sync plan -o FILE",
        )
    return new


def apply_today(
    checked: Checked, today: Today, shop: Shop, *, on_step: Callable[[Step], None]
) -> Outcome:
    """Carry out what is still to do of a saved plan; as `apply_changes` otherwise."""
    made = made_already(today.found, today.live)
    return apply_changes(
        checked, Prepared(today.plan, today.live), shop, on_step=on_step, made=made
    )


def look_at_changes(checked: Checked, outcome: Outcome, today: Today, shop: Shop) -> Outcome:
    """The outcome with those of the changes that are not as planned; nobody looks after a failure.

    Raises ApplyStopped when everything was written and the shop cannot be read any more.
    """
    if outcome.failure is not None:
        return outcome
    if not outcome.done:
        return replace(outcome, left=())
    tried = {it.change.address for it in today.found if it.standing is not Standing.CONFLICT}
    try:
        found = hold_against_today(today.plan, checked, shop).found
    except CgSyncError as error:
        raise ApplyStopped(
            f"all {len(outcome.done)} writes are done, but the shop could not be read again: "
            f"{error}",
            done=True,
            hint=error.hint or "run `cg-sync verify` to see whether anything is left",
        ) from error
    left = tuple(
        it.change
        for it in found
        if it.change.address in tried and it.standing is not Standing.ALREADY
    )
    return replace(outcome, left=left)


def refuse_if_skipped(today: Today) -> None:
    """Raise ApplyStopped when changes were left out because somebody crossed them."""
    number = len(today.conflicts)
    if number:
        raise ApplyStopped(
            f"{counted(number, 'change')} left out, as the shop has moved; the rest is done",
            done=True,
            hint="plan anew for them: cg-sync plan",
        )
