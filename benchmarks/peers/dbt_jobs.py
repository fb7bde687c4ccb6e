"""dbt-jobs-as-code: jobs of dbt Cloud in one file, held against the same jobs at a server."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.build import live_of
from benchmarks.cases.case import Budget, World, planned
from benchmarks.live import ProjectStock
from benchmarks.measure import Command
from benchmarks.peers.peer import Match, environment, version_of
from benchmarks.peers.stocks import Jobs, identifier, job
from benchmarks.server import serve

COUNT = 500


def dbt_jobs(world: World) -> tuple[str, Iterator[Match]]:
    """A plan with nothing to do."""
    binaries = environment("dbt-jobs-as-code", "dbt-jobs-as-code")
    name = version_of(binaries, "dbt-jobs-as-code")
    program = str(binaries / "dbt-jobs-as-code")
    return name, _matches(world, program)


def _matches(world: World, program: str) -> Iterator[Match]:
    count = min(COUNT, world.sizes.files)
    project = world.data("settings", count)
    config = world.folder / "jobs.yml"
    jobs = {identifier(number): job(number) for number in range(1, count + 1)}
    # JSON is YAML too.
    config.write_text(json.dumps({"jobs": jobs}, indent=1), encoding="utf-8")
    with serve(Jobs(count)) as theirs, serve(ProjectStock(live_of(project))) as mine:
        environ = {"DBT_API_KEY": "bench", "DBT_BASE_URL": theirs.url}
        yield Match(
            f"plan of {count:,} jobs or settings, nothing to do",
            Command([program, "plan", str(config)], environ, server=theirs),
            planned(project, mine),
            (Budget("calls", least=20),),
        )
