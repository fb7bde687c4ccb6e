"""The GitHub action, the GitLab template and the Bitbucket snippet, really run: against the sandbox
and a make-believe forge.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cg_sync.errors import ExitCode
from tests.actions import ROOT, Ran, Runner, machine, the_action
from tests.builders import allowing
from tests.conftest import ATTRIBUTES, PROJECT, Project
from tests.shop import SandboxShop
from tests.unit.forge.fake import BOT, TOKEN, FakeForge, Fault, running_forge

ACTION = the_action()
STUDENTS = """
name: Student Discount
slug: student-discount
priority: 20
rule: {match: [email: {domain_under: [edu.tr]}, email_verified: true]}
display: {price_list: student-tr, stock_list: online}
"""
NAME = "cg-sync-plan-test"
WORKFLOW = ".github/workflows/cg-sync.yml"
HEAD = "beef" * 10


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def fake() -> Iterator[FakeForge]:
    with running_forge() as made:
        made.user = None
        yield made


class Pull:
    """A pull request, on a machine that runs the action for it and, once merged, for main."""

    def __init__(self, folder: Path, shop: SandboxShop, fake: FakeForge) -> None:
        self.repository = folder / "repository"
        self.project = self.repository
        self.shop = shop
        self.fake = fake
        for it in (self.repository, folder / "temp"):
            it.mkdir()
        event = folder / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 7}}))
        github = {
            "event_name": "pull_request", "event_path": str(event), "repository": "acme/shop",
            "api_url": fake.url, "run_id": "99", "base_ref": "main", "actions": "true",
        }  # fmt: skip
        environ = {"CG_SYNC_SANDBOX_URL": shop.url, "TEST_GITHUB_TOKEN": TOKEN}
        self.runner = Runner(self.repository, folder / "temp", github, environ)

    def commit(self, **files: str) -> str:
        """Commit these files on top; names have __ for /. The commit."""
        for name, text in files.items():
            path = self.project / f"{name.replace('__', '/').replace('_', '-')}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.lstrip("\n"))
        git(self.repository, "add", "--all")
        git(self.repository, "commit", "--quiet", "--message", "a change")
        return git(self.repository, "rev-parse", "HEAD")

    def plan(self, **inputs: str) -> Ran:
        given = {"environment": "test", "token": self.shop.token}
        return self.runner.run(
            ACTION, given | {key.replace("_", "-"): it for key, it in inputs.items()}
        )

    def merge(self, *, artifacts: list[Any] | None = None) -> None:
        """From now on runs are for the commit on main that merged it."""
        sha = git(self.repository, "rev-parse", "HEAD")
        self.runner.github |= {
            "event_name": "push", "base_ref": "", "sha": sha, "event_path": "", "run_id": "100",
            "ref": "refs/heads/main", "workflow_ref": f"acme/shop/{WORKFLOW}@refs/heads/main",
        }  # fmt: skip
        merged: dict[str, Any] = {"number": 7, "merged_at": "2026-11-22", "merge_commit_sha": sha}
        merged |= {"head": {"sha": HEAD, "ref": "feature"}, "base": {"ref": "main"}}
        ran = {
            "id": 99, "repository_id": 5, "head_repository_id": 5, "head_sha": HEAD,
            "head_branch": "feature",
        }  # fmt: skip
        kept = {"id": 1, "name": NAME, "expired": False, "workflow_run": ran}
        self.fake.also = {
            f"/repos/acme/shop/commits/{sha}/pulls": [merged],
            "/repos/acme/shop/actions/runs/99": {"path": WORKFLOW, "event": "pull_request"},
            "/repos/acme/shop/actions/artifacts": {
                "artifacts": [kept] if artifacts is None else artifacts
            },
        }

    def apply(self, **inputs: str) -> Ran:
        return self.plan(mode="apply", **inputs)

    def forget(self) -> None:
        """A new machine: what an earlier run left in its temporary folder is gone."""
        shutil.rmtree(self.runner.temp)
        self.runner.temp.mkdir()


@pytest.fixture
def pull(tmp_path: Path, shop: SandboxShop, fake: FakeForge) -> Pull:
    made = Pull(tmp_path, shop, fake)
    git(made.repository, "init", "--quiet", "--initial-branch", "feature")
    base = made.commit(cg_sync=PROJECT, attributes=ATTRIBUTES)
    git(made.repository, "update-ref", "refs/remotes/origin/main", base)
    return made


def test_a_pull_request_is_planned_and_exactly_that_is_applied(
    pull: Pull, fake: FakeForge, shop: SandboxShop
) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    ran = pull.plan()
    assert not ran.failed, ran.log
    assert ran.outputs["changes"] == "true"
    assert ran.outputs["exit-code"] == "0"
    assert len(ran.outputs["digest"]) == 64
    assert "student-discount" in ran.summary
    assert [it["author"] for it in fake.comments] == [BOT]
    assert fake.comments[0]["body"].startswith("<!-- cg-sync environment=test channel=1 ")
    assert ran.outputs["digest"][:12] in fake.comments[0]["body"]
    assert shop.settings() == {}
    kept = pull.runner.artifacts["99", NAME]
    assert sorted(kept) == ["plan.json", "report.html"]
    assert json.loads(kept["plan.json"])["digest"] == ran.outputs["digest"]

    pull.merge()
    pull.forget()
    applied = pull.apply()
    assert not applied.failed, applied.log
    assert applied.outputs["exit-code"] == "0"
    assert applied.outputs["digest"] == ran.outputs["digest"]
    assert "Applied to test." in applied.summary
    assert list(shop.settings()) == ["student-discount"]


@pytest.mark.long
def test_a_second_plan_updates_the_comment(pull: Pull, fake: FakeForge) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    pull.plan()
    first = fake.body_of(1000)
    pull.commit(settings__student_discount=STUDENTS.replace("20", "15"))
    assert not pull.plan().failed
    assert len(fake.comments) == 1
    assert fake.body_of(1000) != first


@pytest.mark.long
def test_a_plan_tells_what_the_branch_does_by_its_base(pull: Pull) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    pull.plan()
    source = json.loads(pull.runner.artifacts["99", NAME]["plan.json"])["source"]
    assert source["base"] == git(pull.repository, "rev-parse", "origin/main")


@pytest.mark.long
def test_a_shallow_clone_is_planned_without_a_base(pull: Pull) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    pull.runner.github["base_ref"] = "elsewhere"
    ran = pull.plan()
    assert not ran.failed, ran.log
    assert any("fetch-depth: 0" in it for it in ran.commands)


def test_without_credentials_the_files_are_checked_and_no_more(pull: Pull, fake: FakeForge) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    ran = pull.plan(token="")
    assert not ran.failed, ran.log
    assert ran.done == ["Set up Python", "install", "check", "plan"]
    assert any("no credentials" in it for it in ran.commands)
    assert "The files were checked, and that is all." in ran.summary
    assert ran.outputs == {"changes": "", "digest": "", "exit-code": "0", "plan": ""}
    assert fake.asked == []


@pytest.mark.long
def test_without_credentials_a_snapshot_is_planned_against(
    pull: Pull, shop: SandboxShop, fake: FakeForge, monkeypatch: pytest.MonkeyPatch,
    project: Project,
) -> None:  # fmt: skip
    monkeypatch.setenv("CG_SYNC_SANDBOX_URL", shop.url)
    monkeypatch.setenv("CG_SYNC_TOKEN", shop.token)
    snapshot = pull.repository / "snapshot.json"
    taken = project.run("snapshot", "--project", str(pull.repository), "-o", str(snapshot))
    assert taken.code == 0, taken.err
    pull.commit(settings__student_discount=STUDENTS)
    ran = pull.plan(token="", snapshot="snapshot.json")
    assert not ran.failed, ran.log
    assert ran.outputs["changes"] == "true"
    assert "snapshot" in fake.comments[0]["body"]


def test_a_token_that_may_not_comment_is_no_failure(pull: Pull, fake: FakeForge) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    fake.faults = [Fault("POST", 403)]
    ran = pull.plan()
    assert not ran.failed, ran.log
    assert any(it.startswith("warning") and "comment" in it for it in ran.commands)
    assert "student-discount" in ran.summary


@pytest.mark.long
def test_a_comment_can_be_declined(pull: Pull, fake: FakeForge) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    assert not pull.plan(comment="false").failed
    assert fake.asked == []


def test_problems_stand_on_the_lines_of_the_files(pull: Pull) -> None:
    pull.project = pull.repository / "shop"
    pull.commit(cg_sync=PROJECT, attributes=ATTRIBUTES, groups__vip="nmae: VIP\n")
    ran = pull.plan(project="shop", sarif="true")
    assert ran.failed
    assert ran.outputs["exit-code"] == str(int(ExitCode.PROBLEMS))
    assert any(it.startswith("error file=shop/groups/vip.yaml,line=1") for it in ran.commands)
    assert "nmae" in ran.summary
    results = pull.runner.sarif[0]["runs"][0]["results"]
    assert {it["ruleId"] for it in results} >= {"CG-F05"}
    assert "plan" not in ran.done


def test_problems_take_the_place_of_a_plan_that_is_none_any_more(
    pull: Pull, fake: FakeForge
) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    assert not pull.plan().failed
    before = fake.comments[0]["body"]
    pull.commit(groups__vip="nmae: VIP\n")
    assert pull.plan().failed
    assert len(fake.comments) == 1
    after = fake.comments[0]["body"]
    assert "### No plan for" in after
    assert "nmae" in after
    assert after.split("digest=")[0] == before.split("digest=")[0]


@pytest.mark.long
def test_a_failing_rule_test_ends_the_run(pull: Pull) -> None:
    case = """
    customers: {student: {email: a@cs.boun.edu.tr, email_verified: true, is_active: true}}
    tests:
      - name: students get nothing
        customer: student
        expect: {winner: DEFAULT}
    """
    pull.commit(settings__student_discount=STUDENTS, rule_tests__students=case)
    ran = pull.plan()
    assert ran.failed
    assert ran.outputs["exit-code"] == str(int(ExitCode.PROBLEMS))
    assert "plan" not in ran.done


@pytest.mark.long
def test_a_wrong_token_fails_the_plan(pull: Pull, fake: FakeForge) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    ran = pull.plan(token="wrong-token-marker")
    assert ran.failed
    assert ran.outputs["exit-code"] == str(int(ExitCode.CREDENTIALS))
    assert fake.comments == []
    assert "no plan for test: it failed with exit code 10" in ran.summary
    assert "marker" not in ran.log + ran.summary


def test_a_plan_that_went_stale_is_not_applied(pull: Pull, shop: SandboxShop) -> None:
    shop.make_setting("student-discount", name="Student Discount", priority=30)
    pull.commit(settings__student_discount=STUDENTS)
    assert not pull.plan().failed
    found = shop.settings()["student-discount"]
    path = f"{shop.remote}/customer_group_settings/{found['pk']}/"
    shop.call("PATCH", path, json={"priority": 77})
    pull.merge()
    ran = pull.apply()
    assert ran.failed
    assert ran.outputs["exit-code"] == str(int(ExitCode.STALE))
    assert "nothing was written to test" in ran.summary
    assert any(it.startswith("error") for it in ran.commands)
    assert shop.settings()["student-discount"]["priority"] == 77


@pytest.mark.parametrize("artifacts", [[], [{"id": 1, "name": NAME, "expired": True}]])
def test_without_the_plan_nothing_is_applied(
    pull: Pull, shop: SandboxShop, artifacts: list[Any]
) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    pull.merge(artifacts=artifacts)
    ran = pull.apply()
    assert ran.failed
    assert ran.outputs["exit-code"] == str(int(ExitCode.STALE))
    assert "Nothing was applied to test." in ran.summary
    assert "left no plan" in ran.log
    assert "apply" not in ran.done
    assert shop.settings() == {}


@pytest.mark.long
def test_the_plan_of_another_workflow_file_must_be_asked_for(pull: Pull, shop: SandboxShop) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    assert not pull.plan().failed
    pull.merge()
    planned = ".github/workflows/plan.yml"
    pull.fake.also["/repos/acme/shop/actions/runs/99"]["path"] = planned
    refused = pull.apply()
    assert refused.outputs["exit-code"] == str(int(ExitCode.STALE))
    assert "left no plan" in refused.log
    assert shop.settings() == {}
    assert not pull.apply(plan_workflow=planned).failed
    assert list(shop.settings()) == ["student-discount"]


@pytest.mark.long
def test_a_plan_that_was_signed_is_asked_for_its_signature(pull: Pull, shop: SandboxShop) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    assert not pull.plan(signing_key="right").failed
    pull.merge()
    refused = pull.apply(signing_key="wrong")
    assert refused.outputs["exit-code"] == str(int(ExitCode.STALE))
    assert shop.settings() == {}
    assert not pull.apply(signing_key="right").failed
    assert list(shop.settings()) == ["student-discount"]


@pytest.mark.long
def test_a_guard_refuses_until_it_is_allowed(pull: Pull, shop: SandboxShop) -> None:
    for number in range(12):
        shop.make_group(f"Old {number}")
    gone = {f"groups__old_{it}": f"name: Old {it}\nstate: absent\n" for it in range(6)}
    pull.commit(**gone)
    planned = pull.plan()
    assert not planned.failed, planned.log
    pull.merge()
    refused = pull.apply()
    assert refused.outputs["exit-code"] == str(int(ExitCode.REFUSED))
    assert len(shop.groups()) == 12
    allow = allowing("max_delete_share", planned.outputs["digest"][:12])
    allowed = pull.apply(allow=allow)
    assert not allowed.failed, allowed.log
    assert len(shop.groups()) == 6


@pytest.mark.long
def test_another_plan_can_be_named(pull: Pull, shop: SandboxShop) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    ran = pull.plan()
    odd = pull.apply(plan_file=ran.outputs["plan"], max_age="a while")
    assert odd.outputs["exit-code"] == str(int(ExitCode.USAGE))
    saved = pull.repository.parent / "saved.json"
    shutil.copy(ran.outputs["plan"], saved)
    pull.merge(artifacts=[])
    assert not pull.apply(plan_file=str(saved), max_age="1h").failed
    assert list(shop.settings()) == ["student-discount"]


def test_what_others_wrote_is_no_command_to_the_runner(pull: Pull) -> None:
    hostile = STUDENTS.replace("Student Discount", "'##[error]gotcha ::error::gotcha %0A'")
    pull.commit(settings__student_discount=hostile)
    ran = pull.plan(comment="false")
    assert not ran.failed, ran.log
    assert "gotcha" in ran.log
    assert [it for it in ran.heard if "gotcha" in it] == []
    pull.commit(settings__student_discount=hostile + "'##[error]gotcha': 1\n")
    broken = pull.plan()
    assert broken.failed
    said = [it for it in broken.heard if "gotcha" in it]
    assert [it.partition("=")[0] for it in said] == ["::error file"]


def test_an_unknown_mode_is_an_error(pull: Pull) -> None:
    pull.runner.installs = True
    ran = pull.plan(mode="aply")
    assert ran.failed
    assert ran.done == ["Set up Python", "install"]
    assert "mode is plan or apply, not aply" in ran.log


@pytest.mark.long
def test_the_action_installs_what_it_needs(pull: Pull) -> None:
    pull.runner.installs = True
    ran = pull.plan(token="")
    assert not ran.failed, ran.log


def job_of(path: str, *names: str) -> str:
    """The script of a GitLab job, that of what it extends included, without what installs."""
    data = yaml.safe_load((ROOT / path).read_text())
    return "\n".join(line for name in names for line in data[name]["script"])


def shell(script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a job as runners do: in one shell that stops at the first failure."""
    place = f"{sys.prefix}/bin:{machine()['PATH']}"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder, env={**machine(), **env, "PATH": place}, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip


def test_the_gitlab_template_plans_notes_and_applies(
    pull: Pull, fake: FakeForge, shop: SandboxShop
) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    fake.user = "project-bot"
    env = {
        "CG_SYNC_ENV": "test", "CG_SYNC_PROJECT": ".", "CG_SYNC_TOKEN": shop.token,
        "CG_SYNC_SANDBOX_URL": shop.url, "CI_API_V4_URL": fake.url, "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "7", "GITLAB_TOKEN": TOKEN, "GITLAB_CI": "true",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(pull.repository, "rev-parse", "origin/main"),
        "CI_JOB_URL": "https://gitlab.example/acme/shop/-/jobs/3",
    }  # fmt: skip
    checked = shell(job_of("ci/gitlab.yml", ".cg-sync-check"), pull.repository, **env)
    assert checked.returncode == 0, checked.stderr
    assert json.loads((pull.repository / "codequality.json").read_text()) == []
    template = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text())
    reports = template[".cg-sync-check"]["artifacts"]["reports"]
    assert reports == {"codequality": "codequality.json", "junit": "junit.xml"}
    assert "<testsuites" in (pull.repository / "junit.xml").read_text()
    planned = shell(job_of("ci/gitlab.yml", ".cg-sync-plan"), pull.repository, **env)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    summary = json.loads((pull.repository / "plan-summary.json").read_text())
    assert summary == {"create": 1, "update": 0, "delete": 0}
    kept = template[".cg-sync-plan"]["artifacts"]
    assert kept["reports"] == {
        "codequality": "codequality.json",
        "terraform": "plan-summary.json",
    }
    assert all((pull.repository / name).exists() for name in kept["paths"])
    assert "student-discount" in fake.body_of(1000)
    applied = shell(job_of("ci/gitlab.yml", ".cg-sync-apply"), pull.repository, **env)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert list(shop.settings()) == ["student-discount"]


def test_the_gitlab_template_only_checks_where_there_are_no_credentials(pull: Pull) -> None:
    env = {"CG_SYNC_ENV": "test", "CG_SYNC_PROJECT": ".", "CG_SYNC_SNAPSHOT": ""}
    planned = shell(job_of("ci/gitlab.yml", ".cg-sync-plan"), pull.repository, **env)
    assert planned.returncode == 0, planned.stderr
    assert "no credentials here" in planned.stdout
    assert not (pull.repository / "plan.json").exists()


def test_the_bitbucket_snippet_plans_and_applies(pull: Pull, shop: SandboxShop) -> None:
    pull.commit(settings__student_discount=STUDENTS)
    steps = yaml.safe_load((ROOT / "ci/bitbucket-pipelines.yml").read_text())["pipelines"]
    for it in steps["branches"]["main"]:
        install, *script = it["step"]["script"]
        assert "pip install" in install
        script = [text.replace("--env production", "--env test") for text in script]
        env = {"CG_SYNC_TOKEN": shop.token, "CG_SYNC_SANDBOX_URL": shop.url}
        ran = shell("\n".join(script), pull.repository, **env)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert all(any(pull.repository.glob(name)) for name in it["step"].get("artifacts", []))
    assert list(shop.settings()) == ["student-discount"]
