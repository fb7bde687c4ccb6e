"""Counts the calls of a run: those that carry out its steps, and those that read the shop before
and after.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import groupby

from cg_sync.core.address import Address
from cg_sync.core.forecast import (
    NO_READS,
    Forecast,
    Pace,
    Phase,
    Reads,
    pages_of,
    reads_of,
)
from cg_sync.core.journal import WRITES
from cg_sync.core.kind import C, Kind
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from cg_sync.core.state import Live


def forecast_of(
    steps: Sequence[Step],
    live: Live,
    kinds: Sequence[Kind[C]],
    *,
    sizes: Mapping[Address, int],
    guarded: Container[Address],
    page_size: int,
    spent: Reads = NO_READS,
    again: Reads = NO_READS,
    log_ins: int = 0,
    exact: bool = True,
    pace: Pace | None = None,
    parallel: int,
) -> Forecast:
    """What carrying out the steps costs, and to read as much of the shop again.

    `sizes` has how many members each group has whose members were read, `guarded` the groups whose
    members are ours alone. `spent` is what reading has cost so far, counted here when it was no
    shop that was read; `again` is what reading will cost beside listings.
    """
    listed = [*_rows(live, kinds), *sizes.values()]
    then = [*_rows(live, kinds, steps), *_sizes(sizes, steps).values()]
    return Forecast(
        spent if spent.calls else reads_of(listed, page_size, parallel),
        phases_in(steps, kinds, guarded=guarded, page_size=page_size),
        reads_of(then, page_size, parallel) + again,
        log_ins=log_ins,
        exact=exact,
        pace=pace,
        parallel=parallel,
    )


def phases_in(
    steps: Sequence[Step],
    kinds: Sequence[Kind[C]],
    *,
    guarded: Container[Address],
    page_size: int,
) -> tuple[Phase, ...]:
    """The steps by sort and kind, in their order, with the looks that they take.

    Of a group that is `guarded` the number of members is looked at once before some join, and once
    before some leave. All of what is deleted is read, its members too.
    """
    by_name = {kind.name: kind for kind in kinds}
    phases = []
    for (sort, name), run in groupby(steps, key=lambda it: (type(it), it.change.address.kind)):
        mine = list(run)
        kept = sum(_kept_looks(it, by_name[name], page_size) for it in mine)
        moves = (it.change.address for it in mine if isinstance(it, AddMembers | RemoveMembers))
        sized = {it for it in moves if it in guarded}
        looks = kept + len(sized) + (len(mine) if sort is UpdateRecord else 0)
        phases.append(Phase(WRITES[sort], name, len(mine), looks, kept))
    return tuple(phases)


def _kept_looks(step: Step, kind: Kind[C], page_size: int) -> int:
    if not isinstance(step, DeleteRecord):
        return 0
    return 1 + (pages_of(step.change.size or 0, page_size) if kind.has_members else 0)


def _rows(live: Live, kinds: Sequence[Kind[C]], steps: Sequence[Step] = ()) -> Iterator[int]:
    """How many rows each listing has, once these steps are made."""
    listed = dict.fromkeys(name for kind in kinds for name in kind.looks_up)
    yield from (live.rows.get(name, 0) for name in listed)
    for kind in kinds:
        mine = [it for it in steps if it.change.address.kind == kind.name]
        made = sum(isinstance(it, CreateRecord) for it in mine)
        gone = sum(isinstance(it, DeleteRecord) for it in mine)
        yield live.rows.get(kind.collection, 0) + made - gone


def _sizes(sizes: Mapping[Address, int], steps: Sequence[Step]) -> dict[Address, int]:
    """How many members those groups have whose members are read, once these steps are made."""
    found = dict(sizes)
    for step in steps:
        address = step.change.address
        match step:
            case CreateRecord(change) if change.members is not None:
                found[address] = 0
            case AddMembers(_, members) if address in found:
                found[address] += len(members)
            case RemoveMembers(_, members) if address in found:
                found[address] -= len(members)
            case DeleteRecord():
                found.pop(address, None)
    return found
