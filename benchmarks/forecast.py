"""`python -m benchmarks.forecast`: what a plan says that applying it takes, and what it then takes.

Each run is a whole one: it reads the shop, changes settings and fills a group, and reads again. How
long it takes is counted from its first call to its last; start-up and the files are not in it, and
neither are they in a forecast.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.customers import Customers, address_of
from benchmarks.data import LISTS, write_settings
from benchmarks.live import ProjectStock, write_live
from benchmarks.server import Served, serve
from benchmarks.shop import TOKEN, ShopStock
from benchmarks.throttle import RateLimit
from cg_sync.core.job import Manner
from cg_sync.core.stop import Stop
from cg_sync.workflow.apply import (
    Conduct,
    begin_journal,
    carry_out,
    changes_left,
    job_of,
    look_again,
)
from cg_sync.workflow.check import Checked, check_files
from cg_sync.workflow.chosen import chosen_environment
from cg_sync.workflow.connect import Pacer, Shop, open_shop, pacer_for
from cg_sync.workflow.plan import plan_changes

CHANGES = 150
MEMBERS = 6_000
CUSTOMERS = 20_000


@dataclass(frozen=True)
class Setting:
    """How far away the shop is, in seconds, and how many calls a second it lets in; 0: any."""

    latency: float
    rate: int
    parallel: int = 4

    def __str__(self) -> str:
        limit = f"{self.rate} calls a second" if self.rate else "no limit"
        return f"{self.latency * 1000:g} ms, {limit}, {self.parallel} at a time"


@dataclass(frozen=True)
class Measured:
    """Calls and seconds as they were foreseen and as they were; `ratio` is foreseen by real."""

    case: str
    calls_foreseen: int
    calls: int
    seconds_foreseen: float
    seconds: float
    ratio: float


SETTINGS = tuple(Setting(latency, rate) for latency in (0.02, 0.1) for rate in (0, 40))


def measured(changes: int, settings: tuple[Setting, ...] = SETTINGS) -> list[dict[str, object]]:
    """One run for each setting, with so many settings that change."""
    with tempfile.TemporaryDirectory(prefix="cg-sync-forecast-") as folder:
        project, live = Path(folder) / "project", Path(folder) / "live.json"
        write_settings(project, 2 * changes)
        write_live(project, live)
        write_group(project)
        stock = ProjectStock(
            live,
            changed=changes,
            changes={"name": " (old)"},
            base=ShopStock(customers=Customers(CUSTOMERS), price_lists=LISTS),
        )
        return [asdict(_run(project, stock, it)) for it in settings]


def write_group(project: Path) -> None:
    """A group whose members the shop does not have in it yet."""
    for name in ("groups", "members"):
        (project / name).mkdir()
    text = "name: Large\nmembers: {files: [../members/large.txt]}\n"
    (project / "groups" / "large.yaml").write_text(text, encoding="utf-8")
    addresses = "".join(f"{address_of(number)}\n" for number in range(MEMBERS))
    (project / "members" / "large.txt").write_text(addresses, encoding="utf-8")


def _run(project: Path, stock: ProjectStock, setting: Setting) -> Measured:
    limit = RateLimit("window", setting.rate, 1) if setting.rate else None
    with serve(stock, latency=setting.latency, limit=limit) as server:
        _write_environment(project, server, setting)
        checked = check_files(project, environment=None, environ=os.environ)
        forecast = plan_changes(checked, _shop(checked)).plan.forecast
        assert forecast is not None
        assert forecast.seconds is not None
        server.reset()
        time.sleep(1)  # What planning has used of the limit is free again.
        began = time.monotonic()
        _apply(checked)
        seconds = time.monotonic() - began
        calls = server.stats().total
    return Measured(
        str(setting),
        forecast.calls,
        calls,
        round(forecast.seconds, 2),
        round(seconds, 2),
        round(forecast.seconds / seconds, 2),
    )


def _write_environment(project: Path, server: Served, setting: Setting) -> None:
    limit = f", max_rate: {setting.rate}/s" if setting.rate else ""
    text = f"""version: 1
environments:
  bench: {{url: "{server.url}", channel: 1, api: {{parallel: {setting.parallel}{limit}}}}}
"""
    (project / "cg-sync.yaml").write_text(text, encoding="utf-8")


def _shop(checked: Checked, *, pacer: Pacer | None = None, writable: bool = False) -> Shop:
    environ = {"CG_SYNC_TOKEN": TOKEN}
    return open_shop(checked, environ=environ, writable=writable, pacer=pacer)


def _apply(checked: Checked) -> None:
    """What `cg-sync apply --yes` does with the shop."""
    pacer = pacer_for(checked)
    prepared = plan_changes(checked, _shop(checked, pacer=pacer))
    shop, stop = (
        _shop(checked, pacer=pacer, writable=True),
        Stop(clock=time.monotonic, nap=time.sleep),
    )
    parallel = chosen_environment(checked).parallel
    conduct = Conduct(secrets.token_hex(6), datetime.now(UTC), stop, Manner(parallel))
    outcome = carry_out(
        checked,
        job_of(prepared),
        shop,
        conduct,
        lambda: begin_journal(checked, prepared.plan, conduct),
        lambda _step: None,
    )
    outcome = look_again(outcome, lambda: changes_left(checked, shop), pause=stop.pause)
    if outcome.left != ():
        raise RuntimeError("the run did not do what it was to do")


def table(results: list[dict[str, object]]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| shop | calls foreseen | made | seconds foreseen | taken | foreseen/taken |",
        "|---|---|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(str(value) for value in it.values())} |" for it in results]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run all settings and write a table, or JSON for machines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=__doc__)
    parser.add_argument("--changes", type=int, default=CHANGES, help="settings that change")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = measured(given.changes)
    sys.stdout.write(json.dumps(results, indent=2) + "\n" if given.json else table(results))


if __name__ == "__main__":
    main()
