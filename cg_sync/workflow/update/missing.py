"""Resources that the shop does not have as the files say: gone, renamed, or still there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cg_sync.api.shop import Shop
from cg_sync.core.address import Address
from cg_sync.core.kind import Kind, Spec
from cg_sync.core.match import Pair, pair_up
from cg_sync.core.state import Held, Live, Tombstone, Wanted
from cg_sync.errors import Problem
from cg_sync.kinds.context import Context
from cg_sync.workflow.check import Checked
from cg_sync.workflow.update.left import left_alone
from cg_sync.workflow.update.members import is_just

MOST_READ = 3
"""How many groups are read to see whether one has the members of a group that is missing."""


def wanted_gone(tombstones: Iterable[Tombstone], live: Live) -> Iterator[Problem]:
    """A warning for each resource that is to be deleted and still is in the shop."""
    for it in tombstones:
        if it.address in live.held:
            where = it.document.position_of(("state",), of_key=True)
            hint = "remove `state: absent` and import it, or apply to delete it"
            yield left_alone("state: absent here, and the shop has it", where, hint)


def missing(checked: Checked, pairs: Sequence[Pair], live: Live, shop: Shop) -> Iterator[Problem]:
    """A warning for what the shop does not have, with a hint where it may have another name."""
    kinds = {kind.name: kind for kind in checked.kinds}
    taken = {it.held.address for it in pair_up(checked.desired, live) if it.held is not None}
    taken |= checked.desired.absent.keys()
    for pair in pairs:
        if pair.held is not None:
            continue
        kind = kinds[pair.wanted.address.kind]
        free = [
            it
            for address, it in live.held.items()
            if address.kind == kind.name and address not in taken
        ]
        hint = "apply makes it; if it was deleted on purpose, write `state: absent`"
        twin = next(_twins(pair.wanted, kind, free, shop), None)
        if twin is not None:
            hint = (
                f"{twin.key} in the shop is just like it: if it was renamed, write that name here, "
                f"and renamed_from: [{pair.wanted.address.key}]"
            )
        where = pair.wanted.document.position_of((kind.key,))
        yield left_alone(f"{kind.key}: the shop has no such {kind.label}", where, hint)


def _twins(
    wanted: Wanted, kind: Kind[Context], free: Sequence[Held], shop: Shop
) -> Iterator[Address]:
    """Records without a file that are like it in all but their names."""
    rest = [it.name for it in kind.fields if it.name not in (kind.key, "name")]
    if rest:
        mine = _values(wanted.spec, rest)
        yield from (it.address for it in free if _values(it.spec, rest) == mine)
    elif wanted.membership is not None and len(wanted.membership.keys):
        size = len(wanted.membership.keys)
        for it in [it for it in free if it.size == size][:MOST_READ]:
            if is_just(shop.fetch_members(kind.collection, it.remote_id), wanted.membership):
                yield it.address


def _values(spec: Spec, names: Sequence[str]) -> Mapping[str, object]:
    return {name: getattr(spec, name) for name in names}
