"""A case: what is run, what it is held against, and what it may cost at most."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.build import built
from benchmarks.data import SEED, URL_VARIABLE
from benchmarks.measure import Command, Outcome
from benchmarks.server import Served

NO_CACHE = {"CG_SYNC_CACHE": "off"}


@dataclass(frozen=True)
class Budget:
    """A figure that is to be at most, or at least, so much."""

    figure: str
    most: float | None = None
    least: float | None = None

    def is_met(self, value: float) -> bool:
        """Whether a median keeps to it."""
        return (self.most is None or value <= self.most) and (
            self.least is None or value >= self.least
        )


@dataclass(frozen=True)
class Case:
    """One line of the table. `name` is what `--only` takes; `about` says what is done."""

    name: str
    about: str
    ours: Command
    yardstick: Command | None = None
    yardstick_about: str = ""
    budgets: Sequence[Budget] = ()
    runs: int | None = None
    """Fewer than are asked for, where one run already takes long and says enough."""


@dataclass(frozen=True)
class Result:
    """A case and what came of it."""

    name: str
    about: str
    outcome: Outcome
    yardstick_about: str = ""
    budgets: Sequence[Budget] = ()

    def value(self, figure: str) -> float:
        """The median of a figure."""
        if figure == "ratio":
            assert self.outcome.ratio is not None
            return self.outcome.ratio.median
        return self.outcome.ours[figure].median

    @property
    def is_met(self) -> bool:
        """Whether all its budgets are."""
        return all(it.is_met(self.value(it.figure)) for it in self.budgets)


@dataclass(frozen=True)
class Sizes:
    """How much of everything there is; `seconds` is how long a rate is measured, about."""

    files: int = 10_000
    members: int = 1_000_000
    customers: int = 5_000_000
    tests: int = 1_992
    analysed: int = 50
    changes: int = 200
    calls: int = 1_500
    seconds: float = 5.0


QUICK = Sizes(200, 2_000, 5_000, 240, 10, 20, 100, 0.3)
"""All of it in some minutes, to see that it works."""


@dataclass(frozen=True)
class World:
    """Where the data is, how much of it, and how its processes are called."""

    folder: Path
    sizes: Sizes = field(default_factory=Sizes)
    runs: int = 5
    seed: int = SEED

    def data(self, what: str, count: int, suffix: str = "") -> Path:
        """The folder with data of one sort and size, which is made when it is first asked for."""
        return built(what, self.folder / f"{what}-{count}{suffix}", count, self.seed)

    @property
    def cache(self) -> dict[str, str]:
        """The environment of a run that may keep things, with a key of the benchmarks' own."""
        return {"CG_SYNC_CACHE": "on", "XDG_STATE_HOME": str(self.folder / "state")}

    def small_project(self, name: str, api: str) -> Path:
        """A project of one setting, whose shop is spoken to as `api` says in cg-sync.yaml."""
        return speaking(self.data("settings", 1, f"-{name}"), api)


def speaking(project: Path, api: str) -> Path:
    """The project, which speaks to its shop as `api` says."""
    file = project / "cg-sync.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("channel: 1}", f"channel: 1, api: {{{api}}}}}"), "utf-8")
    return project


def ours(
    *arguments: str,
    project: Path | None = None,
    server: Served | None = None,
    environ: Mapping[str, str] = NO_CACHE,
) -> Command:
    """`cg-sync …` in a process of its own; without a cache unless the `environ` says otherwise."""
    where = ["--project", str(project)] if project else []
    return Command([sys.executable, "-m", "cg_sync", *arguments, *where],
                   {**at(server), **environ}, server=server)  # fmt: skip


def planned(
    project: Path,
    server: Served,
    environ: Mapping[str, str] = NO_CACHE,
    *,
    finds_changes: bool = False,
) -> Command:
    """`cg-sync plan`, which must find changes, or none."""
    command = ours("plan", "--detailed-exitcode", project=project, server=server, environ=environ)
    return replace(command, codes=frozenset({2 if finds_changes else 0}))


def part(name: str, path: Path, server: Served | None = None) -> Command:
    """A part of ours, which says what it took."""
    argv = [sys.executable, "-m", "benchmarks.parts", name, str(path)]
    return Command(argv, {**at(server), **NO_CACHE}, server=server, tells=True)


def yardstick(name: str, path: Path = Path(), server: Served | None = None) -> Command:
    """One of `benchmarks.yardsticks`."""
    argv = [sys.executable, "-m", "benchmarks.yardsticks", name, str(path)]
    return Command(argv, at(server), server=server)


def at(server: Served | None) -> dict[str, str]:
    """Where the shop is, and the key to it."""
    return {URL_VARIABLE: server.url, "CG_SYNC_TOKEN": server.token} if server else {}


def bare_python() -> Command:
    """Python that starts and ends."""
    return Command([sys.executable, "-c", "pass"], dict(os.environ))
