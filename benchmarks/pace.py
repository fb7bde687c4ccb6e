"""`python -m benchmarks.pace`: what share of a rate limit is used, and how many calls are refused.

Real threads on a real socket, against a small server in a process of its own on this machine. Each
kind of limit is met by the plain way (each thread waits as long as Retry-After says), and by our
client with the limit unknown and known.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import requests

from benchmarks.server import serve
from benchmarks.shop import TOKEN
from benchmarks.throttle import RateLimit
from cg_sync.api.client import Client, TokenLogin
from cg_sync.api.limit import Limit
from cg_sync.api.pace import Pacer
from cg_sync.api.wire import Request

PATH = "/api/v1/active_user/"


@dataclass(frozen=True)
class Setting:
    """A limit, how many seconds away the shop is, and how many ask."""

    limit: RateLimit
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


def plainly(url: str, _setting: Setting, counted: Callable[[int], None]) -> Callable[[], None]:
    """Each thread for itself: on 429 it waits as long as it is told."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Token {TOKEN}"

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
    limit = Limit(setting.limit.calls, setting.limit.seconds)
    pacer = _Counting(time.monotonic, limit if known else None)
    pacer.counted = counted
    client = Client(url, TokenLogin(TOKEN), writable=False, pacer=pacer)
    request = Request("GET", PATH)
    return lambda: (client.send(request), None)[1]


WAYS: dict[str, Callable[[str, Setting, Callable[[int], None]], Callable[[], None]]] = {
    "not paced": plainly,
    "paced, limit unknown": lambda *them: paced(*them, known=False),
    "paced, limit known": lambda *them: paced(*them, known=True),
}


def measured(setting: Setting, way: str, calls: int) -> Measured:
    """Send so many calls one way, to a server that has just been started."""
    statuses: list[int] = []
    with serve(latency=setting.latency, limit=setting.limit) as server:
        send = WAYS[way](server.url, setting, statuses.append)
        began, cpu = time.monotonic(), time.process_time()
        with ThreadPoolExecutor(setting.threads) as threads:
            for _ in threads.map(lambda _: send(), range(calls)):
                pass
        took, cpu = time.monotonic() - began, time.process_time() - cpu
    rate = min(setting.limit.rate, setting.threads / setting.latency)
    return Measured(
        f"{setting.limit}, {setting.latency * 1000:g} ms, {setting.threads} threads",
        way,
        round(calls / took / rate, 3),
        round(statuses.count(429) / len(statuses), 4),
        round(cpu / len(statuses) * 1000, 2),
    )


def settings_for(rate: int, latency: float, threads: int) -> list[Setting]:
    """Windows of 1 and 5 seconds, and a bucket, all of the same rate."""
    limits = [
        RateLimit("window", rate, 1),
        RateLimit("window", rate * 5, 5),
        RateLimit("bucket", rate, 1),
    ]
    return [Setting(limit, latency, threads) for limit in limits]


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
