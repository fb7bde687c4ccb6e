"""Where to comment: what the command line says, else what the CI's environment says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cg_sync.errors import Unauthorised, UsageWrong

GITHUB_API = "https://api.github.com"
GITLAB_API = "https://gitlab.com/api/v4"


@dataclass(frozen=True, slots=True)
class Place:
    """A pull request, the API that serves it, and a token for that."""

    api: str
    repository: str
    number: int
    token: str = field(repr=False)


def github_place(environ: Mapping[str, str], *, repository: str = "", number: int = 0) -> Place:
    """A pull request on GitHub; raises UsageWrong or Unauthorised when something is not said."""
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or ""
    if not token:
        raise Unauthorised(
            "no token for GitHub",
            hint="set GITHUB_TOKEN; in a workflow: `env: {GITHUB_TOKEN: ${{ github.token }}}`",
        )
    return Place(
        environ.get("GITHUB_API_URL") or GITHUB_API,
        repository or _said(environ, "GITHUB_REPOSITORY", "--repo OWNER/NAME"),
        number or _pull_of_event(environ),
        token,
    )


def gitlab_place(environ: Mapping[str, str], *, repository: str = "", number: int = 0) -> Place:
    """A merge request on GitLab; raises UsageWrong or Unauthorised when something is not said."""
    token = environ.get("GITLAB_TOKEN") or ""
    if not token:
        raise Unauthorised(
            "no token for GitLab; CI_JOB_TOKEN cannot write notes",
            hint="make a project access token (scope `api`, role Reporter), and give it to the job "
            "as the masked variable GITLAB_TOKEN",
        )
    return Place(
        environ.get("CI_API_V4_URL") or GITLAB_API,
        repository or _said(environ, "CI_PROJECT_ID", "--repo ID"),
        number or _number_of(_said(environ, "CI_MERGE_REQUEST_IID", "--pull N"), "--pull"),
        token,
    )


def _said(environ: Mapping[str, str], variable: str, option: str) -> str:
    if value := environ.get(variable):
        return value
    raise UsageWrong(f"where to comment? {variable} is not set", hint=f"say it with {option}")


def _number_of(text: str, option: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise UsageWrong(f"{text!r} is no number of a pull request", hint=f"say it with {option} N")


def _pull_of_event(environ: Mapping[str, str]) -> int:
    """The pull request that this workflow runs for."""
    path = environ.get("GITHUB_EVENT_PATH")
    try:
        event = json.loads(Path(path).read_text("utf-8")) if path else {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageWrong(
            f"GITHUB_EVENT_PATH cannot be read: {type(error).__name__}", hint="say it with --pull N"
        ) from error
    if isinstance(event, dict):
        issue = event.get("issue")
        is_pull = isinstance(issue, dict) and "pull_request" in issue
        for about in (event.get("pull_request"), issue if is_pull else None):
            if isinstance(about, dict) and isinstance(about.get("number"), int):
                return int(about["number"])
    raise UsageWrong(
        "this workflow does not run for a pull request", hint="say which one with --pull N"
    )
