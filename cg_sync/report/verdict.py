"""A plan in a few sentences, the same in every format: where, what, from what, at what cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.guards import COUNTING, Tripped
from cg_sync.core.limits import percent as percent
from cg_sync.core.moves import Move
from cg_sync.core.origin import Origin
from cg_sync.core.plan import Plan, View
from cg_sync.core.source import SnapshotRead, Source
from cg_sync.errors import counted
from cg_sync.report.line import discreet

_PLANNED = ((Create, "to create"), (Update, "to update"), (Delete, "to delete"))
_DRIFTED = (
    (Create, "missing in the shop"),
    (Update, "different"),
    (Delete, "in the shop though it must not be"),
)
SHORT_COMMIT = 12


@dataclass(frozen=True, slots=True)
class Counts:
    """How many resources a plan creates, updates and deletes, and how many members move."""

    create: int
    update: int
    delete: int
    members_added: int
    members_removed: int


def counts_of(changes: Iterable[Change]) -> Counts:
    """What the changes add up to."""
    found = list(changes)
    kinds = Counter(type(it) for it in found)
    deltas = [it.members for it in found if not isinstance(it, Delete) and it.members is not None]
    return Counts(
        create=kinds[Create],
        update=kinds[Update],
        delete=kinds[Delete],
        members_added=sum(len(it.add) for it in deltas),
        members_removed=sum(len(it.remove) for it in deltas),
    )


def heading(plan: Plan) -> str:
    """`Plan for production`, or `Drift of production`."""
    word = "Plan for" if plan.view == "plan" else "Drift of"
    return f"{word} {discreet(plan.target.environment)}"


def verdict(plan: Plan) -> str:
    """What the plan does, or how far the shop is from the files, in one sentence."""
    return ", ".join(verdict_parts(plan))


def verdict_parts(plan: Plan) -> list[str]:
    """The parts of that sentence: `2 to create`, `members +120 −3`; at least one."""
    kinds = Counter(type(change) for change in plan.changes)
    words = _PLANNED if plan.view == "plan" else _DRIFTED
    parts = [f"{kinds[kind]:,} {word}" for kind, word in words if kinds[kind]]
    counts = counts_of(plan.changes)
    if counts.members_added or counts.members_removed:
        parts.append(_moved(counts) if plan.view == "plan" else _drifted_members(counts))
    return parts or ["nothing to do" if plan.view == "plan" else "none"]


def _moved(counts: Counts) -> str:
    return f"members +{counts.members_added:,} −{counts.members_removed:,}"


def _drifted_members(counts: Counts) -> str:
    words = ((counts.members_added, "missing"), (counts.members_removed, "too many"))
    return f"members: {', '.join(f'{number:,} {word}' for number, word in words if number)}"


def beside(plan: Plan) -> str:
    """What there is beside the changes: `3 as written, 1 unmanaged, 1 warning`."""
    parts = [f"{plan.unchanged:,} as written"]
    if plan.unmanaged:
        parts.append(f"{len(plan.unmanaged):,} unmanaged")
    if plan.problems:
        parts.append(counted(len(plan.problems), "warning"))
    return ", ".join(parts)


def whose(plan: Plan) -> str:
    """`3 yours, 1 drift, 2 already live`, counted by resource; empty when no base was asked for."""
    if plan.source is None or not plan.source.base:
        return ""
    found = Counter(origin_of(plan.origins.get(it.address, {})) for it in plan.changes)
    parts = [f"{found[origin]:,} {word}" for origin, word in ORIGIN_WORDS.items() if found[origin]]
    if plan.already_live:
        parts.append(f"{len(plan.already_live):,} already live")
    return ", ".join(parts) or "nothing differs"


ORIGIN_WORDS: Mapping[Origin, str] = {
    Origin.YOURS: "yours",
    Origin.BOTH: "yours over drift",
    Origin.DRIFT: "drift",
}
"""What each origin is called in a plan."""


def origin_of(fields: Mapping[str, Origin]) -> Origin | None:
    """One word for a whole change: `BOTH` as soon as its fields do not agree."""
    found = set(fields.values())
    if not found:
        return None
    return found.pop() if len(found) == 1 else Origin.BOTH


def about(plan: Plan) -> Iterator[str]:
    """Sentences about how to read the plan and what it was made from, the most surprising first."""
    if plan.view == "drift" and plan.changes:
        yield (
            "Each value is told as: in the shop → in the files. "
            "+ is missing in the shop, - must not be there."
        )
    source = plan.source
    if source is None:
        return
    if source.snapshot is not None:
        yield snapshot_sentence(source.snapshot)
    if source.base:
        yield f"Held against {discreet(source.base)[:SHORT_COMMIT]}: {whose(plan)}."
    if source.commit:
        yield f"Files as of {commit_of(source)}."


def commit_of(source: Source) -> str:
    """`4f1c2ab90d11`, or `4f1c2ab90d11 and changes that are not committed`."""
    more = " and changes that are not committed" if source.dirty else ""
    return f"{discreet(source.commit)[:SHORT_COMMIT]}{more}"


def snapshot_sentence(snapshot: SnapshotRead) -> str:
    """How old the shop's picture is, and whether it can be trusted."""
    when = snapshot.read_at.strftime("%Y-%m-%d %H:%M UTC")
    signed = "signed" if snapshot.signed else "not signed"
    return (
        f"Made from a snapshot that is {age(snapshot.age)} old ({when}, {signed}), not from the "
        "shop itself: what the shop does today may differ."
    )


def age(span: timedelta) -> str:
    """`5 minutes`, `3 hours`, `2 days`."""
    seconds = max(0, int(span.total_seconds()))
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, noun)
    return "less than a minute"


def guard_sentence(tripped: Tripped) -> str:
    """`5 of 12 groups (41.67%) would go; the limit is 30%`, and where the policy stands above."""
    subject, bound = discreet(tripped.subject), tripped.bound
    if tripped.rule == "empty":
        some = f"all {tripped.whole:,}" if tripped.whole > 1 else "the last of the"
        more = "" if bound is None else ", which the policy forbids"
        return f"{some} {subject} would go; none would be left{more}"
    part = f"{tripped.part:,} of {tripped.whole:,} {subject}"
    if tripped.rule not in COUNTING:
        part = f"{part} ({percent(tripped.share)})"
    does = f"{_DOES.get(tripped.rule, 'would go')}{_named(tripped.names)}"
    more = "" if bound is None else f", and the policy's bound {_limit(tripped, bound)}"
    return f"{part} {does}; the limit is {_limit(tripped, tripped.limit)}{more}"


def _limit(tripped: Tripped, limit: float) -> str:
    return f"{limit:,.0f}" if tripped.rule in COUNTING else percent(limit)


_DOES: Mapping[str, str] = {
    "max_update_share": "would change",
    "max_priority_moves": "would take another place in the order of precedence",
    "max_display_changes": "would show other prices or stock",
}
MOST_NAMED = 10


def _named(names: Sequence[str]) -> str:
    """The names in brackets, the first ten of them."""
    more = len(names) - MOST_NAMED
    told = ", ".join(discreet(it, 80) for it in names[:MOST_NAMED])
    return (f" ({told} and {more:,} more)" if more > 0 else f" ({told})") if names else ""


def move_sentence(move: Move) -> str:
    """`118 customers from Silver to Gold`."""
    customers = counted(move.count, "customer")
    return f"{customers} from {discreet(move.source.key, 80)} to {discreet(move.target.key, 80)}"


IF_MEANT = "if this is meant, until DATE"
NO_WAY = "no allowance helps: make the change smaller, or change the policy in cg-sync.yaml"


def allowing(tripped: Tripped, plan: Plan) -> str:
    """The command that lets a guard pass for this plan, until a DATE that people fill in; empty
    when the policy forbids that.
    """
    if tripped.bound is not None:
        return ""
    return f"cg-sync apply --allow {tripped.rule}@{plan.short_digest}@DATE"


def way_out(tripped: Tripped, plan: Plan) -> str:
    """What to do about a guard: the command that lets it pass, if one can."""
    command = allowing(tripped, plan)
    return f"{IF_MEANT}: {command}" if command else NO_WAY


def relied_on(number: int) -> str:
    """Said of rules whose form at the shop is our best guess."""
    rules = f"{counted(number, 'rule')} {'relies' if number == 1 else 'rely'}"
    return f"{rules} on forms that nobody has verified with this shop; see docs/dialect.md."


def spent(calls: Mapping[str, int], view: View = "plan") -> str:
    """What making the plan cost: `This plan cost 12 calls (11 GET, 1 OPTIONS).`"""
    what = "This plan" if view == "plan" else "This look at the shop"
    total = sum(calls.values())
    detail = ", ".join(f"{count:,} {verb}" for verb, count in sorted(calls.items()))
    return f"{what} cost {counted(total, 'call')}" + (f" ({detail})." if detail else ".")
