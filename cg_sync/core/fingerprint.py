"""Names states of single resources, so that it can be told later whether one has moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.kind import C, Kind, Spec
from cg_sync.core.state import Held, Live
from cg_sync.jsonvalue import JsonValue, digest_of, shown

ABSENT = "absent"
"""The fingerprint of what a create starts from."""


def readable_fields(spec: Spec, kind: Kind[C]) -> dict[str, JsonValue]:
    """Every field that cg-sync manages, as authors name and write it."""
    return {shown(it.pointer): spec.readable(it.name) for it in kind.fields}


def spec_fingerprint(spec: Spec, kind: Kind[C]) -> str:
    """Names the value of every managed field; equal for equal specs."""
    return digest_of([kind.name, readable_fields(spec, kind), spec.meaning()])


def held_fingerprint(held: Held, kind: Kind[C], *, with_size: bool) -> str:
    """Names a live record: which one it is, its managed fields and, `with_size`, how many members
    it says it has. What cg-sync does not manage is no part of it.
    """
    size = held.size if with_size else None
    return digest_of([held.remote_id, spec_fingerprint(held.spec, kind), size])


def fingerprints_of(
    changes: Sequence[Change], live: Live, kinds: Sequence[Kind[C]]
) -> dict[Address, str]:
    """The live state that each change starts from; members have a fingerprint of their own."""
    by_name = {kind.name: kind for kind in kinds}
    found = {}
    for change in changes:
        kind = by_name[change.address.kind]
        match change:
            case Create():
                found[change.address] = ABSENT
            case Update():
                address = Address(kind.name, change.former or change.address.key)
                held = live.held[address]
                found[change.address] = held_fingerprint(held, kind, with_size=False)
            case Delete():
                held = live.held[change.address]
                found[change.address] = held_fingerprint(held, kind, with_size=True)
            case _:
                assert_never(change)
    return found
