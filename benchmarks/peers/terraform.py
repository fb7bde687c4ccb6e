"""Terraform: `terraform_data`, its built-in resource, which talks to nobody, from a state."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.build import live_of
from benchmarks.cases.case import World, planned
from benchmarks.live import ProjectStock
from benchmarks.measure import Command
from benchmarks.peers.peer import Match, Unavailable
from benchmarks.peers.stocks import record
from benchmarks.server import serve

SMALL, LARGE = 1_000, 2_000
"""Its time grows faster than the number of resources: to make 10,000 takes it many minutes."""


def terraform(world: World) -> tuple[str, Iterator[Match]]:
    """Plans with nothing to do."""
    program = shutil.which("terraform")
    if program is None:
        raise Unavailable("there is no terraform on the path")
    said = subprocess.run([program, "version", "-json"], check=True, capture_output=True).stdout
    return f"terraform {json.loads(said)['terraform_version']}", _matches(world, program)


def _matches(world: World, program: str) -> Iterator[Match]:
    for count in sorted({min(it, world.sizes.files) for it in (SMALL, LARGE)}):
        project = world.data("settings", count)
        folder = _applied(world.folder / f"terraform-{count}", program, count)
        with serve(ProjectStock(live_of(project))) as mine:
            yield Match(
                f"plan of {count:,} resources, nothing to do",
                Command([program, f"-chdir={folder}", "plan", "-input=false", "-no-color"]),
                planned(project, mine),
                runs=1 if count > SMALL else 3,
            )


def _applied(folder: Path, program: str, count: int) -> Path:
    """A folder with so many resources, a file each, and the state in which they all exist."""
    if not (folder / "terraform.tfstate").exists():
        folder.mkdir(exist_ok=True)
        for number in range(1, count + 1):
            it = record(number)
            text = f'resource "terraform_data" "{it["name"]}" {{\n  input = {json.dumps(it)}\n}}\n'
            (folder / f"{it['name']}.tf").write_text(text, encoding="utf-8")
        for arguments in (["init"], ["apply", "-auto-approve", "-refresh=false"]):
            command = [program, f"-chdir={folder}", *arguments, "-input=false", "-no-color"]
            subprocess.run(command, check=True, capture_output=True)
    return folder
