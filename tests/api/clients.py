"""Clients that never wait: their sleep is a list, their clock stands still unless moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cg_sync.api.client import Client, Credentials, TokenLogin

BASE = "https://shop.example"
TOKEN = "tok-5ecret-marker"
PASSWORD = "pa55-marker"


@dataclass
class Waits:
    """What a client did instead of waiting; `now` moves with every sleep."""

    now: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


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
) -> Client:
    """A client whose jitter always takes the same share of the longest wait, by default all."""
    waits = waits or Waits()
    return Client(
        base_url,
        credentials or TokenLogin(TOKEN),
        writable=writable,
        attempts=attempts,
        timeout=timeout,
        sleep=waits.sleep,
        clock=lambda: waits.now,
        random=lambda: jitter,
        environ=environ,
        on_retry=waits.told.append,
    )
