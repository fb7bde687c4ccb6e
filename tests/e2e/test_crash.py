"""Kills runs at every point where they touch the shop or the disk: nobody is lost, nothing is done
twice, and what was begun is finished or taken back.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cg_sync.core.account import accounts_of
from cg_sync.core.journal import Recorded, read_lines
from tests.conftest import PROJECT
from tests.e2e.crasher import Crasher, Ran, running_crasher
from tests.shop import SandboxShop

GUARDS = "guards: {max_update_share: 100%, max_member_removal_share: 100%}\n"
ATTRIBUTES = """
attributes:
  email: {type: email, path: email, nullable: false}
  groups: {type: list, path: '@static_groups'}
"""

START: dict[str, Any] = {
    "groups/vip.yaml": ("VIP", [1, 2, 10, 11, 12]),
    "groups/gold.yaml": ("Gold", [3, 4, 13]),
    "groups/large.yaml": ("Large", [14, 15, 16, 17, 18]),
    "groups/welcome.yaml": ("Welcome", [20], "at_least"),
    "groups/old.yaml": ("Old", [5, 6, 7]),
    "settings/first.yaml": ("first", 10, "VIP", "student-tr"),
    "settings/second.yaml": ("second", 20, "Gold", "staff"),
    "settings/steady.yaml": ("steady", 30, "VIP", "staff"),
    "settings/fourth.yaml": ("fourth", 40, "Old", "student-tr"),
}
"""Of a group its name and its members, by their places in the list of customers; of a setting its
slug, its priority, the group that its rule names, and its price list.
"""

END: dict[str, Any] = {
    "groups/vip.yaml": ("Platinum\nrenamed_from: [VIP]", [2, 3, 10, 11, 12]),
    "groups/gold.yaml": ("Gold", [1, 4, 13]),
    "groups/large.yaml": ("Large", [17, 18, 22, 23, 24]),
    "groups/welcome.yaml": ("Welcome", [20, 26, 27, 28], "at_least"),
    "groups/old.yaml": ("Old\nstate: absent", None),
    "groups/new.yaml": ("New", [5, 7, 29]),
    "groups/plain.yaml": ("Plain", None),
    "settings/first.yaml": ("first", 20, "Platinum", "staff"),
    "settings/second.yaml": ("second", 10, "Gold", "staff"),
    "settings/steady.yaml": ("steady", 30, "Platinum", "staff"),
    "settings/third.yaml": ("third", 50, "New", "student-tr"),
    "settings/fourth.yaml": None,
}

RENAMED = {"VIP": "Platinum"}
MOVES = {1: {"VIP", "Platinum", "Gold"}, 3: {"VIP", "Platinum", "Gold"}, 5: {"Old", "New"}}
MOVES[7] = MOVES[5]
"""Customers who go from one group to another, and both groups: they are always in one of them."""

PARTS = 4
"""How many tests share the points: they can run at the same time."""

WRITES = {"POST", "PATCH", "PUT", "DELETE"}


def _content(path: str, said: Any, pks: list[int]) -> str:
    match said:
        case None:
            return f"slug: {Path(path).stem}\nname: {Path(path).stem}\nstate: absent\n"
        case (name, None):
            return f"name: {name}\n"
        case (name, [*numbers], *mode):
            customers = ", ".join(f"{{pk: {pks[it]}}}" for it in numbers)
            exactly = mode[0] if mode else "exact"
            return f"name: {name}\nmembers: {{mode: {exactly}, customers: [{customers}]}}\n"
        case (slug, priority, group, prices):
            rule = f"rule: {{match: [groups: {{has_any: [{group}]}}]}}\n"
            shown = f"display: {{price_list: {prices}}}\n"
            return f"name: {slug}\nslug: {slug}\npriority: {priority}\n{rule}{shown}"
    raise AssertionError(said)


@dataclass
class World:
    """A shop and a project; where the shop begins, and where the files want it to end."""

    shop: SandboxShop
    crasher: Crasher
    pks: list[int]
    start: Any = None
    end: Any = None
    writes: int = 0
    """How many writes it takes from one to the other."""
    points: tuple[str, ...] = ()
    runs: int = 0
    seen: set[str] = field(default_factory=set)
    """The ends of crashes, on the disk and in the shop, whose recovery was tried."""

    @property
    def journals(self) -> list[Path]:
        """The journals, oldest first."""
        found = (self.crasher.project / ".cg-sync" / "runs").glob("*.jsonl")
        return sorted(found, key=lambda it: it.stat().st_mtime_ns)

    def run(self, *arguments: str, kill_at: int | str = 0) -> Ran:
        self.runs += 1
        return self.crasher.run(*arguments, kill_at=kill_at)

    def put(self, state: Any) -> None:
        """Bring the shop to a state, and forget all runs."""
        shutil.rmtree(self.crasher.project / ".cg-sync", ignore_errors=True)
        self.shop.reset()
        pks = {
            it["name"]: self.shop.make_group(it["name"], it["members"]) for it in state["groups"]
        }
        path = f"{self.shop.remote}/customer_group_settings/"
        for it in state["settings"]:
            self.shop.call("POST", path, json={**it, "config": _with_pks(it["config"], pks)})
        self.shop.call("DELETE", "/_sandbox/requests/")

    def written(self) -> list[tuple[str, str, int]]:
        """The writes since the start, but for those to the setting `steady`."""
        steady = f"/customer_group_settings/{self.shop.settings()['steady']['pk']}/"
        done = [it for it in self.shop.seen() if it[0] in WRITES]
        return [it for it in done if not it[1].endswith(steady)]


def _with_pks(rule: Any, pks: dict[str, int]) -> Any:
    if isinstance(rule, list):
        return [_with_pks(it, pks) for it in rule]
    if not isinstance(rule, dict):
        return rule
    return {
        name: [pks[it] for it in value] if name == "customer_groups" else _with_pks(value, pks)
        for name, value in rule.items()
    }


@pytest.fixture
def world(tmp_path: Path, shop: SandboxShop) -> Iterator[World]:
    """The shop at the start, and the files of the end."""
    environ = {"CG_SYNC_SANDBOX_URL": shop.url, "CG_SYNC_TOKEN": shop.token, "NO_COLOR": "1"}
    for folder in ("groups", "settings"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cg-sync.yaml").write_text(PROJECT + GUARDS)
    (tmp_path / "attributes.yaml").write_text(ATTRIBUTES)
    with running_crasher(tmp_path, environ) as crasher:
        made = World(shop, crasher, [it["pk"] for it in shop.customers()])
        _lay_out(made)
        yield made


def _lay_out(world: World) -> None:
    shop = world.shop
    for path, said in START.items():
        (world.crasher.project / path).write_text(_content(path, said, world.pks))
    ran = apply(world)
    assert ran.code == 0, ran.said
    welcome = shop.groups()["Welcome"]["pk"]
    path = f"{shop.remote}/customer_groups/{welcome}/customers/bulk_add/"
    shop.call("POST", path, json={"customers": [world.pks[21]]})
    pk = shop.make_group("Bystanders", [world.pks[it] for it in (1, 40, 41)])
    shop.make_group("Empty")
    rule = {"slug": "customer-group-rule", "customer_groups": [pk]}
    shop.make_setting("outsider", config=rule, priority=15)
    world.start = shop.state()
    for path, wanted in END.items():
        (world.crasher.project / path).write_text(_content(path, wanted, world.pks))
    world.put(world.start)
    assert shop.state() == world.start
    ran = apply(world)
    assert ran.code == 0, ran.said
    world.end, world.writes, world.points = shop.state(), len(world.written()), ran.points
    assert plan_is_empty(world)


def apply(world: World, kill_at: int | str = 0) -> Ran:
    return world.run("apply", "--yes", "--parallel", "1", kill_at=kill_at)


def plan_is_empty(world: World) -> bool:
    return world.run("plan", "--detailed-exitcode").code == 0


def journal_end(journals: list[Path]) -> tuple[object, ...]:
    """What a crash left on the disk, as far as two runs to the same place can agree on it."""
    if not journals:
        return ()
    data = journals[-1].read_bytes()
    *whole, tail = data.split(b"\n")
    return len(whole), len(tail), tail.strip(b"\0") == b""


def has_header(journal: Path) -> bool:
    return b"\n" in journal.read_bytes()


def by_name(state: Any, what: str) -> dict[str, Any]:
    """The groups or settings of a state by their keys, each of which is there once."""
    key = "name" if what == "groups" else "slug"
    found = {it[key]: it for it in state[what]}
    assert len(found) == len(state[what]), "there are twins"
    return found


def assert_nobody_is_lost(world: World, state: Any) -> None:
    """Every resource is as it was, as it is to be, or on its way without having lost anything."""
    was, meant, now = (by_name(it, "groups") for it in (world.start, world.end, state))
    assert now.keys() <= was.keys() | meant.keys()
    assert was.keys() & meant.keys() <= now.keys()
    assert now.keys() & {"VIP", "Platinum"} in ({"VIP"}, {"Platinum"})
    for name, group in now.items():
        former = was.get({"Platinum": "VIP"}.get(name, name), {"members": []})["members"]
        coming = meant.get(RENAMED.get(name, name), {"members": former})["members"]
        there = set(group["members"])
        assert set(former) & set(coming) <= there <= set(former) | set(coming), name
        # What is given comes first: nobody is taken out while somebody is still to be let in.
        assert set(coming) <= there or set(former) <= there, name
    for number, groups in MOVES.items():
        pk = world.pks[number]
        assert any(pk in it["members"] for name, it in now.items() if name in groups), number
    assert_settings_are_whole(world, state, renamed="Platinum" in now)


def assert_settings_are_whole(world: World, state: Any, *, renamed: bool) -> None:
    was, meant, now = (by_name(it, "settings") for it in (world.start, world.end, state))
    assert was.keys() & meant.keys() <= now.keys() <= was.keys() | meant.keys()
    for slug, setting in now.items():
        before = was.get(slug)
        if before is not None and renamed:
            groups = before["config"].get("customer_groups", [])
            words = [RENAMED.get(it, it) for it in groups]
            before = {**before, "config": {**before["config"], "customer_groups": words}}
        assert setting in (before, meant.get(slug)), slug


def finished(world: World, kill_at: int = 0) -> Ran:
    """Bring the run that was cut short to its end, however little of it there is."""
    if not world.journals:
        assert world.run("resume").code == 64
        return apply(world, kill_at)
    run = world.journals[-1]
    if has_header(run):
        return world.run("resume", run.stem, "--yes", "--parallel", "1", kill_at=kill_at)
    ran = world.run("resume", run.stem, "--yes")
    assert ran.code == 7, ran.said
    return apply(world, kill_at)


def assert_finished(world: World, ran: Ran, *, writes: int | None = None) -> None:
    """The shop is where an uninterrupted run brings it, and another try finds nothing to do.

    `writes` is how many it took in all, but for those to the setting whose rule only names a group
    that is renamed: the shop keeps its pk, so that nobody can tell whether that is written.
    """
    assert ran.code == 0, ran.said
    assert world.shop.state() == world.end
    done = world.written()
    assert all(status < 300 for _, _, status in done), done
    if writes is not None:
        assert len(done) == writes, done
    before = len(world.shop.seen())
    again = world.run("resume", world.journals[-1].stem, "--yes")
    assert again.code == 0, again.said
    assert all(verb == "GET" for verb, _, _ in world.shop.seen()[before:])


def crashed(world: World, point: int | str) -> str:
    """The shop at the start, and a run that dies at this point; where it died."""
    world.put(world.start)
    ran = apply(world, kill_at=point)
    assert ran.code is None, ran.said
    return f"point {len(ran.points)}: {ran.points[-1]}"


def is_new(world: World, state: Any) -> bool:
    """Whether no crash so far left this behind, on the disk and in the shop."""
    left = repr((journal_end(world.journals), state))
    known = left in world.seen
    world.seen.add(left)
    return not known


def assert_recovers(world: World, point: int | str) -> None:
    """A crash at this point loses nobody, and can be finished."""
    told = crashed(world, point)
    state = world.shop.state()
    try:
        assert_nobody_is_lost(world, state)
        if is_new(world, state):
            assert_finished(world, finished(world), writes=world.writes)
    except AssertionError as failed:
        raise AssertionError(told) from failed


def taken_back(world: World, run: Path, kill_at: int | str = 0) -> Ran:
    return world.run("undo", run.stem, "--yes", "--parallel", "1", kill_at=kill_at)


def test_a_crash_here_and_there_can_be_finished_or_taken_back(world: World) -> None:
    assert_recovers(world, "answer POST")
    remote = world.shop.remote
    # Half of the plan is done, in the words of the other half: a group has its new name already,
    crashed(world, f"ask PATCH {remote}/customer_group_settings/")
    assert taken_back(world, world.journals[-1]).code == 0
    assert world.shop.state() == world.start
    # or its old name again.
    run = applied(world)
    assert taken_back(world, run, f"answer PATCH {remote}/customer_groups/").code is None
    assert taken_back(world, run).code == 0
    assert world.shop.state() == world.start


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_every_crash_can_be_finished(world: World, part: int) -> None:
    total = len(world.points)
    for number in range(part * total // PARTS + 1, (part + 1) * total // PARTS + 1):
        assert_recovers(world, number)
    tell(world, f"part {part + 1} of {PARTS}")


@pytest.mark.long
def test_a_crash_while_a_crash_is_finished(world: World) -> None:
    chance = random.Random(5)
    for number in range(7, len(world.points), 19):
        told = crashed(world, number)
        try:
            ran = finished(world, kill_at=chance.randrange(1, len(world.points) - number + 60))
            told += f"; then {ran.points[-1]}" if ran.code is None else "; then none"
            assert_nobody_is_lost(world, world.shop.state())
            assert_finished(world, finished(world), writes=world.writes)
        except AssertionError as failed:
            raise AssertionError(told) from failed
    tell(world, "two crashes in a row")


@pytest.mark.long
def test_a_crash_can_be_taken_back(world: World) -> None:
    for number in range(1, len(world.points), 11):
        told = crashed(world, number)
        try:
            for run in world.journals:
                whole = has_header(run)
                ran = taken_back(world, run)
                assert ran.code == (0 if whole else 7), ran.said
            assert world.shop.state() == world.start
        except AssertionError as failed:
            raise AssertionError(told) from failed
    tell(world, "crashes taken back")


@pytest.mark.long
def test_an_undo_that_crashes_can_be_finished(world: World) -> None:
    points = undo_points(world)
    for turn, number in enumerate(points):
        run = applied(world)
        ran = taken_back(world, run, kill_at=number)
        assert ran.code is None, ran.said
        told = f"point {number}: {ran.points[-1]}"
        try:
            last = world.journals[-1]
            if turn % 2 and last != run and has_header(last):
                ran = world.run("resume", last.stem, "--yes")
            else:
                ran = taken_back(world, run)
            assert ran.code == 0, ran.said
            assert world.shop.state() == world.start
        except AssertionError as failed:
            raise AssertionError(told) from failed
    tell(world, f"{len(points)} crashes of an undo")


def applied(world: World) -> Path:
    """The shop at the end, and the journal of the run that brought it there."""
    world.put(world.start)
    ran = apply(world)
    assert ran.code == 0, ran.said
    return world.journals[-1]


def undo_points(world: World) -> list[int]:
    """Of a whole undo: before and after each write, and some torn lines."""
    ran = taken_back(world, applied(world))
    assert ran.code == 0, ran.said
    assert world.shop.state() == world.start
    named = [(number, it.split()) for number, it in enumerate(ran.points, 1)]
    writes = [number for number, words in named if WRITES.intersection(words)]
    torn = [number for number, words in named if words[0] in ("torn", "power")]
    return sorted({*writes, *torn[::13]})


@pytest.mark.long
def test_crashes_with_several_writes_under_way_can_be_finished(world: World) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    for _ in range(24):
        world.put(world.start)
        number = chance.randrange(60, len(world.points))
        told = f"seed {seed}, point {number}"
        try:
            world.run("apply", "--yes", "--parallel", "4", kill_at=number)
            assert_nobody_is_lost(world, settled(world))
            assert_finished(world, finished(world), writes=world.writes)
        except AssertionError as failed:
            raise AssertionError(told) from failed
    tell(world, f"crashes of four writes at a time, seed {seed}")


@pytest.mark.long
def test_a_journal_that_is_cut_at_any_byte_can_be_gone_on_with(world: World) -> None:
    run = applied(world)
    data = run.read_bytes()
    before: tuple[set[object], set[object]] = (set(), set())
    for length in range(len(data) + 1):
        recorded = read_lines(data[:length], "")
        now = known(recorded) if recorded is not None else (set(), set())
        assert before[0] <= now[0], length
        assert before[1] <= now[1], length
        before = now
    header = data.index(b"\n")
    for length in random.Random(5).sample(range(header + 1, len(data)), 20):
        run.write_bytes(data[:length])
        try:
            assert_finished(world, finished(world), writes=world.writes)
        except AssertionError as failed:
            raise AssertionError(f"cut at {length}") from failed
    tell(world, f"{len(data):,} cuts")


def settled(world: World) -> Any:
    """The state of the shop once it has heard the last that a dead process sent."""
    state = None
    while (now := world.shop.state()) != state:
        state = now
    return state


def known(recorded: Recorded) -> tuple[set[object], set[object]]:
    """What was begun, and what is certain, as a journal has it."""
    touched: set[object] = set()
    certain: set[object] = set()
    for address, account in accounts_of(recorded).items():
        moved = [("in", pk) for pk in account.added] + [("out", pk) for pk in account.removed]
        touched |= {(address, *it) for it in moved}
        certain |= {(address, *it) for it in moved if it[1] not in account.unsure}
        for deed in (account.record, account.gone):
            if deed is not None:
                touched.add((address, deed.begun.write))
            if deed is not None and deed.ended is not None:
                certain.add((address, deed.begun.write))
    return touched, certain


def tell(world: World, what: str) -> None:
    """How much was tried, for whoever runs this with -s."""
    tried = f"{len(world.points)} points, {world.runs} runs, {len(world.seen)} endings"
    sys.stdout.write(f"\n{what}: {tried}\n")
