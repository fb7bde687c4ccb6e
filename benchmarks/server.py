"""A small server in a process of its own: `with serve(stock, latency=0.02) as server: server.url`.

Standard library only, one thread, connections that stay open, Nagle off, a head and its body in one
write, answers that are encoded once: so that the server is not what is measured. It counts the
calls, waits `latency` seconds before each answer, and keeps to a limit of calls if it is given one.
"""

from __future__ import annotations

import http.client
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.build import ROOT, bare_environ
from benchmarks.exchange import STATS, Manners, Stock
from benchmarks.shop import TOKEN, ShopStock
from benchmarks.throttle import RateLimit


@dataclass(frozen=True)
class Stats:
    """What a server has seen since its last reset: calls by verb and by status, bytes
    that it sent, connections that were opened. `writing` are the seconds from the first write to
    the last, and `calls_writing` all calls that came between them.
    """

    calls: dict[str, int]
    statuses: dict[int, int]
    sent_bytes: int
    connections: int
    writing: float
    calls_writing: int

    @property
    def total(self) -> int:
        return sum(self.calls.values())


@dataclass(frozen=True)
class Served:
    """A running server, seen from outside."""

    port: int
    token: str = TOKEN

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stats(self) -> Stats:
        """The counts so far."""
        known = self._asked("GET")
        statuses = {int(status): count for status, count in known.pop("statuses").items()}
        return Stats(statuses=statuses, **known)

    def reset(self) -> None:
        """Be as at the beginning, and count from nought again."""
        self._asked("DELETE")

    def encode(self, targets: Sequence[str]) -> None:
        """Have these answers ready to be sent."""
        self._asked("PUT", json.dumps(targets))

    def post(self, path: str, content: object) -> None:
        """Send this, as somebody else who uses the shop."""
        self._asked("POST", json.dumps(content), path)

    def _asked(self, method: str, body: str | None = None, path: str = STATS) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request(method, path, body, {"Authorization": f"Token {self.token}"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def serve(
    stock: Stock | None = None,
    *,
    latency: float = 0.0,
    limit: RateLimit | None = None,
    zips: bool = True,
) -> Iterator[Served]:
    """A server of `stock` (an empty shop when it is left out) until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.desk"],
        cwd=ROOT,
        env=bare_environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        pickle.dump((stock or ShopStock(), Manners(latency, limit, zips)), process.stdin)
        process.stdin.flush()
        told = process.stdout.readline()
        if not told:
            raise RuntimeError("the server of the benchmarks did not start")
        yield Served(int(told))
    finally:
        process.stdin.close()  # By which it ends.
        process.wait(timeout=20)
        process.stdout.close()
