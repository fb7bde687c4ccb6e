"""What only a real socket can do: half bodies, wrong lengths, a server that dies or dawdles."""

from __future__ import annotations

import gzip
import json
import socket
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from urllib.parse import parse_qsl, urlsplit

import pytest

from cg_sync.api.client import Client, PasswordLogin
from cg_sync.api.session import Session
from cg_sync.api.shop import Shop as OurShop
from cg_sync.api.wire import Request, TokenRefused
from cg_sync.errors import BadAnswer, CgSyncError, Unauthorised, Unreachable
from tests.api.clients import TOKEN, Waits, a_client

PATH = "/api/v1/channels/"
GET = Request("GET", PATH)
CREATE = Request("POST", PATH, body={"name": "VIP"})
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n[{"pk": 1}]\n'
HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n[{"pk"'
SILENCE = b""
NEVER = b"never"


@dataclass
class Server:
    """Answers each connection with the next answer, and hangs up unless that ends in NEVER."""

    answers: list[bytes]
    door: socket.socket
    requests: list[bytes] = field(default_factory=list)
    lines: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"

    def run(self) -> None:
        for number, answer in enumerate(self.answers, 1):
            line, _ = self.door.accept()
            self.lines.append(line)
            if number == len(self.answers):
                # Before the answer: a client that is quick must find it closed.
                self.door.close()
            self.requests.append(line.recv(65_536))
            line.sendall(answer.removesuffix(NEVER))
            if not answer.endswith(NEVER):
                line.shutdown(socket.SHUT_WR)


# Closed, since a connection that the server ends may else be taken once more before that is seen.
NO_GZIP = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
)


@contextmanager
def serving(*answers: bytes) -> Iterator[Server]:
    """A server that is gone after as many connections as it has answers."""
    server = Server(list(answers), socket.create_server(("127.0.0.1", 0)))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    thread.join(5)
    for line in server.lines:
        line.close()
    assert not thread.is_alive(), "the server is still waiting for a connection"


@pytest.mark.parametrize(
    "broken",
    [
        HALF,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b'[{"pk": 1}]',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{\"pk",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        NO_GZIP,
        b"HTTP/1.1 200 OK\r\n\r\n[{\"pk\": ",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"gibberish\r\n\r\n",
        SILENCE,
    ],
)  # fmt: skip
def test_a_broken_answer_to_a_read_is_read_again(broken: bytes) -> None:
    with serving(broken, OK) as server:
        client = a_client(base_url=server.url)
        assert client.send(GET) == [{"pk": 1}]
    assert client.calls == {"GET": 2}


def test_a_longer_body_than_announced_is_not_read_beyond_its_length() -> None:
    with serving(OK + b"more") as server:
        assert a_client(base_url=server.url).send(GET) == [{"pk": 1}]


@pytest.mark.parametrize("broken", [HALF, SILENCE])
def test_a_create_without_a_whole_answer_may_have_happened(broken: bytes) -> None:
    with serving(broken) as server:
        client = a_client(base_url=server.url)
        with pytest.raises(Unreachable, match=f"the shop did not answer POST {PATH}") as caught:
            client.send(CREATE)
    assert caught.value.sent
    assert len(server.requests) == 1


def test_a_server_that_died_is_told_from_one_that_hung_up() -> None:
    waits = Waits()
    with serving(SILENCE) as server:
        client = a_client(waits, base_url=server.url, attempts=2)
        with pytest.raises(Unreachable) as caught:
            client.send(GET)
    assert (
        str(caught.value) == f"{server.url} cannot be reached: connection refused (tried 2 times)"
    )
    assert waits.told == [
        f"GET {PATH}: the connection broke off, waiting 0.5 s, attempt 2 of 2",
    ]
    with pytest.raises(Unreachable) as caught:
        client.send(CREATE)
    assert not caught.value.sent


@pytest.mark.parametrize("slow", [NEVER, HALF + NEVER])
def test_a_slow_answer_is_given_up_after_the_time_out(slow: bytes) -> None:
    with serving(slow, OK) as server:
        waits = Waits()
        client = a_client(waits, base_url=server.url, timeout=(0.2, 0.2))
        assert client.send(GET) == [{"pk": 1}]
    assert waits.told == [f"GET {PATH}: no answer within 0.2 s, waiting 0.5 s, attempt 2 of 5"]


def test_a_netrc_cannot_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(OK) as server:
        a_client(base_url=server.url).send(GET)
    assert f"Authorization: Token {TOKEN}\r\n".encode() in server.requests[0]
    assert server.requests[0].count(b"Authorization") == 1


def test_a_redirect_to_another_server_is_not_followed() -> None:
    with serving(OK) as other:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {other.url}{PATH}\r\nContent-Length: 0\r\n\r\n"
        said = f"redirected GET {PATH} .307. to {other.url}"
        with serving(moved.encode()) as server, pytest.raises(BadAnswer, match=said):
            a_client(base_url=server.url).send(GET)
        assert other.requests == []
        a_client(base_url=other.url).send(GET)


def test_each_call_goes_through_the_tunnel_of_the_proxy() -> None:
    no = b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"
    with serving(no, no) as proxy:
        port = proxy.door.getsockname()[1]
        environ = {"HTTPS_PROXY": f"http://me:secret@127.0.0.1:{port}"}
        client = a_client(base_url="https://shop.example", environ=environ, attempts=1)
        for _ in range(2):
            with pytest.raises(Unreachable, match="cannot be reached"):
                client.send(GET)
    for asked in proxy.requests:
        assert asked.startswith(b"CONNECT shop.example:443 HTTP/1.")
        assert b"\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n" in asked
        assert TOKEN.encode() not in asked


def test_headers_of_one_name_are_read_as_one() -> None:
    said = b"HTTP/1.1 200 OK\r\nX-Limit: 100;w=60\r\nX-Limit: 5;w=1\r\nContent-Length: 0\r\n\r\n"
    with serving(said) as server:
        answer = Session(server.url, {}, (5, 5)).exchange(GET, "", {})
    assert answer.headers == {"X-Limit": "100;w=60, 5;w=1", "Content-Length": "0"}


# ── many threads ─────────────────────────────────────────────────────────────────────────────────

THREADS = 16


class Shop(ThreadingHTTPServer):
    """Gives out keys that are good for some calls only; counts what was asked of it."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *, good_for: int, same_key: bool = False, refuses: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.lock = Lock()
        self.good_for = good_for
        self.same_key = same_key
        self.refuses = refuses
        self.logins = 0
        self.left = 0
        self.served = 0
        self.ids: list[str] = []

    @property
    def key(self) -> str:
        return f"key-{1 if self.same_key else self.logins}"


class _Desk(BaseHTTPRequestHandler):
    server: Shop
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.logins += 1
            self.server.left = self.server.good_for
            key = self.server.key
        if self.server.refuses:
            self.answer(400, b'{"detail": "Unable to log in."}')
        else:
            self.answer(200, f'{{"key": "{key}"}}'.encode())

    def do_GET(self) -> None:
        shop = self.server
        with shop.lock:
            shop.ids.append(self.headers["X-Request-ID"])
            known = self.headers["Authorization"] == f"Token {shop.key}" and shop.left > 0
            shop.left -= 1
            shop.served += known
        self.answer(200 if known else 401, b"[]" if known else b'{"detail": "Invalid token."}')

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def open_shop(shop: Shop) -> Iterator[Shop]:
    thread = Thread(target=shop.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    with shop:
        yield shop
        shop.shutdown()


def sent_by_threads(client: Client, calls: int) -> list[object]:
    """What so many GETs come to, sent by threads at once."""

    def send(_: int) -> object:
        try:
            return client.send(GET)
        except CgSyncError as error:
            return type(error)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(send, range(calls)))


@pytest.mark.parametrize("same_key", [False, True])
def test_of_many_threads_one_logs_in_and_again_when_the_key_ends_in_mid_run(
    same_key: bool,
) -> None:
    with open_shop(Shop(good_for=200, same_key=same_key)) as shop:
        client = a_client(base_url=shop.url, credentials=PasswordLogin("robot", "pa55-marker"))
        answers = sent_by_threads(client, 300)
    assert answers == [[]] * 300
    assert (shop.logins, shop.served) == (2, 300)
    assert client.calls == {"LOGIN": 2, "GET": len(shop.ids)}
    assert len(set(shop.ids)) == len(shop.ids)


def test_of_many_threads_one_asks_with_a_password_that_is_wrong() -> None:
    with open_shop(Shop(good_for=0, refuses=True)) as shop:
        client = a_client(base_url=shop.url, credentials=PasswordLogin("robot", "pa55-marker"))
        answers = sent_by_threads(client, 40)
    assert answers == [Unauthorised] * 40
    assert shop.logins == 1


def test_an_account_that_never_gets_in_logs_in_three_times_at_most() -> None:
    with open_shop(Shop(good_for=0)) as shop:
        client = a_client(base_url=shop.url, credentials=PasswordLogin("robot", "pa55-marker"))
        answers = sent_by_threads(client, 40)
    assert set(answers) <= {Unauthorised, TokenRefused}
    assert shop.logins <= 3


# ── pages ────────────────────────────────────────────────────────────────────────────────────────

PAGES = 20


class PagedShop(ThreadingHTTPServer):
    """Serves a listing of ten rows a page, packed where that is accepted; counts connections."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _PageDesk)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.connections = 0
        self.accepted: set[str] = set()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        self.connections += 1
        line, address = super().get_request()
        return line, address


class _PageDesk(BaseHTTPRequestHandler):
    server: PagedShop
    protocol_version = "HTTP/1.1"
    # One packet an answer, and no waiting for another to fill it.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.server.accepted.add(self.headers["Accept-Encoding"])
        page = int(dict(parse_qsl(urlsplit(self.path).query)).get("page", 1))
        rows = [{"pk": pk, "name": "ığüşöç"} for pk in range(page * 10, page * 10 + 10)]
        following = f"{self.path.partition('?')[0]}?page={page + 1}" if page < PAGES else None
        answer = {"count": PAGES * 10, "next": following, "results": rows}
        body = gzip.compress(json.dumps(answer, ensure_ascii=False).encode())
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("parallel", [1, 4])
def test_packed_pages_come_over_as_many_connections_as_are_read_at_a_time(parallel: int) -> None:
    with PagedShop() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        client = a_client(base_url=server.url)
        shop = OurShop(client, channel=5, page_size=10, parallel=parallel)
        rows = shop.fetch_complete("customers")
        server.shutdown()
    assert [row["pk"] for row in rows] == list(range(10, 10 + PAGES * 10))
    assert {row["name"] for row in rows} == {"ığüşöç"}
    assert client.calls == {"GET": PAGES}
    assert 1 <= server.connections <= parallel
    assert server.accepted == {"gzip"}


@pytest.mark.parametrize("is_chunked", [False, True])
def test_an_answer_that_unpacks_to_too_much_is_refused_before_it_fills_the_memory(
    is_chunked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cg_sync.api.session.BODY_LIMIT_BYTES", 2 << 20)
    body = gzip.compress(b" " * (64 << 20), compresslevel=1)
    length = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    chunks = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + (chunks if is_chunked else length)
    with serving(packed + NEVER) as server:
        client = a_client(base_url=server.url)
        tracemalloc.start()
        try:
            with pytest.raises(BadAnswer, match="larger than 2 MB"):
                client.send(GET)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 16 << 20
