"""Clients that never wait: their pauses are a list, their clock stands still unless moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from math import inf

from cg_sync.api.client import Client, Credentials, TokenLogin
from cg_sync.api.limit import Limit
from cg_sync.api.pace import Pacer

BASE = "https://shop.example"
TOKEN = "tok-5ecret-marker"
PASSWORD = "pa55-marker"


@dataclass
class Waits:
    """What a client did instead of waiting; `now` moves with every sleep."""

    now: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    left: float = inf

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pause(self, seconds: float) -> bool:
        """Waits, unless that takes more than is `left`."""
        if seconds > self.left:
            return False
        self.left -= seconds
        self.sleep(seconds)
        return True


def a_client(
    waits: Waits | None = None,
    *,
    base_url: str = BASE,
    credentials: Credentials | None = None,
    writable: bool = True,
    attempts: int = 5,
    timeout: tuple[float, float] = (5, 30),
    environ: Mapping[str, str] | None = None,
    jitter: float = 1.0,
    known: Limit | None = None,
) -> Client:
    """A client whose jitter always takes the same share of the longest wait, by default all, and
    whose calls are numbered.
    """
    waits = waits or Waits()
    numbers = count(1)
    return Client(
        base_url,
        credentials or TokenLogin(TOKEN),
        writable=writable,
        attempts=attempts,
        timeout=timeout,
        pause=waits.pause,
        clock=lambda: waits.now,
        ticks=lambda: waits.now,
        random=lambda: jitter,
        pacer=Pacer(lambda: waits.now, known),
        new_id=lambda: f"id{next(numbers)}",
        environ=environ,
        on_retry=waits.told.append,
    )
