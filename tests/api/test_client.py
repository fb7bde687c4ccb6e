"""Log-in, retries, the write barrier and what never leaves the client, against odd answers."""

from __future__ import annotations

from pathlib import Path
from socket import gaierror
from ssl import SSLCertVerificationError
from traceback import format_exception
from typing import Any

import pytest
import requests
import responses
from responses import RequestsMock

from cg_sync.api.client import Client, PasswordLogin, TokenLogin, WriteBarrier
from cg_sync.api.limit import Limit
from cg_sync.api.wire import Request
from cg_sync.errors import BadAnswer, CgSyncError, Rejected, Unauthorised, Unreachable, UsageWrong
from tests.api.clients import BASE, PASSWORD, TOKEN, Waits, a_client

PATH = "/api/v1/remote/5/customer_groups/"
URL = f"{BASE}{PATH}"
LOGIN_URL = f"{BASE}/api/v1/auth/login/"
GET = Request("GET", PATH)
CREATE = Request("POST", PATH, body={"name": "VIP"})
PATCH = Request("PATCH", f"{PATH}1/", body={"name": "VIP"})
DELETE = Request("DELETE", f"{PATH}1/")
BULK = Request("POST", f"{PATH}1/customers/bulk_add/", body={"customers": [1]}, repeatable=True)
BY_PASSWORD = PasswordLogin("robot", PASSWORD)


@pytest.fixture
def wire() -> RequestsMock:
    return RequestsMock(assert_all_requests_are_fired=True)


def queue(wire: RequestsMock, request: Request, *answers: int | Exception, **headers: str) -> None:
    """Answer `request` with these, one after the other; a 2xx comes with the body `{"pk": 1}`."""
    for answer in answers:
        body: str | Exception = '{"pk": 1}'
        status = 200
        if isinstance(answer, Exception):
            body = answer
        elif answer >= 300:
            body, status = "", answer
        wire.add(request.method, BASE + request.path, body=body, status=status, headers=headers)


def options_of(wire: RequestsMock, call: int) -> dict[str, Any]:
    """The time-out, verification and proxies that requests was given."""
    options: dict[str, Any] = vars(wire.calls[call].request)["req_kwargs"]
    return options


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────


def test_a_request_carries_token_time_outs_and_json(wire: RequestsMock) -> None:
    with wire:
        wire.post(URL, json={"pk": 1}, status=201)
        client = a_client(timeout=(3, 4))
        assert client.send(CREATE) == {"pk": 1}
        sent = wire.calls[0].request
        given = options_of(wire, 0)
    assert sent.headers["Authorization"] == f"Token {TOKEN}"
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["Accept"] == "application/json"
    assert sent.body == '{"name": "VIP"}'
    assert (given["timeout"], given["verify"], dict(given["proxies"])) == ((3, 4), True, {})
    assert client.calls == {"POST": 1}


def test_a_query_is_encoded_and_a_get_has_no_body(wire: RequestsMock) -> None:
    with wire:
        wire.get(URL, json=[])
        a_client().send(Request("GET", PATH, {"email": "a+b@ü.example"}))
        sent = wire.calls[0].request
    assert sent.url == f"{URL}?email=a%2Bb%40%C3%BC.example"
    assert sent.body is None
    assert "Content-Type" not in sent.headers


def test_proxies_and_ca_bundle_come_from_the_given_environment_only(
    wire: RequestsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    monkeypatch.setenv("HTTPS_PROXY", "http://wrong")
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    environ = {"CURL_CA_BUNDLE": str(bundle), "HTTPS_PROXY": "http://proxy:3128"}
    with wire:
        wire.get(URL, json=[])
        a_client().send(GET)
        a_client(environ=environ).send(GET)
        seen = [options_of(wire, 0), options_of(wire, 1)]
    assert [(given["verify"], dict(given["proxies"])) for given in seen] == [
        (True, {}),
        (str(bundle), {"https": "http://proxy:3128"}),
    ]


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "ığ"])
def test_a_token_that_no_header_can_carry_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(Unauthorised) as caught:
        a_client(credentials=TokenLogin(token))
    assert "CG_SYNC_TOKEN" in caught.value.hint
    assert not token.strip() or token not in str(caught.value)


def test_a_line_break_after_the_token_is_forgiven(wire: RequestsMock) -> None:
    with wire:
        wire.get(URL, json=[])
        a_client(credentials=TokenLogin(f"{TOKEN}\n")).send(GET)
        assert wire.calls[0].request.headers["Authorization"] == f"Token {TOKEN}"


def test_plain_http_to_another_machine_is_wrong_usage() -> None:
    with pytest.raises(UsageWrong, match="unencrypted"):
        a_client(base_url="http://shop.example")


@pytest.mark.parametrize("url", ["https://*.example", "https://.shop.example"])
def test_a_host_that_cannot_be_one_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageWrong, match="the shop's url: not an address"):
        a_client(base_url=url)


@pytest.mark.parametrize(
    ("base_url", "path", "sent"),
    [
        ("https://Shöp.example/omni/", PATH, f"https://xn--shp-tna.example/omni{PATH}"),
        (BASE, "/müşteri/", f"{BASE}/m%C3%BC%C5%9Fteri/"),
        (BASE, "/%41/a%2Fb/", f"{BASE}/A/a%2Fb/"),
    ],
)
def test_a_url_goes_over_the_wire_in_ascii(
    wire: RequestsMock, base_url: str, path: str, sent: str
) -> None:
    with wire:
        wire.get(sent, json=[])
        a_client(base_url=base_url).send(Request("GET", path))
        assert wire.calls[0].request.url == sent


@pytest.mark.parametrize(
    ("request_", "length"),
    [(GET, None), (CREATE, "15"), (DELETE, "0"), (Request("OPTIONS", PATH), "0")],
    ids=str,
)
def test_what_may_have_a_body_says_how_long_it_is(
    wire: RequestsMock, request_: Request, length: str | None
) -> None:
    with wire:
        queue(wire, request_, 200)
        a_client().send(request_)
        sent = wire.calls[0].request.headers
    assert (sent.get("Content-Length"), sent["Accept-Encoding"]) == (length, "gzip")


def test_cookies_are_not_kept(wire: RequestsMock) -> None:
    with wire:
        wire.get(URL, json=[], headers={"Set-Cookie": "sessionid=1; Path=/"})
        client = a_client()
        client.send(GET)
        client.send(GET)
        assert "Cookie" not in wire.calls[1].request.headers


# ── the write barrier ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "request_", [CREATE, PATCH, DELETE, BULK, Request("PUT", PATH), Request("get", PATH)], ids=str
)
def test_a_client_that_only_reads_sends_no_write(wire: RequestsMock, request_: Request) -> None:
    client = a_client(writable=False, credentials=BY_PASSWORD)
    with wire, pytest.raises(WriteBarrier, match="only reads"):
        client.send(request_)
    assert client.calls == {}


def test_a_client_that_only_reads_may_read_ask_and_log_in(wire: RequestsMock) -> None:
    with wire:
        wire.post(LOGIN_URL, json={"key": TOKEN})
        wire.get(URL, json=[])
        wire.add("OPTIONS", URL, json={})
        wire.head(URL)
        client = a_client(writable=False, credentials=BY_PASSWORD)
        answers = [client.send(Request(verb, PATH)) for verb in ("GET", "OPTIONS", "HEAD")]
    assert answers == [[], {}, None]
    assert client.calls == {"LOGIN": 1, "GET": 1, "OPTIONS": 1, "HEAD": 1}


# ── log-in ───────────────────────────────────────────────────────────────────────────────────────


def test_a_password_is_sent_once_and_without_a_token(wire: RequestsMock) -> None:
    with wire:
        wire.post(LOGIN_URL, json={"key": TOKEN})
        wire.get(URL, json=[])
        client = a_client(credentials=BY_PASSWORD)
        assert client.calls == {}
        client.send(GET)
        client.send(GET)
        login = wire.calls[0].request
    assert login.body == f'{{"username": "robot", "password": "{PASSWORD}"}}'
    assert "Authorization" not in login.headers
    assert client.calls == {"LOGIN": 1, "GET": 2}


def test_a_401_logs_in_once_more_and_repeats_even_a_create(wire: RequestsMock) -> None:
    with wire:
        wire.post(LOGIN_URL, json={"key": "old-key"})
        wire.post(LOGIN_URL, json={"key": "new-key"})
        wire.post(URL, json={"detail": "Invalid token."}, status=401)
        wire.post(URL, json={"pk": 1}, status=201)
        client = a_client(credentials=BY_PASSWORD)
        assert client.send(CREATE) == {"pk": 1}
        keys = [call.request.headers.get("Authorization") for call in wire.calls]
    assert keys == [None, "Token old-key", None, "Token new-key"]


def test_a_401_after_the_second_log_in_ends_the_run(wire: RequestsMock) -> None:
    with wire:
        wire.post(LOGIN_URL, json={"key": TOKEN})
        wire.get(URL, json={"detail": "User inactive."}, status=401)
        client = a_client(credentials=BY_PASSWORD)
        with pytest.raises(Unauthorised, match=r"\(401\): User inactive"):
            client.send(GET)
    assert client.calls == {"LOGIN": 2, "GET": 2}


def test_there_are_at_most_three_log_ins_in_360_seconds(wire: RequestsMock) -> None:
    waits = Waits()
    client = a_client(waits, credentials=BY_PASSWORD)
    with wire:
        wire.post(LOGIN_URL, json={"key": TOKEN})
        wire.get(URL, json={"detail": "Invalid token."}, status=401)
        for _ in range(2):
            with pytest.raises(Unauthorised, match="Invalid token"):
                client.send(GET)
            waits.now += 100
        with pytest.raises(Unauthorised, match="3 log-ins in 360 seconds did not help") as caught:
            client.send(GET)
        assert "Try again in 160 s" in caught.value.hint
        assert client.calls == {"LOGIN": 3, "GET": 5}
        waits.now += 161
        with pytest.raises(Unauthorised, match="Invalid token"):
            client.send(GET)
    assert client.calls["LOGIN"] == 4


def test_bad_credentials_are_unauthorised_at_the_first_try(wire: RequestsMock) -> None:
    with wire:
        wire.post(LOGIN_URL, json={"non_field_errors": ["Unable to log in."]}, status=400)
        client = a_client(credentials=BY_PASSWORD)
        with pytest.raises(Unauthorised, match=r"refused the log-in \(400\): Unable to log in"):
            client.send(GET)
    assert client.calls == {"LOGIN": 1}


def test_a_log_in_is_repeated_when_throttled_but_never_more_than_three_times(
    wire: RequestsMock,
) -> None:
    waits = Waits()
    client = a_client(waits, credentials=BY_PASSWORD)
    with wire:
        wire.post(LOGIN_URL, status=429, headers={"Retry-After": "60"})
        with pytest.raises(Unreachable, match=r"\(429\).* \(tried 3 times\)"):
            client.send(GET)
    assert (waits.slept, client.calls) == ([60.0, 60.0], {"LOGIN": 3})


@pytest.mark.parametrize("answer", [{}, {"key": ""}, {"key": 5}, {"key": "a b"}, [], "key"])
def test_a_log_in_without_a_key_is_a_bad_answer(wire: RequestsMock, answer: object) -> None:
    with wire:
        wire.post(LOGIN_URL, json=answer)
        with pytest.raises(BadAnswer, match="the shop answered the log-in without a key"):
            a_client(credentials=BY_PASSWORD).send(GET)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_ends_the_run_at_once(wire: RequestsMock, status: int) -> None:
    with wire:
        wire.get(URL, json={"detail": "No."}, status=status)
        client = a_client()
        with pytest.raises(Unauthorised, match="No"):
            client.send(GET)
    assert client.calls == {"GET": 1}


def test_a_missing_permission_is_not_cured_by_logging_in_again(wire: RequestsMock) -> None:
    with wire:
        wire.post(LOGIN_URL, json={"key": TOKEN})
        wire.get(URL, json={"detail": "No."}, status=403)
        client = a_client(credentials=BY_PASSWORD)
        with pytest.raises(Unauthorised):
            client.send(GET)
    assert client.calls == {"LOGIN": 1, "GET": 1}


# ── trying again ─────────────────────────────────────────────────────────────────────────────────

REFUSED = requests.ConnectionError(ConnectionRefusedError(111, "Connection refused"))
REFUSED.__cause__ = ConnectionRefusedError(111, "Connection refused")
UNKNOWN = requests.ConnectionError()
UNKNOWN.__cause__ = gaierror(-2, "Name or service not known")
NO_ROUTE = requests.ConnectionError()
NO_ROUTE.__cause__ = OSError(113, "No route to host")
RESET = requests.ConnectionError()
RESET.__cause__ = ConnectionResetError(104, "Connection reset by peer")
NEVER_SENT = [
    REFUSED, UNKNOWN, NO_ROUTE, requests.ConnectTimeout(), requests.exceptions.ProxyError(),
]  # fmt: skip
LOST = [
    RESET,
    requests.ReadTimeout(),
    requests.ConnectionError(),
    requests.exceptions.ChunkedEncodingError(),
    requests.exceptions.ContentDecodingError(),
    requests.exceptions.SSLError(),
]
REPEATABLE = [GET, PATCH, DELETE, BULK]


@pytest.mark.parametrize("request_", [*REPEATABLE, CREATE], ids=str)
@pytest.mark.parametrize("error", NEVER_SENT, ids=repr)
def test_what_never_reached_the_shop_is_sent_again(
    wire: RequestsMock, request_: Request, error: Exception
) -> None:
    with wire:
        queue(wire, request_, error, 200)
        client = a_client()
        assert client.send(request_) == {"pk": 1}
    assert client.calls == {request_.method: 1}


@pytest.mark.parametrize("request_", REPEATABLE, ids=str)
@pytest.mark.parametrize("answer", [*LOST, 408, 429, 500, 502, 503, 504], ids=repr)
def test_what_may_be_done_twice_is_repeated(
    wire: RequestsMock, request_: Request, answer: int | Exception
) -> None:
    with wire:
        queue(wire, request_, answer, 200)
        client = a_client()
        assert client.send(request_) == {"pk": 1}
    assert client.calls == {request_.method: 2}


@pytest.mark.parametrize("answer", [*LOST, 408, 500, 502, 503, 504], ids=repr)
def test_a_create_that_may_have_happened_is_not_repeated(
    wire: RequestsMock, answer: int | Exception
) -> None:
    with wire:
        queue(wire, CREATE, answer)
        client = a_client()
        with pytest.raises(Unreachable) as caught:
            client.send(CREATE)
    assert (caught.value.sent, client.calls) == (True, {"POST": 1})


def test_a_create_whose_answer_is_cut_off_may_have_happened(wire: RequestsMock) -> None:
    with wire:
        wire.post(URL, body='{"pk": ', status=201)
        with pytest.raises(Unreachable, match="is cut off") as caught:
            a_client().send(CREATE)
    assert caught.value.sent


def test_a_create_that_was_throttled_did_not_happen_and_is_repeated(wire: RequestsMock) -> None:
    with wire:
        queue(wire, CREATE, 429, 201)
        assert a_client().send(CREATE) == {"pk": 1}


def test_a_500_repeats_a_write_only_once(wire: RequestsMock) -> None:
    with wire:
        queue(wire, PATCH, 500, 500)
        with pytest.raises(Unreachable, match=r"\(500\).* \(tried 2 times\)"):
            a_client().send(PATCH)


@pytest.mark.parametrize("request_", [PATCH, DELETE, BULK], ids=str)
def test_a_change_that_is_answered_with_nothing_on_purpose_is_done_at_once(
    wire: RequestsMock, request_: Request
) -> None:
    with wire:
        url = BASE + request_.path
        wire.add(request_.method, url, body="", headers={"Content-Length": "0"})
        client = a_client()
        assert client.send(request_) is None
    assert client.calls == {request_.method: 1}


def test_a_create_that_is_answered_with_nothing_on_purpose_may_have_happened(
    wire: RequestsMock,
) -> None:
    with wire:
        wire.post(URL, body="", status=201, headers={"Content-Length": "0"})
        with pytest.raises(Unreachable, match="with nothing") as caught:
            a_client().send(CREATE)
    assert caught.value.sent


def test_half_an_answer_to_a_read_is_read_again(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        wire.get(URL, body='{"count": 1, "results": [')
        wire.get(URL, json=[{"pk": 1}])
        assert a_client(waits).send(GET) == [{"pk": 1}]
    assert waits.told == [f"GET {PATH}: half an answer, waiting 0.5 s, attempt 2 of 5"]


def test_after_the_last_attempt_the_error_says_how_often_it_was_tried(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        wire.get(URL, json={"detail": "Down."}, status=503)
        client = a_client(waits, attempts=9)
        with pytest.raises(Unreachable) as caught:
            client.send(GET)
    assert str(caught.value) == (
        f"the shop could not answer GET {PATH} (503): Down (tried 9 times)"
    )
    assert waits.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert client.calls == {"GET": 9}


def test_a_wait_is_a_random_share_of_the_longest_one(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, 503, 503, 200)
        a_client(waits, jitter=0.25).send(GET)
    assert waits.slept == [0.125, 0.25]


def test_a_write_that_was_lost_once_may_have_happened_whatever_came_after(
    wire: RequestsMock,
) -> None:
    with wire:
        queue(wire, PATCH, RESET, REFUSED)
        with pytest.raises(Unreachable, match="connection refused") as caught:
            a_client(attempts=2).send(PATCH)
    assert caught.value.sent


def test_a_write_that_never_got_through_is_known_not_to_have_happened(wire: RequestsMock) -> None:
    with wire:
        queue(wire, CREATE, REFUSED)
        client = a_client(attempts=3)
        with pytest.raises(Unreachable) as caught:
            client.send(CREATE)
    assert str(caught.value) == f"{BASE} cannot be reached: connection refused (tried 3 times)"
    assert (caught.value.sent, client.calls) == (False, {})


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RESET, "did not answer GET .*: connection reset by peer"),
        (requests.ReadTimeout(), "did not answer GET .*: no answer within 30 s"),
        (requests.ConnectionError(), "did not answer GET .*: the connection broke off"),
        (requests.ConnectTimeout(), "cannot be reached: no connection within 5 s"),
        (UNKNOWN, "cannot be reached: name or service not known"),
    ],
)
def test_a_broken_connection_is_told_in_words(
    wire: RequestsMock, error: Exception, said: str
) -> None:
    with wire:
        queue(wire, GET, error)
        with pytest.raises(Unreachable, match=said):
            a_client(attempts=1).send(GET)


def test_retry_after_wins_over_our_own_pace_and_people_are_told(wire: RequestsMock) -> None:
    waits = Waits(now=1_445_412_480.0)
    with wire:
        queue(wire, GET, 429, **{"Retry-After": "2"})
        queue(wire, GET, 503, **{"Retry-After": "Wed, 21 Oct 2015 07:28:32 GMT"})
        queue(wire, GET, 200)
        a_client(waits).send(GET)
    assert waits.slept == [2.0, 30.0]
    assert waits.told == [
        f"GET {PATH}: 429, waiting 2.0 s, attempt 2 of 5",
        f"GET {PATH}: 503, waiting 30.0 s, attempt 3 of 5",
    ]


@pytest.mark.parametrize("answer", [503, 429, RESET, REFUSED], ids=repr)
def test_a_delete_that_finds_nothing_after_a_retry_is_done(
    wire: RequestsMock, answer: int | Exception
) -> None:
    with wire:
        queue(wire, DELETE, answer)
        wire.delete(f"{URL}1/", json={"detail": "Not found."}, status=404)
        assert a_client().send(DELETE) is None


def test_a_delete_that_finds_nothing_at_first_is_rejected(wire: RequestsMock) -> None:
    with wire:
        wire.delete(f"{URL}1/", json={"detail": "Not found."}, status=404)
        with pytest.raises(Rejected) as caught:
            a_client().send(DELETE)
    assert caught.value.status == 404


def test_a_refused_write_is_not_repeated(wire: RequestsMock) -> None:
    with wire:
        wire.patch(f"{URL}1/", json={"name": ["Taken."]}, status=400)
        client = a_client()
        with pytest.raises(Rejected, match="name: Taken"):
            client.send(PATCH)
    assert client.calls == {"PATCH": 1}


@pytest.mark.parametrize("kind", [requests.exceptions.InvalidURL, requests.TooManyRedirects])
def test_what_can_never_be_sent_is_not_tried_again(
    wire: RequestsMock, kind: type[Exception]
) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, kind())
        with pytest.raises(Unreachable, match=f"could not be sent: {kind.__name__}") as caught:
            a_client(waits).send(GET)
    assert (caught.value.sent, waits.slept) == (False, [])


def test_a_certificate_nobody_trusts_is_not_tried_again(wire: RequestsMock) -> None:
    error = requests.exceptions.SSLError()
    error.__cause__ = SSLCertVerificationError(1, "self-signed certificate")
    waits = Waits()
    with wire:
        queue(wire, GET, error)
        with pytest.raises(Unreachable, match="cannot be trusted") as caught:
            a_client(waits).send(GET)
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert (caught.value.sent, waits.slept) == (False, [])


def test_an_earlier_error_of_ours_does_not_colour_a_later_one(wire: RequestsMock) -> None:
    with wire:
        queue(wire, GET, REFUSED, requests.ConnectionError())
        client = a_client(attempts=1)
        try:
            client.send(GET)
        except Unreachable as first:
            first_sent = first.sent
            with pytest.raises(Unreachable) as caught:
                client.send(GET)
    assert (first_sent, caught.value.sent) == (False, True)


# ── patience and pace ────────────────────────────────────────────────────────────────────────────


def test_a_wait_that_is_not_worth_it_ends_the_call_with_the_error_it_had(
    wire: RequestsMock,
) -> None:
    waits = Waits(left=1.0)
    with wire:
        queue(wire, PATCH, RESET, 503)
        with pytest.raises(Unreachable, match=r"\(503\).* \(tried 2 times\)") as caught:
            a_client(waits).send(PATCH)
    assert (caught.value.sent, waits.slept) == (True, [0.5])


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_beyond_the_deadline_is_not_begun(wire: RequestsMock, status: int) -> None:
    waits = Waits(left=59.0)
    with wire:
        queue(wire, CREATE if status == 429 else PATCH, status, **{"Retry-After": "60"})
        client = a_client(waits)
        with pytest.raises(Unreachable, match=rf"\({status}\)") as caught:
            client.send(CREATE if status == 429 else PATCH)
    assert (caught.value.sent, waits.slept) == (status == 503, [])


def test_a_call_whose_turn_does_not_come_any_more_was_not_sent(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, 503, **{"Retry-After": "60"})
        client = a_client(waits, attempts=1)
        with pytest.raises(Unreachable):
            client.send(GET)
        waits.left = 10.0
        with pytest.raises(Unreachable) as caught:
            client.send(PATCH)
    assert str(caught.value) == f"PATCH {PATH}1/ was not sent: the run is being stopped"
    assert (caught.value.sent, caught.value.__cause__) == (False, None)
    assert client.calls == {"GET": 1}


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_shop_asks_for_is_for_all_calls(wire: RequestsMock, status: int) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, status, **{"Retry-After": "20"})
        queue(wire, PATCH, 200)
        client = a_client(waits)
        other = client._pacer.reserve()
        waits.left = 0.0
        with pytest.raises(Unreachable):
            client.send(GET)
        assert not client._pacer.holds(other)
        waits.left = 100.0
        client.send(PATCH)
    assert waits.slept == [pytest.approx(20, abs=0.2)]


def test_a_call_whose_answer_was_lost_counts_for_the_limit(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, *[requests.ReadTimeout()] * 20)
        queue(wire, GET, 429, *[200] * 6, **{"Retry-After": "1"})
        client = a_client(waits, attempts=1)
        for _ in range(21):
            with pytest.raises(Unreachable):
                client.send(GET)
        for _ in range(6):
            client.send(GET)
    assert sum(waits.slept) == pytest.approx(1 + 5 / 22, abs=0.1)


def test_a_refused_log_in_says_nothing_of_the_limit_for_other_calls(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        wire.post(LOGIN_URL, status=429, headers={"Retry-After": "100"})
        wire.post(LOGIN_URL, json={"key": TOKEN})
        queue(wire, GET, *[200] * 20)
        client = a_client(waits, credentials=BY_PASSWORD)
        for _ in range(20):
            client.send(GET)
    assert waits.slept == [100.0]


def test_a_limit_that_the_shop_names_is_kept(wire: RequestsMock) -> None:
    waits = Waits()
    policy = {"RateLimit-Policy": '"default";q=10;w=60', "Retry-After": "60"}
    with wire:
        queue(wire, GET, 429, **policy)
        queue(wire, GET, *[200] * 11)
        client = a_client(waits)
        for _ in range(11):
            client.send(GET)
    assert waits.slept[0] == 59
    assert sum(waits.slept[1:]) == pytest.approx(60 / 0.98, rel=0.05)


def test_a_limit_that_is_known_is_kept_from_the_first_call_on(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, *[200] * 11)
        client = a_client(waits, known=Limit(5, 1))
        for _ in range(11):
            client.send(GET)
    assert sum(waits.slept) == pytest.approx(10 / 4.9, rel=0.05)


def test_without_a_429_nobody_ever_waits(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, *[200] * 50)
        client = a_client(waits)
        for _ in range(50):
            client.send(GET)
    assert waits.slept == []


def test_each_call_has_an_id_and_each_further_try_a_number(wire: RequestsMock) -> None:
    with wire:
        queue(wire, GET, 503, 503, 200, 200)
        client = a_client()
        client.send(GET)
        client.send(GET)
        ids = [call.request.headers["X-Request-ID"] for call in wire.calls]
    assert ids == ["id1", "id1-2", "id1-3", "id2"]


def test_after_a_refused_log_in_no_other_is_sent(wire: RequestsMock) -> None:
    with wire:
        wire.post(LOGIN_URL, json={"non_field_errors": ["Unable to log in."]}, status=400)
        client = a_client(credentials=BY_PASSWORD)
        for _ in range(3):
            with pytest.raises(Unauthorised, match="Unable to log in"):
                client.send(GET)
    assert client.calls == {"LOGIN": 1}


# ── what nobody waits for any more ────────────────────────────────────────────────────────────────


def test_a_call_that_nobody_waits_for_any_more_is_not_sent(wire: RequestsMock) -> None:
    client = a_client()
    with wire, pytest.raises(Unreachable) as caught:
        client.send(GET, unless=lambda: True)
    assert (caught.value.sent, client.calls) == (False, {})


@pytest.mark.parametrize("answer", [503, 429, RESET], ids=repr)
def test_a_call_that_nobody_waits_for_any_more_is_not_tried_again(
    wire: RequestsMock, answer: int | Exception
) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, answer)
        client = a_client(waits)
        with pytest.raises(Unreachable):
            client.send(GET, unless=lambda: bool(client.calls))
    assert (waits.slept, waits.told, client.calls) == ([], [], {"GET": 1})


def test_a_call_that_is_given_up_while_it_waits_its_turn_is_not_sent(wire: RequestsMock) -> None:
    waits = Waits()
    with wire:
        queue(wire, GET, 200)
        client = a_client(waits, known=Limit(1, 10))
        client.send(GET)
        with pytest.raises(Unreachable, match="was not sent"):
            client.send(GET, unless=lambda: bool(waits.slept))
    assert client.calls == {"GET": 1}


# ── what is not believed ─────────────────────────────────────────────────────────────────────────


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(wire: RequestsMock) -> None:
    with wire:
        wire.get(URL, status=302, headers={"Location": "https://evil.example/login/"})
        client = a_client()
        with pytest.raises(BadAnswer, match=r"to https://evil\.example/login/, a log-in page"):
            client.send(GET)
        assert [call.request.url for call in wire.calls] == [URL]


def test_a_web_page_is_a_bad_answer_and_not_repeated(wire: RequestsMock) -> None:
    with wire:
        wire.get(URL, body="<title>Sign in</title>", content_type="text/html")
        client = a_client()
        with pytest.raises(BadAnswer, match="a web page, not JSON: Sign in"):
            client.send(GET)
    assert client.calls == {"GET": 1}


def test_an_answer_without_end_is_given_up(
    wire: RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cg_sync.api.session.BODY_LIMIT_BYTES", 1 << 20)
    with wire:
        wire.get(URL, body=b" " * ((1 << 20) + 1))
        with pytest.raises(BadAnswer, match="larger than 1 MB"):
            a_client().send(GET)


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────


@responses.activate
@pytest.mark.parametrize("credentials", [TokenLogin(TOKEN), BY_PASSWORD])
def test_no_error_and_no_repr_ever_shows_a_secret(credentials: TokenLogin | PasswordLogin) -> None:
    echo = f"you sent {TOKEN} and {PASSWORD}"
    odd: list[tuple[int, str | Exception, dict[str, str]]] = [
        *((status, f'{{"detail": "{echo}"}}', {}) for status in (400, 401, 403, 404, 429, 500)),
        *((status, f"<title>{echo}</title>", {}) for status in (404, 502)),
        (302, "", {"Location": f"https://evil.example/{TOKEN}/"}),
        (200, RESET, {}),
    ]
    responses.post(LOGIN_URL, json={"key": TOKEN})
    shown = [repr(credentials), str(credentials)]
    for status, body, headers in odd:
        responses.add(responses.GET, URL, body=body, status=status, headers=headers)
        waits = Waits()
        client = Client(
            BASE, credentials, writable=False, attempts=2, pause=waits.pause,
            on_retry=waits.told.append,
        )  # fmt: skip
        with pytest.raises(CgSyncError) as caught:
            client.send(GET)
        responses.remove(responses.GET, URL)
        error = caught.value
        shown += [str(error), error.hint, repr(error), repr(client), repr(vars(error)), *waits.told]
        shown += format_exception(error)
    text = "\n".join(shown)
    assert "you sent *** and" in text
    assert TOKEN not in text
    if isinstance(credentials, PasswordLogin):
        assert PASSWORD not in text


@responses.activate
def test_a_log_in_that_echoes_the_password_does_not_show_it() -> None:
    responses.post(LOGIN_URL, json={"password": [f"{PASSWORD} is too short"]}, status=400)
    with pytest.raises(Unauthorised, match=r"password: \*\*\* is too short") as caught:
        a_client(credentials=BY_PASSWORD).send(GET)
    assert PASSWORD not in "".join(format_exception(caught.value))
