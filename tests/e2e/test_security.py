"""What an attacker tries, and what becomes of it; docs/security.md says which test shows what."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import click
import pytest

import cg_sync.api.session
from cg_sync.api.client import Client, TokenLogin
from cg_sync.api.environ import refuse_if_not_pinned
from cg_sync.api.wire import Request
from cg_sync.cli.main import COMMANDS, LazyCommands
from cg_sync.core.journal import line_of
from cg_sync.errors import BadAnswer, Unreachable, UsageWrong
from cg_sync.files.history import read_checkout, read_former_files
from cg_sync.files.reading import read_at_most
from cg_sync.files.writing import write_text
from cg_sync.files.yaml_writer import to_yaml
from tests.conftest import Project
from tests.e2e.proxy import Answer, Asked, Forward, running_proxy
from tests.shop import SandboxShop

ROOT = Path(__file__).parents[2]
TOKEN = "tok-5ecret-marker"
GET = Request("GET", "/api/v1/channels/")


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        'url: "https://shop.invalid/${CG_SYNC_TOKEN}"',
        'url: "https://shop.invalid/${CG_SYNC_TOKEN:-none}"',
        'url: "https://shop.invalid", vars: {name: "${CG_SYNC_TOKEN}"}',
    ],
)
def test_no_file_can_name_a_secret(
    text: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_SYNC_TOKEN", TOKEN)
    project.write("cg-sync.yaml", f"version: 1\nenvironments: {{test: {{{text}, channel: 1}}}}\n")
    project.write("groups/vip.yaml", 'name: "${name}"\n')
    for command in (["plan"], ["plan", "--format", "json"], ["apply", "--yes"], ["import"]):
        ran = project.run(*command, "--result-file", "result.json")
        assert ran.code == 3
        assert "CG_SYNC_TOKEN may hold a secret, and files hold none CG-F16" in ran.err
        assert TOKEN not in ran.out + ran.err + (project.root / "result.json").read_text()


def test_a_trace_of_a_bug_shows_no_secret_no_address_and_no_control_code(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_files(*_arguments: object, **_options: object) -> None:
        raise KeyError(f"{TOKEN} of zz-marker@example.com\n::error::\x1b[2J")

    monkeypatch.setenv("CG_SYNC_TOKEN", TOKEN)
    monkeypatch.setattr("cg_sync.workflow.check.check_files", check_files)
    ran = project.run("plan", "--format", "json")
    assert (ran.code, "KeyError" in ran.err) == (1, True)
    for told in (TOKEN, "zz-marker", "\x1b", "\n::"):
        assert told not in ran.err
    assert "zz-marker" not in ran.out


def test_no_option_takes_a_secret() -> None:
    group = LazyCommands()
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            assert not re.search("token|password|secret|signing|user", " ".join(parameter.opts))


@pytest.mark.parametrize(
    "proxy",
    [
        "http://me:pa55word@", "http://me:pa55word@127.0.0.1:x9", "me:pa55word@[bad:3128",
        "ftp://me:pa55word@127.0.0.1:9", "http://me:pa55word@127.0.0.1:0",
    ],
)  # fmt: skip
def test_a_proxy_that_cannot_be_used_is_refused_and_never_quoted(proxy: str) -> None:
    with pytest.raises(UsageWrong) as caught:
        a_client("https://shop.example", environ={"HTTPS_PROXY": proxy})
    assert "pa55word" not in f"{caught.value} {caught.value.hint}"


def test_a_proxy_that_does_not_answer_is_not_quoted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    environ = {"HTTPS_PROXY": f"http://me:pa55word@127.0.0.1:{port}"}
    with pytest.raises(Unreachable) as caught:
        a_client("https://shop.invalid", environ=environ).send(GET)
    assert "pa55word" not in f"{caught.value} {caught.value.hint}"


# ── where the token goes ─────────────────────────────────────────────────────────────────────────


def test_credentials_go_to_pinned_hosts_only(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_SYNC_HOSTS", "omnitron.example.com, other.example.com:8443")
    ran = shop_project.run("plan")
    assert (ran.code, shop.seen()) == (64, [])
    assert "CG_SYNC_HOSTS does not name 127.0.0.1, so it gets no credentials" in ran.err
    monkeypatch.setenv("CG_SYNC_HOSTS", "127.0.0.1")
    assert shop_project.run("plan").code == 0


@pytest.mark.parametrize(
    ("pinned", "url", "is_let"),
    [
        ("", "https://any.example", True),
        ("a.example", "https://A.example", True),
        ("a.example:443", "https://a.example", True),
        ("a.example:443", "https://a.example:444", False),
        ("a.example", "https://b.a.example", False),
        ("a.example", "https://a.example.evil.example", False),
        ("a.example", "https://evil.example/a.example", False),
        ("a.example", "https://evil.example\\.a.example", False),
        (",", "https://any.example", True),
    ],
)
def test_a_pin_is_the_whole_host(pinned: str, url: str, is_let: bool) -> None:
    try:
        refuse_if_not_pinned(url, {"CG_SYNC_HOSTS": pinned})
    except UsageWrong:
        assert not is_let
    else:
        assert is_let


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"


class Server:
    """Answers every connection alike, and keeps what it was asked."""

    def __init__(self, answer: bytes, wrap: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.asked: list[bytes] = []
        self._wrap = wrap
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if wrap else ''}://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            line, _ = self._door.accept()
            with line:
                line.settimeout(10)
                try:
                    if not self._answer(line):
                        return
                except OSError:
                    continue

    def _answer(self, line: socket.socket) -> bool:
        """False for who only knocks to end the server."""
        if line.recv(1, socket.MSG_PEEK) == b"!":
            return False
        line = self._wrap.wrap_socket(line, server_side=True) if self._wrap else line
        self.asked.append(line.recv(65_536))
        line.sendall(self.answer)
        line.close()
        return True

    def close(self) -> None:
        with socket.create_connection(self._door.getsockname()) as line:
            line.sendall(b"!")
        self._thread.join()
        self._door.close()


@contextmanager
def serving(answer: bytes, wrap: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(answer, wrap)
    try:
        yield server
    finally:
        server.close()


def a_client(url: str, environ: dict[str, str] | None = None) -> Client:
    return Client(url, TokenLogin(TOKEN), writable=False, attempts=1, environ=environ or {})


def redirect(status: int, target: str) -> bytes:
    return (
        f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n"
    ).encode()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed, with its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is not here")
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    key = path.with_name("key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(path)],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + key.read_text())
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_follows_no_redirect_to_another_host(status: int) -> None:
    with serving(OK) as other, serving(redirect(status, f"{other.url}/")) as shop:
        with pytest.raises(BadAnswer, match="redirected"):
            a_client(shop.url).send(GET)
        assert (len(shop.asked), other.asked) == (1, [])


def test_a_redirect_on_the_same_host_is_not_followed_either() -> None:
    with serving(redirect(302, "/elsewhere/")) as shop:
        with pytest.raises(BadAnswer, match="redirected"):
            a_client(shop.url).send(GET)
        assert len(shop.asked) == 1


def test_no_redirect_takes_the_token_from_https_to_http(certificate: Path) -> None:
    environ = {"REQUESTS_CA_BUNDLE": str(certificate)}
    with serving(OK) as plain, serving(redirect(302, plain.url), tls(certificate)) as shop:
        with pytest.raises(BadAnswer, match="redirected"):
            a_client(shop.url, environ).send(GET)
        assert (len(shop.asked), plain.asked) == (1, [])


@pytest.mark.parametrize(
    "environ",
    [
        {}, {"REQUESTS_CA_BUNDLE": ""}, {"PYTHONHTTPSVERIFY": "0"}, {"CURL_SSL_NO_VERIFY": "1"},
        {"GIT_SSL_NO_VERIFY": "1"},
    ],
    ids=str,
)  # fmt: skip
def test_an_untrusted_certificate_gets_no_token_and_nothing_switches_that_off(
    environ: dict[str, str], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with serving(OK, tls(certificate)) as shop:
        with pytest.raises(Unreachable, match="cannot be trusted"):
            a_client(shop.url, environ).send(GET)
        assert shop.asked == []


def test_a_certificate_of_the_company_is_trusted_when_it_is_named(certificate: Path) -> None:
    with serving(OK, tls(certificate)) as shop:
        assert a_client(shop.url, {"REQUESTS_CA_BUNDLE": str(certificate)}).send(GET) == []
        assert f"Authorization: Token {TOKEN}\r\n".encode() in shop.asked[0]


# ── answers that are bombs ───────────────────────────────────────────────────────────────────────


def zipped(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_zip_bomb_is_given_up_before_it_fills_the_memory(
    times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit, size = 1 << 20, 1 << 26
    monkeypatch.setattr(cg_sync.api.session, "BODY_LIMIT_BYTES", limit)
    body = bytes(size)
    for _ in range(times):
        body = zipped(body)
    encoding = ", ".join(["gzip"] * times)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    with serving(head.encode() + body) as shop:
        client = a_client(shop.url)
        tracemalloc.start()
        try:
            with pytest.raises(BadAnswer, match="larger than 1 MB"):
                client.send(GET)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < size / 4


# ── files that lead elsewhere ────────────────────────────────────────────────────────────────────


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


def test_import_writes_no_address_through_a_planted_folder(
    shop_project: Project, shop: SandboxShop, outside: Path
) -> None:
    shop.make_group("Big", [it["pk"] for it in shop.customers()[:30]])
    (shop_project.root / "members").symlink_to(outside)
    ran = shop_project.run("import")
    assert ran.code == 3
    assert "a symbolic link that leaves the project CG-F08" in ran.err
    assert list(outside.iterdir()) == []


def test_schemas_are_not_written_through_a_planted_folder(project: Project, outside: Path) -> None:
    (project.root / "schemas").symlink_to(outside)
    assert project.run("schema", "--write").code == 3
    assert list(outside.iterdir()) == []


def test_a_result_is_not_written_through_a_planted_link(project: Project, outside: Path) -> None:
    victim = outside / "victim"
    victim.write_text("safe")
    (project.root / "result.json").symlink_to(victim)
    ran = project.run("validate", "--result-file", "result.json")
    assert "error: --result-file result.json: a symbolic link that leaves its folder" in ran.err
    assert victim.read_text() == "safe"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(pipe, "x")
        assert os.read(reading, 10) == b"x"
    finally:
        os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_file_without_an_end_is_not_read_to_its_end() -> None:
    with Path("/dev/zero").open("rb") as endless:
        assert read_at_most(endless, 5_000_000) is None


def test_no_file_is_for_everybody_to_write_and_a_private_one_stays_private(
    shop_project: Project, shop: SandboxShop
) -> None:
    listed = shop_project.write("groups/vip.yaml", "name:   VIP\n")
    listed.chmod(0o600)
    before = os.umask(0)
    try:
        assert shop_project.run("fmt").code == 0
        assert shop_project.run("plan", "-o", "plan.json", "--result-file", "r.json").code == 0
        assert shop_project.run("snapshot", "-o", "s.json").code == 0
        assert shop_project.run("drift", "--format", "html", "-o", "d.html").code == 0
    finally:
        os.umask(before)
    modes = {it: stat.S_IMODE((shop_project.root / it).stat().st_mode) for it in (
        "groups/vip.yaml", "plan.json", "r.json", "s.json", "d.html",
    )}  # fmt: skip
    assert modes == {
        "groups/vip.yaml": 0o600, "plan.json": 0o600, "r.json": 0o664, "s.json": 0o664,
        "d.html": 0o664,
    }  # fmt: skip


# ── journals ─────────────────────────────────────────────────────────────────────────────────────

RUNS = ".cg-sync/runs"


def apply_vip(project: Project, shop: SandboxShop, *arguments: str) -> tuple[Path, int]:
    """A run that makes a group with three members, takes three away from another, and deletes a
    third with all of its own; its journal, and the exit code.
    """
    customers = shop.customers()[:9]
    pks = [it["pk"] for it in customers]
    shop.make_group("Old", pks[:3])
    shop.make_group("Gold", pks[3:])
    allowed = "guards: {max_member_removal_share: 100%, max_delete_share: 100%}\n"
    config = (project.root / "cg-sync.yaml").read_text()
    project.write("cg-sync.yaml", config + allowed)
    project.write("groups/old.yaml", "name: Old\nstate: absent\n")
    for name, some in (("VIP", customers[:3]), ("Gold", customers[6:])):
        listed = ", ".join([*(it["email"] for it in some), "zz-nobody@example.com"])
        project.write(f"groups/{name}.yaml", f"name: {name}\nmembers: {{customers: [{listed}]}}\n")
    code = project.run("apply", "--yes", *arguments).code
    return next((project.root / RUNS).glob("*.jsonl"), Path()), code


def changes_seen(shop: SandboxShop) -> list[str]:
    """The requests of cg-sync that could have changed something."""
    return [path for verb, path, _ in shop.seen() if verb not in ("GET", "HEAD", "OPTIONS")]


def forget_requests(shop: SandboxShop) -> None:
    shop.call("DELETE", "/_sandbox/requests/")


def test_a_journal_is_for_its_owner_alone_whatever_the_umask(
    shop_project: Project, shop: SandboxShop
) -> None:
    before = os.umask(0)
    try:
        journal, code = apply_vip(shop_project, shop)
    finally:
        os.umask(before)
    assert code == 0
    home = shop_project.root / ".cg-sync"
    paths = (journal, home / ".gitignore", home / "runs", home)
    assert [stat.S_IMODE(it.stat().st_mode) for it in paths] == [0o600, 0o600, 0o700, 0o700]


@pytest.mark.parametrize("planted", [".cg-sync", ".cg-sync/runs"])
def test_a_journal_is_not_kept_through_a_planted_folder(
    shop_project: Project, shop: SandboxShop, outside: Path, planted: str
) -> None:
    place = shop_project.root / planted
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(outside)
    shop_project.write("groups/vip.yaml", "name: VIP\n")
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, changes_seen(shop), list(outside.iterdir())) == (7, [], [])
    assert "cannot be written: a symbolic link, where a folder should be" in ran.err


def test_what_keeps_journals_out_of_git_is_not_written_through_a_planted_link(
    shop_project: Project, shop: SandboxShop, outside: Path
) -> None:
    (shop_project.root / ".cg-sync").mkdir()
    (shop_project.root / ".cg-sync/.gitignore").symlink_to(outside / "victim")
    assert apply_vip(shop_project, shop)[1] == 0
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("planted", ["a file", "a link", "a link to nothing"])
def test_a_journal_replaces_no_file_and_follows_no_link(
    shop_project: Project, shop: SandboxShop, outside: Path, planted: str
) -> None:
    place = shop_project.root / "j.jsonl"
    victim = place if planted == "a file" else outside / "victim"
    if planted != "a link to nothing":
        victim.write_text("safe")
    if planted != "a file":
        place.symlink_to(victim)
    shop_project.write("groups/vip.yaml", "name: VIP\n")
    ran = shop_project.run("apply", "--yes", "--journal", "j.jsonl")
    assert (ran.code, changes_seen(shop)) == (64, [])
    assert "there is a journal already: " in ran.err
    assert victim.read_text() == "safe" if victim.exists() else planted == "a link to nothing"


def sealed(data: bytes, key: str, **changed: str) -> bytes:
    """A journal with other values in its lines, and sums that fit again."""
    last, lines = "", []
    for line in data.splitlines():
        record = {**json.loads(line)}
        del record["sum"]
        record |= {name: it for name, it in changed.items() if name in record}
        made, last = line_of(record, last, key)
        lines.append(made)
    return b"".join(lines)


def without_line(data: bytes, number: int) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[: number - 1], *lines[number:]])


ANOTHER_KEY = "or signed with another key: line 1"


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        (lambda data: data.replace(b'"members":"', b'"members":"1-40,', 1), ": line "),
        (lambda data: without_line(data, 3), ": line 3"),
        (lambda data: sealed(data, "", members="1-40"), ANOTHER_KEY),
        (lambda data: sealed(data, "guessed", members="1-40"), ANOTHER_KEY),
    ],
    ids=["edited", "a line taken out", "sealed anew", "signed by somebody else"],
)
def test_a_journal_that_was_changed_or_signed_anew_is_refused(
    forged: Callable[[bytes], bytes],
    said: str,
    shop_project: Project,
    shop: SandboxShop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CG_SYNC_SIGNING_KEY", "a key of ours")
    journal, code = apply_vip(shop_project, shop)
    data = journal.read_bytes()
    assert (code, sealed(data, "a key of ours")) == (0, data)
    journal.write_bytes(forged(data))
    assert journal.read_bytes() != data
    forget_requests(shop)
    for command in ("undo", "resume"):
        ran = shop_project.run(command, journal.stem, "--yes")
        assert (ran.code, shop.seen()) == (5, []), ran.err
        assert "was changed after it was written" in ran.err
        assert said in ran.err


def test_no_journal_names_a_customer_or_holds_the_token(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def behave(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        if asked.method == "GET" and re.search(r"/customer_groups/\d+/$", asked.path):
            return answer.with_data({**answer.data, "owner": "zz-owner@example.com"})
        if asked.is_write and "/bulk_remove/" in asked.path:
            told = f"{customer['email']} may not leave, {asked.headers['Authorization']}"
            return Answer(409, json.dumps({"error": told}).encode())
        return answer

    customers = shop.customers()
    customer = customers[3]
    with running_proxy(shop.url) as proxy:
        monkeypatch.setenv("CG_SYNC_SANDBOX_URL", proxy.url)
        proxy.behave = behave
        journal, code = apply_vip(shop_project, shop)
        assert code == 6
        undone = shop_project.run("undo", journal.stem, "--dry-run")
    text = journal.read_text()
    known = ("email", "phone_number", "erp_code", "first_name", "last_name", "channel_code")
    for it in customers:
        for name in known:
            assert not it[name] or f"{it[name]}" not in text, it[name]
    for marker in ("zz-owner", "zz-nobody", shop.token):
        assert marker not in text
    assert set(re.findall(r".{3}@", text)) == {"***@"}
    assert "may not leave" in text
    assert '"members":"' in text
    assert text.count('"left_out":["owner"]') == 1
    assert "group Old: not kept, as it may name a person: owner" in undone.out


def test_a_journal_without_an_end_is_not_read_to_its_end(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, _ = apply_vip(shop_project, shop)
    forget_requests(shop)
    monkeypatch.setattr("cg_sync.files.journal.MAX_BYTES", journal.stat().st_size - 1)
    for command in ("undo", "resume"):
        ran = shop_project.run(command, journal.stem, "--yes")
        assert (ran.code, shop.seen()) == (5, [])
        assert "is too large: more than " in ran.err
        assert shop_project.run(command, "/dev/zero", "--yes").code == 64


def test_nobody_resumes_a_run_unseen_that_they_have_not_named(
    shop_project: Project, shop: SandboxShop
) -> None:
    apply_vip(shop_project, shop)
    forget_requests(shop)
    ran = shop_project.run("resume", "--yes")
    assert (ran.code, shop.seen()) == (64, [])
    assert "name it: cg-sync resume RUN --yes" in ran.err


# ── git ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_laid_out_like_a_repository_runs_none_of_its_programs(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
        command = ["git", *identity, *arguments]
        done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    project = tmp_path / "shop"
    (project / "groups").mkdir(parents=True)
    (project / "groups/vip.yaml").write_text("name: VIP\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "Start")
    shutil.copytree(tmp_path / ".git/objects", project / "objects")
    (project / "refs").mkdir()
    (project / "HEAD").write_text(git("rev-parse", "HEAD"))
    run = tmp_path / "it-ran"
    (project / "config").write_text(
        "[core]\nrepositoryformatversion = 0\nbare = false\n"
        f'worktree = "{project}"\nfsmonitor = "touch {run}; false"\n'
    )
    # The attack is a real one: git by itself would run the program.
    subprocess.run(["git", "status"], cwd=project, check=False, capture_output=True)
    assert run.exists()
    run.unlink()
    read_checkout(project, ["groups"])
    read_former_files(project, ["groups"])
    assert not run.exists()


def test_git_is_not_handed_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\nenv > {seen}\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CG_SYNC_TOKEN", TOKEN)
    read_checkout(tmp_path, ["groups"])
    assert "PATH=" in seen.read_text()
    assert TOKEN not in seen.read_text()


# ── what others open ─────────────────────────────────────────────────────────────────────────────


def test_a_list_as_csv_holds_no_formula_and_names_the_same_members_when_it_is_read(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("=HYPERLINK(1)")
    listed = shop_project.run("list", "groups", "-o", "csv").out
    assert "'=HYPERLINK(1)" in list(csv.reader(listed.splitlines()))[1]
    shop_project.write("members/odd.csv", "email,name\n'+ayse@example.com,a\n'=b@example.com,b\n")
    shop_project.write("members/odd.txt", "+ayse@example.com\n=b@example.com\n")
    shop_project.write(
        "groups/odd.yaml", "name: Odd\nmembers: {files: [../members/odd.csv, ../members/odd.txt]}\n"
    )
    ran = shop_project.run("validate")
    assert ran.code == 0
    assert "2 customers of this list in a list above it too" in ran.err


@pytest.mark.parametrize("text", ["##vso[task.setvariable variable=x]y", "##[error]no"])
def test_no_file_that_import_writes_is_a_command_to_the_log_of_a_pipeline(text: str) -> None:
    written = to_yaml({"name": text, text: ["a", f"b {text}"]})
    assert not re.search(r"##(?:vso)?\[", written)


# ── our own code ─────────────────────────────────────────────────────────────────────────────────

DANGEROUS = {"eval", "exec", "compile", "__import__", "breakpoint"}
DANGEROUS_MODULES = {"pickle", "marshal", "shelve", "dill", "telnetlib", "ftplib", "xmlrpc"}
DANGEROUS_OPTIONS = {("shell", True), ("verify", False), ("allow_redirects", True)}
DANGEROUS_METHODS = {"system", "popen", "mktemp", "unsafe_load", "full_load", "load_all"}


def dangers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (it.name for it in names if it.name in DANGEROUS_MODULES)
            case ast.ImportFrom(module=str(module)) if module in DANGEROUS_MODULES:
                yield module
            case ast.Call(func=ast.Name(id=name)) if name in DANGEROUS:
                yield name
            case ast.Call(func=ast.Attribute(attr=name)) if name in DANGEROUS_METHODS:
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="yaml"), attr="load")):
                yield "yaml.load"
            case ast.keyword(arg=str(name), value=ast.Constant(value=value)) if (
                name, value,
            ) in DANGEROUS_OPTIONS:  # fmt: skip
                yield f"{name}={value!r}"


@pytest.mark.parametrize(
    "source",
    ["eval('1')", "import pickle", "subprocess.run('x', shell=True)", "s.get(u, verify=False)",
     "yaml.load(x)", "os.system('x')", "from marshal import loads"],
)  # fmt: skip
def test_a_danger_is_seen(source: str) -> None:
    assert list(dangers(ast.parse(source)))


def test_our_code_evaluates_nothing_unpickles_nothing_and_starts_no_shell() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {danger}"
        for path in (ROOT / "cg_sync").rglob("*.py")
        for danger in dangers(ast.parse(path.read_text("utf-8")))
    }
    assert found == set()


# ── the page about all of this ───────────────────────────────────────────────────────────────────


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    text = (ROOT / "docs/security.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 40
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), f"{file}::{test}"


def test_every_test_here_is_named_on_the_page() -> None:
    page = (ROOT / "docs/security.md").read_text("utf-8")
    ours = re.findall(r"^def (test_\w+)", Path(__file__).read_text("utf-8"), re.MULTILINE)
    helpers = {"test_a_danger_is_seen", ours[-1], ours[-2]}
    assert [it for it in ours if it not in page and it not in helpers] == []
