"""A real sandbox for tests: emptied before each use, asked over HTTP what it holds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.unmeasured import unmeasured

START_SECONDS = 60


@dataclass(frozen=True)
class SandboxShop:
    """A running sandbox, seen from outside. What it says here does not pass through cg-sync."""

    url: str
    token: str
    username: str
    password: str
    channel: int
    session: requests.Session = field(default_factory=requests.Session, repr=False, compare=False)

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """One request to the API; the decoded answer. Fails on anything but 2xx."""
        headers = {"Authorization": f"Token {self.token}"}
        answer = self.session.request(
            method, f"{self.url}{path}", headers=headers, timeout=30, **arguments
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def reset(self) -> None:
        """Remove all groups and settings, and forget the requests seen so far."""
        self.call("POST", "/_sandbox/reset/")
        self.call("DELETE", "/_sandbox/requests/")

    @property
    def remote(self) -> str:
        return f"/api/v1/remote/{self.channel}"

    def groups(self) -> dict[str, dict[str, Any]]:
        """The groups by name."""
        found = self.call("GET", f"{self.remote}/customer_groups/", params={"limit": 1000})
        return {it["name"]: it for it in found["results"]}

    def settings(self) -> dict[str, dict[str, Any]]:
        """The settings by slug."""
        found = self.call("GET", f"{self.remote}/customer_group_settings/", params={"limit": 1000})
        return {it["slug"]: it for it in found["results"]}

    def members(self, group: str) -> list[str]:
        """The e-mail addresses of a group's members, sorted, in lower case."""
        path = f"{self.remote}/customer_groups/{self.groups()[group]['pk']}/customers/"
        found = self.call("GET", path, params={"limit": 1000})
        return sorted(it["email"].lower() for it in found["results"])

    def customers(self) -> list[dict[str, Any]]:
        """The first thousand customers of the channel."""
        path = f"/api/v1/channel/{self.channel}/customers/"
        results: list[dict[str, Any]] = self.call(
            "GET", path, params={"limit": 1000, "sort": "id"}
        )["results"]
        return results

    def make_group(self, name: str, members: list[int] | None = None) -> int:
        """A group made by hand, as in the panel; its pk."""
        pk: int = self.call("POST", f"{self.remote}/customer_groups/", json={"name": name})["pk"]
        if members:
            path = f"{self.remote}/customer_groups/{pk}/customers/bulk_add/"
            self.call("POST", path, json={"customers": members})
        return pk

    def make_setting(self, slug: str, **fields: Any) -> int:
        """A setting made by hand, as in the panel; its pk."""
        payload = {"name": slug, "slug": slug, "config": {"slug": "any-rule"}, **fields}
        pk: int = self.call("POST", f"{self.remote}/customer_group_settings/", json=payload)["pk"]
        return pk

    def seen(self) -> list[tuple[str, str, int]]:
        """The requests since the last reset: verb, path with query, status."""
        return [tuple(it) for it in self.call("GET", "/_sandbox/requests/")["log"]]

    def state(self) -> Any:
        """All groups with their members and all settings, equal for two ways to one end.

        Waits until the shop works on no request any more.
        """
        return self.call("GET", "/_sandbox/state/", params={"channel": self.channel})

    @contextmanager
    def playing(self, *rules: dict[str, Any], seed: int = 0) -> Iterator[None]:
        """A bad day at the shop: a script of faults (docs/faults.md) until the block ends."""
        self.call("PUT", "/_sandbox/faults/", json={"seed": seed, "rules": rules})
        try:
            yield
        finally:
            self.call("DELETE", "/_sandbox/faults/")

    def fired(self) -> list[int]:
        """How often each rule of the script that is played has fired."""
        return [it["fired"] for it in self.call("GET", "/_sandbox/faults/")["rules"]]

    def faulted(self) -> list[dict[str, Any]]:
        """The requests that faults hit since the last reset: `committed`, `faults`, and more."""
        found: list[dict[str, Any]] = self.call("GET", "/_sandbox/requests/")["faulted"]
        return found


@contextmanager
def running_sandbox(folder: Path, *arguments: str) -> Iterator[SandboxShop]:
    """A sandbox in a process of its own, on a free port, which stops with this one."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "cg_sync.sandbox", "--port", "0", "--stop-with-parent"]
    process = subprocess.Popen(
        [*command, "--ready-file", str(ready), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=unmeasured(),
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            assert process.poll() is None, "the sandbox ended before it answered"
            assert time.monotonic() < deadline, "the sandbox did not start"
            time.sleep(0.02)
        shop = SandboxShop(**json.loads(ready.read_text()))
        with shop.session:
            yield shop
    finally:
        process.terminate()
        process.communicate(timeout=20)
