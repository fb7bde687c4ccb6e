"""Faults over a real socket: each shows to a client, and the shop keeps what it should."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.conftest import Channel, Shop, Starter

FAULTS = "/_sandbox/faults/"
WRITES = {"method": "POST"}
EMPTY = b'{"count":0,"next":null,"previous":null,"results":[]}'
Play = Callable[..., None]


@pytest.fixture
def play(shop: Shop) -> Iterator[Play]:
    """Puts rules on; they end with the test."""

    def put_on(*rules: dict[str, Any], seed: int = 0) -> None:
        answer = shop.ask("PUT", FAULTS, json={"seed": seed, "rules": rules})
        assert answer.status_code == 200, answer.text

    shop.ask("DELETE", "/_sandbox/requests/")
    yield put_on
    shop.ask("DELETE", FAULTS)


def exchange(
    shop: Shop, method: str, path: str, body: str | None = None
) -> tuple[HTTPConnection, HTTPResponse]:
    """One request on a connection of its own, which stays open; the answer is not read yet."""
    connection = HTTPConnection(urlsplit(shop.url).netloc, timeout=30)
    headers = {"Authorization": f"Token {shop.token}", "Content-Type": "application/json"}
    connection.request(method, path, body, headers)
    return connection, connection.getresponse()


def names(shop: Shop, channel: Channel) -> list[str]:
    return [it["name"] for it in shop.get(channel.groups)["results"]]


def hits(shop: Shop) -> list[tuple[str, int, bool, list[str]]]:
    found = shop.get("/_sandbox/requests/")["faulted"]
    return [(it["method"], it["status"], it["committed"], it["faults"]) for it in found]


@pytest.mark.parametrize(("where", "made"), [("before", []), ("after", ["VIP"])])
def test_a_reset_is_a_reset_and_not_a_goodbye(
    shop: Shop, channel: Channel, play: Play, where: str, made: list[str]
) -> None:
    play({"when": WRITES, "reset": {"where": where}})
    with pytest.raises(ConnectionResetError) as reset:
        exchange(shop, "POST", channel.groups, '{"name": "VIP"}')
    assert reset.type is ConnectionResetError  # and not what http.client makes of a goodbye
    assert names(shop, channel) == made
    assert hits(shop) == [("POST", 0, bool(made), ["reset"])]


@pytest.mark.parametrize("code", [500, 502, 503, 504])
@pytest.mark.parametrize(("where", "made"), [("before", []), ("after", ["VIP"])])
def test_a_proxy_answers_in_html(
    shop: Shop, channel: Channel, play: Play, code: int, where: str, made: list[str]
) -> None:
    play({"when": WRITES, "status": {"code": code, "where": where}})
    answer = shop.ask("POST", channel.groups, json={"name": "VIP"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (code, "text/html")
    assert f"<h1>{code} " in answer.text
    assert names(shop, channel) == made
    assert hits(shop) == [("POST", code, bool(made), ["status"])]


def test_half_a_body_comes_under_the_length_of_the_whole(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play({"when": {"first": 1}, "half_body": {}}, {"half_body": {"bytes": 3}})
    for count in (len(EMPTY) // 2, 3):
        connection, answer = exchange(shop, "GET", channel.groups)
        with closing(connection), pytest.raises(IncompleteRead) as cut:
            answer.read()
        assert cut.value.partial == EMPTY[:count]


def test_half_of_nothing_is_a_connection_that_closes(
    shop: Shop, channel: Channel, play: Play
) -> None:
    pk = shop.post(channel.groups, {"name": "VIP"})["pk"]
    play({"half_body": {}})
    with pytest.raises(RemoteDisconnected):
        exchange(shop, "DELETE", f"{channel.groups}{pk}/")
    assert hits(shop) == [("DELETE", 0, True, ["half_body"])]


def test_a_length_that_is_too_large_leaves_the_reader_waiting_for_more(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play({"wrong_length": {"by": 5}})
    connection, answer = exchange(shop, "GET", channel.groups)
    with closing(connection), pytest.raises(IncompleteRead) as cut:
        answer.read()
    assert (cut.value.partial, cut.value.expected) == (EMPTY, 5)


def test_a_length_that_is_too_small_leaves_the_rest_in_the_open_connection(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play({"when": {"first": 1}, "wrong_length": {"by": -2}})
    address = urlsplit(shop.url)
    request = f"GET {channel.groups} HTTP/1.1\r\nHost: {address.netloc}\r\n"
    request += f"Authorization: Token {shop.token}\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=30) as raw:
        raw.sendall(f"{request}\r\n{request}Connection: close\r\n\r\n".encode())
        sent = b"".join(iter(lambda: raw.recv(65_536), b""))
    head, _, rest = sent.partition(b"\r\n\r\n")
    assert f"content-length: {len(EMPTY) - 2}".encode() in head.lower()
    assert rest.startswith(EMPTY + b"HTTP/1.1 200 OK\r\n")


def test_an_answer_is_held_up_after_the_commit_until_the_script_ends_at_most(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play({"when": WRITES, "latency": {"fixed": 60_000, "where": "after"}})
    connection = HTTPConnection(urlsplit(shop.url).netloc, timeout=30)
    headers = {"Authorization": f"Token {shop.token}", "Content-Type": "application/json"}
    with closing(connection):
        connection.request("POST", channel.groups, '{"name": "VIP"}', headers)
        assert any(names(shop, channel) == ["VIP"] for _ in range(10_000))
        assert hits(shop) == []
        assert shop.ask("DELETE", FAULTS).status_code == 204
        assert hits(shop) == [("POST", 201, True, ["latency"])]
        assert connection.getresponse().status == 201


def test_the_end_of_a_script_waits_for_what_it_held_up_before_the_work(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play({"when": WRITES, "latency": {"fixed": 60_000}})
    headers = {"Authorization": f"Token {shop.token}", "Content-Type": "application/json"}
    held = [HTTPConnection(urlsplit(shop.url).netloc, timeout=30) for _ in range(5)]
    for number, it in enumerate(held):
        it.request("POST", channel.groups, f'{{"name": "{number}"}}', headers)
    assert any(shop.get(FAULTS)["rules"][0]["fired"] == len(held) for _ in range(10_000))
    assert names(shop, channel) == []
    shop.ask("DELETE", FAULTS)
    assert len(names(shop, channel)) == len(held)
    for it in held:
        it.close()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"wait": 7}, "7"),
        ({"wait": 7, "retry_after": "none"}, None),
        ({"requests": 2, "seconds": 30}, "30"),
        ({"rate": 0.05, "burst": 2}, "20"),
    ],
)
def test_a_throttle_lets_in_what_it_must_and_tells_when_to_come_again(
    shop: Shop, channel: Channel, play: Play, options: dict[str, Any], told: str | None
) -> None:
    play({"throttle": options})
    answers = [shop.ask("GET", channel.groups) for _ in range(3)]
    let_in = 2 if len(options) == 2 and "wait" not in options else 0
    assert [it.status_code for it in answers] == [200] * let_in + [429] * (3 - let_in)
    assert answers[-1].headers.get("Retry-After") == told
    assert answers[-1].json()["detail"].startswith("Request was throttled.")


def test_a_throttle_may_tell_a_date(shop: Shop, channel: Channel, play: Play) -> None:
    play({"throttle": {"wait": 600, "retry_after": "date"}})
    answer = shop.ask("GET", channel.groups)
    told = parsedate_to_datetime(answer.headers["Retry-After"])
    since = (told - parsedate_to_datetime(answer.headers["Date"])).total_seconds()
    assert 598 <= since <= 602


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ({"read_only": {}}, 403, "You do not have permission"),
        ({"read_only": {"code": 503}}, 503, "Maintenance"),
        ({"disk_full": {}}, 500, "database or disk is full"),
        ({"disk_full": {"code": 507}}, 507, "OperationalError at "),
    ],
)
def test_from_the_second_write_on_nothing_is_written(
    shop: Shop, channel: Channel, play: Play, fault: dict[str, Any], code: int, words: str
) -> None:
    play({"when": {"after": 1}} | fault)
    pk = shop.post(channel.groups, {"name": "first"})["pk"]
    for method, path in (("POST", channel.groups), ("DELETE", f"{channel.groups}{pk}/")):
        answer = shop.ask(method, path, json={"name": "second"})
        assert (answer.status_code, words in answer.text) == (code, True)
    assert names(shop, channel) == ["first"]
    assert shop.ask("POST", "/api/v1/auth/login/", json={}).status_code == 400


def test_reads_lag_behind_a_write_for_as_many_reads_as_the_script_says(
    shop: Shop, channel: Channel, play: Play
) -> None:
    pk = shop.post(channel.groups, {"name": "old"})["pk"]
    setting = {"name": "x", "slug": "x", "config": {"slug": "any-rule"}}
    play({"stale_reads": {"reads": 3}})
    shop.post(f"{channel.groups}{pk}/customers/bulk_add/", {"customers": channel.customers})
    shop.ask("PATCH", f"{channel.groups}{pk}/", json={"name": "new"})
    shop.post(channel.settings, setting)
    assert names(shop, channel) == ["old"]
    assert shop.get(f"{channel.groups}{pk}/customers/")["count"] == 0
    assert shop.get(channel.settings)["count"] == 0
    assert names(shop, channel) == ["new"]
    assert shop.get(channel.settings)["count"] == 1
    assert [it[3] for it in hits(shop)] == [["stale_reads"]] * 3
    shop.ask("DELETE", f"{channel.groups}{pk}/")
    assert names(shop, channel) == ["new"]
    play()
    assert names(shop, channel) == []


def test_a_lag_in_seconds_ends_by_the_clock_and_with_a_log_in(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play({"stale_reads": {"seconds": 3600}})
    shop.post(channel.groups, {"name": "first"})
    assert names(shop, channel) == []
    login = {"username": "admin", "password": "admin-sandbox"}
    shop.post("/api/v1/auth/login/", login)
    assert names(shop, channel) == ["first"]
    slow = {"when": WRITES, "latency": {"fixed": 5, "where": "after"}}
    play({"stale_reads": {"seconds": 0.001}}, slow)
    shop.post(channel.groups, {"name": "second"})
    assert names(shop, channel) == ["first", "second"]


@pytest.mark.parametrize("change", ["insert", "remove"])
@pytest.mark.parametrize("listing", ["groups", "settings", "people", "members"])
def test_pages_shift_under_the_reader(
    shop: Shop, channel: Channel, play: Play, change: str, listing: str
) -> None:
    path = listing_of_four(shop, channel, listing)
    play({"when": {"nth": 1}, "shifting_pages": {"change": change}})
    pages = [[it["pk"] for it in shop.get(path, limit=2, page=it)["results"]] for it in (1, 2)]
    before = [row for page in pages for row in page]
    after = [it["pk"] for it in shop.get(path)["results"]]
    if change == "remove":
        assert len(after) == 3
        assert len(set(after) - set(before)) == 1  # a row that the reader was never shown
    else:
        assert len(after) == 5
        # Of customers there is a free pk before the others only if one was ever deleted.
        assert before[1] == before[2] or listing == "people"
    assert [it[3] for it in hits(shop)] == [["shifting_pages"]]


def listing_of_four(shop: Shop, channel: Channel, listing: str) -> str:
    """A listing with four rows, and a free pk or a stranger before them."""
    if listing == "people":
        channel.add("d@example.com")
        return channel.people
    if listing == "members":
        pk = shop.post(channel.groups, {"name": "VIP"})["pk"]
        members = channel.customers[1:] + channel.add("d@example.com", "e@example.com")
        shop.post(f"{channel.groups}{pk}/customers/bulk_add/", {"customers": members})
        return f"{channel.groups}{pk}/customers/"
    path = channel.groups if listing == "groups" else channel.settings
    rows = [
        shop.post(path, {"name": name, "slug": name, "config": {"slug": "any-rule"}})["pk"]
        for name in "abcde"
    ]
    shop.ask("DELETE", f"{path}{rows[0]}/")
    return path


def test_an_address_is_there_twice_until_the_script_ends(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play({"duplicate_emails": {"emails": ["Bob@Example.com"]}})
    emails = [it["email"] for it in shop.get(channel.people)["results"]]
    assert [it for it in emails if it.lower() == "bob@example.com"] == [
        "Bob@Example.com",
        "bOB@eXAMPLE.COM",
    ]
    shop.get(channel.people)
    assert shop.get("/_sandbox/faults/")["rules"] == [{"seen": 2, "fired": 2}]
    play({"duplicate_emails": {}})
    emails = [it["email"] for it in shop.get(channel.people)["results"]]
    assert sorted(map(str.lower, emails))[:2] == ["ada@example.com"] * 2
    play()
    assert shop.get(channel.people)["count"] == 3


def test_the_shop_makes_of_a_setting_what_it_likes(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play(
        {
            "normalise": {
                "name": "collapse",
                "slug": "lower",
                "priority": 10,
                "dates": "seconds",
                "config": {"version": 2},
                "price_list": "default",
            }
        }
    )
    body = {
        "name": "Big  spenders",
        "slug": "Big",
        "priority": 15,
        "start_date": "2026-01-02T03:04:05.678Z",
        "config": {"slug": "any-rule"},
    }
    made = shop.post(channel.settings, body)
    assert {name: made[name] for name in body} == {
        "name": "Big spenders",
        "slug": "big",
        "priority": 20,
        "start_date": "2026-01-02T03:04:05Z",
        "config": {"version": 2, "slug": "any-rule"},
    }
    channels = {it["pk"]: it for it in shop.get("/api/v1/channels/")["results"]}
    catalogs = {it["pk"]: it for it in shop.get("/api/v1/catalogs/")["results"]}
    default = catalogs[channels[1]["catalog"]]["price_list"]
    assert made["price_list"] == default
    path = f"{channel.settings}{made['pk']}/"
    assert shop.ask("PATCH", path, json={"priority": 4}).json()["priority"] == 0
    assert shop.get(path)["price_list"] == default
    assert [it[3] for it in hits(shop)] == [["normalise"]] * 2


def test_a_token_expires_until_the_next_log_in_and_the_old_one_never_works_again(
    shop: Shop, play: Play
) -> None:
    play({"when": {"nth": 3}, "token_expiry": {}})
    path = "/api/v1/channels/"
    assert [shop.ask("GET", path).status_code for _ in range(4)] == [200, 200, 401, 401]
    login = {"username": "admin", "password": "admin-sandbox"}
    key = shop.ask("POST", "/api/v1/auth/login/", json=login).json()["key"]
    assert shop.ask("GET", path).status_code == 401
    assert key != shop.token
    headers = {"Authorization": f"Token {key}"}
    assert shop.ask("GET", path, headers=headers).status_code == 200
    shop.ask("DELETE", FAULTS)
    assert shop.ask("GET", path).status_code == 200


def test_a_bad_script_is_refused_and_the_old_one_goes_on(
    shop: Shop, channel: Channel, play: Play
) -> None:
    play({"status": {"code": 502}})
    answer = shop.ask("PUT", FAULTS, json={"rules": [{"reset": {"were": "after"}}]})
    assert answer.status_code == 400
    assert answer.json() == {"faults": ["rules[0].reset: unknown key 'were'"]}
    assert shop.ask("GET", channel.groups).status_code == 502
    assert shop.get(FAULTS) == {
        "script": {"seed": 0, "rules": [{"status": {"code": 502}}]},
        "rules": [{"seen": 1, "fired": 1}],
    }
    assert shop.ask("DELETE", FAULTS).status_code == 204
    assert shop.get(FAULTS) == {"script": None, "rules": []}
    assert shop.ask("GET", channel.groups).status_code == 200


def test_the_state_is_told_without_pks_that_differ_from_run_to_run(
    shop: Shop, channel: Channel
) -> None:
    states = []
    for name in ("zeta", "alpha"), ("alpha", "zeta"):
        shop.post("/_sandbox/reset/", {"channel": channel.pk})
        pks = {it: shop.post(channel.groups, {"name": it})["pk"] for it in name}
        path = f"{channel.groups}{pks['zeta']}/customers/bulk_add/"
        shop.post(path, {"customers": channel.customers[::-1]})
        rule = {"slug": "customer-group-rule", "customer_groups": sorted(pks.values())}
        config = {"slug": "not-rule", "rule": rule}
        shop.post(channel.settings, {"name": "S", "slug": "s", "config": config})
        states.append(shop.get("/_sandbox/state/", channel=channel.pk))
    assert states[0] == states[1]
    assert states[0]["groups"] == [
        {"name": "alpha", "members": []},
        {"name": "zeta", "members": channel.customers},
    ]
    (setting,) = states[0]["settings"]
    assert setting["config"]["rule"]["customer_groups"] == ["alpha", "zeta"]
    fields = {"name", "slug", "priority", "is_active", "price_list", "stock_list", "config"}
    assert set(setting) == fields | {"start_date", "end_date"}


def test_a_script_given_at_the_start_is_played(start: Starter) -> None:
    shop = start("--faults", '{"rules": [{"when": {"first": 1}, "status": {"code": 504}}]}')
    assert [shop.ask("GET", "/api/v1/channels/").status_code for _ in range(2)] == [504, 200]
