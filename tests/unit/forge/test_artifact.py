"""The plan that was read on the pull request, found after the merge."""

from __future__ import annotations

from typing import Any

import pytest

from cg_sync.errors import ExitCode, PlanStale, UsageWrong
from cg_sync.forge.artifact import Merge, PlanArtifact, find_plan, merge_of
from tests.unit.forge.conftest import Waits, a_client
from tests.unit.forge.fake import FakeForge

MERGE = "c0ffee" * 6
HEAD = "beef" * 10
NAME = "cg-sync-plan-production"
WORKFLOW = ".github/workflows/cg-sync.yml"
MAIN = Merge("acme/shop", "main", MERGE, WORKFLOW)
PULLS = f"/repos/acme/shop/commits/{MERGE}/pulls"
ARTIFACTS = "/repos/acme/shop/actions/artifacts"


def a_pull(number: int = 7, *, head: str = HEAD, **more: Any) -> dict[str, Any]:
    pull = {"number": number, "head": {"sha": head, "ref": "vip"}, "base": {"ref": "main"}}
    return {**pull, "merged_at": "2026-11-22T02:00:00Z", "merge_commit_sha": MERGE, **more}


def an_artifact(run: int = 99, *, number: int = 1, head: str = HEAD, **more: Any) -> dict[str, Any]:
    ran: dict[str, Any] = {"id": run, "repository_id": 5, "head_repository_id": 5, "head_sha": head}
    ran["head_branch"] = "vip"
    return {"id": number, "name": NAME, "expired": False, "workflow_run": ran, **more}


def a_run(**more: Any) -> dict[str, Any]:
    return {"id": 99, "path": WORKFLOW, "event": "pull_request", **more}


def found(fake: FakeForge, merge: Merge = MAIN) -> PlanArtifact:
    return find_plan(a_client(fake, Waits()), merge, NAME)


def holds(
    fake: FakeForge, pulls: list[Any], artifacts: list[Any], runs: dict[int, Any] | None = None
) -> None:
    fake.also = {PULLS: pulls, ARTIFACTS: {"total_count": 1, "artifacts": artifacts}}
    for number, run in (runs or dict.fromkeys((3, 9, 98, 99), a_run())).items():
        fake.also[f"/repos/acme/shop/actions/runs/{number}"] = run


def test_the_plan_of_the_last_commit_of_the_pull_request_is_found(fake: FakeForge) -> None:
    holds(fake, [a_pull()], [an_artifact(98, number=2, head="dead" * 10), an_artifact()])
    assert found(fake) == PlanArtifact(99, 7, HEAD)
    assert next(it for it in fake.asked if it.path == ARTIFACTS).query["name"] == NAME


def test_of_two_plans_of_one_commit_the_newer_is_taken(fake: FakeForge) -> None:
    holds(fake, [a_pull()], [an_artifact(3, number=30), an_artifact(9, number=4)])
    assert found(fake).run == 3


def test_of_two_pull_requests_the_one_that_was_merged_is_meant(fake: FakeForge) -> None:
    pulls = [
        a_pull(5, merged_at=None),
        a_pull(6, merge_commit_sha="other", head="dead" * 10),
        a_pull(7),
    ]
    holds(fake, pulls, [an_artifact()])
    assert found(fake).pull == 7


def test_the_plan_of_another_workflow_file_is_not_taken_be_it_newer(fake: FakeForge) -> None:
    other = a_run(path=".github/workflows/other.yml")
    artifacts = [an_artifact(9, number=40), an_artifact(3, number=30)]
    holds(fake, [a_pull()], artifacts, {9: other, 3: a_run()})
    assert found(fake).run == 3


@pytest.mark.parametrize("path", [f"{WORKFLOW}@vip", f"acme/shop/{WORKFLOW}@refs/heads/vip"])
def test_the_path_of_a_run_may_say_more_than_the_file(fake: FakeForge, path: str) -> None:
    holds(fake, [a_pull()], [an_artifact()], {99: a_run(path=path)})
    assert found(fake).run == 99


@pytest.mark.parametrize(
    "run",
    [
        a_run(path=".github/workflows/other.yml"),
        a_run(path=f"acme/other/{WORKFLOW}@main"),
        a_run(path=None),
        a_run(event="push"),
        a_run(event="workflow_dispatch"),
        a_run(event="pull_request_target"),
        {},
    ],
)
def test_a_run_that_did_not_plan_the_pull_request_left_no_plan(fake: FakeForge, run: Any) -> None:
    holds(fake, [a_pull()], [an_artifact()], {99: run})
    with pytest.raises(PlanStale, match=f"left no plan {NAME} of {WORKFLOW}"):
        found(fake)


FORK: dict[str, Any] = {"id": 99, "repository_id": 5, "head_repository_id": 6, "head_sha": HEAD}
FORK["head_branch"] = "vip"
OTHER_BRANCH = {**FORK, "head_repository_id": 5, "head_branch": "vap"}


@pytest.mark.parametrize(
    "artifacts",
    [
        pytest.param([], id="none"),
        pytest.param([an_artifact(expired=True)], id="expired"),
        pytest.param([an_artifact(name="cg-sync-plan-staging")], id="of another environment"),
        pytest.param([an_artifact(head="dead" * 10)], id="of another commit"),
        pytest.param([an_artifact(workflow_run=FORK)], id="of a fork"),
        pytest.param([an_artifact(workflow_run=OTHER_BRANCH)], id="of another branch"),
        pytest.param([an_artifact(workflow_run=None)], id="of no run"),
        pytest.param([an_artifact(workflow_run={"head_sha": HEAD, "id": 1})], id="of nobody"),
    ],
)
def test_any_other_artifact_is_not_the_plan(fake: FakeForge, artifacts: list[Any]) -> None:
    holds(fake, [a_pull()], artifacts)
    with pytest.raises(PlanStale, match="pull request 7 left no plan") as caught:
        found(fake)
    assert caught.value.exit_code == ExitCode.STALE


@pytest.mark.parametrize(
    "pulls",
    [
        pytest.param([], id="none"),
        pytest.param([a_pull(merged_at=None)], id="not merged"),
        pytest.param([{**a_pull(), "head": 1}], id="of no commit"),
        pytest.param([a_pull(merge_commit_sha="dead" * 10)], id="merged by another commit"),
        pytest.param([a_pull(base={"ref": "release"})], id="into another branch"),
        pytest.param([a_pull(base=None)], id="into no branch"),
    ],
)
def test_a_commit_of_no_pull_request_has_no_plan(fake: FakeForge, pulls: list[Any]) -> None:
    holds(fake, pulls, [an_artifact()])
    with pytest.raises(PlanStale, match="came from no pull request into main"):
        found(fake)


def test_a_commit_of_several_pull_requests_has_no_plan(fake: FakeForge) -> None:
    holds(fake, [a_pull(6), a_pull(7)], [an_artifact()])
    with pytest.raises(PlanStale, match="came from several pull requests into main"):
        found(fake)


# ── what is applied ──────────────────────────────────────────────────────────────────────────────

ENVIRON = {
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_SHA": MERGE,
    "GITHUB_WORKFLOW_REF": f"acme/shop/{WORKFLOW}@refs/heads/main",
}


def test_the_running_workflow_says_what_is_applied() -> None:
    assert merge_of(ENVIRON) == MAIN
    slashed = merge_of({**ENVIRON, "GITHUB_REF": "refs/heads/release/2026"})
    assert slashed.branch == "release/2026"


def test_another_workflow_file_may_have_planned() -> None:
    planned = ".github/workflows/plan.yml"
    assert merge_of(ENVIRON, planned).workflow == planned
    assert merge_of({**ENVIRON, "GITHUB_WORKFLOW_REF": ""}, planned).workflow == planned


@pytest.mark.parametrize("ref", ["refs/tags/main", "refs/pull/7/merge", "main", "refs/heads/", ""])
def test_only_from_a_branch_is_applied(ref: str) -> None:
    with pytest.raises(UsageWrong, match="for a branch"):
        merge_of({**ENVIRON, "GITHUB_REF": ref})


@pytest.mark.parametrize("name", ENVIRON)
def test_what_the_runner_does_not_say_is_not_guessed(name: str) -> None:
    with pytest.raises(UsageWrong, match="workflow of GitHub"):
        merge_of({key: it for key, it in ENVIRON.items() if key != name})
