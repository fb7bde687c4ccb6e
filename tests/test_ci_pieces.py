"""The pieces for CI obey the schemas of their platforms, a security linter, and bash."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cg_sync.cli.main import COMMANDS
from tests.actions import ROOT, the_action
from tests.conftest import Project
from tests.test_docs import command
from tests.unmeasured import unmeasured

BIN = Path(sys.executable).parent
WORKFLOW = ROOT / "ci/github-workflow.yml"
GITLAB = ROOT / "ci/gitlab.yml"
BITBUCKET = ROOT / "ci/bitbucket-pipelines.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
PIECES = (ROOT / "action.yml", WORKFLOW, GITLAB, BITBUCKET, HOOKS)


def tool(name: str, *arguments: str) -> None:
    """Run a checker on this machine alone, and fail with what it says."""
    done = subprocess.run(
        [BIN / name, *arguments],
        capture_output=True, text=True, timeout=120, cwd=ROOT, env=unmeasured(),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "path", "more"),
    [
        ("vendor.github-actions", ROOT / "action.yml", ()),
        ("vendor.github-workflows", WORKFLOW, ()),
        ("custom.github-workflows-require-timeout", WORKFLOW, ()),
        ("vendor.gitlab-ci", GITLAB, ("--data-transform", "gitlab-ci")),
        ("vendor.bitbucket-pipelines", BITBUCKET, ()),
    ],
)
def test_a_piece_obeys_the_schema_of_its_platform(
    schema: str, path: Path, more: tuple[str, ...]
) -> None:
    tool("check-jsonschema", "--builtin-schema", schema, *more, str(path))


def test_a_linter_for_the_security_of_workflows_finds_nothing() -> None:
    tool("zizmor", "--offline", "--no-progress", str(ROOT / "action.yml"), str(WORKFLOW))


@pytest.mark.parametrize("path", [ROOT / "action.yml", WORKFLOW], ids=lambda it: it.name)
def test_actions_of_others_are_pinned_to_a_commit_with_their_version(path: Path) -> None:
    uses = re.findall(r"^\s*(?:- )?uses: (.*)$", path.read_text(), re.M)
    assert uses
    pinned = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [it for it in uses if not pinned.fullmatch(it)] == []


def test_the_page_about_ci_names_the_same_commits_and_its_yaml_can_be_read() -> None:
    page = (ROOT / "docs/ci.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page, re.M | re.S)
    assert len(blocks) >= 5
    for block in blocks:
        assert yaml.safe_load(block)
    uses = re.compile(r"uses: (.*)$", re.M)
    assert set(uses.findall(page)) <= set(uses.findall(WORKFLOW.read_text()))


def test_every_input_and_output_of_the_action_is_described() -> None:
    page = (ROOT / "docs/ci.md").read_text().partition("\n## GitLab\n")[0]
    action = the_action()
    assert [it for it in action["inputs"] if f"`{it}`" not in page] == []
    assert [it for it in action["outputs"] if f"| `{it}` |" not in page] == []
    described = re.findall(r"^\| `([a-z-]+)`", page, re.M)
    assert set(described) <= {*action["inputs"], *action["outputs"]}


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a document, with the key it stands under."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from strings(below, name)
    elif isinstance(value, list):
        for below in value:
            yield from strings(below, key)
    elif isinstance(value, str):
        yield key, value


def scripts() -> Iterator[tuple[str, str]]:
    for step in the_action()["runs"]["steps"]:
        if "run" in step:
            yield f"action {step['name']}", step["run"]
    for path in (GITLAB, BITBUCKET):
        for key, text in strings(yaml.safe_load(path.read_text())):
            if key in ("script", "before_script"):
                yield path.stem, text


SCRIPTS = {f"{at} {name}": text for at, (name, text) in enumerate(scripts())}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_script_is_one(script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_no_script_takes_in_an_expression(script: str) -> None:
    assert "${{" not in script


@pytest.mark.parametrize("text", [*SCRIPTS.values(), (ROOT / "docs/ci.md").read_text()])
def test_every_command_and_option_that_is_called_exists(text: str) -> None:
    calls = re.findall(r"""(?:\bcg-sync|"\$cg_sync"|set --|\((?=plan|apply)) ?(\w+)(.*)""", text)
    for name, rest in calls:
        if name in COMMANDS:
            known = {opt for it in command(name).params for opt in it.opts}
            asked = rest.partition("&&")[0].partition("|")[0].partition("#")[0]
            assert set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", asked)) - known == set(), rest


def test_of_every_secret_a_step_sees_only_what_it_needs() -> None:
    seen = {
        step.get("id", step["name"]): sorted(
            name
            for name, text in step.get("env", {}).items()
            if re.search(r"inputs\.(token|password|signing-key|github-token)", text)
        )
        for step in the_action()["runs"]["steps"]
        if "run" in step
    }
    shop = ["CG_SYNC_PASSWORD", "CG_SYNC_SIGNING_KEY", "CG_SYNC_TOKEN"]
    assert seen == {
        "install": [],
        "check": [],
        "plan": shop,
        "report": ["CG_SYNC_SIGNING_KEY"],
        "comment": ["CG_SYNC_SIGNING_KEY", "GITHUB_TOKEN"],
        "find": ["GITHUB_TOKEN"],
        "apply": shop,
    }


def test_jobs_of_the_example_ask_for_their_rights_one_by_one() -> None:
    data = yaml.safe_load(WORKFLOW.read_text())
    assert data["permissions"] == {}
    rights = {name: job["permissions"] for name, job in data["jobs"].items()}
    assert {
        name: [it for it, may in had.items() if may == "write"] for name, had in rights.items()
    } == {
        "plan": ["pull-requests", "security-events"],
        "apply": [],
    }


def test_applies_of_the_example_wait_for_each_other_whatever_the_commit() -> None:
    job = yaml.safe_load(WORKFLOW.read_text())["jobs"]["apply"]
    assert job["concurrency"] == {
        "group": "cg-sync-apply-production",
        "cancel-in-progress": False,
        "queue": "max",
    }
    assert job["environment"] == "production"
    assert yaml.safe_load(GITLAB.read_text())["cg-sync-apply"]["resource_group"]


HOOK = {it["id"]: it for it in yaml.safe_load(HOOKS.read_text())}

GROUP = "name: VIP\n"
UNTIDY = "name:   VIP\n"


@pytest.mark.parametrize("hook", HOOK)
def test_a_hook_runs_as_it_is_written(project: Project, hook: str) -> None:
    project.write("groups/vip.yaml", GROUP)
    arguments = HOOK[hook]["entry"].split()[1:]
    names = ["groups/vip.yaml"] if HOOK[hook].get("pass_filenames", True) else []
    ran = project.run(*arguments, *names)
    assert ran.code == 0, ran.err


@pytest.mark.parametrize(
    ("path", "hooks"),
    [
        ("cg-sync.yaml", {"cg-sync-fmt", "cg-sync-validate", "cg-sync-test"}),
        ("groups/vip.yaml", {"cg-sync-fmt", "cg-sync-validate", "cg-sync-test"}),
        ("rule-tests/vip.yaml", {"cg-sync-fmt", "cg-sync-validate", "cg-sync-test"}),
        ("members/vip.csv", {"cg-sync-validate"}),
        ("groups/vip.yml", {"cg-sync-validate", "cg-sync-test"}),
        ("invariants.yaml", {"cg-sync-fmt", "cg-sync-validate"}),
        (".pre-commit-config.yaml", set()),
        ("docs/groups/x.yaml", set()),
        ("README.md", set()),
    ],
)
def test_a_hook_runs_for_the_files_it_is_about(path: str, hooks: set[str]) -> None:
    assert {name for name, it in HOOK.items() if re.search(it["files"], path)} == hooks


def test_the_layout_hook_takes_every_file_it_is_given(project: Project) -> None:
    """pre-commit passes what `files` matches; fmt refuses what is no file of the project."""
    project.write("groups/vip.yaml", UNTIDY)
    project.write("lists/schools.yaml", "values:   [edu.tr]\n")
    names = ["cg-sync.yaml", "attributes.yaml", "groups/vip.yaml", "lists/schools.yaml"]
    assert all(re.search(HOOK["cg-sync-fmt"]["files"], it) for it in names)
    ran = project.run("fmt", *names)
    assert ran.code == 0, ran.err
    assert (project.root / "groups/vip.yaml").read_text() == GROUP
