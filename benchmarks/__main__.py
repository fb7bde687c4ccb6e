"""`python -m benchmarks`: each case and its yardstick in turn, in processes of their own.

Prints medians of CPU, time, memory and calls with their ranges, and the median of the paired CPU
ratios. Trust the ratios: machines differ, and so does one machine from minute to minute.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from benchmarks import machine, paper
from benchmarks.cases.case import QUICK, Sizes, World
from benchmarks.data import SEED
from benchmarks.peers.peer import PeerResult
from benchmarks.peers.run import run_peers
from benchmarks.run import FORECAST, LIMITS, PARTS, Results, run_all

WORDS = {
    "files": "setting files",
    "members": "members of the large group",
    "customers": "customers of the shop",
    "tests": "cases of rule tests",
    "analysed": "settings to analyse pairwise",
    "changes": "changes to apply at 20 ms",
    "calls": "calls under each rate limit",
    "seconds": "seconds for which each rate is measured, about",
}


def main() -> None:
    """Measure, and write what was asked for."""
    given = _parser().parse_args()
    sizes = replace(QUICK if given.quick else Sizes(), **_chosen(given))
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = given.folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        Path(folder).mkdir(parents=True, exist_ok=True)
        runs = given.runs or (1 if given.quick else 5)
        world = World(Path(folder).resolve(), sizes, runs, given.seed)
        found = run_all(world, given.only, _tell)
        peers = run_peers(world, given.only, _tell) if given.peers else []
    warned = machine.warnings(load, found.results)
    parts = _parts(found, peers, warned, sizes, runs)
    sys.stdout.write("\n".join(f"{text}\n" for text in parts.values() if text))
    if given.json:
        given.json.write_text(_as_json(found, peers, warned, sizes), encoding="utf-8")
    if given.write_docs and not found.failed:
        paper.write_page(paper.PAGE, {name: text for name, text in parts.items() if text})
        if found.points:
            paper.CHART.write_text(paper.curves_chart(found.points), encoding="utf-8")
    if found.failed:
        raise SystemExit(f"did not run: {', '.join(found.failed)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    for it in fields(Sizes):
        kind = float if it.name == "seconds" else int
        parser.add_argument(f"--{it.name}", type=kind, help=f"{WORDS[it.name]} [{it.default:,}]")
    parser.add_argument("--quick", action="store_true", help="small sizes, one run of each")
    parser.add_argument("--seed", type=int, default=SEED, help="of the data")
    parser.add_argument("--runs", type=int, help="counted runs of each [5]")
    only = f"a part ({', '.join(PARTS)}) or a case; repeatable"
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help=only)
    peers = "other tools on the same work too; they are installed into environments of their own"
    parser.add_argument("--peers", action="store_true", help=peers)
    parser.add_argument("--folder", type=Path, help="keep the data here, and use what is there")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--write-docs", action="store_true", help="put it all into docs/")
    return parser


def _chosen(given: argparse.Namespace) -> dict[str, Any]:
    """The sizes that were said."""
    said = {it.name: getattr(given, it.name) for it in fields(Sizes)}
    return {name: value for name, value in said.items() if value is not None}


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _parts(
    found: Results,
    peers: Sequence[PeerResult],
    warned: Sequence[str],
    sizes: Sizes,
    runs: int,
) -> dict[str, str]:
    """The text of each place in docs/performance.md; empty where nothing was measured."""
    said = [f"Measured with {machine.described()}, medians of {runs} runs with their range."]
    if sizes.files < Sizes().files or sizes.members < Sizes().members:
        said.append(
            "**Mind:** small sizes, at which starting weighs most; budgets are for large ones."
        )
    said += [f"**Mind:** {it}." for it in warned]
    limits = [it for it in found.results if it.name.startswith("limit-")]
    forecasts = [it for it in found.results if it.name.startswith("forecast-")]
    apart = [*limits, *forecasts]
    plain = [it for it in found.results if it.name != LIMITS and it not in apart]
    budgeted = any(it.budgets for it in found.results)
    return {
        "machine": "\n".join(said) if found.results else "",
        "budgets": paper.budgets_table(found.results) if budgeted else "",
        "figures": paper.figures_table(plain) if plain else "",
        LIMITS: paper.limits_table(limits) if limits else "",
        FORECAST: paper.forecasts_table(forecasts) if forecasts else "",
        "curves": paper.curves_table(found.points) if found.points else "",
        "peers": paper.peers_table(peers) if peers else "",
    }


def _as_json(
    found: Results, peers: Sequence[PeerResult], warned: Sequence[str], sizes: Sizes
) -> str:
    results = [
        {"name": it.name, "about": it.about, "met": it.is_met, **_plain(asdict(it.outcome)),
         "budgets": [asdict(one) for one in it.budgets]}
        for it in found.results
    ]  # fmt: skip
    points = [
        {"curve": it.curve, "size": it.size, **_plain(asdict(outcome))}
        for it, outcome in found.points
    ]
    content = {
        "machine": machine.described(),
        "warnings": list(warned),
        "sizes": asdict(sizes),
        "results": results,
        "curves": points,
        "peers": [asdict(it) for it in peers],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _plain(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome without what it does not have."""
    return {name: it for name, it in outcome.items() if it}


if __name__ == "__main__":
    main()
