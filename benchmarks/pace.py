"""`python -m benchmarks.pace`: what share of a rate limit is used, and how many calls are refused.

Real threads on a real socket, against a small server in a process of its own on this machine. Each
kind of limit is met by the plain way (each thread waits as long as Retry-After says), and by our
client with the limit unknown and known.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from threading import Lock

import requests

from cg_sync.api.client import Client, TokenLogin
from cg_sync.api.limit import Limit
from cg_sync.api.pace import Pacer
from cg_sync.api.wire import Request

PATH = "/api/v1/active_user/"


@dataclass(frozen=True)
class Setting:
    """A limit (`window` or `bucket`), how far away the shop is, and how many ask."""

    kind: str
    calls: int
    seconds: float
    latency: float
    threads: int


@dataclass(frozen=True)
class Measured:
    """What one way of sending reached: shares of the allowed rate and of all calls; CPU a call."""

    limit: str
    way: str
    share: float
    refused: float
    cpu_ms: float


class Limited(ThreadingHTTPServer):
    """Answers after `latency` seconds, or 429 with whole seconds in Retry-After."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, setting: Setting) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.setting = setting
        self._lock = Lock()
        self._times: deque[float] = deque()
        self._tokens, self._at = float(setting.calls), time.monotonic()

    def wait(self) -> float | None:
        """None when the call is let in, else in how many seconds one would be."""
        with self._lock:
            now, it = time.monotonic(), self.setting
            if it.kind == "bucket":
                rate = it.calls / it.seconds
                self._tokens = min(it.calls, self._tokens + (now - self._at) * rate)
                self._at = now
                if self._tokens < 1:
                    return (1 - self._tokens) / rate
                self._tokens -= 1
                return None
            while self._times and self._times[0] <= now - it.seconds:
                self._times.popleft()
            if len(self._times) >= it.calls:
                return self._times[0] + it.seconds - now
            self._times.append(now)
            return None


class _Desk(BaseHTTPRequestHandler):
    server: Limited
    protocol_version = "HTTP/1.1"
    # One packet an answer, and no waiting for another to fill it.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        wait = self.server.wait()
        time.sleep(self.server.setting.latency)
        self.send_response(200 if wait is None else 429)
        if wait is not None:
            self.send_header("Retry-After", str(max(1, math.ceil(wait))))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _serve(setting: Setting, door: Connection) -> None:
    server = Limited(setting)
    door.send(server.server_port)
    server.serve_forever()


def plainly(url: str, _setting: Setting, counted: Callable[[int], None]) -> Callable[[], None]:
    """Each thread for itself: on 429 it waits as long as it is told."""
    session = requests.Session()
    session.trust_env = False

    def send() -> None:
        while True:
            answer = session.get(url + PATH, timeout=30)
            counted(answer.status_code)
            if answer.status_code != 429:
                return
            time.sleep(float(answer.headers["Retry-After"]))

    return send


class _Counting(Pacer):
    """A pacer that counts what it is told."""

    counted: Callable[[int], None]

    def accepted(self, sent_at: float) -> None:
        self.counted(200)
        super().accepted(sent_at)

    def refused(
        self, sent_at: float, retry_after: float | None, told: Limit | None = None
    ) -> float:
        self.counted(429)
        return super().refused(sent_at, retry_after, told)


def paced(
    url: str, setting: Setting, counted: Callable[[int], None], *, known: bool
) -> Callable[[], None]:
    """Through our client."""
    pacer = _Counting(time.monotonic, Limit(setting.calls, setting.seconds) if known else None)
    pacer.counted = counted
    client = Client(url, TokenLogin("token"), writable=False, pacer=pacer)
    request = Request("GET", PATH)
    return lambda: (client.send(request), None)[1]


WAYS: dict[str, Callable[[str, Setting, Callable[[int], None]], Callable[[], None]]] = {
    "not paced": plainly,
    "paced, limit unknown": lambda *them: paced(*them, known=False),
    "paced, limit known": lambda *them: paced(*them, known=True),
}


def measured(setting: Setting, way: str, calls: int) -> Measured:
    """Send so many calls one way, to a server that has just been started."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(setting, theirs), daemon=True)
    server.start()
    statuses: list[int] = []
    try:
        send = WAYS[way](f"http://127.0.0.1:{ours.recv()}", setting, statuses.append)
        began, cpu = time.monotonic(), time.process_time()
        with ThreadPoolExecutor(setting.threads) as threads:
            for _ in threads.map(lambda _: send(), range(calls)):
                pass
        took, cpu = time.monotonic() - began, time.process_time() - cpu
    finally:
        server.terminate()
        server.join()
    rate = min(setting.calls / setting.seconds, setting.threads / setting.latency)
    name = f"{setting.kind} of {setting.calls}, {setting.calls / setting.seconds:g}/s"
    return Measured(
        f"{name}, {setting.latency * 1000:g} ms, {setting.threads} threads",
        way,
        round(calls / took / rate, 3),
        round(statuses.count(429) / len(statuses), 4),
        round(cpu / len(statuses) * 1000, 2),
    )


def settings_for(rate: int, latency: float, threads: int) -> list[Setting]:
    """Windows of 1 and 5 seconds, and a bucket, all of the same rate."""
    return [
        Setting("window", rate, 1, latency, threads),
        Setting("window", rate * 5, 5, latency, threads),
        Setting("bucket", rate, 1, latency, threads),
    ]


def table(results: list[Measured]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| limit | way | share of the allowed rate | answered 429 | client CPU a call |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {it.limit} | {it.way} | {it.share:.1%} | {it.refused:.1%} | {it.cpu_ms:g} ms |"
        for it in results
    ]
    return "\n".join(lines) + "\n"


def all_measured(calls: int, rate: int, latency: float, threads: int) -> list[Measured]:
    """Every way against every limit: `rate` in calls a second, `latency` in seconds."""
    return [
        measured(setting, way, calls)
        for setting in settings_for(rate, latency, threads)
        for way in WAYS
    ]


def main() -> None:
    """Measure every way against every limit and write a table, or JSON for machines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pace", description=__doc__)
    parser.add_argument("--calls", type=int, default=1_500, help="calls for each figure")
    parser.add_argument("--rate", type=int, default=50, help="calls a second that are allowed")
    parser.add_argument("--latency", type=float, default=20, help="milliseconds an answer takes")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = all_measured(given.calls, given.rate, given.latency / 1_000, given.threads)
    if given.json:
        sys.stdout.write(json.dumps([asdict(it) for it in results], indent=2) + "\n")
    else:
        sys.stdout.write(table(results))


if __name__ == "__main__":
    main()
