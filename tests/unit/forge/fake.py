"""A make-believe GitHub and GitLab: comments, pages, tokens, and faults on demand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "ghs_s3cret-marker"
ME = "release-robot"
BOT = "github-actions[bot]"
GITHUB_COMMENTS = "/repos/acme/shop/issues/7/comments"
GITLAB_NOTES = "/projects/42/merge_requests/7/notes"


@dataclass(frozen=True)
class Asked:
    """One request, as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next request of a method. Without a status the line is cut; `late`
    is after the request was carried out.
    """

    method: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "something is wrong"}'
    late: bool = False


@dataclass
class FakeForge:
    """What it holds, and what it was asked."""

    url: str = ""
    user: str | None = ME
    """Whose the token is; None when that may not be asked, as with a workflow's token."""
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    longest: int = 65_536
    has_links: bool = True
    also: dict[str, Any] = field(default_factory=dict)
    """What is answered to reading other paths."""

    def add(self, body: str, *, author: str = ME, system: bool = False) -> int:
        """A comment that is there; returns its id."""
        number = 1000 + len(self.comments)
        self.comments.append({"id": number, "author": author, "body": body, "system": system})
        return number

    def body_of(self, number: int) -> str:
        """The text of a comment."""
        return str(next(it["body"] for it in self.comments if it["id"] == number))

    def calls(self, method: str) -> list[str]:
        """The paths that were asked with a method."""
        return [it.path for it in self.asked if it.method == method]

    @property
    def writes(self) -> list[str]:
        """What was written, as `METHOD path`."""
        return [f"{it.method} {it.path}" for it in self.asked if it.method != "GET"]

    def answer(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON and headers of what is asked."""
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        if TOKEN not in (token, asked.headers.get("PRIVATE-TOKEN")):
            return 401, {"message": "Bad credentials"}, {}
        if asked.method == "GET" and asked.path in self.also:
            return 200, self.also[asked.path], {}
        if asked.path == "/user":
            if self.user is None:
                return 403, {"message": "Resource not accessible by integration"}, {}
            return 200, {"login": self.user, "username": self.user}, {}
        if asked.path == "/projects/42/merge_requests/7":
            return 200, {"web_url": "https://gitlab.example/acme/shop/-/merge_requests/7"}, {}
        if asked.path in (GITHUB_COMMENTS, GITLAB_NOTES):
            return self._listing(asked) if asked.method == "GET" else self._written(asked, None)
        if found := re.fullmatch(r"(?:.*)/(?:comments|notes)/(\d+)", asked.path):
            return self._written(asked, int(found[1]))
        return 404, {"message": "Not Found"}, {}

    def _listing(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        rows = self.comments[(page - 1) * size : page * size]
        headers = {}
        if self.has_links and page * size < len(self.comments):
            headers["Link"] = (
                f'<{self.url}{asked.path}?page={page + 1}>; rel="next", <x>; rel="last"'
            )
        return 200, [_shown(it) for it in rows], headers

    def _written(self, asked: Asked, number: int | None) -> tuple[int, Any, dict[str, str]]:
        if len(asked.body["body"]) > self.longest:
            return 422, {"message": "Validation Failed", "errors": [{"message": "too long"}]}, {}
        if number is None:
            number = self.add(asked.body["body"], author=self.user or BOT)
            return 201, _shown(self.comments[-1]), {}
        row = next((it for it in self.comments if it["id"] == number), None)
        if row is None or row["author"] != (self.user or BOT):
            return 403, {"message": "Must have admin rights to Repository."}, {}
        row["body"] = asked.body["body"]
        return 200, _shown(row), {}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    author = {"login": row["author"], "username": row["author"]} if row["author"] else None
    url = f"https://github.example/acme/shop/pull/7#issuecomment-{row['id']}"
    return {**row, "user": author, "author": author, "html_url": url}


@contextmanager
def running_forge() -> Iterator[FakeForge]:
    """The fake, answering on a free port of 127.0.0.1."""
    fake = FakeForge()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            query = dict(parse_qsl(parts.query))
            asked = Asked(self.command, parts.path, query, dict(self.headers), body)
            fake.asked.append(asked)
            fault = next((it for it in fake.faults if it.method == self.command), None)
            if fault is not None:
                fake.faults.remove(fault)
                if fault.late:
                    fake.answer(asked)
                if fault.status:
                    self._send(fault.status, fault.body, fault.headers)
                else:
                    self.close_connection = True
                return
            status, data, headers = fake.answer(asked)
            self._send(status, json.dumps(data).encode(), headers)

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
