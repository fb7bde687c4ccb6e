"""Where to comment, from the environment of a CI job."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cg_sync.errors import Unauthorised, UsageWrong
from cg_sync.forge.place import Place, github_place, gitlab_place

GITHUB = {"GITHUB_TOKEN": "tok", "GITHUB_REPOSITORY": "acme/shop"}
GITLAB = {"GITLAB_TOKEN": "tok", "CI_PROJECT_ID": "42", "CI_MERGE_REQUEST_IID": "7"}


def event(folder: Path, data: object) -> dict[str, str]:
    path = folder / "event.json"
    path.write_text(json.dumps(data))
    return {**GITHUB, "GITHUB_EVENT_PATH": str(path)}


def test_a_pull_request_is_found_in_the_event(tmp_path: Path) -> None:
    environ = event(tmp_path, {"pull_request": {"number": 7}})
    assert github_place(environ) == Place("https://api.github.com", "acme/shop", 7, "tok")


def test_a_comment_on_a_pull_request_is_about_it(tmp_path: Path) -> None:
    environ = event(tmp_path, {"issue": {"number": 7, "pull_request": {"url": "x"}}})
    assert github_place(environ).number == 7


@pytest.mark.parametrize(
    "data",
    [{}, [], {"issue": {"number": 7}}, {"pull_request": {"number": "7"}}, {"pull_request": None}],
)
def test_an_event_without_a_pull_request_is_told(tmp_path: Path, data: object) -> None:
    with pytest.raises(UsageWrong, match="does not run for a pull request"):
        github_place(event(tmp_path, data))


def test_an_event_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    environ = {**GITHUB, "GITHUB_EVENT_PATH": str(tmp_path / "none.json")}
    with pytest.raises(UsageWrong, match="GITHUB_EVENT_PATH cannot be read"):
        github_place(environ)
    (tmp_path / "none.json").write_text("{")
    with pytest.raises(UsageWrong, match="GITHUB_EVENT_PATH cannot be read"):
        github_place(environ)


def test_what_is_said_goes_before_what_the_ci_says() -> None:
    environ = {"GH_TOKEN": "tok", "GITHUB_API_URL": "https://ghe.example/api/v3"}
    assert github_place(environ, repository="a/b", number=9) == Place(
        "https://ghe.example/api/v3", "a/b", 9, "tok"
    )
    environ = {"GITLAB_TOKEN": "tok", "CI_API_V4_URL": "https://gitlab.example/api/v4"}
    assert gitlab_place(environ, repository="acme/shop", number=9) == Place(
        "https://gitlab.example/api/v4", "acme/shop", 9, "tok"
    )


def test_a_merge_request_is_found_in_the_environment() -> None:
    assert gitlab_place(GITLAB) == Place("https://gitlab.com/api/v4", "42", 7, "tok")


@pytest.mark.parametrize("missing", ["CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"])
def test_what_gitlab_does_not_say_is_asked_for(missing: str) -> None:
    with pytest.raises(UsageWrong, match=missing):
        gitlab_place({**GITLAB, missing: ""})


def test_what_github_does_not_say_is_asked_for() -> None:
    with pytest.raises(UsageWrong, match="GITHUB_REPOSITORY"):
        github_place({"GITHUB_TOKEN": "tok"}, number=7)


@pytest.mark.parametrize("number", ["x", "0", "-7", "٧"])
def test_an_odd_number_of_a_merge_request_is_refused(number: str) -> None:
    with pytest.raises(UsageWrong, match="no number of a pull request"):
        gitlab_place({**GITLAB, "CI_MERGE_REQUEST_IID": number})


def test_a_missing_token_is_told_with_the_way_to_one() -> None:
    with pytest.raises(Unauthorised) as caught:
        github_place({"GITHUB_REPOSITORY": "acme/shop"}, number=7)
    assert "GITHUB_TOKEN" in caught.value.hint


def test_the_token_of_a_gitlab_job_is_not_enough() -> None:
    environ = {**GITLAB, "GITLAB_TOKEN": "", "CI_JOB_TOKEN": "glcbt-marker"}
    with pytest.raises(Unauthorised, match="CI_JOB_TOKEN cannot write notes"):
        gitlab_place(environ)


def test_a_place_does_not_show_its_token() -> None:
    assert "marker" not in repr(gitlab_place({**GITLAB, "GITLAB_TOKEN": "marker"}))
