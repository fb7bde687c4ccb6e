"""Sends requests to one shop: log-in, retries, the write barrier. The only `import requests`."""

from __future__ import annotations

import errno
import json
import random as _random
import socket
import ssl
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from threading import RLock

import requests
from requests.adapters import HTTPAdapter

from cg_sync.api.environ import ca_bundle_in, checked_base_url, proxies_for
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
from cg_sync.errors import BadAnswer, CgSyncError, Rejected, Unauthorised, Unreachable, UsageWrong
from cg_sync.jsonvalue import JsonValue

LOGIN_PATH = "/api/v1/auth/login/"
LOGINS_AT_MOST = 3
LOGIN_WINDOW_SECONDS = 360.0
BACK_OFF_SECONDS = 0.5
BACK_OFF_CAP_SECONDS = 30.0
BODY_LIMIT_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 65_536
_POOL_SIZE = 16
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
    """A connection to one shop, for several threads. Secrets never leave it but to that shop."""

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
        user_agent: str = "cg-sync",
        on_retry: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`timeout` is (connect, read) in seconds; `environ` has the proxies and CA bundle.

        Raises UsageWrong for a URL, a token or a CA bundle that cannot be used.
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
        self._token = _checked_token(credentials)
        self._logins: deque[float] = deque(maxlen=LOGINS_AT_MOST)
        self._lock = RLock()
        self._session = _session(user_agent)
        self._session.proxies = proxies_for(parts, environ or {})
        self._session.verify = _checked_bundle(environ or {})

    def send(self, request: Request) -> JsonValue:
        """What the shop answers, tried again where that is safe.

        Raises an ApiError, or WriteBarrier for a write when the client is not `writable`.
        """
        if request.is_write and not self._writable:
            raise WriteBarrier(f"{request} was asked of a client that only reads")
        token = self._token or self._renewed_token("")
        try:
            return self._persist(request, token, self._attempts)
        except TokenRefused:
            if isinstance(self._credentials, TokenLogin):
                raise
        return self._persist(request, self._renewed_token(token), self._attempts)

    def _renewed_token(self, refused: str) -> str:
        """A token other than `refused`; logs in unless another thread just did."""
        with self._lock:
            if self._token == refused:
                self._token = self._log_in()
            return self._token

    def _log_in(self) -> str:
        assert isinstance(self._credentials, PasswordLogin)
        recent = [at for at in self._logins if self._clock() - at < LOGIN_WINDOW_SECONDS]
        if len(recent) == LOGINS_AT_MOST:
            wait = LOGIN_WINDOW_SECONDS - (self._clock() - recent[0])
            raise Unauthorised(
                f"{LOGINS_AT_MOST} log-ins in {LOGIN_WINDOW_SECONDS:.0f} seconds did not help, "
                "and more may lock the account",
                hint=f"may this account use the API? Try again in {wait:.0f} s",
            )
        body = {"username": self._credentials.username, "password": self._credentials.password}
        request = Request("POST", self._login_path, body=body, is_login=True)
        answer = self._persist(request, "", LOGINS_AT_MOST - len(recent))
        key = answer.get("key") if isinstance(answer, dict) else None
        if not isinstance(key, str) or not _is_sendable(key):
            raise BadAnswer("the shop answered the log-in without a key")
        return key

    def _persist(self, request: Request, token: str, tries: int) -> JsonValue:
        """The deciphered answer of the first try that had one."""
        sent = False
        attempt = 0
        while True:
            attempt += 1
            try:
                return decipher(request, self._exchange(request, token))
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

    def _exchange(self, request: Request, token: str) -> Response:
        """One round trip, counted once it is under way. Raises Failed, Unreachable or BadAnswer."""
        try:
            with self._session.request(
                request.method,
                self.base_url + request.path,
                params=dict(request.query),
                data=None if request.body is None else json.dumps(request.body),
                headers={} if request.body is None else {"Content-Type": "application/json"},
                auth=_TokenAuth(token),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as answer:
                response = Response(answer.status_code, dict(answer.headers), _body_of(answer))
        except requests.RequestException as error:
            failed = self._failure(request, error)
            if failed.sent:
                self._count(request)
            raise failed from error
        self._count(request)
        return self._without_secrets(response)

    def _count(self, request: Request) -> None:
        with self._lock:
            self.calls["LOGIN" if request.is_login else request.method] += 1
            if request.is_login:
                self._logins.append(self._clock())

    def _failure(self, request: Request, error: requests.RequestException) -> Unreachable:
        causes = list(_causes(error))
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            return Unreachable(
                f"the certificate of {self.base_url} cannot be trusted",
                sent=False,
                hint="if your company has its own CA, name its file in REQUESTS_CA_BUNDLE",
            )
        if not isinstance(error, _BROKEN_CONNECTIONS):
            return Unreachable(
                f"{request} could not be sent: {type(error).__name__}",
                sent=False,
                hint="are `url` in cg-sync.yaml and HTTPS_PROXY right?",
            )
        connect, read = self._timeout
        if isinstance(error, requests.ConnectTimeout):
            reason, is_sent = f"no connection within {connect:g} s", False
        elif any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
            reason, is_sent = f"no answer within {read:g} s", True
        else:
            said = [cause.strerror for cause in causes if isinstance(cause, OSError)]
            reason = next((text for text in said if text), "the connection broke off").lower()
            is_sent = _was_sent(causes)
        return Failed(
            f"the shop did not answer {request}: {reason}"
            if is_sent
            else f"{self.base_url} cannot be reached: {reason}",
            failure=Failure.LOST if is_sent else Failure.NOT_SENT,
            what=reason,
            hint="is `url` in cg-sync.yaml right, and is the shop up?",
        )

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


_BROKEN_CONNECTIONS = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
_NEVER_CONNECTED = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})


def _was_sent(causes: Sequence[BaseException]) -> bool:
    """False only when it is certain that there never was a connection."""
    return not any(
        isinstance(cause, ConnectionRefusedError | socket.gaierror | requests.exceptions.ProxyError)
        or (isinstance(cause, OSError) and cause.errno in _NEVER_CONNECTED)
        for cause in causes
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    # An error of ours is the story of an earlier request.
    while error is not None and not isinstance(error, CgSyncError):
        yield error
        error = error.__cause__ or error.__context__


def _body_of(answer: requests.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK_BYTES):
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise BadAnswer(f"the shop's answer is larger than {BODY_LIMIT_BYTES >> 20} MB")
    return bytes(body)


def _session(user_agent: str) -> requests.Session:
    session = requests.Session()
    # Else requests lets .netrc replace our token, and REQUESTS_CA_BUNDLE what we verify with.
    session.trust_env = False
    # A session cookie from the log-in would make Django ask for a CSRF token.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=_POOL_SIZE)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _checked_token(credentials: Credentials) -> str:
    if isinstance(credentials, PasswordLogin):
        return ""
    token = credentials.token.strip()
    if not _is_sendable(token):
        raise UsageWrong(
            "the token holds spaces, line breaks or letters that no token has, or nothing at all",
            hint="copy it again into CG_SYNC_TOKEN",
        )
    return token


def _is_sendable(token: str) -> bool:
    """True for a text that a header can carry whole: visible ASCII without spaces."""
    return token != "" and token.isascii() and token.isprintable() and " " not in token


def _checked_bundle(environ: Mapping[str, str]) -> str | bool:
    bundle = ca_bundle_in(environ)
    if bundle is not None and not Path(bundle).exists():
        raise UsageWrong(
            f"there is no CA bundle at {bundle}",
            hint="mend REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE), or unset it",
        )
    return bundle or True
