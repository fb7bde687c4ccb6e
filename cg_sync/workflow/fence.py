"""The fence: one apply at a time, and none of an older commit, by a record in the git remote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cg_sync.core.fence import (
    Claim,
    held,
    held_words,
    living_lease,
    passes_over,
    pause,
    refuse_if_elsewhere,
    refuse_if_older,
    taken,
)
from cg_sync.core.fence_record import Record, read_record, record_text
from cg_sync.core.source import Source
from cg_sync.errors import FilesError, Locked, PlanRefused, PlanStale, UsageWrong
from cg_sync.files.git_ancestry import is_in_history
from cg_sync.files.git_ref import Found, GitRef, opened_ref
from cg_sync.workflow.check import Checked
from cg_sync.workflow.chosen import chosen_environment
from cg_sync.workflow.claim import in_no_commit, make_claim, read_commit_here
from cg_sync.workflow.lease import GitLease, Lease, NoLease

NO_WAIT = timedelta(0)
RACES = 5
"""How often to look again after another run was faster."""

NOTHING_WRITTEN = (FilesError, PlanRefused, PlanStale, UsageWrong)
"""What ends a run before its first write."""


@contextmanager
def fenced(
    checked: Checked,
    *,
    source: Source | None,
    run_id: str,
    replace_applied: str = "",
    wait: timedelta = NO_WAIT,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    environ: Mapping[str, str],
    tell: Callable[[str], None] = lambda _message: None,
) -> Iterator[Lease]:
    """The right to write to the chosen environment what was planned from `source`. Where there is
    no fence it is free.

    Raises Locked, with nothing changed, when a newer commit was applied, when another run still has
    the lease after the `wait`, and when git cannot say or record it. Whoever leaves the context
    without a word has written a part, unless with an error that says otherwise. A run that goes on
    must have the id that it had.
    """
    fence = checked.project.fence
    if fence is None:
        _refuse_if_for_a_fence(replace_applied, wait)
    if fence is None or not chosen_environment(checked).fence:
        yield NoLease()
        return
    here = read_commit_here(checked)
    claim = make_claim(checked, here, source, run_id=run_id, environ=environ)
    claim = replace(claim, replaces=replace_applied)
    unknown = in_no_commit(here, source)
    name = f"{fence.refs}/{claim.environment}"
    with opened_ref(checked.root, fence.remote, name, environ=environ) as ref:
        taking = _Taking(ref, claim, unknown, fence.lease, wait, clock, sleep, environ, tell)
        lease, said = taking.lease(), ""
        try:
            yield lease
        except NOTHING_WRITTEN:
            said = lease.withdraw()
            raise
        finally:
            said = said or lease.finish("partly")
            if said:
                tell(said)


@dataclass(frozen=True)
class _Taking:
    """One run on its way to a lease of this `length`. `unknown` says why nobody knows which commit
    it applies: then it can only go on with what it began.
    """

    ref: GitRef
    claim: Claim
    unknown: Locked | None
    length: timedelta
    wait: timedelta
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    environ: Mapping[str, str]
    tell: Callable[[str], None]

    def lease(self) -> GitLease:
        """The lease, once nobody else has it; raises Locked when it cannot be had."""
        began = self.clock()
        for _ in range(RACES):
            commit, before = self._when_free(began)
            now = self.clock()
            record = taken(before, self.claim, now=now, length=self.length)
            moved = self.ref.move(commit, record_text(record).encode(), at=now)
            if moved is not None:
                return GitLease(self.ref, moved, record, before, now, self.length, self.clock)
        raise Locked(
            "other runs were faster, time and again; nothing was changed", hint="apply again later"
        )

    def _when_free(self, began: datetime) -> tuple[str | None, Record | None]:
        """The commit and the record that may be replaced, after as much waiting as is allowed."""
        told = False
        while True:
            found = self.ref.read()
            record = None if found is None else self._read(found)
            if self.unknown is not None and (record is None or record.run != self.claim.run):
                raise self.unknown
            if found is None or record is None:
                return None, None
            self._refuse_if_not_next(record)
            now = self.clock()
            lease = living_lease(record, now=now)
            if lease is None:
                return found.commit, record
            left = began + self.wait - now
            if left <= NO_WAIT:
                raise held(record, lease, waited=now - began)
            if not told:
                self.tell(f"{held_words(record, lease)}; waiting")
                told = True
            self.sleep(pause(lease, now=now, left=left).total_seconds())

    def _read(self, found: Found) -> Record:
        return read_record(found.content, environment=self.claim.environment, ref=self.ref.name)

    def _refuse_if_not_next(self, record: Record) -> None:
        claim = self.claim
        refuse_if_elsewhere(record, claim)
        if passes_over(record, claim):
            return
        comes_after = self._is_in(record.applied, claim.commit)
        is_before = claim.planned != record.applied and self._is_in(claim.planned, record.applied)
        refuse_if_older(record, claim, comes_after=comes_after, plan_came_before=is_before)

    def _is_in(self, older: str, newer: str) -> bool:
        root, remote = self.ref.root, self.ref.remote
        return is_in_history(root, older, newer, remote=remote, environ=self.environ)


def _refuse_if_for_a_fence(replace_applied: str, wait: timedelta) -> None:
    for option, given in (("--replace-applied", replace_applied), ("--lock-wait", wait)):
        if given:
            raise UsageWrong(
                f"{option} is for a fence, and this project has none",
                hint="add `fence: {remote: origin}` to cg-sync.yaml (docs/fence.md)",
            )
