"""`comment`: from a report on disk to a comment on a make-believe forge."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from cg_sync.errors import ExitCode
from cg_sync.forge.client import ForgeClient
from cg_sync.report.formats import Paper, plan_text
from tests.conftest import Project
from tests.unit.forge.fake import TOKEN, FakeForge, Fault, running_forge
from tests.unit.report.builders import LABELS
from tests.unit.report.plans import PLANS

CI = (
    "GITHUB_ACTIONS", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH", "GITHUB_API_URL", "GITHUB_TOKEN",
    "GH_TOKEN", "GITLAB_CI", "CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID",
    "GITLAB_TOKEN", "CI_JOB_TOKEN",
)  # fmt: skip


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeForge]:
    """A forge, and retries that cost no time."""
    defaults = ForgeClient.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", lambda _seconds: None)
    for name in CI:
        monkeypatch.delenv(name, raising=False)
    with running_forge() as made:
        yield made


@pytest.fixture
def on_github(project: Project, fake: FakeForge, monkeypatch: pytest.MonkeyPatch) -> FakeForge:
    """The environment of a workflow that runs for pull request 7."""
    event = project.write("event.json", json.dumps({"pull_request": {"number": 7}}))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_API_URL", fake.url)
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/shop")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    return fake


@pytest.fixture
def on_gitlab(project: Project, fake: FakeForge, monkeypatch: pytest.MonkeyPatch) -> FakeForge:
    """The environment of a job that runs for merge request 7."""
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("CI_API_V4_URL", fake.url)
    monkeypatch.setenv("CI_PROJECT_ID", "42")
    monkeypatch.setenv("CI_MERGE_REQUEST_IID", "7")
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    return fake


@pytest.fixture
def report(project: Project) -> str:
    """A plan in markdown, as a file; its name."""
    text = plan_text(PLANS["updates"](), "markdown", Paper(LABELS, "0.1.0"))
    project.write("report.md", text)
    return "report.md"


def test_a_report_is_commented_and_then_kept(
    project: Project, on_github: FakeForge, report: str
) -> None:
    ran = project.run("comment", report)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "created: https://github.example/acme/shop/pull/7#issuecomment-1000\n"
    assert on_github.body_of(1000) == (project.root / report).read_text()
    assert project.run("comment", "--github", report).out.startswith("unchanged: ")
    other = plan_text(PLANS["deletes"](), "markdown", Paper(LABELS, "0.1.0"))
    (project.root / report).write_text(other)
    assert project.run("comment", "--github", report).out.startswith("updated: ")
    assert [it["body"] for it in on_github.comments] == [other]


def test_a_report_is_noted_on_gitlab(project: Project, on_gitlab: FakeForge, report: str) -> None:
    ran = project.run("comment", report, "--format", "json", "--result-file", "result.json")
    url = "https://gitlab.example/acme/shop/-/merge_requests/7#note_1000"
    assert ran.data == {"comment": "created", "url": url, "replaced": 0}
    result = json.loads((project.root / "result.json").read_text())
    assert result == {"exit_code": 0, "outcome": "done", **ran.data}


def test_older_comments_are_told_of(project: Project, on_github: FakeForge, report: str) -> None:
    text = (project.root / report).read_text()
    on_github.add(text)
    on_github.add(text)
    ran = project.run("comment", report)
    assert ran.out.splitlines()[1:] == ["1 older comment now points there"]


def test_the_command_line_goes_before_the_environment(
    project: Project, on_github: FakeForge, report: str
) -> None:
    ran = project.run("comment", report, "--repo", "acme/other", "--pull", "8")
    assert ran.code == ExitCode.CREDENTIALS
    assert on_github.asked[0].path == "/repos/acme/other/issues/8/comments"


def test_a_token_that_may_not_write_is_exit_10(
    project: Project, on_github: FakeForge, report: str
) -> None:
    on_github.faults = [Fault("POST", 403, body=b'{"message": "Resource not accessible"}')]
    ran = project.run("comment", report)
    assert ran.code == ExitCode.CREDENTIALS
    assert "Resource not accessible" in ran.err
    assert "pull-requests: write" in ran.err
    assert TOKEN not in ran.err


def test_no_token_is_exit_10(
    project: Project, on_gitlab: FakeForge, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    monkeypatch.setenv("CI_JOB_TOKEN", "glcbt-marker")
    ran = project.run("comment", report)
    assert ran.code == ExitCode.CREDENTIALS
    assert "CI_JOB_TOKEN cannot write notes" in ran.err
    assert on_gitlab.asked == []


def test_a_forge_that_is_down_is_exit_11(
    project: Project, on_github: FakeForge, report: str
) -> None:
    on_github.faults = [Fault("GET", 503)] * 9
    ran = project.run("comment", report)
    assert ran.code == ExitCode.UNREACHABLE
    assert "waiting" in ran.err
    assert on_github.writes == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.md",), "none.md: No such file"),
        (("report.md", "--github", "--gitlab"), "GitHub or GitLab?"),
        (("report.md", "--pull", "0"), "--pull"),
        (("report.md", "--repo", "acme"), "no repository of GitHub"),
        (("text.md",), "does not begin as a report in markdown does"),
        (("bytes.md",), "not a text in UTF-8"),
        (("long.md",), "a comment may have 65,536"),
        ((), "REPORT"),
    ],
)
def test_wrong_usage_is_exit_64_and_asks_nothing(
    project: Project, on_github: FakeForge, report: str, arguments: tuple[str, ...], said: str
) -> None:
    project.write("text.md", "# Hello\n")
    (project.root / "bytes.md").write_bytes(b"\xff")
    (project.root / "long.md").write_text((project.root / report).read_text() + "x" * 65_536)
    ran = project.run("comment", *arguments)
    assert ran.code == ExitCode.USAGE
    assert said in ran.err
    assert on_github.asked == []


def test_outside_of_a_ci_one_says_which_forge(
    project: Project, fake: FakeForge, report: str
) -> None:
    ran = project.run("comment", report)
    assert (ran.code, "GitHub or GitLab?" in ran.err) == (ExitCode.USAGE, True)
