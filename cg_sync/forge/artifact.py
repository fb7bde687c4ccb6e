"""Finds the plan that was read on a pull request, after the merge: an artifact of its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cg_sync.errors import PlanStale, UsageWrong
from cg_sync.forge.client import ForgeClient
from cg_sync.forge.pages import all_rows, number_in, row_in, text_in
from cg_sync.forge.wire import Call
from cg_sync.jsonvalue import JsonValue

_AGAIN = "open a pull request that plans anew, or apply without a saved plan"


@dataclass(frozen=True, slots=True)
class Merge:
    """What is applied: a commit of a branch, and the workflow file that planned it, by its path."""

    repository: str
    branch: str
    commit: str
    workflow: str


@dataclass(frozen=True, slots=True)
class PlanArtifact:
    """Where the plan lies: the run that made it, for the head commit of the pull request."""

    run: int
    pull: int
    head: str


@dataclass(frozen=True, slots=True)
class _Pull:
    number: int
    head: str
    head_branch: str


def merge_of(environ: Mapping[str, str], workflow: str = "") -> Merge:
    """What the running workflow of GitHub applies, planned by the same file or the one named.

    Raises UsageWrong when it runs for no branch.
    """
    repository = environ.get("GITHUB_REPOSITORY", "")
    kind, _, branch = environ.get("GITHUB_REF", "").removeprefix("refs/").partition("/")
    # OWNER/NAME/.github/workflows/FILE@REF
    own = environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    planned_by = workflow or own.removeprefix(f"{repository}/")
    commit = environ.get("GITHUB_SHA", "")
    if kind != "heads" or not (repository and branch and commit and planned_by):
        raise UsageWrong(
            "this does not run in a workflow of GitHub for a branch, so no plan of it was read",
            hint="apply from the branch that pull requests go into, on `push`",
        )
    return Merge(repository, branch, commit, planned_by)


def find_plan(client: ForgeClient, merge: Merge, name: str) -> PlanArtifact:
    """The newest artifact of that name from the pull request that the commit merged.

    Only runs of that workflow for the pull request, from a branch of the repository itself, count:
    any other, and any fork, could name an artifact so. Raises PlanStale when there is none.
    """
    pull = _merged_pull(client, merge)
    rows = all_rows(
        client,
        "GitHub",
        f"/repos/{merge.repository}/actions/artifacts",
        {"name": name},
        inside="artifacts",
    )
    runs = [
        (number_in("GitHub", row), run)
        for row in rows
        if row.get("name") == name and row.get("expired") is not True
        for run in _own_runs(row, pull)
    ]
    for _, run in sorted(runs, reverse=True):
        if _is_planning(client, merge, run):
            return PlanArtifact(run, pull.number, pull.head)
    raise PlanStale(
        f"pull request {pull.number} left no plan {name} of {merge.workflow} for its last commit "
        f"{pull.head[:12]}, or it has expired; nothing was changed",
        hint=_AGAIN,
    )


def _merged_pull(client: ForgeClient, merge: Merge) -> _Pull:
    """The one pull request into the branch whose merge made the commit."""
    path = f"/repos/{merge.repository}/commits/{merge.commit}/pulls"
    rows = all_rows(client, "GitHub", path, {})
    match [pull for row in rows if _is_merged_by(row, merge) for pull in _pulls(row)]:
        case [pull]:
            return pull
        case []:
            found = "came from no pull request into"
        case _:
            found = "came from several pull requests into"
    raise PlanStale(
        f"commit {merge.commit[:12]} {found} {merge.branch}, so no plan of it was read; "
        "nothing was changed",
        hint=_AGAIN,
    )


def _is_merged_by(row: Mapping[str, JsonValue], merge: Merge) -> bool:
    base = row.get("base")
    into = text_in(base, "ref") if isinstance(base, dict) else ""
    is_merged = text_in(row, "merged_at") != "" and row.get("merge_commit_sha") == merge.commit
    return is_merged and into == merge.branch


def _pulls(row: Mapping[str, JsonValue]) -> Iterator[_Pull]:
    head, number = row.get("head"), row.get("number")
    if isinstance(head, dict) and isinstance(number, int):
        yield _Pull(number, text_in(head, "sha"), text_in(head, "ref"))


def _own_runs(row: Mapping[str, JsonValue], pull: _Pull) -> Iterator[int]:
    """The run of an artifact, if it ran on that commit in a branch of the repository itself."""
    run = row.get("workflow_run")
    if not isinstance(run, dict):
        return
    number, home = run.get("id"), run.get("repository_id")
    is_own = home is not None and run.get("head_repository_id") == home
    is_head = (run.get("head_sha"), run.get("head_branch")) == (pull.head, pull.head_branch)
    if is_own and is_head and isinstance(number, int):
        yield number


def _is_planning(client: ForgeClient, merge: Merge, number: int) -> bool:
    """Whether it is a run of the workflow that plans, and for a pull request."""
    answer = client.send(Call("GET", f"/repos/{merge.repository}/actions/runs/{number}"))
    run = row_in("GitHub", answer.data)
    # Some answers have `@REF` behind the path.
    path = text_in(run, "path").partition("@")[0].removeprefix(f"{merge.repository}/")
    return run.get("event") == "pull_request" and path == merge.workflow
