"""Finds the plan that was read on a pull request, after the merge: an artifact of its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cg_sync.errors import PlanStale
from cg_sync.forge.client import ForgeClient
from cg_sync.forge.pages import all_rows, number_in, text_in
from cg_sync.jsonvalue import JsonValue

_AGAIN = "open a pull request that plans anew, or apply without a saved plan"


@dataclass(frozen=True, slots=True)
class PlanArtifact:
    """Where the plan lies: the run that made it, for the head commit of the pull request."""

    run: int
    pull: int
    head: str


def find_plan(client: ForgeClient, repository: str, commit: str, name: str) -> PlanArtifact:
    """The newest artifact of that name from the pull request that `commit` merged.

    Only runs of branches of the repository itself count: a fork could name any artifact so. Raises
    PlanStale when there is none.
    """
    pull, head = _merged_pull(client, repository, commit)
    rows = all_rows(
        client,
        "GitHub",
        f"/repos/{repository}/actions/artifacts",
        {"name": name},
        inside="artifacts",
    )
    runs = [
        (number_in("GitHub", row), run)
        for row in rows
        if row.get("name") == name and row.get("expired") is not True
        for run in _own_runs(row, head)
    ]
    if not runs:
        raise PlanStale(
            f"pull request {pull} left no plan {name} for its last commit {head[:12]}, or it has "
            "expired; nothing was changed",
            hint=_AGAIN,
        )
    return PlanArtifact(max(runs)[1], pull, head)


def _merged_pull(client: ForgeClient, repository: str, commit: str) -> tuple[int, str]:
    """The number and the last commit of the pull request that a commit of the branch came from."""
    rows = list(all_rows(client, "GitHub", f"/repos/{repository}/commits/{commit}/pulls", {}))
    merged = [row for row in rows if text_in(row, "merged_at")]
    exact = [row for row in merged if row.get("merge_commit_sha") == commit]
    for row in exact or merged:
        head, number = row.get("head"), row.get("number")
        if isinstance(head, dict) and isinstance(number, int):
            return number, text_in(head, "sha")
    raise PlanStale(
        f"commit {commit[:12]} came from no pull request, so no plan of it was read; "
        "nothing was changed",
        hint=_AGAIN,
    )


def _own_runs(row: Mapping[str, JsonValue], head: str) -> Iterator[int]:
    """The run of an artifact, if it ran on that commit in a branch of the repository itself."""
    run = row.get("workflow_run")
    if not isinstance(run, dict):
        return
    number, home = run.get("id"), run.get("repository_id")
    is_own = home is not None and run.get("head_repository_id") == home
    if is_own and run.get("head_sha") == head and isinstance(number, int):
        yield number
