"""The write barrier, proven: whatever a command that only reads does, no write leaves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

import click
import pytest

from cg_sync.api.client import Client, WriteBarrier
from cg_sync.api.wire import Request
from cg_sync.cli.main import COMMANDS
from cg_sync.errors import ExitCode
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.formats import PLAN_FORMATS, PROBLEM_FORMATS
from tests.conftest import Project
from tests.e2e.proxy import SAFE_METHODS, Answer, Asked, Behaviour, Forward, Proxy, faithful
from tests.e2e.test_main_job import STUDENTS
from tests.shop import SandboxShop

pytestmark = pytest.mark.usefixtures("no_waiting")

LOGIN = "/api/v1/auth/login/"

OFFLINE: dict[str, tuple[str, ...]] = {
    "init": ("new",),
    "validate": ("", *(f"--format {it}" for it in PROBLEM_FORMATS)),
    "fmt": ("--check", ""),
    "test": ("", "--format json"),
    "analyse": ("", "--format json"),
    "show": tuple(f"plan.json --format {it}" for it in PLAN_FORMATS),
    "comment": ("report.md --github --repo o/n --pull 1",),
    "schema": ("", "setting", "--write"),
    "completion": ("bash",),
}
"""Commands that ask the shop nothing, each with its arguments."""

READING: dict[str, tuple[str, ...]] = {
    "plan": (
        *(f"--format {it}" for it in PLAN_FORMATS),
        "--detailed-exitcode --result-file result.json",
        "-o other.json",
    ),
    "verify": ("plan.json", "plan.json --format json"),
    "explain": ("pk:1", "pk:1 --format json --setting student-discount"),
    "snapshot": ("-o snapshot.json", "-o bare.json --no-members --format json"),
    "drift": tuple(f"--format {it}" for it in PLAN_FORMATS),
    "import": (
        "--dry-run",
        "--format json --no-members",
        "--update --dry-run",
        "--update --format json",
    ),
    "list": (
        *(f"{what} -o {form}" for what in ("groups", "settings") for form in ("table", "csv")),
        "customers -o json --where is_active=true",
        "groups --member is_active=true",
    ),
}
"""Commands that read the shop, each with its arguments."""

MAY_WRITE = {"apply", "resume", "undo"}
OWN_SHOP = {"sandbox", "demo"}
"""They start a shop of their own, and know no other."""

UNCONFIRMED = (
    ("apply", 130),
    ("apply plan.json", 130),
    ("apply plan.json --check-files --format json", 130),
    ("apply --yes --digest 0123456789ab", 5),
)
"""Command lines of MAY_WRITE that are answered with no, or that refuse themselves, and their exit
codes.
"""


def all_lines() -> Iterator[tuple[str, bool]]:
    """Each command line, and whether it reads the shop."""
    for table, reads in ((OFFLINE, False), (READING, True)):
        for command, lines in table.items():
            yield from ((f"{command} {line}", reads) for line in lines)
    yield "plan --against snapshot.json", False


def test_every_command_is_known_to_write_or_not_to() -> None:
    tables = [set(OFFLINE), set(READING), MAY_WRITE, OWN_SHOP]
    assert set(COMMANDS) - set().union(*tables) == set(), "say of the new command what it may do"
    assert sum(map(len, tables)) == len(set().union(*tables))


@dataclass
class Saboteur:
    """Once armed, it tries to write after each read of any client, through the same one."""

    send: Callable[..., JsonValue]
    armed: bool = False
    tried: int = 0
    written: list[Request] = field(default_factory=list)

    def spoilt_send(
        self, client: Client, request: Request, unless: Callable[[], bool]
    ) -> JsonValue:
        answer = self.send(client, request, unless=unless)
        for method in () if not self.armed else ("POST", "PUT", "PATCH", "DELETE", "get"):
            self.tried += 1
            try:
                self.send(client, Request(method, "/api/v1/remote/1/customer_groups/1/"))
            except WriteBarrier:
                continue
            self.written.append(request)
        return answer


@pytest.fixture
def saboteur(monkeypatch: pytest.MonkeyPatch) -> Saboteur:
    made = Saboteur(Client.send)

    def send(
        client: Client, request: Request, *, unless: Callable[[], bool] = lambda: False
    ) -> JsonValue:
        return made.spoilt_send(client, request, unless)

    monkeypatch.setattr(Client, "send", send)
    return made


@pytest.fixture
def full(shop_project: Project, shop: SandboxShop, proxy: Proxy) -> Project:
    """A project that would create, change and delete, and a plan of it; what it asks is seen."""
    some = [it["pk"] for it in shop.customers()[:30]]
    shop.make_group("Gone", some[:2])
    shop.make_group("VIP", some[:3])
    shop.make_group("Big", some)
    shop.make_setting("student-discount", priority=1)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    shop_project.write("groups/new.yaml", "name: New\nmembers: {customers: [{pk: 1}]}\n")
    shop_project.write("groups/vip.yaml", "name: VIP\nmembers: {customers: [{pk: 7}, {pk: 8}]}\n")
    shop_project.write("groups/gone.yaml", "name: Gone\nstate: absent\n")
    shop_project.write("report.md", "no report of ours")
    assert shop_project.run("plan", "-o", "plan.json").code == 0
    assert shop_project.run("snapshot", "-o", "snapshot.json").code == 0
    proxy.asked.clear()
    shop.call("DELETE", "/_sandbox/requests/")
    return shop_project


def state_of(shop: SandboxShop) -> list[object]:
    groups = shop.groups()
    return [groups, shop.settings(), [shop.members(it) for it in groups]]


def unsafe(verbs_and_paths: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is neither a read nor the log-in."""
    return [it for it in verbs_and_paths if it[0] not in SAFE_METHODS and it != ("POST", LOGIN)]


def sent(proxy: Proxy) -> list[tuple[str, str]]:
    return [(it.method, it.path) for it in proxy.asked]


def test_no_command_that_only_reads_sends_a_write_nor_could(
    full: Project, shop: SandboxShop, proxy: Proxy, saboteur: Saboteur
) -> None:
    before = state_of(shop)
    saboteur.armed = True
    for line, reads in all_lines():
        proxy.asked.clear()
        tried = saboteur.tried
        ran = full.run(*line.split())
        assert ran.code != ExitCode.BUG, f"{line}\n{ran.err}"
        assert (unsafe(sent(proxy)), saboteur.written) == ([], []), line
        assert bool(proxy.asked) == (saboteur.tried > tried) == reads, f"{line}\n{ran.err}"
    assert state_of(shop) == before
    assert unsafe((verb, path) for verb, path, _ in shop.seen()) == []


def test_a_user_name_and_password_add_the_log_in_and_no_other_post(
    full: Project, shop: SandboxShop, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CG_SYNC_TOKEN")
    monkeypatch.setenv("CG_SYNC_USERNAME", shop.username)
    monkeypatch.setenv("CG_SYNC_PASSWORD", shop.password)
    for command, lines in READING.items():
        proxy.asked.clear()
        assert full.run(command, *lines[0].split()).code in (0, 5)
        assert [it for it in sent(proxy) if it[0] not in SAFE_METHODS] == [("POST", LOGIN)]


# ── runs that fail ───────────────────────────────────────────────────────────────────────────────


def broken(_asked: Asked, _forward: Forward) -> Answer:
    return Answer(500, b"<html><title>Server Error</title></html>", "text/html")


def refusing(_asked: Asked, _forward: Forward) -> Answer:
    return Answer(401, b'{"detail": "Invalid token."}')


def signing_in(_asked: Asked, _forward: Forward) -> Answer:
    return Answer(200, b"<html><title>Sign in</title></html>", "text/html")


def listing_nothing(_asked: Asked, _forward: Forward) -> Answer:
    return Answer(200, b'{"count": 1}')


FAILING: tuple[Behaviour, ...] = (broken, refusing, signing_in, listing_nothing)


def test_no_command_writes_when_the_shop_fails_it(
    full: Project, shop: SandboxShop, proxy: Proxy
) -> None:
    reading = [f"{command} {lines[0]}" for command, lines in READING.items()]
    for proxy.behave, line in product(FAILING, (*reading, "apply --yes", "apply plan.json --yes")):
        proxy.asked.clear()
        ran = full.run(*line.split())
        assert ran.code in (ExitCode.UNREACHABLE, ExitCode.CREDENTIALS), f"{line}\n{ran.err}"
        assert proxy.asked != []
        assert unsafe(sent(proxy)) == [], line
    assert unsafe((verb, path) for verb, path, _ in shop.seen()) == []


def test_no_command_asks_the_shop_anything_while_files_are_broken(
    full: Project, proxy: Proxy
) -> None:
    full.write("groups/broken.yaml", "name: [\n")
    for command in ("plan", "drift", "apply --yes", "import", "explain pk:1"):
        ran = full.run(*command.split())
        assert (ran.code, proxy.asked) == (ExitCode.PROBLEMS, []), command


# ── commands that may write, and were not let ────────────────────────────────────────────────────


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A person at the terminal who says no; what they were asked."""
    asked: list[str] = []

    def say_no(question: str, **_options: object) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", say_no)
    return asked


def test_who_is_not_let_writes_nothing(
    full: Project, shop: SandboxShop, proxy: Proxy, saboteur: Saboteur, refusals: list[str]
) -> None:
    before = state_of(shop)
    saboteur.armed = True
    for line, code in UNCONFIRMED:
        proxy.asked.clear()
        refusals.clear()
        ran = full.run(*line.split())
        assert ran.code == code, f"{line}\n{ran.err}"
        assert len(refusals) == (code == ExitCode.INTERRUPTED)
        assert proxy.asked != []
        assert (unsafe(sent(proxy)), saboteur.written) == ([], []), line
    assert state_of(shop) == before


def test_to_finish_a_run_or_take_it_back_is_shown_without_a_write(
    full: Project, shop: SandboxShop, proxy: Proxy, saboteur: Saboteur, refusals: list[str]
) -> None:
    def failing_half_way(asked: Asked, forward: Forward) -> Answer:
        return Answer(400, b"{}") if len(unsafe(sent(proxy))) > 2 else forward(asked)

    proxy.behave = failing_half_way
    assert full.run("apply", "plan.json", "--yes", "--parallel", "1").code == ExitCode.PARTIAL
    (journal,) = (full.root / ".cg-sync/runs").glob("*.jsonl")
    proxy.behave = faithful
    before = state_of(shop)
    saboteur.armed = True
    for command in (f"resume {journal}", f"undo {journal}"):
        for option, code in (("--dry-run", 0), ("--dry-run --format json", 0), ("", 130)):
            proxy.asked.clear()
            refusals.clear()
            ran = full.run(*f"{command} {option}".split())
            assert ran.code == code, f"{command} {option}\n{ran.err}"
            assert len(refusals) == (code == ExitCode.INTERRUPTED)
            assert proxy.asked != []
            assert (unsafe(sent(proxy)), saboteur.written) == ([], []), command
    assert state_of(shop) == before


def test_where_nobody_can_answer_nothing_is_written(full: Project, proxy: Proxy) -> None:
    ran = full.run("apply")
    assert ran.code == ExitCode.USAGE
    assert "there is no terminal to ask on" in ran.err
    assert unsafe(sent(proxy)) == []


def test_this_test_sees_a_write(full: Project, proxy: Proxy) -> None:
    full.write("groups/vip.yaml", "name: VIP\n")
    full.write("groups/gone.yaml", "name: Gone\n")
    assert full.run("apply", "--yes").code == 0
    assert unsafe(sent(proxy)) != []
