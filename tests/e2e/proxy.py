"""A server before the sandbox: it sees whole requests, alters answers, and hangs up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Asked:
    """One request, as it came in; `body` is its JSON."""

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_write(self) -> bool:
        return self.method not in SAFE_METHODS and "/auth/" not in self.path


@dataclass(frozen=True)
class Answer:
    """One answer, sent as it is."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    retry_after: str = "0"

    @property
    def data(self) -> Any:
        return json.loads(self.body)

    def with_data(self, data: Any) -> Answer:
        """The same with another JSON body."""
        return Answer(self.status, json.dumps(data).encode())


class HangUp(Exception):
    """Raised by a behaviour: the connection ends without an answer."""


Forward = Callable[[Asked], Answer]
Behaviour = Callable[[Asked, Forward], Answer]


def faithful(asked: Asked, forward: Forward) -> Answer:
    """What the sandbox answers."""
    return forward(asked)


class Proxy:
    """Behaves as `behave` says; keeps every request it was asked."""

    def __init__(self, target: str) -> None:
        self.behave: Behaviour = faithful
        self.asked: list[Asked] = []
        self.url = ""
        self._target = target

    @property
    def writes(self) -> list[Asked]:
        """The requests that could change the shop, in order."""
        return [it for it in self.asked if it.is_write]

    def forward(self, asked: Asked) -> Answer:
        """What the sandbox says to this request."""
        answer = requests.request(
            asked.method,
            f"{self._target}{asked.path}",
            json=asked.body,
            headers=asked.headers,
            timeout=30,
        )
        kind = answer.headers.get("Content-Type", "application/json")
        return Answer(answer.status_code, answer.content, kind)

    def answer(self, asked: Asked) -> Answer:
        """Note the request, and answer it; raises HangUp."""
        self.asked.append(asked)
        return self.behave(asked, self.forward)


@contextmanager
def running_proxy(target: str) -> Iterator[Proxy]:
    """A proxy of `target` on a free port."""
    proxy = Proxy(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(proxy))
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler_for(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept = {
                name: self.headers[name]
                for name in ("Host", "Authorization", "Accept")
                if name in self.headers
            }
            asked = Asked(self.command, self.path, json.loads(body) if body else None, kept)
            try:
                answer = proxy.answer(asked)
            except HangUp:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Retry-After", answer.retry_after)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = _handle  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: stderr belongs to the command under test."""

    return Handler
