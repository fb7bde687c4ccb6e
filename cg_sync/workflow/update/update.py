"""`import --update`: live changes written back into the files that are there, such that a plan made
from them is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from cg_sync.api.live import fetch_live
from cg_sync.api.shop import Shop
from cg_sync.core.match import Pair, check_against_shop, pair_up
from cg_sync.core.state import Desired, Held, Live, Tombstone, Wanted
from cg_sync.errors import FilesError, Position, Problem, Severity, UsageWrong, did_you_mean
from cg_sync.files.writing import write_text
from cg_sync.workflow.check import Checked
from cg_sync.workflow.update.disk import Disk
from cg_sync.workflow.update.draft import Draft, Drafter, Edited
from cg_sync.workflow.update.left import BY_HAND, RUN_AGAIN, LeftAlone, left_alone
from cg_sync.workflow.update.members import find_members
from cg_sync.workflow.update.missing import missing, wanted_gone
from cg_sync.workflow.update.proof import proved


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
    live = fetch_live(shop, checked.kinds, checked.context, checked.desired.wanted)

    def is_meant(it: Wanted | Tombstone) -> bool:
        return folders[it.address.kind] in only and it.document.file in asked

    pairs = [it for it in pair_up(checked.desired, live) if is_meant(it.wanted)]
    unclear = _unclear(checked, pairs, live)
    doubtful = {it.where.file for it in unclear if it.where is not None}
    clear = [it for it in pairs if it.wanted.document.file not in doubtful]
    problems = [
        *wanted_gone(filter(is_meant, checked.desired.absent.values()), live),
        *unclear,
        *missing(checked, clear, live, shop),
    ]
    held = [(it, it.held) for it in clear if it.held is not None]
    found = find_members(shop, held, checked.kinds) if members else {}
    return _updated(Drafter(checked, found, Disk(checked.root)), held, problems)


def write_updates(root: Path, files: Sequence[Edited]) -> None:
    """Write the files below `root`, each whole or not at all; FilesError at the first that cannot
    be written, or that somebody changed after it was read. Nothing is written when one of them had
    been changed at the start.
    """
    _refuse_changed(root, files)
    for file in files:
        _refuse_changed(root, [file])
        write_text(root / file.path, file.after.decode(), inside=root)


def _refuse_changed(root: Path, files: Iterable[Edited]) -> None:
    problems = [
        Problem("CG-F19", "was changed while the shop was read", Position(it.path), RUN_AGAIN)
        for it in files
        if Disk(root).bytes_at(root / it.path) != it.before
    ]
    if problems:
        raise FilesError(problems)


def _updated(
    drafter: Drafter, held: Iterable[tuple[Pair, Held]], problems: Iterable[Problem]
) -> Updated:
    """The drafts that hold, and a warning for every other, below the `problems` there are."""
    drafts: list[Draft] = []
    left = list(problems)
    unchanged = 0
    for pair, record in held:
        try:
            draft = drafter.draft(pair, record)
        except LeftAlone as reason:
            where = reason.where or pair.wanted.document.position_of()
            left.append(left_alone(str(reason), where, reason.hint))
            continue
        if draft.edited:
            drafts.append(draft)
        else:
            unchanged += 1
    sound, wrong = proved(drafter, drafts)
    left += [left_alone(reason, Position(draft.file), BY_HAND) for draft, reason in wrong]
    return Updated(sound, unchanged, tuple(left))


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


def _unclear(checked: Checked, pairs: Sequence[Pair], live: Live) -> list[Problem]:
    """What makes it doubtful which record a file means. A code that the shop lacks is no such
    thing: the update may replace it.
    """
    found = check_against_shop(checked.desired, pairs, live, checked.kinds)
    return [it for it in found if it.severity is Severity.ERROR and it.code != "CG-L05"]
