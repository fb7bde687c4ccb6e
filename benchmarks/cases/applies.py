"""Writing: as fast as the shop is near, and a given number of changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.build import live_of
from benchmarks.cases.case import Budget, Case, World, ours
from benchmarks.live import ProjectStock
from benchmarks.measure import Figures
from benchmarks.server import Served, serve

LANES = {0.1: (1, 8, 16, 32), 0.02: (1, 4, 8, 16)}
"""How many write at a time, by the latency in seconds."""
MOST = 1_000
LEAST_SHARE = {0.1: 0.9, 0.02: 0.8}


def applies(world: World) -> Iterator[Case]:
    """Some changes at 20 ms, and how much of what latency allows is reached."""
    project = world.data("settings", max(MOST, world.sizes.changes))
    live = live_of(project)
    changes = world.sizes.changes
    with serve(ProjectStock(live, changes, {"name": " was"}), latency=0.02) as server:
        yield Case(
            "apply-changes",
            f"apply {changes:,} changes at 20 ms with 16 at a time",
            ours("apply", "--yes", "--parallel", "16", project=project, server=server),
            runs=min(3, world.runs),
        )
    for latency, lanes in LANES.items():
        for at_a_time in lanes:
            writes = min(MOST, max(10, round(world.sizes.seconds * at_a_time / latency / 2)))
            with serve(ProjectStock(live, writes, {"name": " was"}), latency=latency) as server:
                yield _unlimited(project, server, latency, at_a_time)


def _unlimited(project: Path, server: Served, latency: float, at_a_time: int) -> Case:
    command = ours(
        "apply", "--yes", "--parallel", str(at_a_time), project=project, server=server
    )  # fmt: skip

    def share(figures: Figures) -> Figures:
        return {"share": figures["rate"] * latency / at_a_time}

    return Case(
        f"apply-{latency * 1000:g}ms-{at_a_time}",
        f"apply without a limit, {latency * 1000:g} ms, {at_a_time} at a time",
        replace(command, derived=share),
        budgets=(Budget("share", least=LEAST_SHARE[latency]),),
        runs=1,
    )
