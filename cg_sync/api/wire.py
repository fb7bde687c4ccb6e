"""Requests and answers as values: what may be repeated, what is meant. No socket is opened here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

from cg_sync.api.decoding import ALL_FIELDS, json_in
from cg_sync.api.refusal import html_summary, is_html, one_line, refusal_in
from cg_sync.errors import BadAnswer, Rejected, Unauthorised, Unreachable
from cg_sync.jsonvalue import JsonValue

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_AFTER_CAP_SECONDS = 120.0

_LOGIN_HINT = "are CG_SYNC_TOKEN, or CG_SYNC_USERNAME and CG_SYNC_PASSWORD, right and still valid?"
_URL_HINT = (
    "does `url` in cg-sync.yaml name the back office itself, with no proxy or sign-in page between?"
)
_PATHS_HINT = "if your Omnitron serves this elsewhere, say where with `api.paths` in cg-sync.yaml"


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `repeatable` marks a POST that may be done twice; `fields` are those that rows of
    the answer are read for, none means all; the repr hides the body.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue | None = field(default=None, repr=False)
    is_login: bool = False
    repeatable: bool = False
    fields: frozenset[str] = ALL_FIELDS

    def __post_init__(self) -> None:
        # Without its first slash a path changes the host; without its last a POST is redirected.
        if not (self.path.startswith("/") and self.path.endswith("/")):
            raise ValueError(f"a path begins and ends with a slash: {self.path}")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_write(self) -> bool:
        """True when it could change the shop; a log-in does not."""
        return self.method not in SAFE_METHODS and not self.is_login

    @property
    def is_idempotent(self) -> bool:
        """True when doing it twice is as good as once."""
        return self.method != "POST" or self.is_login or self.repeatable


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, read to its end. The repr hides the body: it may hold a key, or customers."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


class Failure(StrEnum):
    """Why there was no usable answer, as far as it matters for trying again."""

    NOT_SENT = "no connection"
    LOST = "no answer"
    TIMED_OUT = "408"
    THROTTLED = "429"
    BROKEN = "500"
    UNAVAILABLE = "502/503/504"


_ALWAYS = 1_000
_READS = dict.fromkeys(Failure, _ALWAYS)
_REPEATABLE_WRITES = {**_READS, Failure.BROKEN: 1}
_CREATES = dict.fromkeys(Failure, 0) | {Failure.NOT_SENT: _ALWAYS, Failure.THROTTLED: _ALWAYS}
"""How often a failure allows one more try. A create that may have happened is looked for."""


class Failed(Unreachable):
    """One try without a usable answer; `what` says why in a word, `headers` when to try again."""

    def __init__(
        self,
        message: str,
        *,
        failure: Failure,
        what: str = "",
        headers: Mapping[str, str] | None = None,
        hint: str = "",
    ) -> None:
        sent = failure not in {Failure.NOT_SENT, Failure.THROTTLED}
        super().__init__(message, sent=sent, hint=hint)
        self.failure = failure
        self.what = what or failure.value
        self.headers = headers or {}


class HalfAnswer(BadAnswer):
    """A 2xx without its JSON, or with a part of it: the line was cut, the shop did its part."""


class TokenRefused(Unauthorised):
    """401: the token is not valid (any more). Logging in again may help."""


class NotServed(BadAnswer):
    """404 with a web page: the path itself does not exist, which says nothing about a record."""


def may_retry(request: Request, failure: Failure, attempt: int) -> bool:
    """True when, after `attempt` tries of which the last ended in `failure`, one more is safe."""
    if request.method in SAFE_METHODS or request.is_login:
        return attempt <= _READS[failure]
    return attempt <= (_REPEATABLE_WRITES if request.is_idempotent else _CREATES)[failure]


def decipher(request: Request, response: Response) -> JsonValue:
    """The JSON of a good answer, None where there is nothing to say.

    Raises Unauthorised (401, 403, a refused log-in), Rejected (other 4xx), Unreachable (408, 429,
    5xx) or BadAnswer (a redirect, a web page, half a body, no JSON).
    """
    match response.status:
        case 204 | 205:
            return None
        case status if 200 <= status < 300:
            return _content(request, response)
        case 301 | 302 | 303 | 307 | 308:
            raise _redirected(request, response)
        case 401 | 403:
            raise _unauthorised(request, response)
        case 400 if request.is_login:
            raise _unauthorised(request, response)
        case 408 | 429:
            raise _failed(request, response)
        case 404 if is_html(response.body):
            what = f"the shop serves no {request.path} (404): {html_summary(response.body)}"
            raise NotServed(what, hint=_PATHS_HINT)
        case status if 400 <= status < 500:
            raise _rejected(request, response)
        case status if status >= 500:
            raise _failed(request, response)
        case status:
            raise BadAnswer(f"the shop answered {request} with the odd status {status}")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, 0 to 120, as Retry-After says at `now` (seconds since the epoch).

    None when it says nothing usable.
    """
    text = _header(headers, "retry-after").strip()
    try:
        seconds = float(text) if text[:1].isdigit() else _seconds_until(text, now)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_CAP_SECONDS)


def _content(request: Request, response: Response) -> JsonValue:
    if is_html(response.body):
        page = html_summary(response.body)
        what = f"the shop answered {request} ({response.status}) with a web page, not JSON: {page}"
        raise BadAnswer(what, hint=_URL_HINT)
    text = response.body.strip()
    if not text:
        if request.method in {"DELETE", "HEAD"} or _is_enough(request, response):
            return None
        # What is cut off within its headers looks just like this.
        raise HalfAnswer(f"the shop answered {request} ({response.status}) with nothing")
    try:
        return json_in(text, request.fields)
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError) and text[:1] in b"{[":
            raise HalfAnswer(f"the shop's answer to {request} is cut off") from error
        raise BadAnswer(
            f"the shop answered {request} ({response.status}) with something that is not JSON: "
            f"{one_line(text[:400].decode('utf-8', 'replace'), limit=80)}",
            hint=_URL_HINT,
        ) from error


def _is_enough(request: Request, response: Response) -> bool:
    """Whether an answer that says itself that it is empty is a whole one: of a change it is, a
    create must give the id.
    """
    is_change = request.is_write and request.is_idempotent
    return is_change and _header(response.headers, "content-length").strip() == "0"


def _redirected(request: Request, response: Response) -> BadAnswer:
    target = _header(response.headers, "location").partition("?")[0]
    where = one_line(target) or "an unnamed place"
    if "login" in target.lower() or "signin" in target.lower():
        where += ", a log-in page"
    what = f"the shop redirected {request} ({response.status}) to {where}"
    return BadAnswer(
        what, hint=f"redirects are not followed, so that the token stays here; {_URL_HINT}"
    )


def _unauthorised(request: Request, response: Response) -> Unauthorised:
    text = refusal_in(response.body).text
    what = f"the shop refused {request} ({response.status}): {text}"
    if request.is_login:
        what = f"the shop refused the log-in ({response.status}): {text}"
        return Unauthorised(what, hint="are CG_SYNC_USERNAME and CG_SYNC_PASSWORD right?")
    if response.status == 401:
        return TokenRefused(what, hint=_LOGIN_HINT)
    verb = "change" if request.is_write else "read"
    hint = f"the account is known, but may not {verb} {request.path}; grant it that in Omnitron"
    return Unauthorised(what, hint=hint)


def _rejected(request: Request, response: Response) -> Rejected:
    refusal = refusal_in(response.body)
    return Rejected(
        f"the shop refused {request} ({response.status}): {refusal.text}",
        status=response.status,
        fields=dict(refusal.fields),
        hint=_PATHS_HINT if response.status in {404, 405} else "",
    )


def _failed(request: Request, response: Response) -> Failed:
    status = response.status
    known = {408: Failure.TIMED_OUT, 429: Failure.THROTTLED}
    known |= dict.fromkeys((502, 503, 504), Failure.UNAVAILABLE)
    return Failed(
        f"the shop could not answer {request} ({status}): {refusal_in(response.body).text}",
        failure=known.get(status, Failure.BROKEN),
        what=str(status),
        headers=response.headers,
        hint="ask for fewer calls at a time, or run again later"
        if status == 429
        else "run again later",
    )


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _seconds_until(date: str, now: float) -> float:
    moment = parsedate_to_datetime(date)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
