"""Runs commands in processes of their own and says what they used, in pairs with a yardstick."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from benchmarks.build import ROOT, bare_environ
from benchmarks.server import Served, Stats

Figures = Mapping[str, float]
"""What one run gave, by name: `cpu` and `wall` in seconds, `memory` in MiB, `calls`, and more."""


@dataclass(frozen=True)
class Command:
    """What is run. It must end with one of `codes`. With a `server`, which is reset before, its
    calls are counted; `before` makes ready, and is not measured. With `tells`, what the command
    says on standard output is a JSON object with more figures; `derived` works out others.
    """

    argv: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    codes: frozenset[int] = frozenset({0})
    server: Served | None = None
    before: Callable[[], None] = lambda: None
    tells: bool = False
    derived: Callable[[Figures], Figures] = lambda _figures: {}


@dataclass(frozen=True)
class Spread:
    """The median of some runs, and the lowest and the highest of them."""

    median: float
    low: float
    high: float

    @property
    def is_wide(self) -> bool:
        """Whether the runs differ so much that the machine was likely doing something else."""
        return self.high > 1.25 * self.low + 0.02


@dataclass(frozen=True)
class Outcome:
    """The figures of a case, those of its yardstick (none without one) and, of the CPU of each
    pair, ours in units of the yardstick's.
    """

    ours: Mapping[str, Spread]
    yardstick: Mapping[str, Spread]
    ratio: Spread | None


def measured(command: Command) -> Figures:
    """Run it to its end; raises RuntimeError when it fails."""
    if command.server is not None:
        command.server.reset()
    command.before()
    earlier = command.server.stats() if command.server else None
    environ = {**bare_environ(), **command.environ}
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        process = subprocess.Popen(
            command.argv, cwd=ROOT, env=environ, stdout=said, stderr=errors,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.codes:
            words = " ".join(command.argv)
            last = _end_of(errors) or _end_of(said)
            raise RuntimeError(f"{words} ended with {process.returncode}: {last}")
        told = _told(said) if command.tells else {}
    figures: Figures = {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": wall,
        "memory": usage.ru_maxrss / 1024,
    }
    figures = {**figures, **_of_server(command.server, earlier), **told}
    return {**figures, **command.derived(figures)}


def compared(ours: Command, yardstick: Command | None, runs: int) -> Outcome:
    """Both in turn, so that both see the same machine. One run before that is not counted, unless
    there is but one.
    """
    if runs > 1 or yardstick is not None:
        measured(ours)
    if yardstick is None:
        return Outcome(_spreads([measured(ours) for _ in range(runs)]), {}, None)
    pairs = [(measured(ours), measured(yardstick)) for _ in range(runs)]
    ratios = [one["cpu"] / other["cpu"] for one, other in pairs]
    return Outcome(
        _spreads([one for one, _ in pairs]),
        _spreads([other for _, other in pairs]),
        _spread(ratios),
    )


def single(figures: Figures) -> Outcome:
    """What was measured once, or counted."""
    return Outcome(_spreads([figures]), {}, None)


def _spreads(runs: Sequence[Figures]) -> dict[str, Spread]:
    return {name: _spread([run[name] for run in runs]) for name in runs[0]}


def _spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def _of_server(server: Served | None, earlier: Stats | None) -> Figures:
    """What the server has seen since."""
    if server is None or earlier is None:
        return {}
    seen = server.stats()
    received = (seen.sent_bytes - earlier.sent_bytes) / 2**20
    figures: dict[str, float] = {"calls": seen.total - earlier.total, "received": received}
    if seen.writing:
        figures["rate"] = seen.calls_writing / seen.writing
    return figures


def _told(said: IO[bytes]) -> Figures:
    said.seek(0)
    told: dict[str, Any] = json.loads(said.read())
    return {name: float(value) for name, value in told.items()}


def _end_of(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read()[-500:].decode(errors="replace").strip()
