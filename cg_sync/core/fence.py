"""Two applies at once, and an older commit after a newer one: what the record of the last apply
says of a run that wants to write. Where the record is kept, nobody here knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cg_sync.core.fence_record import PAGE, Lease, Record, State, Target
from cg_sync.errors import Locked

CLOCKS_APART = timedelta(minutes=1)
"""How long after its end a lease still counts, since the clocks of two machines differ."""

RENEWALS = 3
"""How often a lease is renewed within its own length."""

POLL = timedelta(seconds=10)
SHORT_COMMIT = 12


@dataclass(frozen=True, slots=True)
class Claim:
    """What a run wants: to write what was `planned` from a commit, now that `commit` is checked
    out. `token` is another for each claim. `replaces` is the recorded commit that does not count
    any more, or at least the first 12 letters of its name; empty when none.
    """

    environment: str
    target: Target
    commit: str
    planned: str
    run: str
    page: str
    token: str
    tool_version: str
    replaces: str = ""


def passes_over(record: Record, claim: Claim) -> bool:
    """Whether the recorded commit does not matter: the run goes on with what it began, or somebody
    said that exactly this commit does not count any more.
    """
    named = len(claim.replaces) >= SHORT_COMMIT and record.applied.startswith(claim.replaces)
    return record.run == claim.run or named


def refuse_if_elsewhere(record: Record, claim: Claim) -> None:
    """Raise Locked when the record is of another shop: two projects with one record, or a shop that
    has moved.
    """
    if record.target != claim.target and not passes_over(record, claim):
        raise Locked(
            f"the record of {claim.environment} is of another shop: of another address, or channel "
            f"{record.target.channel} and not {claim.target.channel}; nothing was changed",
            hint="two projects in one repository need two places: `fence: {refs: …}`; if the shop "
            f"has moved: --replace-applied {record.applied}",
        )


def refuse_if_older(
    record: Record, claim: Claim, *, comes_after: bool, plan_came_before: bool
) -> None:
    """Raise Locked when what is to be applied is neither of the recorded commit nor after it.

    `comes_after`: the commit of the claim is the recorded one, or came after it.
    `plan_came_before`: the plan was made from a commit before the recorded one.
    """
    if passes_over(record, claim):
        return
    word = "is being applied" if record.state == "running" else "was applied"
    said = f"{record.applied[:SHORT_COMMIT]}, which {word} to {claim.environment} by {_who(record)}"
    if not comes_after:
        raise Locked(
            f"commit {claim.commit[:SHORT_COMMIT]} does not come after {said}; nothing was changed",
            hint="let the newer commit stand; to go back, revert it in git and apply that. Only if "
            f"the history was rewritten: --replace-applied {record.applied}",
        )
    # After a merge the plan of the pull request is of a commit before it, also when it runs again.
    if plan_came_before and claim.planned != record.planned:
        raise Locked(
            f"this plan was made from commit {claim.planned[:SHORT_COMMIT]}, before {said}; "
            "nothing was changed",
            hint="plan anew: cg-sync plan -o FILE",
        )


def living_lease(record: Record, *, now: datetime) -> Lease | None:
    """The lease that somebody has, while it counts. It is also that of the same run which is gone
    on with: whether that is dead nobody can tell but by waiting.
    """
    lease = record.lease
    if lease is None or now >= lease.until + CLOCKS_APART:
        return None
    return lease


def held_words(record: Record, lease: Lease) -> str:
    """Who writes, since when and until when, in a sentence."""
    return (
        f"{_who(record)} writes to {record.environment} since {_time(lease.since)}; "
        f"its lease ends at {_time(lease.until)} unless it is renewed"
    )


def held(record: Record, lease: Lease, *, waited: timedelta) -> Locked:
    """The refusal of whoever finds the lease of another run."""
    seconds = int(waited.total_seconds())
    after = f" (waited for {seconds} s)" if seconds else ""
    return Locked(
        f"{held_words(record, lease)}{after}; nothing was changed",
        hint="apply again later, or wait for it: --lock-wait 10m",
    )


def pause(lease: Lease, *, now: datetime, left: timedelta) -> timedelta:
    """How long to wait before looking again: a little, and no longer than to the end of the lease,
    or of what is `left` of the waiting.
    """
    return max(min(POLL, lease.until + CLOCKS_APART - now, left), timedelta(seconds=1))


def taken(before: Record | None, claim: Claim, *, now: datetime, length: timedelta) -> Record:
    """The record once the claim is granted.

    It names the new commit before the first write, since a newer commit that is half done must not
    be taken back by an older one either. A run that goes on keeps the commit that it began with.
    """
    own = before if before is not None and before.run == claim.run else None
    return Record(
        environment=claim.environment,
        target=claim.target,
        applied=own.applied if own else claim.commit,
        planned=own.planned if own else claim.planned,
        state="running",
        run=claim.run,
        lease=Lease(
            holder=claim.run, claim=claim.token, page=claim.page, since=now, until=now + length
        ),
        tool_version=claim.tool_version,
    )


def renewed(record: Record, *, now: datetime, length: timedelta) -> Record:
    """The record with a lease of this length from now on."""
    lease = record.lease and record.lease.model_copy(update={"until": now + length})
    return record.model_copy(update={"lease": lease})


def released(record: Record, state: State) -> Record:
    """The record without a lease. A run that never said how it ended was done in part."""
    ended = "partly" if state == "running" else state
    return record.model_copy(update={"lease": None, "state": ended})


def page_of_job(environ: Mapping[str, str]) -> str:
    """The page of the CI job that runs this, as GitHub, GitLab and Jenkins tell it; else empty."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environ.get(it, "") for it in names)
    on_github = f"{server}/{repository}/actions/runs/{run}" if server and run else ""
    page = on_github or environ.get("CI_JOB_URL") or environ.get("BUILD_URL") or ""
    return page if re.fullmatch(PAGE, page) else ""


def _who(record: Record) -> str:
    page = record.lease.page if record.lease is not None else ""
    return f"run {record.run} ({page})" if page else f"run {record.run}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
