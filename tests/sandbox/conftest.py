"""Starts real sandboxes for these tests, in processes of their own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

START_SECONDS = 60
STOP_SECONDS = 20


@dataclass
class Shop:
    """A running sandbox, and a session that carries the admin's token."""

    process: "subprocess.Popen[str]"
    url: str
    token: str
    output: Path
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """The answer to one request; the path begins after the address of the shop."""
        headers = {"Authorization": f"Token {self.token}"} | more.pop("headers", {})
        return self.session.request(
            method, f"{self.url}{path}", headers=headers, timeout=30, **more
        )

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of a listing or a record that must be there."""
        answer = self.ask("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        """The JSON of a write that must work."""
        answer = self.ask("POST", path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def stop(self) -> int:
        """Ask the process to end, as CI does; its exit code."""
        self.session.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


Starter = Callable[..., Shop]


def start_shop(folder: Path, *arguments: str, customers: int = 60) -> Shop:
    """A sandbox that answers; `folder` gets its ready file and its output."""
    folder.mkdir(parents=True, exist_ok=True)
    ready, output = folder / "ready.json", folder / "output.txt"
    command = [
        *(sys.executable, "-m", "cg_sync.sandbox", "--port", "0", "--stop-with-parent"),
        *("--customers", str(customers), "--ready-file", str(ready), *arguments),
    ]
    with output.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline, "the sandbox did not start"
        time.sleep(0.02)
    about = json.loads(ready.read_text())
    return Shop(process, about["url"], about["token"], output)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One sandbox for all tests that do not mind company."""
    running = start_shop(tmp_path_factory.mktemp("shop"), customers=300)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def quiet_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Another, of twenty customers, in which nothing happens but what one test does at a time."""
    running = start_shop(tmp_path_factory.mktemp("quiet"), customers=20)
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Starts sandboxes of a test's own; all are stopped at its end."""
    running: list[Shop] = []

    def starter(*arguments: str, customers: int = 20) -> Shop:
        running.append(start_shop(tmp_path / str(len(running)), *arguments, customers=customers))
        return running[-1]

    yield starter
    for it in running:
        it.stop()


@dataclass(frozen=True)
class Channel:
    """A sales channel nobody else uses, with the paths of its collections."""

    pk: int
    shop: Shop
    customers: list[int]

    @property
    def people(self) -> str:
        return f"/api/v1/channel/{self.pk}/customers/"

    @property
    def groups(self) -> str:
        return f"/api/v1/remote/{self.pk}/customer_groups/"

    @property
    def settings(self) -> str:
        return f"/api/v1/remote/{self.pk}/customer_group_settings/"

    def add(self, *customers: Any) -> list[int]:
        """The pks of new customers: e-mail addresses, or whole records."""
        body = {"channel": self.pk, "customers": list(customers)}
        pks: list[int] = self.shop.post("/_sandbox/customers/", body)["customers"]
        return pks


@pytest.fixture
def channel(shop: Shop) -> Channel:
    """A new channel with three customers."""
    emails = ["ada@example.com", "Bob@Example.com", "can@ogr.ornek-universitesi.edu.tr"]
    made = shop.post("/_sandbox/channels/", {"name": "Test", "customers": emails})
    return Channel(made["pk"], shop, made["customers"])
