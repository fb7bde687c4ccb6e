"""`comment`: puts a report in markdown on its pull request, in one comment that is kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.run import Run, format_option, pass_run, result_file_option
from cg_sync.cli.terminal import notice, write, write_json
from cg_sync.errors import ExitCode, UsageWrong, counted
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import Span, Tone, harmless, line

if TYPE_CHECKING:
    from cg_sync.forge.sticky import Thread


@click.command("comment")
@click.argument("report", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--github", is_flag=True, help="On a pull request of GitHub.")
@click.option("--gitlab", is_flag=True, help="On a merge request of GitLab.")
@click.option(
    "--repo",
    default="",
    metavar="NAME",
    help="OWNER/NAME on GitHub; the id or the path of the project on GitLab.  [default: the CI's]",
)
@click.option(
    "--pull",
    type=click.IntRange(min=1),
    metavar="N",
    help="The number of the pull request.  [default: the CI's]",
)
@click.option(
    "--author",
    default="",
    metavar="LOGIN",
    help="Under which name the token writes, where it cannot be asked: a GitHub App of your own.",
)
@format_option("text", "json")
@result_file_option
@pass_run
def comment_command(
    run: Run, report: Path, github: bool, gitlab: bool, repo: str, pull: int | None, author: str
) -> int:
    """Post the REPORT, a plan in markdown, as a comment, or update the comment that is there.

    There is one comment for each environment and channel; comments of others are never touched.
    The token comes from GITHUB_TOKEN or GITLAB_TOKEN.
    """
    from cg_sync.forge.sticky import post_sticky
    from cg_sync.report.markdown.document import sticky_prefix

    body = _text_of(report)
    forge = _chosen_forge(github, gitlab)
    posted = post_sticky(_thread_on(forge, repo, pull or 0, author), body, sticky_prefix)
    data: dict[str, JsonValue] = {
        "comment": posted.deed.value,
        "url": posted.comment.url,
        "replaced": posted.replaced,
    }
    run.result |= data
    if run.format == "json":
        write_json(data)
        run.printed_document = True
    else:
        write([line(Span(posted.deed.value, Tone.STRONG), f": {harmless(posted.comment.url)}")])
        if posted.replaced:
            write([line(f"{counted(posted.replaced, 'older comment')} now points there")])
    return ExitCode.DONE


def _text_of(report: Path) -> str:
    try:
        return report.read_text("utf-8")
    except OSError as error:
        raise UsageWrong(f"{report}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageWrong(f"{report}: not a text in UTF-8") from error


def _chosen_forge(github: bool, gitlab: bool) -> str:
    """The forge of the options, else the one whose CI this is."""
    if not github and not gitlab:
        github = os.environ.get("GITHUB_ACTIONS") == "true"
        gitlab = os.environ.get("GITLAB_CI") == "true"
    if github == gitlab:
        raise UsageWrong("GitHub or GitLab?", hint="say either --github or --gitlab")
    return "github" if github else "gitlab"


def _thread_on(forge: str, repository: str, number: int, author: str) -> Thread:
    from cg_sync.forge.client import ForgeClient
    from cg_sync.forge.github import GITHUB, GitHubThread
    from cg_sync.forge.gitlab import GITLAB, GitLabThread
    from cg_sync.forge.place import github_place, gitlab_place

    if forge == "github":
        place = github_place(os.environ, repository=repository, number=number)
        client = ForgeClient(GITHUB, place.api, place.token, environ=os.environ, on_retry=notice)
        return GitHubThread(client, place.repository, place.number, author=author)
    place = gitlab_place(os.environ, repository=repository, number=number)
    client = ForgeClient(GITLAB, place.api, place.token, environ=os.environ, on_retry=notice)
    return GitLabThread(client, place.repository, place.number, author=author)
