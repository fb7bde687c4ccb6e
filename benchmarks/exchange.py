"""One request and its answer, as the servers of the benchmarks see them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from benchmarks.throttle import RateLimit

SMALL_BYTES = 1_000
"""Below this nothing is zipped, as web servers do."""


STATS = "/_stats"
"""Where a server says what it has seen; DELETE makes it as it was at the beginning, and PUT has the
answers to some targets encoded beforehand.
"""


@dataclass(frozen=True)
class Manners:
    """How far away a server is (`latency` in seconds), how many calls it allows, and whether it
    zips for those who take it.
    """

    latency: float = 0.0
    limit: RateLimit | None = None
    zips: bool = True


@dataclass(frozen=True)
class Asked:
    """A request, read to its end. `target` is its path with its query, as they were sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False, default=b"")

    @cached_property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def page(self) -> str:
        """The target, the same in whatever order its query was written."""
        return f"{self.path}?{urlencode(sorted(self.query.items()))}"

    @property
    def content(self) -> Any:
        """The JSON that was sent, None when there is none."""
        return json.loads(self.body) if self.body else None


class Answer:
    """A status and a body, encoded once however often it is sent."""

    def __init__(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self._body = status, body
        self._headers = dict(headers or {})
        self._packets: dict[bool, bytes] = {}

    def packet(self, *, zipped: bool) -> bytes:
        """Head and body as they are sent."""
        zipped = zipped and len(self._body) >= SMALL_BYTES
        if zipped not in self._packets:
            self._packets[zipped] = self._encoded(zipped)
        return self._packets[zipped]

    def _encoded(self, zipped: bool) -> bytes:
        # As nginx does by itself; the time is a fixed one, so that equal answers are equal.
        body = gzip.compress(self._body, 1, mtime=0) if zipped else self._body
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {text}" for name, text in self._headers.items()]
        lines += ["Content-Encoding: gzip"] if zipped else []
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(lines).encode() + body


def said(content: object, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON; `_` in the name of a header is sent as `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(content, ensure_ascii=False).encode(), named)


App = Callable[[Asked], Answer]


class Stock(Protocol):
    """What a server starts with; it travels to the server's process, and is opened there."""

    def opened(self) -> App: ...
