"""The comments of a pull request on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cg_sync.errors import UsageWrong
from cg_sync.forge.client import ForgeClient
from cg_sync.forge.pages import all_rows, number_in, row_in, text_in
from cg_sync.forge.sticky import Comment
from cg_sync.forge.wire import Call, Forbidden, Forge
from cg_sync.jsonvalue import JsonValue

GITHUB = Forge(
    name="GitHub",
    token_header="Authorization",
    token_prefix="Bearer ",
    token_hint="is GITHUB_TOKEN right and still valid?",
    rights_hint="the job needs `permissions: pull-requests: write`; for a pull request of a fork "
    "GitHub gives no token that may write",
    headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
)
ACTIONS_BOT = "github-actions[bot]"
LONGEST_COMMENT = 65_536
_REPOSITORY = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)


class GitHubThread:
    """The comments of one pull request; a pull request is an issue there."""

    longest = LONGEST_COMMENT

    def __init__(
        self, client: ForgeClient, repository: str, number: int, *, author: str = ""
    ) -> None:
        """`repository` is OWNER/NAME; raises UsageWrong for anything else."""
        if not _REPOSITORY.fullmatch(repository):
            raise UsageWrong(
                f"{repository!r} is no repository of GitHub", hint="write it as OWNER/NAME"
            )
        self._client = client
        self._repository = f"/repos/{repository}"
        self._number = number
        self._author = author

    def author(self) -> str:
        """The login of the token's owner; that of a workflow's token may not be asked for."""
        if not self._author:
            try:
                user = row_in("GitHub", self._client.send(Call("GET", "/user")).data)
                self._author = text_in(user, "login")
            except Forbidden:
                self._author = ACTIONS_BOT
        return self._author

    def comments(self) -> Iterator[Comment]:
        """All comments, the oldest first."""
        for row in all_rows(self._client, "GitHub", self._thread_path, {}):
            yield _comment_of(row)

    def inert(self, body: str) -> str:
        """The same text: GitHub carries out nothing that a comment says."""
        return body

    def post(self, body: str) -> Comment:
        """Write a new comment."""
        answer = self._client.send(Call("POST", self._thread_path, body={"body": body}))
        return _comment_of(row_in("GitHub", answer.data))

    def edit(self, comment: Comment, body: str) -> Comment:
        """Give a comment another text."""
        path = f"{self._repository}/issues/comments/{comment.number}"
        answer = self._client.send(Call("PATCH", path, body={"body": body}))
        return _comment_of(row_in("GitHub", answer.data))

    def pause(self, attempt: int) -> None:
        """Wait before the next look."""
        self._client.pause(attempt, "GitHub did not say whether the comment is there")

    @property
    def _thread_path(self) -> str:
        return f"{self._repository}/issues/{self._number}/comments"


def _comment_of(row: dict[str, JsonValue]) -> Comment:
    # The user of a deleted account is null.
    user = row.get("user")
    author = text_in(user, "login") if isinstance(user, dict) else ""
    number = number_in("GitHub", row)
    return Comment(number, author, text_in(row, "body"), text_in(row, "html_url"))
