"""The process of a server (`benchmarks.server`): what it serves comes on standard input."""

from __future__ import annotations

import asyncio
import math
import pickle
import selectors
import sys
import time
from collections import Counter

from benchmarks.exchange import STATS, Answer, Asked, Manners, Stock, said
from benchmarks.throttle import Throttle

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class _Counts:
    """What the desk has seen."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.sent_bytes = self.connections = 0
        self._first_write = self._last_write = 0.0
        self._calls_at = (0, 0)

    def asked(self, method: str, now: float) -> None:
        """Count a call."""
        self.calls[method] += 1
        if method in READING:
            return
        total = self.calls.total()
        if not self._first_write:
            self._first_write, self._calls_at = now, (total, total)
        self._last_write, self._calls_at = now, (self._calls_at[0], total)

    @property
    def has_written(self) -> bool:
        """Whether there was any call that is not of those that only read."""
        return bool(self.calls.keys() - READING)

    def answer(self) -> Answer:
        """All counts, as `benchmarks.server.Stats` has them."""
        first, last = self._calls_at
        told = {name: it for name, it in vars(self).items() if not name.startswith("_")}
        writing = self._last_write - self._first_write
        return said({**told, "writing": writing, "calls_writing": last - first})


class _House:
    """All that the connections of one server share."""

    def __init__(self, stock: Stock, manners: Manners) -> None:
        self.manners = manners
        self._stock, self._app = stock, stock.opened()
        self.counts, self._throttle = _Counts(), self._fresh_throttle()

    def reset(self) -> None:
        """Begin anew. Pages stay encoded where nothing was written."""
        if self.counts.has_written:
            self._app = self._stock.opened()
        self.counts, self._throttle = _Counts(), self._fresh_throttle()

    def told(self, asked: Asked) -> Answer:
        """What those who run a benchmark ask of the server itself."""
        if asked.method == "DELETE":
            self.reset()
        if asked.method == "PUT":
            for target in asked.content:
                it = Asked("GET", target, asked.headers)
                self._app(it).packet(zipped=self.manners.zips)
        return self.counts.answer()

    def _fresh_throttle(self) -> Throttle | None:
        limit = self.manners.limit
        return Throttle(limit, time.monotonic()) if limit else None

    def answered(self, asked: Asked) -> Answer:
        """The answer, or 429 with whole seconds in Retry-After."""
        now = time.monotonic()
        self.counts.asked(asked.method, now)
        wait = self._throttle.wait(now) if self._throttle else None
        if wait is None:
            return self._app(asked)
        told = str(max(1, math.ceil(wait)))
        return said({"detail": "Request was throttled."}, 429, Retry_After=told)


class _Connection(asyncio.Protocol):
    """Reads requests one after another; nobody here sends a second before the first is answered."""

    def __init__(self, house: _House) -> None:
        self._house = house
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._house.counts.connections += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        split = (it.partition(":") for it in lines)
        headers = {name.lower(): text.strip() for name, _, text in split}
        whole = end + 4 + int(headers.get("content-length", 0))
        if len(self._buffer) < whole:
            return
        method, target, _ = first.split(" ")
        asked = Asked(method, target, headers, bytes(self._buffer[end + 4 : whole]))
        del self._buffer[:whole]
        self._take(asked)

    def _take(self, asked: Asked) -> None:
        house = self._house
        if asked.target == STATS:
            self._transport.write(house.told(asked).packet(zipped=False))
            return
        answer = house.answered(asked)
        zipped = house.manners.zips and "gzip" in asked.headers.get("accept-encoding", "")
        packet = answer.packet(zipped=zipped)
        house.counts.statuses[answer.status] += 1
        house.counts.sent_bytes += len(packet)
        if house.manners.latency:
            loop = asyncio.get_running_loop()
            loop.call_later(house.manners.latency, self._transport.write, packet)
        else:
            self._transport.write(packet)


async def _serve(stock: Stock, manners: Manners) -> None:
    loop = asyncio.get_running_loop()
    house, asked_to_end = _House(stock, manners), asyncio.Event()
    server = await loop.create_server(lambda: _Connection(house), "127.0.0.1", 0, backlog=128)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    loop.add_reader(sys.stdin.fileno(), asked_to_end.set)
    await asked_to_end.wait()


def main() -> None:
    """Serve what comes on standard input until that is closed; the port is the one line said."""
    stock, manners = pickle.load(sys.stdin.buffer)
    # Of all selectors it alone waits to the microsecond; others are up to 1 ms late.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    try:
        loop.run_until_complete(_serve(stock, manners))
    finally:
        loop.close()


if __name__ == "__main__":
    main()
