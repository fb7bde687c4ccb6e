"""Tells whose doing each change is, by what a plan of the base would do to the same shop.

What that plan would leave alone is the branch's doing; what it would change alike is drift; what it
would change otherwise is both.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Update, diff, is_kept
from cg_sync.core.document import Document
from cg_sync.core.kind import C, Kind
from cg_sync.core.match import pair_up
from cg_sync.core.members_apart import origin_of_members, same_members
from cg_sync.core.origin import MEMBERS, WHOLE, Origin
from cg_sync.core.project import Ownership
from cg_sync.core.state import Desired, Live, Tombstone, Wanted
from cg_sync.jsonvalue import shown


@dataclass(frozen=True, slots=True)
class Side:
    """What the files of one commit say, and what of the shop they own, by folder."""

    desired: Desired
    ownership: Mapping[str, Ownership]


@dataclass(frozen=True, slots=True)
class Apart:
    """Of each change, whose doing its fields are: of a Create or Delete WHOLE, of an Update the
    fields it has, and MEMBERS when members move. `already_live` is what the branch changes and the
    shop has, in the order of kinds and then of keys.
    """

    origins: Mapping[Address, Mapping[str, Origin]]
    already_live: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class _Base:
    """What the base says about this shop: by the address of the live record, what a plan of it
    would do and which of its resources that is; by their own, the resources that the shop lacks.
    """

    changes: Mapping[Address, Update | Delete]
    wanted: Mapping[Address, Wanted]
    missing: Mapping[Address, Wanted]


def tell_apart(
    changes: Sequence[Change],
    *,
    head: Side,
    base: Side,
    live: Live,
    kinds: Sequence[Kind[C]],
    by_member: bool = True,
) -> Apart:
    """Hold the changes, which make `live` what `head` says, against what `base` says.

    Unless `by_member`, when members bear other names than in the files or were not all compared,
    those that move are the branch's doing as soon as it says anything else about them than the
    base, and a group of which it does is never called live already.
    """
    said = _said_by(base, live, kinds)
    by_name = {kind.name: kind for kind in kinds}
    origins: dict[Address, Mapping[str, Origin]] = {}
    for change in changes:
        match change:
            case Create():
                origins[change.address] = {WHOLE: _of_create(change, head.desired, said)}
            case Delete():
                origins[change.address] = {WHOLE: _of_delete(change, said)}
            case Update():
                fields = _of_fields(change, said.changes.get(_held(change)), by_name)
                members = _of_members(change, head.desired, said, by_member=by_member)
                origins[change.address] = {**fields, **members}
            case _:
                assert_never(change)
    rank = {kind.name: number for number, kind in enumerate(kinds)}
    already = [
        *_there_already(head.desired, origins, said, by_member=by_member),
        *_gone_already(head, said, live, by_name),
    ]
    already.sort(key=lambda address: (rank[address.kind], address.key))
    return Apart(origins, tuple(already))


_NOWHERE = Document("", None, dict)


def _said_by(base: Side, live: Live, kinds: Sequence[Kind[C]]) -> _Base:
    # Without places: nobody asks for those of the base, and finding them means reading it again.
    desired = Desired(
        {it.address: replace(it, document=_NOWHERE) for it in base.desired.wanted.values()},
        {address: Tombstone(address, _NOWHERE) for address in base.desired.absent},
    )
    pairs = pair_up(desired, live)
    difference = diff(pairs, desired, live, kinds=kinds, ownership=base.ownership, members={})
    return _Base(
        changes={_held(it): it for it in difference.changes if not isinstance(it, Create)},
        wanted={it.held.address: it.wanted for it in pairs if it.held is not None},
        missing={it.wanted.address: it.wanted for it in pairs if it.held is None},
    )


def _held(change: Update | Delete) -> Address:
    """Where the shop has what changes."""
    former = change.former if isinstance(change, Update) else None
    return change.address if former is None else Address(change.address.kind, former)


def _of_create(change: Create, head: Desired, said: _Base) -> Origin:
    wanted = head.wanted[change.address]
    there = next((said.missing[it] for it in _names(wanted, head) if it in said.missing), None)
    if there is None:
        return Origin.YOURS
    same = there.spec == wanted.spec and same_members(there.membership, wanted.membership)
    return Origin.DRIFT if same else Origin.BOTH


def _names(wanted: Wanted, head: Desired) -> Iterator[Address]:
    """Its address, and the former ones that no other file of the branch speaks of."""
    yield wanted.address
    for key in wanted.former:
        former = Address(wanted.address.kind, key)
        if former not in head.wanted and former not in head.absent:
            yield former


def _of_delete(change: Delete, said: _Base) -> Origin:
    there = said.changes.get(change.address)
    if there is None:
        return Origin.YOURS
    return Origin.DRIFT if isinstance(there, Delete) else Origin.BOTH


def _of_fields(
    change: Update, there: Update | Delete | None, kinds: Mapping[str, Kind[C]]
) -> dict[str, Origin]:
    attributes = {shown(it.pointer): it.name for it in kinds[change.address.kind].fields}
    origins: dict[str, Origin] = {}
    for name in (field.name for field in change.fields):
        if isinstance(there, Delete):
            origins[name] = Origin.BOTH
        elif there is None or name not in {field.name for field in there.fields}:
            origins[name] = Origin.YOURS
        else:
            attribute = attributes[name]
            same = getattr(there.spec, attribute) == getattr(change.spec, attribute)
            origins[name] = Origin.DRIFT if same else Origin.BOTH
    return origins


def _of_members(
    change: Update, head: Desired, said: _Base, *, by_member: bool
) -> dict[str, Origin]:
    if change.members is None:
        return {}
    held = _held(change)
    if isinstance(said.changes.get(held), Delete):
        return {MEMBERS: Origin.BOTH}
    there, wanted = said.wanted.get(held), head.wanted[change.address]
    before = there.membership if there is not None else None
    after = wanted.membership
    return {MEMBERS: origin_of_members(change.members, before, after, by_member=by_member)}


def _there_already(
    head: Desired, changed: Container[Address], said: _Base, *, by_member: bool
) -> Iterator[Address]:
    """What the branch wants otherwise than the base does, and the shop has like that."""
    for address, wanted in head.wanted.items():
        there = said.wanted.get(address)
        before = there.membership if there is not None else None
        says_other = there is None or address in said.changes
        if wanted.membership is not None and not same_members(before, wanted.membership):
            says_other = by_member
        if says_other and address not in changed:
            yield address


def _gone_already(
    head: Side, said: _Base, live: Live, kinds: Mapping[str, Kind[C]]
) -> Iterator[Address]:
    """What the base wants, the branch does not want in the shop, and the shop lacks."""
    named = {name for it in head.desired.wanted.values() for name in _names(it, head.desired)}
    unreadable = {(it.kind, it.key) for it in live.unreadable}
    for address in said.missing:
        owned = head.ownership.get(kinds[address.kind].folder, Ownership())
        unwanted = owned.mode == "all" and not is_kept(address.key, owned)
        if address in named or (address.kind, address.key) in unreadable:
            continue
        if address in head.desired.absent or unwanted:
            yield address
