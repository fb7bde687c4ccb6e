"""Runs what was chosen of all cases, one after another."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from benchmarks.build import ROOT
from benchmarks.cases.applies import applies
from benchmarks.cases.case import Budget, Case, Result, World
from benchmarks.cases.curves import Point, curves
from benchmarks.cases.customers import customers
from benchmarks.cases.local import local
from benchmarks.cases.members import fetching, members
from benchmarks.cases.plans import plans
from benchmarks.measure import Outcome, compared, single
from benchmarks.peers.run import PEERS

GROUPS: Mapping[str, Callable[[World], Iterator[Case]]] = {
    "local": local,
    "plans": plans,
    "members": members,
    "fetching": fetching,
    "customers": customers,
    "applies": applies,
}
LIMITS, FORECAST, CURVES = "limits", "forecast", "curves"
PARTS = (*GROUPS, LIMITS, FORECAST, CURVES, "peers", *PEERS)
"""What `--only` takes, besides the names of cases."""

RATE = 100
"""Calls a second that the limits of `benchmarks.pace` allow."""

_OF_A_LIMIT = (
    Budget("share", least=0.95),
    Budget("refused", most=0.02),
    Budget("cpu_ms", most=2),
)
_OF_A_FORECAST = (Budget("foreseen", least=0.8, most=1.2),)


@dataclass
class Results:
    """All that was measured, in the order of the table."""

    results: list[Result] = field(default_factory=list)
    points: list[tuple[Point, Outcome]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The cases that were run, well or not."""
        return {it.name for it in self.results} | set(self.failed)


def run_all(world: World, only: Sequence[str], told: Callable[[str], None]) -> Results:
    """Every case that `only` names or, when it is empty, every case; `told` hears of each.

    Raises SystemExit for a name that no case has.
    """
    found, named = Results(), set(only) - set(PARTS)
    for name, group in GROUPS.items():
        if not only or name in only or named - found.names:
            _of_group(
                found, group(world), world, set() if not only or name in only else named, told
            )
    if unknown := named - found.names:
        raise SystemExit(f"no such case: {', '.join(sorted(unknown))}")
    if not only or LIMITS in only:
        found.results += _limits(world, told)
    if not only or FORECAST in only:
        found.results += _forecasts(world, told)
    if not only or CURVES in only:
        found.points += _curves(world, told)
    return found


def _of_group(
    found: Results,
    cases: Iterator[Case],
    world: World,
    named: Set[str],
    told: Callable[[str], None],
) -> None:
    """Run the cases that are named or, when none is, all of them."""
    for case in cases:
        if named and case.name not in named:
            continue
        began = time.monotonic()
        try:
            outcome = compared(case.ours, case.yardstick, case.runs or world.runs)
        except RuntimeError as error:
            found.failed.append(case.name)
            told(f"{case.name}: {error}")
            continue
        result = Result(case.name, case.about, outcome, case.yardstick_about, tuple(case.budgets))
        met = "" if result.is_met else ", over its budget"
        told(f"{case.name}: {time.monotonic() - began:.0f} s{met}")
        found.results.append(result)


def _curves(world: World, told: Callable[[str], None]) -> Iterator[tuple[Point, Outcome]]:
    for point in curves(world):
        outcome = compared(point.case.ours, None, 1)
        told(f"{point.curve}: {point.case.about}")
        yield point, outcome


def _limits(world: World, told: Callable[[str], None]) -> Iterator[Result]:
    """`benchmarks.pace`: first the worst of all that are paced, then each."""
    calls = ("--rate", str(RATE), "--calls", str(world.sizes.calls))
    found = _said("pace", *calls)
    paced = [it for it in found if it["way"] != "not paced"]
    worst = {
        "share": min(it["share"] for it in paced),
        "refused": max(it["refused"] for it in paced),
        "cpu_ms": max(it["cpu_ms"] for it in paced),
    }
    about = f"calls under a limit, the worst of {len(paced)} runs"
    yield Result(LIMITS, about, single(worst), "", _OF_A_LIMIT)
    for number, it in enumerate(found, 1):
        figures = {name: it[name] for name in worst}
        yield Result(f"limit-{number}", f"{it['limit']}: {it['way']}", single(figures))
    told(f"{LIMITS}: {len(found)} figures")


def _forecasts(world: World, told: Callable[[str], None]) -> Iterator[Result]:
    """`benchmarks.forecast`: what plans foresee, held against what applying them takes."""
    found = _said("forecast", "--changes", str(world.sizes.changes))
    for number, it in enumerate(found, 1):
        figures = {name: float(value) for name, value in it.items() if name != "case"}
        figures["foreseen"] = figures.pop("ratio")
        yield Result(f"forecast-{number}", f"forecast of an apply: {it['case']}", single(figures),
                     "", _OF_A_FORECAST)  # fmt: skip
    told(f"{FORECAST}: {len(found)} figures")


def _said(module: str, *options: str) -> list[dict[str, Any]]:
    """What a benchmark of its own says, in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *options, "--json"]
    said = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    found: list[dict[str, Any]] = json.loads(said)
    return found
