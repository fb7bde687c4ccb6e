"""Sends requests to one shop: who asks, what is tried again, and the write barrier."""

from __future__ import annotations

import json
import random as _random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy

import requests

from cg_sync.api.broken import failure_of
from cg_sync.api.environ import checked_base_url, checked_ca_bundle, proxies_for
from cg_sync.api.login import LOGIN_PATH, LogIns, checked_token, key_in, login_request
from cg_sync.api.wire import (
    Failed,
    Failure,
    HalfAnswer,
    Request,
    Response,
    TokenRefused,
    decipher,
    may_retry,
    retry_after,
)
from cg_sync.errors import BadAnswer, Rejected, Unreachable
from cg_sync.jsonvalue import JsonValue

BACK_OFF_SECONDS = 0.5
BACK_OFF_CAP_SECONDS = 30.0
BODY_LIMIT_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 65_536
_SECRET_LENGTH_AT_LEAST = 4


class WriteBarrier(RuntimeError):
    """A write was asked of a client that may only read: a bug in cg-sync, and nothing was sent."""


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """A key that is used as it is."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """A user name and password; the key is fetched with them when it is first needed."""

    username: str
    password: str = field(repr=False)


Credentials = TokenLogin | PasswordLogin


class Client:
    """A connection to one shop. Secrets never leave it but to that shop."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        writable: bool,
        timeout: tuple[float, float] = (5, 30),
        attempts: int = 5,
        login_path: str = LOGIN_PATH,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = _random.random,
        environ: Mapping[str, str] | None = None,
        on_retry: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`timeout` is (connect, read) in seconds; `environ` has the proxies and CA bundle.

        Raises UsageWrong for a URL or a CA bundle, Unauthorised for a token, that cannot be used.
        """
        parts = checked_base_url(base_url)
        self.base_url = base_url.strip().rstrip("/")
        self.calls: Counter[str] = Counter()
        self._credentials = credentials
        self._writable = writable
        self._timeout = timeout
        self._attempts = attempts
        self._login_path = login_path
        self._sleep = sleep
        self._clock = clock
        self._random = random
        self._on_retry = on_retry
        self._token = (
            checked_token(credentials.token) if isinstance(credentials, TokenLogin) else ""
        )
        self._logins = LogIns(clock)
        self._session = _session()
        self._session.proxies = proxies_for(parts, environ or {})
        self._session.verify = checked_ca_bundle(environ or {}) or True

    def send(self, request: Request) -> JsonValue:
        """What the shop answers, tried again where that is safe.

        Raises an ApiError, or WriteBarrier for a write when the client is not `writable`.
        """
        if request.is_write and not self._writable:
            raise WriteBarrier(f"{request} was asked of a client that only reads")
        if not self._token:
            self._log_in()
        try:
            return self._persist(request, self._attempts)
        except TokenRefused:
            if isinstance(self._credentials, TokenLogin):
                raise
        self._log_in()
        return self._persist(request, self._attempts)

    def _log_in(self) -> None:
        assert isinstance(self._credentials, PasswordLogin)
        tries = self._logins.left()
        request = login_request(
            self._login_path, self._credentials.username, self._credentials.password
        )
        self._token = key_in(self._persist(request, tries))

    def _persist(self, request: Request, tries: int) -> JsonValue:
        """The deciphered answer of the first try that had one."""
        sent = False
        attempt = 0
        while True:
            attempt += 1
            try:
                return decipher(request, self._exchange(request))
            except Rejected as error:
                if request.method == "DELETE" and error.status == 404 and attempt > 1:
                    return None  # an earlier try did it
                raise
            except HalfAnswer as error:
                failed = Failed(str(error), failure=Failure.LOST, what="half an answer")
            except Failed as error:
                failed = error
            sent = sent or failed.sent
            if attempt >= tries or not may_retry(request, failed.failure, attempt):
                after = f" (tried {attempt} times)" if attempt > 1 else ""
                raise Unreachable(f"{failed}{after}", sent=sent, hint=failed.hint) from failed
            self._pause(request, failed, attempt, tries)

    def _pause(self, request: Request, failed: Failed, attempt: int, tries: int) -> None:
        wait = retry_after(failed.headers, self._clock())
        if wait is None:
            longest = min(BACK_OFF_CAP_SECONDS, BACK_OFF_SECONDS * 2 ** (attempt - 1))
            wait = longest * self._random()
        self._on_retry(
            f"{request}: {failed.what}, waiting {wait:.1f} s, attempt {attempt + 1} of {tries}"
        )
        self._sleep(wait)

    def _exchange(self, request: Request) -> Response:
        """One round trip, counted once it is under way. Raises Failed, Unreachable or BadAnswer."""
        try:
            with self._session.request(
                request.method,
                self.base_url + request.path,
                params=dict(request.query),
                data=None if request.body is None else json.dumps(request.body),
                headers={} if request.body is None else {"Content-Type": "application/json"},
                auth=_TokenAuth("" if request.is_login else self._token),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                response = Response(answer.status_code, dict(answer.headers), _body_of(answer))
        except requests.RequestException as error:
            failed = failure_of(error, request, base_url=self.base_url, timeout=self._timeout)
            if failed.sent:
                self._count(request)
            raise failed from error
        self._count(request)
        return self._without_secrets(response)

    def _count(self, request: Request) -> None:
        self.calls["LOGIN" if request.is_login else request.method] += 1
        if request.is_login:
            self._logins.note()

    def _without_secrets(self, response: Response) -> Response:
        """An answer that is only read for its words must not carry our secrets into a message."""
        if response.status < 300:
            return response
        known = self._credentials
        secrets = [self._token, known.password if isinstance(known, PasswordLogin) else ""]
        body = response.body
        headers = dict(response.headers)
        for secret in secrets:
            if len(secret) >= _SECRET_LENGTH_AT_LEAST:
                body = body.replace(secret.encode(), b"***")
                headers = {name: text.replace(secret, "***") for name, text in headers.items()}
        return Response(response.status, headers, body)


class _TokenAuth(requests.auth.AuthBase):
    """Sets our own header last, so that no .netrc entry can replace it; a log-in carries none."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.pop("Authorization", None)
        if self._token:
            request.headers["Authorization"] = f"Token {self._token}"
        return request


def _body_of(answer: requests.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK_BYTES):
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise BadAnswer(f"the shop's answer is larger than {BODY_LIMIT_BYTES >> 20} MB")
    return bytes(body)


def _session() -> requests.Session:
    session = requests.Session()
    # Else requests lets .netrc replace our token, and REQUESTS_CA_BUNDLE what we verify with.
    session.trust_env = False
    # A session cookie from the log-in would make Django ask for a CSRF token.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "cg-sync", "Accept": "application/json"})
    return session
