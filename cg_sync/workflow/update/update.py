"""`import --update`: live changes written back into the files that are there, such that a plan made
from them is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from cg_sync.api.live import fetch_live
from cg_sync.api.shop import Shop
from cg_sync.core.address import Address
from cg_sync.core.kind import Kind, Spec
from cg_sync.core.match import Pair, check_against_shop, pair_up
from cg_sync.core.state import Desired, Held, Live, Tombstone, Wanted
from cg_sync.errors import Position, Problem, Severity, UsageWrong, did_you_mean
from cg_sync.files.writing import write_text
from cg_sync.kinds.context import Context
from cg_sync.workflow.check import Checked
from cg_sync.workflow.update.draft import BY_HAND, Draft, Drafter, Edited
from cg_sync.workflow.update.fields import LeftAlone
from cg_sync.workflow.update.members import find_members, is_just
from cg_sync.workflow.update.proof import proved

CODE = "CG-L17"
MOST_READ = 3
"""How many groups are read to see whether one has the members of a group that is missing."""


@dataclass(frozen=True)
class Updated:
    """What an update found: drafts of what changes, how many resources are as their files say, and
    why others are left alone.
    """

    drafts: tuple[Draft, ...]
    unchanged: int
    problems: tuple[Problem, ...]

    @property
    def files(self) -> tuple[Edited, ...]:
        """The files that change, by path."""
        edited = [it for draft in self.drafts for it in draft.edited]
        return tuple(sorted(edited, key=lambda it: it.path))


def update_files(
    checked: Checked,
    shop: Shop,
    *,
    only: Set[str],
    chosen: Sequence[str] = (),
    members: bool = True,
) -> Updated:
    """Find what the files have to say for a plan made from them to be empty. Writes nothing.

    `only` names folders, `chosen` keys or files (none: all); `members` False leaves membership as
    it is. Raises FilesError for a project with errors, UsageWrong for a choice that is not there.
    """
    checked.refuse_if_broken()
    folders = {kind.name: kind.folder for kind in checked.kinds}
    asked = _choose(checked.desired, chosen)
    live = fetch_live(shop, checked.kinds, checked.context)

    def is_meant(it: Wanted | Tombstone) -> bool:
        return folders[it.address.kind] in only and it.document.file in asked

    pairs = [it for it in pair_up(checked.desired, live) if is_meant(it.wanted)]
    problems = list(_wanted_gone(filter(is_meant, checked.desired.absent.values()), live))
    unclear = _unclear(checked, pairs, live)
    problems += unclear
    files = {it.where.file for it in unclear if it.where is not None}
    clear = [it for it in pairs if it.wanted.document.file not in files]
    problems += _missing(checked, clear, live, shop)
    held = [(it, it.held) for it in clear if it.held is not None]
    drafter = Drafter(checked, find_members(shop, held, checked.kinds) if members else {})
    drafts: list[Draft] = []
    unchanged = 0
    for pair, record in held:
        try:
            draft = drafter.draft(pair, record)
        except LeftAlone as reason:
            where = reason.where or pair.wanted.document.position_of()
            problems.append(_left(str(reason), where, reason.hint))
            continue
        if draft.edited:
            drafts.append(draft)
        else:
            unchanged += 1
    sound, wrong = proved(drafter, drafts)
    problems += [_left(reason, Position(draft.file), BY_HAND) for draft, reason in wrong]
    return Updated(sound, unchanged, tuple(problems))


def write_updates(root: Path, files: Iterable[Edited]) -> None:
    """Write the files below `root`, each whole or not at all; FilesError at the first that cannot
    be written.
    """
    for file in files:
        write_text(root / file.path, file.after.decode())


def _choose(desired: Desired, chosen: Sequence[str]) -> Set[str]:
    """The files of the resources that are chosen, by key or by file."""
    resources: list[Wanted | Tombstone] = [*desired.wanted.values(), *desired.absent.values()]
    if not chosen:
        return {it.document.file for it in resources}
    by_word: dict[str, set[str]] = {}
    for it in resources:
        by_word.setdefault(it.address.key, set()).add(it.document.file)
        by_word.setdefault(it.document.file, set()).add(it.document.file)
    for word in chosen:
        if word not in by_word:
            hint = did_you_mean(word, by_word) or "name a file, a group's name or a setting's slug"
            raise UsageWrong(f"{word}: no file of this project, and no resource of one", hint=hint)
    return set().union(*(by_word[word] for word in chosen))


def _left(message: str, where: Position, hint: str) -> Problem:
    return Problem(CODE, message, where, hint, Severity.WARNING)


def _wanted_gone(tombstones: Iterable[Tombstone], live: Live) -> Iterator[Problem]:
    for it in tombstones:
        if it.address in live.held:
            where = it.document.position_of(("state",), of_key=True)
            hint = "remove `state: absent` and import it, or apply to delete it"
            yield _left("state: absent here, and the shop has it", where, hint)


def _unclear(checked: Checked, pairs: Sequence[Pair], live: Live) -> list[Problem]:
    """What makes it doubtful which record a file means. A code that the shop lacks is no such
    thing: the update may replace it.
    """
    found = check_against_shop(checked.desired, pairs, live, checked.kinds)
    return [it for it in found if it.severity is Severity.ERROR and it.code != "CG-L05"]


def _missing(checked: Checked, pairs: Sequence[Pair], live: Live, shop: Shop) -> Iterator[Problem]:
    """What the shop does not have, with a hint where it may have another name."""
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
        yield _left(f"{kind.key}: the shop has no such {kind.label}", where, hint)


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
