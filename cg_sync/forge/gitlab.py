"""The notes of a merge request on GitLab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from cg_sync.forge.client import ForgeClient
from cg_sync.forge.pages import all_rows, number_in, row_in, text_in
from cg_sync.forge.sticky import Comment
from cg_sync.forge.wire import Call, Forge
from cg_sync.jsonvalue import JsonValue

GITLAB = Forge(
    name="GitLab",
    token_header="PRIVATE-TOKEN",
    token_prefix="",
    token_hint="is GITLAB_TOKEN right and still valid? CI_JOB_TOKEN cannot write notes",
    rights_hint="GITLAB_TOKEN must be an access token with the scope `api`, and at least the role "
    "Reporter in the project",
)
LONGEST_COMMENT = 1_000_000
_QUICK_ACTION = re.compile(r"^([ \t]*)/(?=\w)", re.MULTILINE)


class GitLabThread:
    """The notes of one merge request."""

    longest = LONGEST_COMMENT

    def __init__(self, client: ForgeClient, project: str, number: int, *, author: str = "") -> None:
        """`project` is its id, or its whole path; `number` the one in the address (iid)."""
        self._client = client
        self._request = f"/projects/{quote(project, safe='')}/merge_requests/{number}"
        self._author = author
        self._web_url = ""

    def author(self) -> str:
        """The user name of the token's owner."""
        if not self._author:
            user = row_in("GitLab", self._client.send(Call("GET", "/user")).data)
            self._author = text_in(user, "username")
        return self._author

    def comments(self) -> Iterator[Comment]:
        """All notes that somebody wrote, the oldest first."""
        query = {"sort": "asc", "order_by": "created_at"}
        for row in all_rows(self._client, "GitLab", f"{self._request}/notes", query):
            if row.get("system") is not True:
                yield self._comment_of(row)

    def inert(self, body: str) -> str:
        """The same text, without a line that GitLab would carry out, such as `/merge`."""
        return _QUICK_ACTION.sub(r"\1\\/", body)

    def post(self, body: str) -> Comment:
        """Write a new note."""
        call = Call("POST", f"{self._request}/notes", body={"body": body})
        return self._comment_of(row_in("GitLab", self._client.send(call).data))

    def edit(self, comment: Comment, body: str) -> Comment:
        """Give a note another text."""
        path = f"{self._request}/notes/{comment.number}"
        call = Call("PUT", path, body={"body": body})
        return self._comment_of(row_in("GitLab", self._client.send(call).data))

    def pause(self, attempt: int) -> None:
        """Wait before the next look."""
        self._client.pause(attempt, "GitLab did not say whether the note is there")

    def _comment_of(self, row: dict[str, JsonValue]) -> Comment:
        author = row.get("author")
        name = text_in(author, "username") if isinstance(author, dict) else ""
        number = number_in("GitLab", row)
        return Comment(number, name, text_in(row, "body"), self._address_of(number))

    def _address_of(self, number: int) -> str:
        """Where people read a note: GitLab says so of the merge request alone."""
        if not self._web_url:
            request = row_in("GitLab", self._client.send(Call("GET", self._request)).data)
            self._web_url = text_in(request, "web_url")
        return f"{self._web_url}#note_{number}"
