"""Sends requests to one shop: who asks, how fast, what is tried again, and the write barrier.

Many threads may send through one client.
"""

from __future__ import annotations

import random as _random
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import requests

from cg_sync.api.broken import failure_of
from cg_sync.api.limit_headers import limit_in, seconds_to_wait
from cg_sync.api.login import LOGIN_PATH, LogIns, checked_token, key_in, login_request
from cg_sync.api.pace import Pacer
from cg_sync.api.session import Session
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
from cg_sync.core.forecast import Pace
from cg_sync.errors import ApiError, Rejected, Unauthorised, Unreachable
from cg_sync.jsonvalue import JsonValue

ATTEMPTS = 5
BACK_OFF_SECONDS = 0.5
BACK_OFF_CAP_SECONDS = 30.0
REQUEST_ID = "X-Request-ID"
_LATENCIES = 1_000
"""How many of the latest calls say how fast the shop is."""
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


@dataclass(frozen=True, slots=True)
class _Key:
    """The key in use, and how many there were before: the shop may give the same one again."""

    text: str = field(repr=False)
    number: int


@dataclass(slots=True)
class _Tries:
    """What became of one call so far."""

    request: Request
    key: str = field(repr=False)
    most: int
    id: str
    unless: Callable[[], bool]
    made: int = 0
    sent: bool = False
    sent_at: float = 0.0
    failed: Failed | None = None


def patiently(seconds: float) -> bool:
    """Wait that long; always worth it."""
    time.sleep(seconds)
    return True


def _new_id() -> str:
    return uuid.uuid4().hex


def _never() -> bool:
    return False


class Client:
    """A connection to one shop. Secrets never leave it but to that shop."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        writable: bool,
        timeout: tuple[float, float] = (5, 30),
        attempts: int = ATTEMPTS,
        login_path: str = LOGIN_PATH,
        pacer: Pacer | None = None,
        pause: Callable[[float], bool] = patiently,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = _random.random,
        new_id: Callable[[], str] = _new_id,
        environ: Mapping[str, str] | None = None,
        on_retry: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`timeout` is (connect, read) in seconds; `environ` has the proxies and CA bundle.

        `pause` waits so many seconds; False, when waiting is of no use any more, ends the call.
        `clock` is the time of day, `ticks` a clock that never goes back, the one of the `pacer`.
        Raises UsageWrong for a URL, proxy or CA bundle, Unauthorised for a token, of no use.
        """
        self._session = Session(base_url, environ or {}, timeout)
        self.base_url = base_url.strip().rstrip("/")
        self.calls: Counter[str] = Counter()
        self._credentials = credentials
        self._writable = writable
        self._timeout = timeout
        self._attempts = attempts
        self._login_path = login_path
        self._pacer = pacer or Pacer(ticks)
        self._pause = pause
        self._clock = clock
        self._ticks = ticks
        self._random = random
        self._new_id = new_id
        self._on_retry = on_retry
        token = checked_token(credentials.token) if isinstance(credentials, TokenLogin) else ""
        self._key = _Key(token, 0)
        self._logins = LogIns(clock)
        self._login_refused: Unauthorised | None = None
        self._login_lock = Lock()
        self._count_lock = Lock()
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)

    @property
    def pace(self) -> Pace | None:
        """How fast the shop has been of late; None before it has answered.

        One answer in ten is quicker than what a short call is taken to need: most are pages, and
        the first of a connection is slow.
        """
        with self._count_lock:
            seconds = sorted(self._latencies)
        if not seconds:
            return None
        quick, usual = seconds[len(seconds) // 10], sum(seconds) / len(seconds)
        rate = self._pacer.rate
        # Not to some decimals: a rate of a call an hour is none of 0.
        told = None if rate is None else float(f"{rate:.5g}")
        return Pace(round(quick, 4), round(usual, 4), told)

    def send(self, request: Request, *, unless: Callable[[], bool] = _never) -> JsonValue:
        """What the shop answers, tried again where that is safe; not sent any more, or not again,
        once `unless` says so.

        Raises an ApiError, or WriteBarrier for a write when the client is not `writable`.
        """
        if request.is_write and not self._writable:
            raise WriteBarrier(f"{request} was asked of a client that only reads")
        key = self._key
        if not key.text:
            key = self._logged_in(key)
        try:
            return self._persist(request, self._attempts, key.text, unless)
        except TokenRefused as error:
            if isinstance(self._credentials, TokenLogin):
                raise
            lost = error.may_be_done
        try:
            return self._persist(request, self._attempts, self._logged_in(key).text, unless)
        except ApiError as error:
            error.may_be_done = error.may_be_done or lost
            raise

    def _logged_in(self, old: _Key) -> _Key:
        """A newer key than `old`: one thread fetches it, the others wait for that."""
        assert isinstance(self._credentials, PasswordLogin)
        with self._login_lock:
            if self._key.number != old.number:
                return self._key
            if (known := self._login_refused) is not None:
                # Asking again with what was refused would only bring the account nearer to a lock.
                raise Unauthorised(str(known), hint=known.hint) from known
            tries = self._logins.left()
            request = login_request(
                self._login_path, self._credentials.username, self._credentials.password
            )
            try:
                self._key = _Key(key_in(self._persist(request, tries, "")), old.number + 1)
            except Unauthorised as error:
                self._login_refused = error
                raise
            except Unreachable as error:
                error.sent = False  # What it was for has not been sent.
                raise
            return self._key

    def _persist(
        self, request: Request, tries: int, key: str, unless: Callable[[], bool] = _never
    ) -> JsonValue:
        """The deciphered answer of the first try that had one."""
        call = _Tries(request, key, tries, self._new_id(), unless)
        while True:
            self._await_turn(call)
            call.made += 1
            try:
                return self._tried(call)
            except Rejected as error:
                if request.method == "DELETE" and error.status == 404 and call.made > 1:
                    return None  # an earlier try did it
                error.may_be_done = call.sent
                raise
            except HalfAnswer as error:
                failed = Failed(str(error), failure=Failure.LOST, what="half an answer")
            except Failed as error:
                failed = error
            except ApiError as error:
                error.may_be_done = call.sent and not request.is_login
                raise
            call.failed = failed
            call.sent = call.sent or failed.sent
            asked = self._asked_to_wait(call, failed)
            is_last = call.made >= tries or call.unless()
            if is_last or not may_retry(request, failed.failure, call.made):
                raise self._given_up(call) from failed
            self._step_back(call, failed, asked)

    def _await_turn(self, call: _Tries) -> None:
        """Wait until the pacer lets the next call go; raises Unreachable when that is given up."""
        while True:
            slot = self._pacer.reserve()
            now = self._ticks()
            is_given_up = slot.at > now and not self._pause(slot.at - now)
            if is_given_up or call.unless():
                raise self._given_up(call) from call.failed
            if self._pacer.holds(slot):
                call.sent_at = self._ticks()
                return

    def _tried(self, call: _Tries) -> JsonValue:
        """One try, of which the pacer is told."""
        try:
            response = self._exchange(call)
        except Failed as error:
            if error.sent:
                self._pacer.accepted(call.sent_at)
            raise
        if response.status != 429:
            self._pacer.accepted(call.sent_at)
        if response.status < 300 and call.request.method == "GET":
            with self._count_lock:
                self._latencies.append(self._ticks() - call.sent_at)
        return decipher(call.request, response)

    def _asked_to_wait(self, call: _Tries, failed: Failed) -> float | None:
        """How many seconds the shop wants all calls to wait, of which the pacer is told; None when
        it does not say.
        """
        if failed.failure is Failure.THROTTLED and not call.request.is_login:
            told = seconds_to_wait(failed.headers, self._clock())
            return self._pacer.refused(call.sent_at, told, limit_in(failed.headers))
        # Log-ins have limits of their own, which say nothing of other calls.
        read = seconds_to_wait if failed.failure is Failure.THROTTLED else retry_after
        told = read(failed.headers, self._clock())
        if told is not None:
            self._pacer.hold(told)
        return told

    def _step_back(self, call: _Tries, failed: Failed, asked: float | None) -> None:
        """Wait before the next try, unless all wait, so that its turn comes after that anyway.

        Raises Unreachable when the run must end before.
        """
        wait = asked
        if wait is None:
            longest = min(BACK_OFF_CAP_SECONDS, BACK_OFF_SECONDS * 2 ** (call.made - 1))
            wait = longest * self._random()
        self._on_retry(
            f"{call.request}: {failed.what}, waiting {wait:.1f} s, "
            f"attempt {call.made + 1} of {call.most}"
        )
        if asked is None and not self._pause(wait):
            raise self._given_up(call) from failed

    def _given_up(self, call: _Tries) -> Unreachable:
        """The error of a call that is not tried any more."""
        failed = call.failed
        if failed is None:
            what = f"{call.request} was not sent: the run is being stopped"
            return Unreachable(what, sent=False)
        after = f" (tried {call.made} times)" if call.made > 1 else ""
        return Unreachable(f"{failed}{after}", sent=call.sent, hint=failed.hint)

    def _exchange(self, call: _Tries) -> Response:
        """One round trip, counted once it is under way. Raises Failed, Unreachable or BadAnswer."""
        request = call.request
        headers = {REQUEST_ID: call.id if call.made == 1 else f"{call.id}-{call.made}"}
        try:
            response = self._session.exchange(request, call.key, headers)
        except requests.RequestException as error:
            failed = failure_of(error, request, base_url=self.base_url, timeout=self._timeout)
            if failed.sent:
                self._count(request)
            raise failed from error
        self._count(request)
        return self._without_secrets(response, call.key)

    def _count(self, request: Request) -> None:
        with self._count_lock:
            self.calls["LOGIN" if request.is_login else request.method] += 1
        if request.is_login:
            self._logins.note()

    def _without_secrets(self, response: Response, key: str) -> Response:
        """An answer that is only read for its words must not carry our secrets into a message."""
        if response.status < 300:
            return response
        known = self._credentials
        secrets = [key, self._key.text, known.password if isinstance(known, PasswordLogin) else ""]
        body = response.body
        headers = dict(response.headers)
        for secret in secrets:
            if len(secret) >= _SECRET_LENGTH_AT_LEAST:
                body = body.replace(secret.encode(), b"***")
                headers = {name: text.replace(secret, "***") for name, text in headers.items()}
        return Response(response.status, headers, body)
