"""One group with very many members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.cases.case import Budget, Case, World, part, planned, yardstick
from benchmarks.customers import Customers
from benchmarks.measure import Figures
from benchmarks.server import serve
from benchmarks.shop import ShopStock
from benchmarks.throttle import RateLimit

PAGE = 1_000
RATE = 50
LIST = Path("members") / "list.txt"
SHARE_MOVED = 0.01
ROWS = f"/api/v1/remote/1/customer_groups/1/customers/?sort=id&limit={PAGE}"


def stock(world: World, members: int, moved: float = SHARE_MOVED) -> ShopStock:
    """A group that lacks the first of those whom the file names, and has as many others."""
    first = 1 + round(members * moved)
    those = {"Everybody": range(first, first + members)}
    total = max(world.sizes.customers, members + first)
    return ShopStock(Customers(total), those, offers=("exact", "in"))


def members(world: World) -> Iterator[Case]:
    """Reading the list, holding it against live pages, and the whole plan."""
    size = world.sizes.members
    project = world.data("group", size)
    yield Case(
        "member-list",
        f"read and check a list of {size:,} addresses",
        part("members", project / LIST),
        yardstick("split", project / LIST),
        "`set(text.lower().split())`",
        (Budget("cpu", most=1.5), Budget("memory", most=160)),
    )
    with serve(stock(world, size)) as server:
        yield Case(
            "member-diff",
            f"decode {size:,} live rows, and hold the list against them",
            part("sift", project, server),
            budgets=(Budget("part_cpu", most=3), Budget("memory", most=220)),
            runs=min(3, world.runs),
        )
        yield Case(
            "member-plan",
            f"whole plan of the group: {size:,} members, 1 % to add and 1 % to remove",
            planned(project, server, finds_changes=True),
            yardstick("split", project / LIST),
            "`set(text.lower().split())`",
            (Budget("cpu", most=8), Budget("memory", most=220)),
            runs=min(3, world.runs),
        )
    with serve(stock(world, size, moved=0)) as server:
        yield Case(
            "member-noop",
            f"plan of a group with {size:,} members, nothing to do",
            planned(project, server),
            runs=min(3, world.runs),
        )


def fetching(world: World) -> Iterator[Case]:
    """Rows of a group, page by page: the CPU of it, and the time under a limit."""
    size = world.sizes.members
    pages = -(-size // PAGE)
    targets = [f"{ROWS}&page={page}" for page in range(1, pages + 1)]
    file = world.folder / "rows.txt"
    file.write_text("\n".join(targets), encoding="utf-8")
    project = world.small_project("plain", "")
    for full in (False, True):
        rows = replace(stock(world, size, 0), customers=Customers(size + 1, full))
        with serve(rows) as server:
            server.encode([ROWS, *targets])
            kind = "with all their fields" if full else "of 300 bytes, as far as a plan needs"
            yield Case(
                "fetch-full" if full else "fetch",
                f"fetch and decode {size:,} rows {kind}",
                part("fetch-whole" if full else "fetch", project, server),
                yardstick("get", file, server),
                "`http.client`, unpacked and not decoded",
                () if full else (Budget("part_cpu", most=4.5),),
                runs=min(3, world.runs),
            )
    limited = world.small_project("limited", f"max_rate: {RATE}/s, parallel: 8")
    with serve(stock(world, size, 0), latency=0.1, limit=RateLimit("window", RATE, 1)) as server:
        server.encode([ROWS, *targets])
        command = part("fetch", limited, server)
        yield Case(
            "fetch-limited",
            f"fetch {size:,} rows, {RATE} calls a second allowed, 100 ms",
            replace(command, derived=lambda it: _of_the_limit(it, pages)),
            budgets=(Budget("of_limit", most=1.05),),
            runs=1,
        )


def _of_the_limit(figures: Figures, pages: int) -> Mapping[str, float]:
    """The time in units of what the limit makes it."""
    return {"of_limit": figures["part_wall"] * RATE / pages}
