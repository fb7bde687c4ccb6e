"""Plays the faults that hit a request: before the shop's work, around it, and on its answer."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from cg_sync.sandbox.faults import answers, tables
from cg_sync.sandbox.faults.asked import Asked, make_asked
from cg_sync.sandbox.faults.bodies import normalised
from cg_sync.sandbox.faults.hit import HIT, Ending, Hit
from cg_sync.sandbox.faults.play import Fired, Play
from cg_sync.sandbox.faults.script import (
    DiskFull,
    DuplicateEmails,
    HalfBody,
    Latency,
    Normalise,
    ReadOnly,
    Reset,
    ShiftingPages,
    StaleReads,
    Status,
    Throttle,
    TokenExpiry,
    WrongLength,
)
from cg_sync.sandbox.faults.stage import STAGE


class FaultMiddleware:
    """Lets everything through while no script is on, and what is not below /api/ always."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        play = STAGE.play
        if play is None or not request.path.startswith("/api/"):
            return self._get_response(request)
        with_token = "Authorization" in request.headers
        asked = make_asked(request.method or "", request.get_full_path(), with_token=with_token)
        hit = request.META[HIT] = Hit()
        fired = play.faults_of(asked)
        answer = _before(request, asked, fired, play, hit)
        if answer is None:
            answer = _after(self._work(request, asked, hit), asked, fired, play, hit)
        if hit.faults:
            # A 5xx that was asked for is no news; Django would tell it on stderr.
            answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer

    def _work(self, request: HttpRequest, asked: Asked, hit: Hit) -> HttpResponse:
        if asked.is_write or asked.collection == "auth":
            answer = self._get_response(request)
            hit.committed = asked.is_write and answer.status_code < 400
            if not asked.is_write:
                STAGE.replica.drop()  # else the new token would be unknown for a while
            return answer
        with STAGE.replica.reading() as stale:
            if stale:
                hit.by(StaleReads)
            return self._get_response(request)


def _before(
    request: HttpRequest, asked: Asked, fired: Sequence[Fired], play: Play, hit: Hit
) -> HttpResponse | None:
    """Do what comes before the work; an answer if there is to be no work."""
    for it in fired:
        match it.fault:
            case Latency(where="before"):
                hit.by(type(it.fault))
                play.pause(it.seconds)
            case Normalise():
                if _rewrite(request, asked, it.fault):
                    hit.by(type(it.fault))
            case TokenExpiry():
                if STAGE.expire(request.headers["Authorization"].rpartition(" ")[2]):
                    hit.by(type(it.fault))
            case DuplicateEmails():
                if STAGE.add_twins(asked, it.fault):
                    hit.by(type(it.fault))
            case StaleReads():
                STAGE.replica.take(it.fault)
            case _:
                if (answer := _instead(it, asked, hit)) is not None:
                    hit.by(type(it.fault))
                    return answer
    return None


def _instead(it: Fired, asked: Asked, hit: Hit) -> HttpResponse | None:
    """The answer that keeps the shop from working; None when the fault lets it."""
    match it.fault:
        case Throttle(retry_after=told):
            return answers.throttled(it.seconds, told)
        case Status(code, "before"):
            return answers.proxy_page(code)
        case Reset("before"):
            hit.ending = Ending.RESET
            return HttpResponse()
        case ReadOnly(code):
            return answers.refused_write(code)
        case DiskFull(code):
            return answers.disk_full(code, asked.path)
        case _:
            return None


def _after(
    answer: HttpResponse, asked: Asked, fired: Sequence[Fired], play: Play, hit: Hit
) -> HttpResponse:
    """The answer with what befalls it once the work is done."""
    for it in fired:
        match it.fault:
            case Latency(where="after"):
                hit.by(type(it.fault))
                play.pause(it.seconds)
            case ShiftingPages():
                if _shift(answer, asked, it.fault):
                    hit.by(type(it.fault))
            case Status(code, "after"):
                hit.by(type(it.fault))
                answer = answers.proxy_page(code)
            case Reset("after"):
                hit.by(type(it.fault))
                hit.ending = Ending.RESET
            case HalfBody(count):
                hit.by(type(it.fault))
                _cut(answer, len(answer.content) // 2 if count is None else count, hit)
            case WrongLength(by):
                hit.by(type(it.fault))
                _mislabel(answer, by, hit)
            case _:
                pass
    return answer


def _cut(answer: HttpResponse, count: int, hit: Hit) -> None:
    """Keep the beginning, under the length of the whole."""
    whole = answer.content
    answer["Content-Length"] = str(len(whole))
    answer.content = whole[:count]
    hit.ending = Ending.CLOSED if whole else Ending.SILENT


def _mislabel(answer: HttpResponse, by: int, hit: Hit) -> None:
    """Announce another length; what is too much stays behind in the open connection."""
    answer["Content-Length"] = str(max(0, len(answer.content) + by))
    if by > 0:
        hit.ending = Ending.CLOSED
    if not answer.content:
        hit.ending = Ending.SILENT


def _shift(answer: HttpResponse, asked: Asked, fault: ShiftingPages) -> bool:
    """Whether a page that another one follows was answered, and the shop changed since."""
    if answer.status_code != 200:
        return False
    page: dict[str, Any] = json.loads(answer.content)
    if not page["next"] or not page["results"]:
        return False
    return tables.shift(asked, page["results"], fault)


def _rewrite(request: HttpRequest, asked: Asked, fault: Normalise) -> bool:
    """Whether the body means something else now to whoever reads it."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(body, dict):
        return False
    is_setting = asked.collection == "customer_group_settings"
    if is_setting and asked.method != "PATCH":
        body.setdefault("price_list", None)
    made = normalised(
        body,
        fault,
        default_price_list=(
            (lambda: tables.default_price_list(asked.channel)) if is_setting else None
        ),
    )
    if made == body:
        return False
    # A body that was read once is kept here; there is no official way to replace it.
    request._body = json.dumps(made).encode()
    return True
