"""The plan that was read on the pull request, found after the merge."""

from __future__ import annotations

from typing import Any

import pytest

from cg_sync.errors import ExitCode, PlanStale
from cg_sync.forge.artifact import PlanArtifact, find_plan
from tests.unit.forge.conftest import Waits, a_client
from tests.unit.forge.fake import FakeForge

MERGE = "c0ffee" * 6
HEAD = "beef" * 10
NAME = "cg-sync-plan-production"
PULLS = f"/repos/acme/shop/commits/{MERGE}/pulls"
ARTIFACTS = "/repos/acme/shop/actions/artifacts"


def a_pull(number: int = 7, *, head: str = HEAD, **more: Any) -> dict[str, Any]:
    pull = {"number": number, "head": {"sha": head}, "merged_at": "2026-11-22T02:00:00Z"}
    return {**pull, "merge_commit_sha": MERGE, **more}


def an_artifact(run: int = 99, *, number: int = 1, head: str = HEAD, **more: Any) -> dict[str, Any]:
    ran = {"id": run, "repository_id": 5, "head_repository_id": 5, "head_sha": head}
    return {"id": number, "name": NAME, "expired": False, "workflow_run": ran, **more}


def found(fake: FakeForge) -> PlanArtifact:
    return find_plan(a_client(fake, Waits()), "acme/shop", MERGE, NAME)


def holds(fake: FakeForge, pulls: list[Any], artifacts: list[Any]) -> None:
    fake.also = {PULLS: pulls, ARTIFACTS: {"total_count": 1, "artifacts": artifacts}}


def test_the_plan_of_the_last_commit_of_the_pull_request_is_found(fake: FakeForge) -> None:
    holds(fake, [a_pull()], [an_artifact(98, number=2, head="dead" * 10), an_artifact()])
    assert found(fake) == PlanArtifact(99, 7, HEAD)
    assert fake.asked[-1].query["name"] == NAME


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
    holds(fake, pulls[:2], [an_artifact(head="dead" * 10)])
    assert found(fake).pull == 6


FORK = {"id": 99, "repository_id": 5, "head_repository_id": 6, "head_sha": HEAD}


@pytest.mark.parametrize(
    "artifacts",
    [
        pytest.param([], id="none"),
        pytest.param([an_artifact(expired=True)], id="expired"),
        pytest.param([an_artifact(name="cg-sync-plan-staging")], id="of another environment"),
        pytest.param([an_artifact(head="dead" * 10)], id="of another commit"),
        pytest.param([an_artifact(workflow_run=FORK)], id="of a fork"),
        pytest.param([an_artifact(workflow_run=None)], id="of no run"),
        pytest.param([an_artifact(workflow_run={"head_sha": HEAD, "id": 1})], id="of nobody"),
    ],
)
def test_any_other_artifact_is_not_the_plan(fake: FakeForge, artifacts: list[Any]) -> None:
    holds(fake, [a_pull()], artifacts)
    with pytest.raises(PlanStale, match="pull request 7 left no plan") as caught:
        found(fake)
    assert caught.value.exit_code == ExitCode.STALE


@pytest.mark.parametrize("pulls", [[], [a_pull(merged_at=None)], [{**a_pull(), "head": 1}]])
def test_a_commit_of_no_pull_request_has_no_plan(fake: FakeForge, pulls: list[Any]) -> None:
    holds(fake, pulls, [an_artifact()])
    with pytest.raises(PlanStale, match="came from no pull request"):
        found(fake)
