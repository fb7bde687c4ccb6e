"""Finds the journals of earlier runs, and reads one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from cg_sync.core.journal import Recorded
from cg_sync.core.plan import Plan
from cg_sync.core.seal import SIGNING_KEY
from cg_sync.errors import ApplyStopped, PlanStale, PlanUnusable, UsageWrong
from cg_sync.files.journal import FOLDER, at_rest, opening_of, read_journal
from cg_sync.kinds import KINDS
from cg_sync.report.saved_reading import Misfit, read_saved

SECOND_LETTERS = len("20261122T061548Z")


@dataclass(frozen=True)
class PastRun:
    """A run by its journal: the plan as it was when the run began, and what is recorded of it."""

    path: Path
    recorded: Recorded
    plan: Plan
    key: str = field(default="", repr=False)

    @property
    def run(self) -> str:
        return self.recorded.header.run


def journal_of(root: Path, named: str | None) -> Path:
    """The journal that is meant: a file, a run by its name, or the newest of all.

    Raises UsageWrong when there is none.
    """
    known = journals_in(root)
    if named is None:
        if not known:
            raise UsageWrong(
                f"no run has a journal in {FOLDER}", hint="name one: cg-sync resume FILE"
            )
        return known[-1]
    for path in (root / FOLDER / f"{named}.jsonl", Path(named)):
        if path.is_file():
            return path
    last = ", ".join(it.stem for it in reversed(known[-3:]))
    raise UsageWrong(
        f"{named}: no such run and no such file", hint=f"the last runs are {last}" if last else ""
    )


def journals_in(root: Path) -> list[Path]:
    """The journals of the project, oldest first: their names begin with the time, to the second."""
    found = (root / FOLDER).glob("*.jsonl")
    return sorted(found, key=lambda it: (it.name[:SECOND_LETTERS], it.stat().st_mtime_ns, it.name))


def refuse_if_taken_back(root: Path, run: str) -> None:
    """Raise PlanStale when another run of this project has taken this one back, as far as it could:
    to finish it then would do anew what nobody wants.
    """
    for path in journals_in(root):
        header = opening_of(path)
        if header.get("undoes") == run:
            raise PlanStale(
                f"run {run} was taken back by run {path.stem}; nothing was changed",
                hint=f"to have it after all: cg-sync undo {path.stem}",
            )


def load_run(path: Path, *, environ: Mapping[str, str]) -> PastRun:
    """The run behind a journal.

    Raises UsageWrong for a file that cannot be read, PlanUnusable for one that cannot be believed,
    ApplyStopped for a run that ended before it could write anything.
    """
    key = environ.get(SIGNING_KEY, "")
    recorded = read_journal(path, key=key)
    if recorded is None:
        raise ApplyStopped(
            f"{path}: that run ended before it could write anything",
            done=False,
            hint="nothing is to be finished or undone; apply anew",
        )
    try:
        return PastRun(path, recorded, read_saved(recorded.header.plan, KINDS).plan, key)
    except Misfit as misfit:
        raise PlanUnusable(
            f"the plan in {path} {misfit}; nothing was changed",
            hint="see where the shop stands: cg-sync plan",
        ) from misfit


def standing_still(past: PastRun) -> AbstractContextManager[None]:
    """Nobody goes on with the run while this lasts. Raises Locked when somebody does already."""
    return at_rest(past.path)
