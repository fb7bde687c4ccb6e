"""How cost grows: the same work at several sizes, each ten times the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.build import live_of
from benchmarks.cases.case import Case, World, ours, planned
from benchmarks.cases.members import stock
from benchmarks.live import ProjectStock
from benchmarks.server import serve

SMALLEST = {"files": 100, "members": 1_000}


@dataclass(frozen=True)
class Point:
    """One size of one curve."""

    curve: str
    size: int
    case: Case


def curves(world: World) -> Iterator[Point]:
    """Validate and plan by the number of files, plan by the number of members."""
    for size in sizes_to(world.sizes.files, SMALLEST["files"]):
        project = world.data("settings", size)
        about = f"{size:,} files"
        validate = Case(f"validate-{size}", about, ours("validate", project=project))
        yield Point("validate, by files", size, validate)
        with serve(ProjectStock(live_of(project))) as server:
            plan = planned(project, server)
            yield Point("plan, by files", size, Case(f"plan-{size}", about, plan))
    for size in sizes_to(world.sizes.members, SMALLEST["members"]):
        project = world.data("group", size)
        with serve(stock(world, size)) as server:
            plan = planned(project, server, finds_changes=True)
            about = f"{size:,} members"
            yield Point("plan, by members", size, Case(f"group-{size}", about, plan))


def sizes_to(most: int, smallest: int) -> list[int]:
    """From `smallest` in tens up to `most`."""
    sizes = [most]
    while sizes[0] // 10 >= smallest:
        sizes.insert(0, sizes[0] // 10)
    return sizes
