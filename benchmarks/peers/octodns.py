"""octoDNS: one DNS record a file, held against the same records at a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.build import live_of
from benchmarks.cases.case import Budget, World, ours, planned
from benchmarks.live import ProjectStock
from benchmarks.measure import Command
from benchmarks.peers.peer import Match, environment, version_of
from benchmarks.peers.stocks import Records, record
from benchmarks.server import Served, serve

AT_LEAST = (Budget("cpu", least=4), Budget("wall", least=4))
INSIDE = Path(__file__).parent / "inside"
SMALL_SHARE = 0.5


def octodns(world: World) -> tuple[str, Iterator[Match]]:
    """Plans with nothing changed, and an apply."""
    binaries = environment("octodns", "octodns", "requests")
    return version_of(binaries, "octodns"), _matches(world, binaries)


def _matches(world: World, binaries: Path) -> Iterator[Match]:
    for count in (round(world.sizes.files * SMALL_SHARE), world.sizes.files):
        project = world.data("settings", count)
        zone = _zone(world.folder / f"octodns-{count}", count)
        with serve(Records(count)) as theirs, serve(ProjectStock(live_of(project))) as mine:
            yield Match(
                f"plan of {count:,} files, nothing to do",
                _sync(binaries, zone, theirs),
                planned(project, mine),
                AT_LEAST,
                runs=2,
            )
            yield Match(
                f"the same {count:,} files, our cache filled by the run before",
                _sync(binaries, zone, theirs),
                planned(project, mine, world.cache),
                runs=2,
            )
    changes = world.sizes.changes
    stock = ProjectStock(live_of(project), changes, {"name": " was"})
    with (
        serve(Records(count, changes), latency=0.02) as theirs,
        serve(stock, latency=0.02) as mine,
    ):
        yield Match(
            f"apply of {changes:,} changes among {count:,} at 20 ms",
            _sync(binaries, zone, theirs, "--doit"),
            ours("apply", "--yes", "--parallel", "16", project=project, server=mine),
            (Budget("wall", least=4),),
            runs=1,
        )


def _zone(folder: Path, count: int) -> Path:
    """A folder with a file for each record, as YamlProvider reads a zone that is split."""
    zone = folder / "zones" / "example.com.yaml"
    if not folder.exists():
        zone.mkdir(parents=True)
        for number in range(1, count + 1):
            it = record(number)
            values = "".join(f"    - {value}\n" for value in it["values"])
            text = f"---\n{it['name']}:\n  ttl: {it['ttl']}\n  type: A\n  values:\n{values}"
            (zone / f"{it['name']}.yaml").write_text(text, encoding="utf-8")
    return folder


def _sync(binaries: Path, folder: Path, server: Served, *options: str) -> Command:
    config = folder / f"config-{server.port}.yaml"
    provider = {"class": "octodns.provider.yaml.YamlProvider", "split_extension": ".yaml",
                "directory": str(folder / "zones"), "disable_zonefile": True}  # fmt: skip
    shop = {"class": "octodns_shop.ShopProvider", "url": server.url}
    content = {
        "providers": {"files": provider, "shop": shop},
        "zones": {"example.com.": {"sources": ["files"], "targets": ["shop"]}},
    }
    config.write_text(json.dumps(content), encoding="utf-8")
    command = [str(binaries / "octodns-sync"), "--config-file", str(config), "--quiet"]
    return replace(Command([*command, *options], {"PYTHONPATH": str(INSIDE)}), server=server)
