"""What a branch leaves behind in the shop, and what of its new resources looks like a rename of
that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cg_sync.api.live import Reader, fetch_member_pks
from cg_sync.core.address import Address
from cg_sync.core.diff import Delete, Difference
from cg_sync.core.kind import Kind
from cg_sync.core.overlap import Overlap, joining, overlaps_of
from cg_sync.core.renames import check_renames, gone_in, suspects_in, to_compare
from cg_sync.core.state import Live
from cg_sync.errors import Position, Problem, Severity
from cg_sync.files.environment import VARS, substitute
from cg_sync.files.history import read_former_files
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.kinds.context import Context
from cg_sync.workflow.check import Checked


def read_former(checked: Checked, difference: Difference) -> Mapping[Address, str]:
    """What the files described where this branch began, of those that it has deleted or changed,
    and in which file. Git is asked only when something of the shop has no file now.
    """
    if not difference.unmanaged and not any(isinstance(it, Delete) for it in difference.changes):
        return {}
    by_folder = {kind.folder: kind for kind in checked.kinds}
    variables = checked.environment.vars if checked.environment is not None else {}
    found: dict[Address, str] = {}
    for path, content in read_former_files(checked.root, list(by_folder)).items():
        kind = by_folder[path.partition("/")[0]]
        document, _ = read_yaml(content, file=path)
        if document is None:
            continue
        written = substitute(document, variables, source=VARS)[0].content
        key = written.get(kind.key) if isinstance(written, Mapping) else None
        if isinstance(key, str):
            found[Address(kind.name, key)] = path
    return found


def find_renames(
    checked: Checked,
    difference: Difference,
    live: Live,
    shop: Reader,
    former: Mapping[Address, str],
    *,
    severity: Severity,
) -> tuple[Problem, ...]:
    """A problem for each new resource that looks like a rename of one that goes. `former` is what
    the files described before.

    The members of a group that goes are read when a new one has about as many.
    """
    suspects = suspects_in(difference, checked.desired)
    gone = gone_in(difference, live, former)
    if not suspects or not gone:
        return ()
    by_name = {kind.name: kind for kind in checked.kinds}
    candidates = to_compare(suspects, gone)
    joins = joining(suspects if candidates else ())
    overlaps: dict[Address, Mapping[Address, Overlap]] = {}
    for it in candidates:
        collection = by_name[it.held.address.kind].collection
        members = fetch_member_pks(shop, collection, it.held.remote_id)
        if members:
            overlaps[it.held.address] = overlaps_of(members, joins)
    found = check_renames(suspects, gone, checked.desired, overlaps, checked.kinds)
    return tuple(replace(it, severity=severity) for it in found)


def check_left_behind(
    checked: Checked, unmanaged: Sequence[Address], former: Mapping[Address, str]
) -> Iterator[Problem]:
    """A warning for each resource that has lost its file in this branch and stays in the shop."""
    desired = checked.desired
    files = {it.document.file for it in desired.wanted.values()}
    files |= {it.document.file for it in desired.absent.values()}
    by_name = {kind.name: kind for kind in checked.kinds}
    left = set(unmanaged)
    for address, file in former.items():
        if address in left:
            yield _left_behind(by_name[address.kind], address.key, file, is_there=file in files)


def _left_behind(kind: Kind[Context], key: str, file: str, *, is_there: bool) -> Problem:
    why = f"the file describes another {kind.label} now" if is_there else "the file was deleted"
    way = "give it a file with" if is_there else "bring the file back with"
    return Problem(
        "CG-L08",
        f"{why}; the {kind.label} {key} stays in the shop, now unmanaged",
        Position(file),
        hint=f"to delete the {kind.label}, {way} `state: absent`",
        severity=Severity.WARNING,
    )
