"""Applies, resumes and undos in a shop that has one bad day after another.

Whatever goes wrong, the account of a run agrees with what the shop holds, nothing is in the shop
that nobody meant, and once the shop is well again all becomes as the files say. What happens
follows from a seed: CG_SYNC_CHAOS_SEED=N plays one that failed, as far as threads let it.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from cg_sync.cli import carrying_out
from cg_sync.cli.main import main
from cg_sync.core.diff import Update
from cg_sync.core.outcome import Outcome
from cg_sync.core.plan import (
    AddMembers,
    CreateRecord,
    DeleteRecord,
    RemoveMembers,
    Step,
    UpdateRecord,
)
from tests.conftest import Project
from tests.e2e.chaos import (
    OTHERS_DOING,
    Bounds,
    Case,
    Json,
    case_of,
    faults_in,
    play,
    script_of,
    without_waiting,
    write_project,
)
from tests.shop import SandboxShop, running_sandbox

SEED = "CG_SYNC_CHAOS_SEED"
ENOUGH = 10_000
PARTS = 4
"""So that several workers share them."""

CODES = {0, 3, 5, 6, 7, 10, 11}
NOTHING_WRITTEN = {3, 5, 7, 10, 11}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anything but the shop."""
    without_waiting(monkeypatch)


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What each run says of itself, as values."""
    told: list[Outcome] = []
    tell = carrying_out._told

    def overheard(it: carrying_out.Applying, outcome: Outcome) -> None:
        told.append(outcome)
        tell(it, outcome)

    monkeypatch.setattr(carrying_out, "_told", overheard)
    # So few that a change of members takes several calls.
    monkeypatch.setattr("cg_sync.core.plan.MEMBERS_PER_CALL", 2)
    monkeypatch.delenv("CG_SYNC_ENV", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    return told


@dataclass
class Soak:
    """How much was gone through."""

    requests: int = 0
    faulted: int = 0
    commands: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass
class Episode:
    """One shop and one project, through several bad days."""

    seed: int
    shop: SandboxShop
    outcomes: list[Outcome]
    soak: Soak
    environ: pytest.MonkeyPatch
    project: Project
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.case: Case = case_of(self.random)
        self.normalising = False
        self.others = self.random.random() < 0.2
        self.strangers = False

    def told(self) -> None:
        """Play it."""
        people = self.shop.customers()
        page = self.random.choice([4, 999, 1000])
        write_project(self.case, self.project, self.shop.url, people, page)
        self.environ.setenv("CG_SYNC_TOKEN", self.shop.token)
        play(self.case, self.shop, people)
        self.old = self.shop.state()
        first = self._run("apply", [])
        if first == 3:  # The files do not go together with this shop.
            self.soak.commands["refused"] += 1
            return
        assert first == 0, self.err
        self.new = self.shop.state()
        play(self.case, self.shop, people)
        for journal in self._journals():
            journal.unlink()
        for _ in range(self.random.randint(4, 8)):
            self._bad_day()
        self._made_good()

    def _journals(self) -> list[Path]:
        """The last one written to comes last: runs of one second are in no order by name. To take
        back an earlier one is to part what later ones have moved together.
        """
        found = (self.project.root / ".cg-sync/runs").glob("*.jsonl")
        return sorted(found, key=lambda it: it.stat().st_mtime_ns)

    def _bad_day(self) -> None:
        rules = script_of(self.random, others=self.others)
        self._log_in()
        command = self.random.choice(["apply", "apply", "resume", "undo", "resume"])
        if not self._journals():
            command = "apply"
        arguments = self._wishes()
        if command in {"undo", "resume"}:
            arguments += [self._journals()[-1].stem]
        self.normalising = self.normalising or "normalise" in faults_in(rules)
        self.strangers = self.strangers or bool(OTHERS_DOING & faults_in(rules))
        self.shop.call("DELETE", "/_sandbox/requests/")
        before = self.shop.state()
        kill_at = self.random.randint(1, 90) if self.random.random() < 0.2 else 0
        self.story.append(f"{json.dumps(rules)}\n  {command} {' '.join(arguments)} kill={kill_at}")
        with self.shop.playing(*rules, seed=self.random.randint(0, 99)):
            code = self._run(command, arguments, kill_at)
        self.story[-1] += f"\n  exit code {code}\n{self.err}"
        after = self.shop.state()
        self._count(command, code)
        self._judge(code, before, after, faults_in(rules))

    def _log_in(self) -> None:
        names = ("CG_SYNC_USERNAME", "CG_SYNC_PASSWORD")
        if self.random.random() < 0.4:
            self.environ.delenv("CG_SYNC_TOKEN", raising=False)
            for name, value in zip(names, (self.shop.username, self.shop.password), strict=True):
                self.environ.setenv(name, value)
        else:
            self.environ.setenv("CG_SYNC_TOKEN", self.shop.token)

    def _wishes(self) -> list[str]:
        wishes = ["--parallel", self.random.choice("1248")]
        wishes += ["--recheck", self.random.choice(["always", "changed", "never"])]
        if self.random.random() < 0.1:
            wishes += ["--fail-fast"]
        if self.random.random() < 0.1:
            wishes += ["--deadline", self.random.choice(["1m", "7m"]), "--partial"]
        return wishes

    def _run(self, command: str, arguments: list[str], kill_at: int = 0) -> int | None:
        """The exit code of a command; None when it was killed."""
        result = self.project.root / "result.json"
        result.unlink(missing_ok=True)
        self.outcomes.clear()
        line = [command, "--yes", "--format", "json", "--project", str(self.project.root)]
        line += ["--result-file", str(result), *arguments]
        if kill_at:
            self.out = self.err = ""
            return _killed_at(kill_at, line)
        ran = self.project.run(*line)
        self.out, self.err = ran.out, ran.err
        assert "Traceback" not in ran.err, ran.err
        assert json.loads(result.read_text())["exit_code"] == ran.code
        json.loads(ran.out)
        return ran.code

    def _count(self, command: str, code: int | None) -> None:
        seen = self.shop.call("GET", "/_sandbox/requests/")
        self.soak.requests += seen["total"]
        for it in seen["faulted"]:
            names = set(it["faults"]) - {"latency"}
            self.soak.faults.update(names)
            self.soak.faulted += bool(names)
        self.soak.commands[f"{command} {code}"] += 1

    def _judge(self, code: int | None, before: Json, after: Json, faults: frozenset[str]) -> None:
        bounds = Bounds(self.case, self.old, self.new, self.normalising)
        if not self.strangers:
            assert list(bounds.trespasses(after)) == []
        if code is None:
            return
        assert code in CODES
        if code in NOTHING_WRITTEN and not OTHERS_DOING & faults:
            assert after == before, f"exit code {code}, and it wrote"
        for outcome in self.outcomes:
            assert (code == 0) <= (outcome.converged is True and not outcome.failures)
            if not OTHERS_DOING & faults:
                self._agrees(outcome, before, after)

    def _agrees(self, outcome: Outcome, before: Json, after: Json) -> None:
        """What is told of each step is so."""
        for step in outcome.done:
            assert _is_done(step, after), f"told as done: {step}"
        unsure = [it.step for it in outcome.failures if it.unsure]
        tried = [*outcome.done, *unsure]
        for step in outcome.plan.steps:
            if not any(step is it for it in tried):
                assert _is_same(step, before, after), f"not told as done: {step}"

    def _made_good(self) -> None:
        """The shop is well again: what was begun is finished, and all is as the files say."""
        self.environ.setenv("CG_SYNC_TOKEN", self.shop.token)
        self.story.append("a good day")
        if self._journals() and self.random.random() < 0.5:
            code = self._run("resume", [self._journals()[-1].stem])
            self.story.append(f"resume: {code}\n{self.err}")
            assert code in {0, 5, 6, 7}
            self._judge(code, {}, self.shop.state(), frozenset(OTHERS_DOING))
        code = self._run("apply", [])
        self.story.append(f"apply: {code}\n{self.err}")
        if self.strangers:
            return
        assert code == 0
        assert self.shop.state() == self.new
        ran = self.project.run("plan", "--format", "json", "--project", str(self.project.root))
        assert ran.data["changes"] == []


def _members(step: AddMembers | RemoveMembers, state: Json) -> set[int] | None:
    change = step.change
    names = {change.address.key}
    if isinstance(change, Update) and change.former is not None:
        names.add(change.former)
    for it in state["groups"]:
        if it["name"] in names:
            return set(it["members"])
    return None


def _keys(state: Json, kind: str) -> set[str]:
    if kind == "customer_group":
        return {it["name"] for it in state["groups"]}
    return {it["slug"] for it in state["settings"]}


def _is_done(step: Step, state: Json) -> bool:
    """Whether the shop has what this step was to make."""
    address = step.change.address
    match step:
        case CreateRecord():
            return address.key in _keys(state, address.kind)
        case UpdateRecord(change):
            keys = _keys(state, address.kind)
            return address.key in keys and change.former not in keys
        case AddMembers():
            return {it.pk for it in step.members} <= (_members(step, state) or set())
        case RemoveMembers():
            return not {it.pk for it in step.members} & (_members(step, state) or set())
        case DeleteRecord():
            return address.key not in _keys(state, address.kind)


def _is_same(step: Step, before: Json, after: Json) -> bool:
    """Whether all that this step is about is as it was."""
    kind, change = step.change.address.kind, step.change
    match step:
        case AddMembers() | RemoveMembers():
            pks = {it.pk for it in step.members}
            was, now = ((_members(step, it) or set()) & pks for it in (before, after))
            return was == now
        case UpdateRecord() if kind != "customer_group":
            return all(
                _setting(before, change.address.key).get(it.name.split(".")[-1])
                == _setting(after, change.address.key).get(it.name.split(".")[-1])
                for it in change.fields
            )
        case UpdateRecord(Update(former=former)):
            return (former in _keys(before, kind)) == (former in _keys(after, kind))
        case CreateRecord() | DeleteRecord():
            key = change.address.key
            return (key in _keys(before, kind)) == (key in _keys(after, kind))
    raise AssertionError(step)


def _setting(state: Json, slug: str) -> Json:
    return next((it for it in state["settings"] if it["slug"] == slug), {})


def _killed_at(point: int, line: list[str]) -> int | None:
    """Run a command in a child of ours that dies around its n-th request."""
    child = os.fork()
    if child == 0:
        _run_and_die(point, line)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def _run_and_die(point: int, line: list[str]) -> None:
    passed = 0
    send = HTTPAdapter.send
    lock = Lock()

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal passed
        with lock:
            passed += 1
            if passed == point:
                os.kill(os.getpid(), signal.SIGKILL)
        answer = send(*arguments, **options)
        with lock:
            passed += 1
            if passed == point:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    code = 1
    try:
        HTTPAdapter.send = counted  # type: ignore[method-assign]
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            code = main(line)
    finally:
        os._exit(code)


def soaked(
    seeds: Iterator[int],
    shop: SandboxShop,
    outcomes: list[Outcome],
    capsys: pytest.CaptureFixture[str],
    *,
    requests: int,
) -> Soak:
    """Play episodes until enough requests were hit."""
    soak = Soak()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as environ:
            project = Project(Path(folder), capsys)
            episode = Episode(seed, shop, outcomes, soak, environ, project)
            try:
                episode.told()
            except BaseException as error:
                error.add_note("\n".join([f"{SEED}={seed}", str(episode.case), *episode.story]))
                raise
        if soak.faulted >= requests:
            break
    return soak


def test_a_few_bad_days(
    shop: SandboxShop,
    outcomes: list[Outcome],
    capsys: pytest.CaptureFixture[str],
) -> None:
    soak = soaked(iter((1, 2, 3)), shop, outcomes, capsys, requests=ENOUGH)
    assert soak.faulted > 30


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_spoiled_requests(
    part: int,
    outcomes: list[Outcome],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    record_property: Any,
) -> None:
    said = os.environ.get(SEED)
    first = int(said) if said else Random().randrange(10**9) + part
    seeds = iter([first]) if said else iter(range(first, first + ENOUGH))
    with running_sandbox(tmp_path, "--customers", "30") as shop:
        soak = soaked(seeds, shop, outcomes, capsys, requests=ENOUGH // PARTS)
    record_property("seed", first)
    with capsys.disabled():
        sys.stdout.write(f"\nseed {first}: {soak}\n")
    assert said or min(soak.requests, soak.faulted) >= ENOUGH // PARTS
