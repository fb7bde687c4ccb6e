"""Finds what refers to a resource that a plan deletes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cg_sync.core.diff import Change, Delete
from cg_sync.core.kind import C, Kind, Reference, Spec
from cg_sync.core.state import Desired, Live
from cg_sync.errors import Problem, Severity
from cg_sync.jsonvalue import shown

CODE = "CG-L18"


def check_still_used(
    changes: Iterable[Change], desired: Desired, live: Live, kinds: Sequence[Kind[C]]
) -> Iterator[Problem]:
    """An error for each file that refers to what is deleted, at its line; a warning for each live
    record without a file that does, at the deletion.
    """
    by_name = {kind.name: kind for kind in kinds}
    gone = {
        (by_name[it.address.kind].collection, it.address.key): it
        for it in changes
        if isinstance(it, Delete)
    }
    if not gone:
        return
    deleted = {it.address for it in gone.values()}
    for wanted in desired.wanted.values():
        for reference, change in _used(wanted.spec, by_name[wanted.address.kind], gone):
            label = by_name[change.address.kind].label
            yield wanted.document.problem(
                CODE,
                f"{shown(reference.pointer)}: the {label} {change.address.key} is deleted",
                reference.pointer,
                hint=f"take the {label} out here, or keep it",
            )
    for address, held in live.held.items():
        if address in desired.wanted or address in deleted:
            continue
        for _, change in _used(held.spec, by_name[address.kind], gone):
            used = f"{by_name[change.address.kind].label} {change.address.key}"
            by = f"{by_name[address.kind].label} {address.key}"
            yield Problem(
                CODE,
                f"the {used} is deleted, and the {by}, which no file describes, refers to it",
                change.where,
                hint=f"see in the panel what becomes of the {by}",
                severity=Severity.WARNING,
            )


def _used(
    spec: Spec, kind: Kind[C], gone: Mapping[tuple[str, str], Delete]
) -> Iterator[tuple[Reference, Delete]]:
    for reference in kind.references(spec):
        change = gone.get((reference.collection, reference.code))
        if change is not None:
            yield reference, change
