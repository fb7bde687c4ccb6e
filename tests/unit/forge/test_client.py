"""What goes wrong between us and a forge: what is tried again and said, where the token goes."""

from __future__ import annotations

import socket

import pytest
from requests.exceptions import SSLError
from responses import RequestsMock

from cg_sync.errors import (
    BadAnswer,
    CgSyncError,
    ExitCode,
    Rejected,
    Unauthorised,
    Unreachable,
    UsageWrong,
)
from cg_sync.forge.client import ForgeClient
from cg_sync.forge.github import GITHUB, GitHubThread
from cg_sync.forge.gitlab import GITLAB, GitLabThread
from cg_sync.forge.pages import all_rows
from cg_sync.forge.wire import Call, Forbidden
from tests.unit.forge.conftest import Waits, a_client
from tests.unit.forge.fake import GITHUB_COMMENTS, TOKEN, FakeForge, Fault, running_forge

READ = Call("GET", GITHUB_COMMENTS, {"per_page": "100", "page": "1"})
WRITE = Call("POST", GITHUB_COMMENTS, body={"body": "x"})


def send(fake: FakeForge, call: Call = READ, waits: Waits | None = None) -> object:
    return a_client(fake, waits or Waits()).send(call).data


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_reading_is_tried_again(fake: FakeForge, status: int) -> None:
    fake.faults = [Fault("GET", status)] * 2
    assert send(fake) == []
    assert len(fake.asked) == 3


def test_reading_is_tried_again_when_the_line_is_cut(fake: FakeForge) -> None:
    fake.faults = [Fault("GET")]
    assert send(fake) == []


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_edit_is_tried_again(fake: FakeForge, method: str) -> None:
    number = fake.add("old")
    fake.faults = [Fault(method, late=True), Fault(method, 502)]
    send(fake, Call(method, f"/repos/acme/shop/issues/comments/{number}", body={"body": "new"}))
    assert fake.body_of(number) == "new"


@pytest.mark.parametrize("fault", [Fault("POST"), Fault("POST", 500), Fault("POST", 503)])
def test_a_post_that_may_have_happened_is_not_tried_again(fake: FakeForge, fault: Fault) -> None:
    fake.faults = [fault]
    with pytest.raises(Unreachable) as caught:
        send(fake, WRITE)
    assert caught.value.sent
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", 429),
        Fault("POST", 403, {"Retry-After": "1"}),
        Fault("POST", 403, {"X-RateLimit-Remaining": "0"}),
    ],
)
def test_a_post_that_was_refused_for_haste_is_tried_again(fake: FakeForge, fault: Fault) -> None:
    fake.faults = [fault]
    send(fake, WRITE)
    assert len(fake.comments) == 1


def test_trying_again_waits_as_long_as_the_forge_asks_for(fake: FakeForge, waits: Waits) -> None:
    fake.faults = [Fault("GET", 429, {"Retry-After": "17"}), Fault("GET", 503)]
    send(fake, waits=waits)
    assert waits.slept == [17.0, 2.0]
    assert "waiting 17.0 s" in waits.told[0]


def test_there_is_an_end_to_trying_again(fake: FakeForge) -> None:
    fake.faults = [Fault("GET", 503)] * 9
    with pytest.raises(Unreachable, match=r"\(503\): something is wrong \(tried 3 times\)") as it:
        send(fake)
    assert it.value.exit_code == ExitCode.UNREACHABLE
    assert len(fake.asked) == 3


def test_nobody_at_home_is_unreachable(waits: Waits) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    client = ForgeClient(GITHUB, url, TOKEN, attempts=2, sleep=waits.slept.append)
    with pytest.raises(Unreachable, match=r"the connection to .* failed"):
        client.send(READ)


def test_a_certificate_nobody_trusts_is_told_at_once(waits: Waits) -> None:
    client = ForgeClient(GITHUB, "https://github.example", TOKEN, sleep=waits.slept.append)
    with RequestsMock() as wire:
        wire.get(f"https://github.example{GITHUB_COMMENTS}", body=SSLError("self-signed"))
        with pytest.raises(Unreachable, match="cannot be trusted") as caught:
            client.send(READ)
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    assert waits.slept == []


def test_a_forge_that_keeps_silent_is_given_up(waits: Waits) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = ForgeClient(
            GITHUB, url, TOKEN, attempts=1, timeout=(1, 0.05), sleep=waits.slept.append
        )
        with pytest.raises(Unreachable, match="GitHub did not answer in time"):
            client.send(READ)


@pytest.mark.parametrize(
    ("status", "error", "code", "hint"),
    [
        (401, Unauthorised, ExitCode.CREDENTIALS, "GITHUB_TOKEN"),
        (403, Forbidden, ExitCode.CREDENTIALS, "pull-requests: write"),
        (404, Unauthorised, ExitCode.CREDENTIALS, "is it there"),
        (422, Rejected, ExitCode.FAILED, ""),
        (410, Rejected, ExitCode.FAILED, ""),
    ],
)
def test_a_refusal_is_told_in_the_words_of_the_forge(
    fake: FakeForge, status: int, error: type[CgSyncError], code: ExitCode, hint: str
) -> None:
    fake.faults = [Fault("POST", status, body=b'{"message": "Resource not accessible"}')]
    with pytest.raises(error) as caught:
        send(fake, WRITE)
    assert f"GitHub refused POST {GITHUB_COMMENTS} ({status})" in str(caught.value)
    assert "Resource not accessible" in str(caught.value)
    assert caught.value.exit_code == code
    assert hint in caught.value.hint
    assert len(fake.asked) == 1


def test_a_wrong_token_is_told_without_naming_it(fake: FakeForge, waits: Waits) -> None:
    client = a_client(fake, waits, GITLAB, token="glpat-other-marker")
    fake.faults = [Fault("GET", 401, body=b'{"message": "glpat-other-marker is wrong"}')]
    with pytest.raises(Unauthorised) as caught:
        client.send(READ)
    assert "marker" not in str(caught.value) + caught.value.hint
    assert "***" in str(caught.value)
    assert "CI_JOB_TOKEN" in caught.value.hint


@pytest.mark.parametrize("token", ["two words", "tökèn", "a\nb: c", "a\x00b"])
def test_a_token_that_no_header_can_carry_is_refused(fake: FakeForge, token: str) -> None:
    with pytest.raises(Unauthorised) as caught:
        a_client(fake, Waits(), token=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize("url", ["http://github.example", "ftp://x", "https://a:b@x", "x"])
def test_an_address_that_a_token_must_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(UsageWrong, match="the address of GitHub's API"):
        ForgeClient(GITHUB, url, TOKEN)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_token_does_not_follow_a_redirect_to_another_host(fake: FakeForge, status: int) -> None:
    with running_forge() as other:
        fake.faults = [Fault("GET", status, {"Location": f"{other.url}/repos?token=secret"})]
        with pytest.raises(BadAnswer, match="redirects GET") as caught:
            send(fake)
        assert other.asked == []
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_token_does_not_follow_a_redirect_that_is_not_encrypted(status: int) -> None:
    clear = f"http://github.example{GITHUB_COMMENTS}"
    client = ForgeClient(GITHUB, "https://github.example", TOKEN, attempts=1)
    with RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.get(
            f"https://github.example{GITHUB_COMMENTS}", status=status, headers={"Location": clear}
        )
        wire.get(clear, json=[])
        with pytest.raises(BadAnswer, match="redirects GET"):
            client.send(READ)
        assert [it.request.url for it in wire.calls if str(it.request.url).startswith(clear)] == []


def test_a_repository_that_moved_is_followed_on_the_same_host(fake: FakeForge) -> None:
    target = f"{fake.url}{GITHUB_COMMENTS}?per_page=1&page=1"
    fake.add("one")
    fake.faults = [Fault("GET", 301, {"Location": target}), Fault("GET", 302, {"Location": target})]
    rows = send(fake)
    assert isinstance(rows, list)
    assert len(rows) == 1
    assert fake.asked[-1].query == {"per_page": "1", "page": "1"}


def test_a_write_keeps_its_method_when_it_is_redirected(fake: FakeForge) -> None:
    fake.faults = [Fault("POST", 307, {"Location": GITHUB_COMMENTS})]
    send(fake, WRITE)
    assert len(fake.comments) == 1
    fake.faults = [Fault("POST", 302, {"Location": GITHUB_COMMENTS})]
    with pytest.raises(BadAnswer):
        send(fake, WRITE)
    assert len(fake.comments) == 1


def test_an_answer_without_an_end_is_given_up(
    fake: FakeForge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cg_sync.forge.client.BODY_LIMIT_BYTES", 40)
    fake.faults = [Fault("GET", 200, body=b"[" + b" " * 38 + b"]")]
    assert send(fake) == []
    fake.faults = [Fault("GET", 200, body=b"[" + b" " * 39 + b"]")]
    with pytest.raises(BadAnswer, match="is larger than"):
        send(fake)


def test_an_odd_status_is_told(fake: FakeForge) -> None:
    fake.faults = [Fault("GET", 304, body=b"")]
    with pytest.raises(BadAnswer, match="odd status 304"):
        send(fake)


def test_redirects_come_to_an_end(fake: FakeForge) -> None:
    fake.faults = [Fault("GET", 301, {"Location": GITHUB_COMMENTS})] * 9
    with pytest.raises(BadAnswer, match="more than 3 times"):
        send(fake)


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"", b'"text"', b"[1", b"[" * 100_000])
def test_what_is_no_api_is_found_out(fake: FakeForge, body: bytes) -> None:
    fake.faults = [Fault("GET", 200, body=body)]
    with pytest.raises(BadAnswer):
        send(fake)


@pytest.mark.parametrize("body", [b"{}", b"[1]"])
def test_a_listing_that_is_none_is_found_out(fake: FakeForge, waits: Waits, body: bytes) -> None:
    fake.faults = [Fault("GET", 200, body=body)]
    with pytest.raises(BadAnswer):
        list(all_rows(a_client(fake, waits), "GitHub", GITHUB_COMMENTS, {}))


def test_a_comment_without_an_id_is_found_out(fake: FakeForge, github: GitHubThread) -> None:
    fake.faults = [Fault("GET", 200, body=b'[{"body": "x"}]')]
    with pytest.raises(BadAnswer, match="no id"):
        list(github.comments())


def test_a_listing_without_an_end_is_given_up(
    fake: FakeForge, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cg_sync.forge.pages.PAGES_AT_MOST", 3)
    endless = Fault("GET", 200, {"Link": '<x>; rel="next"'}, b'[{"id": 1}]')
    fake.faults = [endless] * 9
    with pytest.raises(BadAnswer, match="more than 3 pages"):
        list(all_rows(a_client(fake, waits), "GitHub", GITHUB_COMMENTS, {}))


@pytest.mark.parametrize("name", ["shop", "acme/shop/x", "../shop", "acme/..", "acme/sh op", ""])
def test_what_is_no_repository_is_refused(fake: FakeForge, name: str) -> None:
    with pytest.raises(UsageWrong, match="no repository of GitHub"):
        GitHubThread(a_client(fake, Waits()), name, 7)


def test_a_project_of_gitlab_may_be_a_path(fake: FakeForge, waits: Waits) -> None:
    thread = GitLabThread(a_client(fake, waits, GITLAB), "acme/../shop", 7)
    with pytest.raises(Unauthorised):
        list(thread.comments())
    assert fake.asked[0].path == "/projects/acme%2F..%2Fshop/merge_requests/7/notes"
