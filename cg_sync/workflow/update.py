"""`import --update`: live changes written back into the files that are there, such that a plan made
from them is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cg_sync.api.live import fetch_live
from cg_sync.api.shop import Shop
from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.core.kind import Kind
from cg_sync.core.match import Pair, check_against_shop, pair_up
from cg_sync.core.members import MemberKeys
from cg_sync.core.schema import Law
from cg_sync.core.state import Desired, Held, Live, make_desired
from cg_sync.errors import Position, Problem, Severity, UsageWrong, did_you_mean
from cg_sync.files.environment import VARS, substitute
from cg_sync.files.member_update import Key, is_csv, keys_in, lists_of
from cg_sync.files.paths import resolve_inside, shown_path
from cg_sync.files.schemas import read_schemas
from cg_sync.files.writing import write_text
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_update import update_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.kinds.context import Context
from cg_sync.rules.merge import references_in
from cg_sync.workflow.check import Checked
from cg_sync.workflow.update_fields import (
    LeftAlone,
    Orders,
    orders_of,
    refuse_lost_variables,
    with_live_fields,
)
from cg_sync.workflow.update_members import (
    MembersFound,
    find_members,
    with_live_members,
)

_BY_HAND = "change the file by hand"


@dataclass(frozen=True, slots=True)
class Edited:
    """One file that changes: its path from the root of the project, its bytes before and after."""

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True)
class Draft:
    """All that changes for one resource. `added` and `removed` are members of its file; `keys` whom
    the file names then, None when its members stay as they are.
    """

    address: Address
    held: Held
    files: tuple[Edited, ...]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: MemberKeys | None = None
    added: tuple[Key, ...] = ()
    removed: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Updated:
    """What an update found: drafts of what changes, and why other resources are left alone."""

    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]

    @property
    def files(self) -> tuple[Edited, ...]:
        """All files that change, each once."""
        by_path = {it.path: it for draft in self.drafts for it in draft.files}
        return tuple(by_path.values())


def update_files(
    checked: Checked,
    shop: Shop,
    *,
    only: frozenset[str],
    chosen: Sequence[str] = (),
    members: bool = True,
) -> Updated:
    """Find what the files have to say for the shop to be as they want it. Writes nothing.

    `only` names folders, `chosen` keys or files (none: all); `members` False leaves membership as
    it is. Raises FilesError for a project with errors, UsageWrong for a choice that is not there.
    """
    checked.refuse_if_broken()
    is_chosen = _chooser(checked.desired, chosen)
    live = fetch_live(shop, checked.kinds, checked.context)
    pairs = pair_up(checked.desired, live)
    folders = {kind.name: kind.folder for kind in checked.kinds}
    mine = [
        it for it in pairs if folders[it.wanted.address.kind] in only and is_chosen(it.wanted)
    ]
    problems = [
        _left(f"{it.address.key}: the file wants it gone, and the shop has it", it.document)
        for it in checked.desired.absent.values()
        if it.address in live.held and folders[it.address.kind] in only and is_chosen(it)
    ]
    unclear = _unclear(checked, mine, live)
    held = [(it, it.held) for it in mine if it.held is not None and not unclear.get(it.wanted.document.file)]
    found = find_members(shop, held, checked.kinds) if members else {}
    update = _Update(checked, live, found)
    drafts: list[Draft] = []
    for pair in mine:
        problems += unclear.get(pair.wanted.document.file, ())
        try:
            draft = None if unclear.get(pair.wanted.document.file) else update.draft(pair)
        except LeftAlone as reason:
            where = reason.where or pair.wanted.document.position_of()
            problems.append(_problem(str(reason), where, reason.hint))
            continue
        if draft is not None:
            drafts.append(draft)
    sound, wrong = update.without_faults(drafts)
    return Updated(tuple(sound), (*problems, *wrong))


def write_updates(root: Path, files: Iterable[Edited]) -> None:
    """Write the files below `root`, each whole or not at all; FilesError at the first that cannot
    be written.
    """
    for file in files:
        write_text(root / file.path, file.after.decode())
