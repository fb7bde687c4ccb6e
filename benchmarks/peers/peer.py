"""What a peer is given to do, and an environment of its own for it to be installed in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.cases.case import Budget
from benchmarks.measure import Command, Spread


class Unavailable(Exception):
    """A peer that cannot be had here, and why."""


@dataclass(frozen=True)
class Match:
    """The same work for both. `budgets` are about theirs in units of ours, by figure."""

    work: str
    theirs: Command
    ours: Command
    budgets: Sequence[Budget] = ()
    runs: int = 3


@dataclass(frozen=True)
class PeerResult:
    """What came of a match; `skipped` says why there was none."""

    peer: str
    work: str = ""
    theirs: Mapping[str, Spread] = field(default_factory=dict)
    ours: Mapping[str, Spread] = field(default_factory=dict)
    budgets: Sequence[Budget] = ()
    skipped: str = ""

    def ratio(self, figure: str) -> float:
        """Theirs in units of ours."""
        return self.theirs[figure].median / self.ours[figure].median


def environment(name: str, *packages: str) -> Path:
    """The `bin` of a virtual environment with these packages, kept in the user's cache folder.

    Raises Unavailable when they cannot be installed.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = cache / "cg-sync-benchmarks" / name
    done = home / "installed"
    if not done.exists():
        try:
            _run(sys.executable, "-m", "venv", "--clear", str(home))
            _run(str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages)
        except subprocess.CalledProcessError as error:
            raise Unavailable(f"pip could not install {' '.join(packages)}") from error
        done.touch()
    return home / "bin"


def version_of(binaries: Path, package: str) -> str:
    """The name of an installed package with its version."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return f"{package} {_run(str(binaries / 'python'), '-c', code).strip()}"


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
