"""What each answer means, and what may be repeated: two plain values in, one value or error out."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.api.wire import (
    Failed,
    Failure,
    HalfAnswer,
    NotServed,
    Request,
    Response,
    TokenRefused,
    decipher,
    may_retry,
    retry_after,
)
from cg_sync.errors import ApiError, BadAnswer, CgSyncError, Rejected, Unauthorised, Unreachable
from cg_sync.jsonvalue import JsonValue

GROUPS = "/api/v1/remote/5/customer_groups/"
GET = Request("GET", GROUPS)
POST = Request("POST", GROUPS, body={"name": "VIP"})
PATCH = Request("PATCH", f"{GROUPS}1/")
DELETE = Request("DELETE", f"{GROUPS}1/")
BULK = Request("POST", f"{GROUPS}1/customers/bulk_add/", repeatable=True)
LOGIN = Request("POST", "/api/v1/auth/login/", body={"password": "hidden"}, is_login=True)


def an_error(
    request: Request, status: int, body: JsonValue | bytes = b"", **headers: str
) -> ApiError:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(ApiError) as caught:
        decipher(
            request, Response(status, {k.replace("_", "-"): v for k, v in headers.items()}, sent)
        )
    return caught.value


# ── requests ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["api/v1/x/", "/api/v1/x", ".evil.example/", ""])
def test_a_path_must_begin_and_end_with_a_slash(path: str) -> None:
    with pytest.raises(ValueError, match="begins and ends with a slash"):
        Request("GET", path)


def test_a_log_in_is_no_write_and_its_password_is_not_in_the_repr() -> None:
    assert [it.is_write for it in (GET, POST, PATCH, DELETE, BULK, LOGIN)] == [
        False, True, True, True, True, False,
    ]  # fmt: skip
    assert "hidden" not in repr(LOGIN)
    assert "key" not in repr(Response(200, {}, b'{"key": 1}'))


# ── good answers ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("request_", "status", "body", "content"),
    [
        (GET, 200, b' {"a": [1, null]} ', {"a": [1, None]}),
        (GET, 200, b'\xef\xbb\xbf[{"pk": 1}]', [{"pk": 1}]),
        (POST, 201, '{"name": "Öğrenci"}'.encode(), {"name": "Öğrenci"}),
        (DELETE, 204, b"", None),
        (DELETE, 200, b"", None),
        (Request("HEAD", GROUPS), 200, b"", None),
        (POST, 205, b"", None),
        (GET, 200, b"null", None),
    ],
)
def test_a_good_answer_is_its_json(
    request_: Request, status: int, body: bytes, content: JsonValue
) -> None:
    assert decipher(request_, Response(status, {}, body)) == content


# ── 2xx that are none ────────────────────────────────────────────────────────────────────────────


def test_a_web_page_is_no_answer_and_is_named_by_its_title() -> None:
    page = b"<!DOCTYPE html><html><title>Sign in | Omnitron</title><p>Please  log in</p>"
    error = an_error(GET, 200, page)
    assert type(error) is BadAnswer
    assert str(error) == (
        f"the shop answered GET {GROUPS} (200) with a web page, not JSON: "
        "Sign in | Omnitron: Please log in"
    )
    assert "url" in error.hint


@pytest.mark.parametrize("body", [b'{"count": 2, "results": [{"pk": 1}', b"[", b'["a', b'{"a": tr'])
def test_json_that_begins_and_breaks_is_half_an_answer(body: bytes) -> None:
    error = an_error(GET, 200, body)
    assert type(error) is HalfAnswer
    assert str(error) == f"the shop's answer to GET {GROUPS} is cut off"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"OK", "with something that is not JSON: OK"),
        (b'{"a": NaN}', 'with something that is not JSON: {"a": NaN}'),
        (b"\xff\xfe\x00", "with something that is not JSON: ��\\x00"),
        (b"1" * 5_000, "with something that is not JSON: " + "1" * 79 + "…"),
    ],
)
def test_a_2xx_without_json_is_a_bad_answer(body: bytes, said: str) -> None:
    error = an_error(GET, 200, body)
    assert type(error) is BadAnswer
    assert str(error).endswith(f"(200) {said}")


@pytest.mark.parametrize("length", ["0", " 0 "])
@pytest.mark.parametrize("request_", [PATCH, DELETE, BULK], ids=str)
def test_a_change_may_be_answered_with_nothing_that_says_so(request_: Request, length: str) -> None:
    assert decipher(request_, Response(200, {"content-length": length})) is None


@pytest.mark.parametrize("request_", [GET, POST, LOGIN], ids=str)
def test_what_must_have_an_answer_may_not_be_answered_with_nothing_that_says_so(
    request_: Request,
) -> None:
    assert type(an_error(request_, 200, **{"Content-Length": "0"})) is HalfAnswer


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "17"}])
@pytest.mark.parametrize("request_", [PATCH, BULK], ids=str)
def test_a_change_that_is_answered_with_less_than_was_said_is_half_answered(
    request_: Request, headers: dict[str, str]
) -> None:
    assert type(an_error(request_, 200, **headers)) is HalfAnswer


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_a_2xx_with_nothing_is_half_an_answer(body: bytes) -> None:
    error = an_error(POST, 201, body)
    assert type(error) is HalfAnswer
    assert str(error) == f"the shop answered POST {GROUPS} (201) with nothing"


def test_json_too_deep_to_read_is_a_bad_answer() -> None:
    assert isinstance(an_error(GET, 200, b"[" * 100_000 + b"]" * 100_000), BadAnswer)


def test_a_redirect_is_not_followed_and_says_where_to_without_its_query() -> None:
    error = an_error(GET, 302, Location="https://sso.example/login/?next=/api/&ticket=abc")
    assert type(error) is BadAnswer
    assert str(error) == (
        f"the shop redirected GET {GROUPS} (302) to https://sso.example/login/, a log-in page"
    )
    moved = an_error(GET, 301, Location="/elsewhere/")
    assert str(moved) == f"the shop redirected GET {GROUPS} (301) to /elsewhere/"
    assert str(an_error(GET, 307)).endswith("(307) to an unnamed place")


@pytest.mark.parametrize("status", [0, 100, 199, 300, 304, 399])
def test_an_odd_status_is_a_bad_answer(status: int) -> None:
    assert type(an_error(GET, status, b"{}")) is BadAnswer


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────


def test_a_taken_name_is_rejected_with_its_field() -> None:
    error = an_error(POST, 400, {"name": ["customer group with this name already exists."]})
    assert isinstance(error, Rejected)
    assert str(error) == (
        f"the shop refused POST {GROUPS} (400): name: customer group with this name already exists"
    )
    assert (error.status, error.fields) == (
        400,
        {"name": ("customer group with this name already exists.",)},
    )


@pytest.mark.parametrize("status", [404, 405, 406, 409, 410, 415, 422, 499])
def test_every_other_4xx_is_rejected_with_its_status(status: int) -> None:
    error = an_error(GET, status, {"detail": "No."})
    assert isinstance(error, Rejected)
    assert (error.status, str(error)) == (status, f"the shop refused GET {GROUPS} ({status}): No")


def test_a_404_with_a_web_page_speaks_of_the_path_and_not_of_a_record() -> None:
    error = an_error(GET, 404, b"<h1>Not Found</h1>")
    assert type(error) is NotServed
    assert str(error) == f"the shop serves no {GROUPS} (404): Not Found"
    assert "api.paths" in error.hint


def test_a_401_and_a_403_have_different_hints() -> None:
    refused = an_error(GET, 401, {"detail": "Invalid token.", "code": "user_100_9"})
    assert type(refused) is TokenRefused
    assert str(refused) == f"the shop refused GET {GROUPS} (401): Invalid token [user_100_9]"
    assert "CG_SYNC_TOKEN" in refused.hint
    for request, verb in ((GET, "read"), (PATCH, "change")):
        forbidden = an_error(request, 403, {"detail": "Forbidden"})
        assert type(forbidden) is Unauthorised
        assert f"may not {verb} {request.path}" in forbidden.hint


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_log_in_is_about_the_credentials(status: int) -> None:
    error = an_error(LOGIN, status, {"non_field_errors": ["Unable to log in."]})
    assert type(error) is Unauthorised
    assert str(error) == f"the shop refused the log-in ({status}): Unable to log in"
    assert "CG_SYNC_PASSWORD" in error.hint


@pytest.mark.parametrize(
    ("status", "failure", "sent"),
    [
        (408, Failure.TIMED_OUT, True),
        (429, Failure.THROTTLED, False),
        (500, Failure.BROKEN, True),
        (501, Failure.BROKEN, True),
        (502, Failure.UNAVAILABLE, True),
        (503, Failure.UNAVAILABLE, True),
        (504, Failure.UNAVAILABLE, True),
        (520, Failure.BROKEN, True),
    ],
)
def test_408_429_and_5xx_are_unreachable(status: int, failure: Failure, sent: bool) -> None:
    error = an_error(POST, status, b"<title>Bad Gateway</title>", Retry_After="3")
    assert isinstance(error, Failed)
    assert isinstance(error, Unreachable)
    assert str(error) == f"the shop could not answer POST {GROUPS} ({status}): Bad Gateway"
    assert (error.failure, error.sent, error.what) == (failure, sent, str(status))
    assert error.headers == {"Retry-After": "3"}


@given(
    request_=st.sampled_from([GET, POST, PATCH, DELETE, BULK, LOGIN]),
    status=st.integers(0, 1_000) | st.sampled_from([200, 201, 204, 400, 401, 404, 406, 500]),
    body=st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda below: (
            st.lists(below, max_size=3)
            | st.dictionaries(st.sampled_from(["detail", "name", "error", "code", "pk"]), below)
        ),
        max_leaves=9,
    ).map(lambda value: json.dumps(value).encode()),
    headers=st.dictionaries(st.sampled_from(["Location", "Retry-After"]), st.text(max_size=20)),
)
def test_whatever_the_shop_answers_is_data_or_an_error_of_ours_on_one_printable_line(
    request_: Request, status: int, body: bytes, headers: dict[str, str]
) -> None:
    try:
        decipher(request_, Response(status, headers, body))
    except CgSyncError as error:
        text = str(error)
        assert text.isprintable()
        assert len(text) < 700


# ── the retry table ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """How many tries a request is given at most for each failure; 99 stands for any number."""

    request: Request
    tries: dict[Failure, int]


FOREVER = dict.fromkeys(Failure, 99)
TABLE = [
    Row(GET, FOREVER),
    Row(Request("OPTIONS", GROUPS), FOREVER),
    Row(LOGIN, FOREVER),
    Row(PATCH, FOREVER | {Failure.BROKEN: 2}),
    Row(DELETE, FOREVER | {Failure.BROKEN: 2}),
    Row(BULK, FOREVER | {Failure.BROKEN: 2}),
    Row(POST, dict.fromkeys(Failure, 1) | {Failure.NOT_SENT: 99, Failure.THROTTLED: 99}),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row.request))
@pytest.mark.parametrize("failure", list(Failure))
def test_the_retry_table_holds(row: Row, failure: Failure) -> None:
    allowed = [attempt for attempt in range(1, 99) if may_retry(row.request, failure, attempt)]
    assert allowed == list(range(1, row.tries[failure]))


# ── Retry-After ──────────────────────────────────────────────────────────────────────────────────

NOW = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 2.5 ", 2.5),
        ("0", 0.0),
        ("9999", 120.0),
        ("9" * 400, 120.0),
        ("Wed, 21 Oct 2015 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2015 07:00:00 GMT", 0.0),
        ("Wed, 21 Oct 2035 07:28:00 GMT", 120.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("7 seconds", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert retry_after({"rEtRy-aFtEr": text}, NOW) == seconds


def test_a_date_without_a_zone_is_utc_wherever_we_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:30 -0000"}, NOW) == 30.0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_without_a_header_there_is_no_retry_after() -> None:
    assert retry_after({}, NOW) is None


@given(st.text())
def test_any_retry_after_is_none_or_at_most_two_minutes(text: str) -> None:
    seconds = retry_after({"Retry-After": text}, NOW)
    assert seconds is None or 0 <= seconds <= 120
