"""The benchmarks run, do the work that they say, and count what came; no time is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from benchmarks import paper
from benchmarks.build import live_of
from benchmarks.cases.case import Budget, Result, World, ours, part
from benchmarks.chart import chart
from benchmarks.flame import picture, tree_of
from benchmarks.live import ProjectStock
from benchmarks.measure import Command, Outcome, Spread, compared, measured, single
from benchmarks.server import Served, serve
from benchmarks.throttle import RateLimit, Throttle

PYTHON = sys.executable


def test_an_apply_writes_what_differs_once_and_the_server_forgets_it(tmp_path: Path) -> None:
    project = World(tmp_path).data("settings", 3)
    with serve(ProjectStock(live_of(project), 2, {"name": " was"})) as server:
        figures = measured(ours("apply", "--yes", project=project, server=server))
        assert server.stats().calls["PATCH"] == 2
        assert figures["calls"] == server.stats().total > 2
        assert min(figures["cpu"], figures["wall"], figures["memory"]) > 0
        assert name_of_first(server) == "Setting 0"
        server.reset()
        assert name_of_first(server) == "Setting 0 was"
        assert server.stats().total == 1


def name_of_first(server: Served) -> str:
    """What the first setting is called in the shop."""
    path = "/api/v1/remote/1/customer_group_settings/1/"
    headers = {"Authorization": f"Token {server.token}"}
    record: dict[str, str] = requests.get(f"{server.url}{path}", headers=headers, timeout=30).json()
    return record["name"]


def test_a_part_tells_figures_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text("[" * 1_000)
    assert measured(part("hostile", file))["part_cpu"] >= 0


def test_a_command_that_fails_is_no_figure() -> None:
    with pytest.raises(RuntimeError, match="ended with 3: no"):
        measured(Command([PYTHON, "-c", "import sys; print('no'); sys.exit(3)"]))


def test_ratios_are_those_of_the_pairs(tmp_path: Path) -> None:
    quick = Command([PYTHON, "-c", "pass"])
    outcome = compared(quick, quick, 2)
    assert outcome.ratio is not None
    assert outcome.ratio.low <= outcome.ratio.median <= outcome.ratio.high
    assert outcome.ours.keys() == outcome.yardstick.keys() == {"cpu", "wall", "memory"}


def test_a_window_lets_in_so_many_calls_and_says_when_the_next() -> None:
    throttle = Throttle(RateLimit("window", 2, 5), 0)
    assert [throttle.wait(now) for now in (0, 1, 2)] == [None, None, 3]
    assert throttle.wait(5) is None


def test_a_bucket_fills_up_again() -> None:
    throttle = Throttle(RateLimit("bucket", 2, 4), 0)
    assert [throttle.wait(now) for now in (0, 0, 0, 1)] == [None, None, 2, 1]
    assert throttle.wait(2) is None


def test_budgets_are_held_against_medians_and_results_get_into_the_page() -> None:
    outcome = Outcome({"cpu": Spread(1.4, 1.2, 1.6), "memory": Spread(80, 80, 80)}, {}, None)
    budgets = (Budget("cpu", most=1.5), Budget("memory", most=70))
    table = paper.budgets_table([Result("it", "some work", outcome, "", budgets)])
    assert "| some work | CPU ≤ 1.50 s | 1.40 s (1.20–1.60) | yes |" in table
    assert "| some work | memory ≤ 70 MiB | 80 MiB | **no** |" in table
    page = "before\n<!-- bench: budgets -->\nold\n<!-- end -->\nafter\n"
    assert paper.rewritten(page, {"budgets": "new\n"}) == page.replace("old\n", "\nnew\n\n")
    with pytest.raises(ValueError, match="no place for others"):
        paper.rewritten(page, {"others": ""})


def test_what_is_counted_once_has_no_range() -> None:
    assert paper.spread_shown("calls", single({"calls": 1_234}).ours["calls"]) == "1,234"


def test_the_page_has_a_place_for_all_that_is_measured() -> None:
    page = paper.PAGE.read_text(encoding="utf-8")
    places = ("machine", "budgets", "figures", "limits", "forecast", "curves", "peers")
    assert paper.rewritten(page, dict.fromkeys(places, "it\n")).count("\nit\n") == len(places)


def test_pictures_hold_what_they_are_given_and_no_path_of_a_machine() -> None:
    curve = chart([("CPU", "files", {"plan": [(100, 0.5), (1_000, 2.0)]})])
    assert curve.count("<circle") == 3
    stacks = ["main (/some/where/cg_sync/a.py:3);dump (/x/lib/python3.11/json/b.py:9) 3"]
    profile = picture(tree_of(stacks), "it")
    assert "main (cg_sync/a.py): 100.0%" in profile
    assert "dump (json/b.py): 100.0%" in profile
    assert "where" not in profile


@pytest.mark.long
def test_all_of_it_runs_at_small_sizes(tmp_path: Path) -> None:
    told = tmp_path / "results.json"
    command = [PYTHON, "-m", "benchmarks", "--quick", "--files", "20", "--members", "100"]
    subprocess.run([*command, "--json", str(told)], check=True, capture_output=True)
    results = json.loads(told.read_text(encoding="utf-8"))
    assert {"help", "plan-warm", "member-plan", "fetch-limited", "limits"} <= {
        it["name"] for it in results["results"]
    }
    assert results["curves"]
