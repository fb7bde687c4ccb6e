"""Renames that no file declares: a new resource that is much like one which goes away beside it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cg_sync.core.address import Address
from cg_sync.core.diff import Create, Delete, Difference
from cg_sync.core.kind import C, Kind, Spec
from cg_sync.core.overlap import LEAST_MEMBERS, Overlap, Overlaps
from cg_sync.core.state import Desired, Held, Live, Wanted
from cg_sync.errors import Problem
from cg_sync.jsonvalue import canonical, shown

LEAST_SHARE_IN_ONE_FILE = 0.5
"""Of the members of the smaller of two groups that one file described, one after the other."""
MOST_ALIKE = 50
"""What more resources than this have in common marks none of them."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A resource of the shop that the files want no more. `tombstone` is the file that deletes it,
    `described_by` the one that described it where this branch began; empty when there is none.
    """

    held: Held
    tombstone: str = ""
    described_by: str = ""


def suspects_in(difference: Difference, desired: Desired) -> tuple[Create, ...]:
    """The new resources whose files do not say `not_a_rename: true`."""
    return tuple(
        it
        for it in difference.changes
        if isinstance(it, Create) and not _is_denied(desired.wanted[it.address].document.content)
    )


def _is_denied(content: object) -> bool:
    return isinstance(content, Mapping) and content.get("not_a_rename") is True


def gone_in(
    difference: Difference, live: Live, described_by: Mapping[Address, str]
) -> tuple[Gone, ...]:
    """What is deleted, and what stays without a file that had one where this branch began, by
    address.

    What the shop holds twice is left out: no rename could tell the two apart.
    """
    deletes = [it for it in difference.changes if isinstance(it, Delete)]
    tombstones = {it.address: it.where.file if it.where is not None else "" for it in deletes}
    left = [address for address in difference.unmanaged if address in described_by]
    return tuple(
        Gone(live.held[address], tombstones.get(address, ""), described_by.get(address, ""))
        for address in sorted([*tombstones, *left])
        if address not in live.twice
    )


def to_compare(suspects: Sequence[Create], gone: Sequence[Gone]) -> tuple[Gone, ...]:
    """The groups that go whose members must be known, since a new one is of fitting size."""
    with_members = [it for it in suspects if it.members is not None and it.members.add]
    return tuple(it for it in gone if any(_could_be(it, suspect) for suspect in with_members))


def _could_be(gone: Gone, suspect: Create) -> bool:
    new = len(suspect.members.add) if suspect.members is not None else 0
    if suspect.address.kind != gone.held.address.kind or gone.held.size == 0:
        return False
    if suspect.where.file == gone.described_by:
        return True
    size = gone.held.size if gone.held.size is not None else max(new, LEAST_MEMBERS)
    return Overlap(min(size, new), size, new).is_large


@dataclass(frozen=True, slots=True)
class _Likeness:
    """Why a new resource may be that one. The largest `weight` wins: shared members, then the same
    file, then equal fields; of equals the first by address.
    """

    gone: Gone
    why: str
    weight: tuple[float, bool, int]


def check_renames(
    suspects: Sequence[Create],
    gone: Sequence[Gone],
    desired: Desired,
    overlaps: Overlaps,
    kinds: Sequence[Kind[C]],
) -> Iterator[Problem]:
    """An error for each new resource that looks like one which goes, naming the likest."""
    for kind in kinds:
        new = [it for it in suspects if it.address.kind == kind.name]
        old = [it for it in gone if it.held.address.kind == kind.name]
        if not new or not old:
            continue
        found: dict[Address, list[_Likeness]] = defaultdict(list)
        for address, likeness in (
            *_by_members(old, overlaps),
            *_by_file(new, old, overlaps),
            *_by_fields(new, old, desired, kind),
        ):
            found[address].append(likeness)
        for suspect in new:
            likest = max(found[suspect.address], key=lambda it: it.weight, default=None)
            if likest is not None:
                yield _problem(suspect, likest, kind, desired)


def _by_members(gone: Sequence[Gone], overlaps: Overlaps) -> Iterator[tuple[Address, _Likeness]]:
    for it in gone:
        for address, overlap in overlaps.get(it.held.address, {}).items():
            if overlap.is_large:
                whole = max(overlap.gone, overlap.new)
                why = f"{overlap.shared:,} of {whole:,} members are the same"
                yield address, _Likeness(it, why, (overlap.share, False, 0))


def _by_file(
    suspects: Sequence[Create], gone: Sequence[Gone], overlaps: Overlaps
) -> Iterator[tuple[Address, _Likeness]]:
    """A file that described another resource before; unless it is known to name other people."""
    by_file = {it.described_by: it for it in gone if it.described_by}
    for suspect in suspects:
        it = by_file.get(suspect.where.file)
        if it is not None and not _has_other_people(suspect, it, overlaps):
            yield suspect.address, _Likeness(it, "this file described it before", (0.0, True, 0))


def _has_other_people(suspect: Create, gone: Gone, overlaps: Overlaps) -> bool:
    shared = overlaps.get(gone.held.address)
    if shared is None or suspect.members is None or not suspect.members.add:
        return False
    overlap = shared.get(suspect.address)
    return overlap is None or overlap.share_of_smaller < LEAST_SHARE_IN_ONE_FILE


def _by_fields(
    suspects: Sequence[Create], gone: Sequence[Gone], desired: Desired, kind: Kind[C]
) -> Iterator[tuple[Address, _Likeness]]:
    """What the kind takes for alike, as long as no resource with a file is at least as like."""
    old: dict[str, list[Gone]] = defaultdict(list)
    for it in gone:
        old[kind.likeness(it.held.spec)].append(it)
    new = [(it, kind.likeness(it.spec)) for it in suspects]
    if not any(mark and mark in old for _, mark in new):
        return
    rivals: dict[str, list[Wanted]] = defaultdict(list)
    for wanted in desired.wanted.values():
        if wanted.address.kind == kind.name:
            rivals[kind.likeness(wanted.spec)].append(wanted)
    for suspect, mark in new:
        if not mark or mark not in old or len(old[mark]) + len(rivals[mark]) > MOST_ALIKE:
            continue
        others = [it.spec for it in rivals[mark] if it.address != suspect.address]
        least = max((_equal(suspect.spec, it, kind) for it in others), default=0)
        for candidate in old[mark]:
            equal = _equal(suspect.spec, candidate.held.spec, kind)
            if equal > least:
                why = _differing(suspect.spec, candidate.held.spec, kind)
                yield suspect.address, _Likeness(candidate, why, (0.0, False, equal))


def _equal(one: Spec, other: Spec, kind: Kind[C]) -> int:
    return sum(getattr(one, it.name) == getattr(other, it.name) for it in kind.fields)


def _differing(one: Spec, other: Spec, kind: Kind[C]) -> str:
    """`only slug and priority differ`."""
    names = [
        shown(it.pointer) for it in kind.fields if getattr(one, it.name) != getattr(other, it.name)
    ]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"only {listed} {'differ' if len(names) > 1 else 'differs'}"


def _problem(suspect: Create, likeness: _Likeness, kind: Kind[C], desired: Desired) -> Problem:
    gone, key = likeness.gone, likeness.gone.held.address.key
    former = desired.wanted[suspect.address].former
    listed = ", ".join(_written(it) for it in (*former, key))
    kept = f"the {kind.label} and its members" if kind.has_members else f"the {kind.label}"
    first = f"remove {gone.tombstone} and write" if gone.tombstone else "write"
    return Problem(
        "CG-L16",
        f"looks like a rename of {kind.label} {key}: {likeness.why}",
        suspect.where,
        hint=f"{first} `renamed_from: [{listed}]` to keep {kept}, or `not_a_rename: true` if it "
        "really is another",
    )


def _written(key: str) -> str:
    """The key as an item of a list in YAML, in quotes where it could be something else."""
    plain = re.fullmatch(r"[^\W\d_][\w .-]*", key) and not key.endswith(" ")
    words = ("true", "false", "null")
    # A plain `${` would be a variable.
    return key if plain and key.casefold() not in words else canonical(key.replace("${", "$${"))
