"""What tests of the whole tool share: a sandbox for each worker, and a project folder to run
commands in.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from cg_sync.cli.main import main
from tests.shop import SandboxShop, running_sandbox

# The same examples each time, so that nobody's change is refused for what it did not touch; the
# long profile looks for new ones.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile(
    "long",
    settings.get_profile("default"),
    max_examples=2000,
    derandomize=False,
    print_blob=True,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Laws are not measured: that costs as much again, and lines met by luck are not tested.

    Not by pytest-cov's `no_cover`: in a worker of xdist a second coverage takes over from it, the
    one that starts in every subprocess.
    """
    is_law = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    if not is_law and item.get_closest_marker("unmeasured") is None:
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxShop]:
    """One sandbox for all tests of a worker."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--customers", "60") as shop:
        yield shop


@pytest.fixture
def shop(sandbox_process: SandboxShop) -> SandboxShop:
    """The sandbox, with customers and lists but no groups and no settings."""
    sandbox_process.reset()
    return sandbox_process


@dataclass(frozen=True)
class Ran:
    """What one run of the command line left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """stdout as the one JSON document it must be."""
        return json.loads(self.out)


class Project:
    """A folder with a project in it, in which commands run as a user would run them."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def write(self, name: str, text: str) -> Path:
        """Write one file; `text` may be indented as a whole."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def run(self, *arguments: str) -> Ran:
        """Run `cg-sync ARGUMENTS` in this process; the exit code and what it printed."""
        self._capsys.readouterr()
        code = main(arguments)
        captured = self._capsys.readouterr()
        return Ran(code, captured.out, captured.err)


PROJECT = """
version: 1
timezone: Europe/Istanbul
environments:
  test: {url: "${CG_SYNC_SANDBOX_URL:-http://127.0.0.1:9}", channel: 1}
"""

ATTRIBUTES = """
attributes:
  email: {type: email, path: email, nullable: false}
  email_verified: {type: boolean, path: extra_field.email_verified}
  is_active: {type: boolean, path: is_active, nullable: false}
  gender: {type: enum, path: gender, values: [female, male]}
  city: {type: string, path: attributes.city}
"""


@pytest.fixture
def project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    """An empty project (cg-sync.yaml and attributes.yaml) that knows no shop, as current folder."""
    for name in ("CG_SYNC_TOKEN", "CG_SYNC_USERNAME", "CG_SYNC_PASSWORD", "CG_SYNC_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path, capsys)
    made.write("cg-sync.yaml", PROJECT)
    made.write("attributes.yaml", ATTRIBUTES)
    return made


@pytest.fixture
def shop_project(project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project, with address and token of the emptied sandbox in its environment."""
    monkeypatch.setenv("CG_SYNC_SANDBOX_URL", shop.url)
    monkeypatch.setenv("CG_SYNC_TOKEN", shop.token)
    return project
