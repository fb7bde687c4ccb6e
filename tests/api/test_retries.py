"""Every cell of the table in docs/retries.md, held against the client on the wire."""

from __future__ import annotations

from pathlib import Path
from ssl import SSLCertVerificationError

import pytest
import requests
from responses import RequestsMock

from cg_sync.api.client import PasswordLogin
from cg_sync.api.wire import Request
from cg_sync.errors import ApiError, CgSyncError, Rejected, Unreachable
from tests.api.clients import BASE, PASSWORD, TOKEN, a_client

PAGE = Path(__file__).parents[2] / "docs" / "retries.md"
PATH = "/api/v1/remote/5/customer_groups/"
LOGIN_URL = f"{BASE}/api/v1/auth/login/"
BY_PASSWORD = PasswordLogin("robot", PASSWORD)


def table() -> dict[tuple[str, str], str]:
    """What each row says of each column."""
    text = PAGE.read_text().partition("<!-- retries -->")[2].partition("<!-- end -->")[0]
    head, _, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()
    )
    return {(row[0], it): cell for row in rows for it, cell in zip(head[1:], row[1:], strict=True)}


def caused(error: requests.ConnectionError, cause: Exception) -> requests.ConnectionError:
    error.__cause__ = cause
    return error


Answer = int | Exception | str

LOG_IN = Request("POST", "/api/v1/auth/login/", is_login=True)
COLUMNS: dict[str, tuple[Request, ...]] = {
    "GET, OPTIONS": (Request("GET", PATH), Request("OPTIONS", PATH)),
    "log-in": (LOG_IN,),
    "PATCH": (Request("PATCH", f"{PATH}1/", body={}),),
    "DELETE": (Request("DELETE", f"{PATH}1/"),),
    "bulk add, bulk remove": tuple(
        Request("POST", f"{PATH}1/customers/{verb}/", body={}, repeatable=True)
        for verb in ("bulk_add", "bulk_remove")
    ),
    "create (POST)": (Request("POST", PATH, body={}),),
}
REFUSED = caused(requests.ConnectionError(), ConnectionRefusedError(111, "Connection refused"))
UNTRUSTED = caused(requests.exceptions.SSLError(), SSLCertVerificationError(1, "self-signed"))
ROWS: dict[str, tuple[Answer, ...]] = {
    "no connection: refused, no such host, connect time-out": (REFUSED, requests.ConnectTimeout()),
    "429": (429,),
    "sent, but no answer or half of one: time-out, reset": (requests.ReadTimeout(), '{"pk": '),
    "408": (408,),
    "502, 503, 504": (502, 503, 504),
    "500 and other 5xx": (500, 501, 520),
    "401, with user name and password": (401,),
    "401, with a token": (401,),
    "404 when an earlier try was lost or refused": (404,),
    "other 4xx, a redirect, a web page": (400, 403, 404, 409, 302, "<title>Sign in</title>"),
    "a certificate that cannot be trusted": (UNTRUSTED,),
}


def add(wire: RequestsMock, request: Request, answer: Answer) -> None:
    body: str | Exception = answer if isinstance(answer, Exception | str) else "{}"
    status = answer if isinstance(answer, int) else 200
    wire.add(request.method, BASE + request.path, body=body, status=status)


def outcome(row: str, request: Request, answer: Answer) -> str:
    """What comes of a call that is always answered so, in the words of the table."""
    by_password = request.is_login or "password" in row
    client = a_client(credentials=BY_PASSWORD if by_password else None)
    with RequestsMock(assert_all_requests_are_fired=False) as wire:
        earlier = row.startswith("404 when")
        if earlier:
            add(wire, request, 429)
        add(wire, request, answer)
        if not request.is_login:
            wire.post(LOGIN_URL, json={"key": TOKEN})
        error: CgSyncError | None = None
        try:
            client.send(Request("GET", PATH) if request.is_login else request)
        except ApiError as caught:
            error = caught
        url = BASE + request.path
        tries = sum(call.request.url == url for call in wire.calls)
    if error is None:
        return "done"
    if earlier:
        assert (tries, type(error)) == (2, Rejected)
        return "no more"
    if client.calls["LOGIN"] and not request.is_login:
        assert (client.calls["LOGIN"], tries) == (2, 2)
        return "log in, once more"
    looks = isinstance(error, Unreachable) and error.sent and tries == 1
    return "1 try, then look" if looks else f"{tries} {'try' if tries == 1 else 'tries'}"


def test_the_table_has_the_rows_and_columns_that_are_tried_here() -> None:
    assert {row for row, _ in table()} == set(ROWS)
    assert {column for _, column in table()} == set(COLUMNS)


@pytest.mark.parametrize(("row", "column"), table())
def test_what_the_table_says_is_what_happens(row: str, column: str) -> None:
    said = table()[row, column]
    if said == "-":
        assert (row, column) == ("401, with a token", "log-in")
        return
    seen = {
        (str(request), str(answer)): outcome(row, request, answer)
        for request in COLUMNS[column]
        for answer in ROWS[row]
    }
    assert set(seen.values()) == {said}, seen
