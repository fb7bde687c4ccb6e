"""What a plan says it will cost, held against what the shop has seen; and runs that would cost too
much.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import Phase, event, given, settings

from cg_sync.core.seal import sealed
from tests.conftest import PROJECT, Project, Ran
from tests.e2e.chaos import without_waiting
from tests.e2e.test_laws import (
    State,
    forget,
    live_states,
    make_live,
    new_project,
    over_http,
    ownerships,
    wanted_states,
    write_files,
    writes,
)
from tests.e2e.test_undo import LOOSE
from tests.shop import SandboxShop

EXAMPLES = settings().max_examples // 4 if settings().max_examples > 100 else 8
SORTS = {"create": "POST", "update": "PATCH", "delete": "DELETE"}
SETTING = "{{name: s{0}, slug: s{0}, priority: {0}, rule: {{match: everyone}}}}\n"
NUMBER = 6
READS = 4
"""Price lists, stock lists, groups and settings: a page each."""
WHOLE = READS + NUMBER + READS


def forecast_in(ran: Ran) -> dict[str, Any]:
    """The forecast of a run that printed one document; of an apply that of its plan."""
    data = ran.data.get("plan", ran.data)
    found: dict[str, Any] = data["forecast"]
    return found


def assert_it_came_so(forecast: dict[str, Any], shop: SandboxShop) -> None:
    """The shop has seen just the calls that were foreseen, and no others."""
    seen = [(verb, path.partition("?")[0]) for verb, path, _ in shop.seen()]
    planned: Counter[str] = Counter()
    for it in forecast["phases"]:
        planned[SORTS.get(it["write"], it["write"])] += it["writes"]
    made = Counter(
        path.split("/bulk_")[1].strip("/") if "/bulk_" in path else verb
        for verb, path in seen
        if verb not in ("GET", "OPTIONS")
    )
    bulk = {"add": "add_members", "remove": "remove_members"}
    assert {bulk.get(name, name): number for name, number in made.items()} == dict(planned)
    looks = sum(it["looks"] for it in forecast["phases"])
    records = sum(verb == "GET" and bool(re.search(r"/[0-9]+/$", path)) for verb, path in seen)
    assert records <= looks
    if forecast["exact"]:
        assert forecast["calls"] == len(seen), seen
    else:
        event("not exact")


# Each is three commands and dozens of requests: what fails is not made smaller.
@settings(over_http, max_examples=EXAMPLES, phases=[Phase.generate])
@given(live=live_states(), wanted=wanted_states(), of_groups=ownerships, of_settings=ownerships)
def test_what_is_foreseen_is_what_the_shop_sees(
    shop: SandboxShop,
    people: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    with_token: None,
    live: State,
    wanted: State,
    of_groups: str,
    of_settings: str,
) -> None:
    make_live(shop, live, people)
    with new_project(shop, capsys, of_groups, of_settings) as project:
        text = (project.root / "cg-sync.yaml").read_text()
        text = text.replace("guards: {empty: false}\n", LOOSE)
        project.write("cg-sync.yaml", text.replace("channel: 1", "channel: 1, api: {page_size: 2}"))
        write_files(project, wanted, people)
        where = ("--project", str(project.root), "--format", "json")
        planned = project.run("plan", *where)
        if planned.code == 3 or not planned.data["changes"]:
            event("nothing to do")
            return
        forget(shop)
        applied = project.run("apply", "--yes", *where)
        assert applied.code == 0, applied.err
        assert_it_came_so(forecast_in(applied), shop)
        assert_alike(forecast_in(applied), forecast_in(planned))
        forget(shop)
        undone = project.run("undo", applied.data["apply"]["run"], "--yes", *where)
        assert undone.code in (0, 6), undone.err
        assert_it_came_so(forecast_in(undone), shop)
        event("undone")


def assert_alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The same forecast, but for how long it takes."""
    apart = {"seconds", "pace"}
    assert {**one, **dict.fromkeys(apart)} == {**other, **dict.fromkeys(apart)}


@pytest.fixture
def people(shop: SandboxShop) -> list[dict[str, Any]]:
    """The first customers, whom every example uses."""
    return shop.customers()[:41]


@pytest.fixture
def with_token(shop: SandboxShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop's token in the environment, and no colours."""
    monkeypatch.setenv("CG_SYNC_TOKEN", shop.token)
    monkeypatch.delenv("CG_SYNC_ENV", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def six(shop_project: Project, shop: SandboxShop) -> Project:
    """A project with six settings that the shop does not have yet."""
    for number in range(NUMBER):
        shop_project.write(f"settings/s{number}.yaml", SETTING.format(number))
    forget(shop)
    return shop_project


def test_a_saved_plan_costs_what_it_says_too(six: Project, shop: SandboxShop) -> None:
    planned = six.run("plan", "-o", "plan.json", "--format", "json")
    assert forecast_in(planned)["calls"] == WHOLE
    assert forecast_in(six.run("show", "plan.json", "--format", "json")) == forecast_in(planned)
    forget(shop)
    applied = six.run("apply", "plan.json", "--yes", "--format", "json")
    assert_it_came_so(forecast_in(applied), shop)


def test_a_plan_of_long_ago_has_no_forecast_and_is_applied_all_the_same(six: Project) -> None:
    six.run("plan", "-o", "plan.json")
    made: dict[str, Any] = json.loads((six.root / "plan.json").read_text())
    del made["forecast"]
    (six.root / "plan.json").write_text(json.dumps(sealed(made, "")))
    assert f"Applying it: {NUMBER} writes.\n" in six.run("show", "plan.json").out
    assert six.run("apply", "plan.json", "--yes").code == 0


def test_who_logs_in_to_read_and_to_write_is_told_of_both(
    six: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CG_SYNC_TOKEN")
    monkeypatch.setenv("CG_SYNC_USERNAME", shop.username)
    monkeypatch.setenv("CG_SYNC_PASSWORD", shop.password)
    applied = six.run("apply", "--yes", "--format", "json")
    forecast = forecast_in(applied)
    assert (forecast["calls"], forecast["log_ins"]) == (WHOLE + 2, 1)
    assert len([it for it in shop.seen() if it[0] != "DELETE"]) == WHOLE + 2


def test_who_is_asked_is_told_that_the_shop_is_read_again(
    six: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
    refused = six.run("apply", "--max-calls", str(WHOLE + READS - 1))
    assert (refused.code, writes(shop)) == (4, [])
    forget(shop)
    applied = six.run("apply", "--max-calls", str(WHOLE + READS))
    assert f"Applying it: {WHOLE + READS} calls (8 to read, " in applied.out
    assert len([it for it in shop.seen() if it[0] != "DELETE"]) == WHOLE + READS


def test_without_looks_it_costs_as_much_less(six: Project, shop: SandboxShop) -> None:
    assert six.run("apply", "--yes").code == 0
    for number in range(NUMBER):
        text = SETTING.format(number).replace(f"name: s{number}", f"name: new {number}")
        six.write(f"settings/s{number}.yaml", text)
    forget(shop)
    applied = six.run("apply", "--yes", "--recheck", "never", "--format", "json")
    assert sum(it["looks"] for it in forecast_in(applied)["phases"]) == 0
    assert_it_came_so(forecast_in(applied), shop)


# --- too much


def test_a_plan_of_more_calls_than_allowed_is_shown_and_refused(six: Project) -> None:
    ran = six.run("plan", "--max-calls", str(WHOLE - 1), "--result-file", "result.json")
    assert ran.code == 4
    assert f"Applying it: {WHOLE} calls (4 to read, 6 writes, 4 to read again)." in ran.out
    assert (
        f"CG-G07 applying this plan takes {WHOLE} calls, and --max-calls allows {WHOLE - 1}"
        in ran.err
    )
    assert f"--max-calls {WHOLE}" in ran.err
    assert json.loads((six.root / "result.json").read_text())["outcome"] == "refused"
    assert six.run("plan", "--max-calls", str(WHOLE)).code == 0


def test_looks_that_may_be_left_out_are_never_too_much(six: Project) -> None:
    assert six.run("apply", "--yes").code == 0
    for number in range(NUMBER):
        text = SETTING.format(number).replace(f"name: s{number}", f"name: new {number}")
        six.write(f"settings/s{number}.yaml", text)
    bounded = ("apply", "--yes", "--max-calls", str(WHOLE))
    assert six.run(*bounded).code == 4
    assert six.run(*bounded, "--recheck", "changed").code == 0


def test_nothing_to_do_is_never_too_much(shop_project: Project) -> None:
    assert shop_project.run("plan", "--max-calls", "1").code == 0
    assert shop_project.run("apply", "--yes", "--max-calls", "1").code == 0


@pytest.mark.parametrize("saved", [True, False])
def test_an_apply_of_more_calls_than_allowed_writes_nothing(
    six: Project, shop: SandboxShop, saved: bool
) -> None:
    plan = ["plan.json"] if saved else []
    six.run("plan", "-o", "plan.json")
    ran = six.run("apply", *plan, "--yes", "--max-calls", str(WHOLE - 1))
    assert ran.code == 4
    assert "CG-G07" in ran.err
    assert writes(shop) == []
    assert not (six.root / ".cg-sync/runs").exists()
    assert six.run("apply", *plan, "--yes", "--max-calls", str(WHOLE)).code == 0


def test_what_is_left_of_a_run_and_what_takes_it_back_are_bounded_too(
    six: Project, shop: SandboxShop
) -> None:
    late = {"method": "POST", "after": 2}
    with shop.playing({"when": late, "status": {"code": 503}}):
        assert six.run("apply", "--yes", "--parallel", "1", "--fail-fast").code == 6
    (journal,) = (six.root / ".cg-sync/runs").glob("*.jsonl")
    forget(shop)
    resumed = six.run("resume", journal.stem, "--yes", "--max-calls", str(READS + 3 + READS))
    assert (resumed.code, writes(shop)) == (4, [])
    assert six.run("resume", journal.stem, "--yes", "--max-calls", "12").code == 0
    forget(shop)
    # A look and a write for each of the six.
    undone = six.run("undo", journal.stem, "--yes", "--max-calls", str(READS + 12 + READS - 1))
    assert (undone.code, writes(shop)) == (4, [])
    assert six.run("undo", journal.stem, "--yes", "--max-calls", "20").code == 0


@pytest.fixture
def slow(six: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The same of a shop that is asked once in ten seconds, by a clock that does not wait."""
    without_waiting(monkeypatch)
    channel = "channel: 1, api: {max_rate: 6/1m}"
    six.write("cg-sync.yaml", PROJECT.replace("channel: 1", channel))
    return six


def test_what_cannot_end_before_its_deadline_is_not_begun(slow: Project, shop: SandboxShop) -> None:
    ran = slow.run("apply", "--yes", "--deadline", "1m")
    assert ran.code == 4
    assert writes(shop) == []
    # Ten calls to come, at 98 of 100 parts of the limit.
    told = r"CG-G08 this run takes about 1m 4\ds \(10 calls at 0\.098 calls a second\)"
    assert re.search(told, ran.err), ran.err
    assert re.search(r"and its deadline leaves \d\ds; nothing was changed", ran.err)
    assert "--partial" in ran.err
    assert slow.run("apply", "--yes", "--deadline", "10m").code == 0


def test_who_wants_a_part_gets_one(slow: Project, shop: SandboxShop) -> None:
    ran = slow.run("apply", "--yes", "--parallel", "1", "--deadline", "1m", "--partial")
    assert ran.code == 6
    assert "stopped: the deadline" in ran.out
    (journal,) = (slow.root / ".cg-sync/runs").glob("*.jsonl")
    left = slow.run("resume", journal.stem, "--yes", "--deadline", "1m")
    assert (left.code, "CG-G08" in left.err) == (4, True)
    assert slow.run("resume", journal.stem, "--yes", "--deadline", "10m").code == 0


def test_a_plan_says_how_long_it_takes(slow: Project, tmp_path: Path) -> None:
    ran = slow.run("plan")
    assert re.search(
        r"Applying it: 14 calls .*, about 2 minutes at 0\.098 calls a second\.", ran.out
    )


def test_a_plan_from_a_snapshot_has_calls_and_no_time(six: Project, shop: SandboxShop) -> None:
    shop.make_group("By hand")
    assert six.run("snapshot", "-o", "shop.json").code == 0
    ran = six.run("plan", "--against", "shop.json", "--format", "json")
    forecast = forecast_in(ran)
    assert (forecast["calls"], forecast["seconds"], forecast["pace"]) == (WHOLE, None, None)
