"""gitlabform: the members of one group, who are all there already."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.cases.case import Budget, World, planned
from benchmarks.cases.members import stock
from benchmarks.measure import Command
from benchmarks.peers.peer import Match, environment, version_of
from benchmarks.peers.stocks import Members, username
from benchmarks.server import serve

COUNT = 1_000


def gitlabform(world: World) -> tuple[str, Iterator[Match]]:
    """A run with nothing to do. Its dry run does not look at members, so this is the real one."""
    binaries = environment("gitlabform", "gitlabform")
    return version_of(binaries, "gitlabform"), _matches(world, str(binaries / "gitlabform"))


def _matches(world: World, program: str) -> Iterator[Match]:
    count = min(COUNT, world.sizes.members)
    project = world.data("group", count)
    config = world.folder / "gitlabform.yml"
    users = {username(number): {"access_level": 30} for number in range(1, count + 1)}
    with serve(Members(count)) as theirs, serve(stock(world, count, moved=0)) as mine:
        content = {
            "config_version": 3,
            "gitlab": {"url": theirs.url, "token": "bench"},
            "projects_and_groups": {"bench/*": {"group_members": {"users": users}}},
        }
        config.write_text(json.dumps(content), encoding="utf-8")
        yield Match(
            f"group of {count:,} members, nothing to do",
            Command([program, "--skip-version-check", "-c", str(config), "bench"], server=theirs),
            planned(project, mine),
            (Budget("calls", least=100),),
        )
