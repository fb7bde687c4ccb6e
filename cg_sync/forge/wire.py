"""Calls and answers of a forge as values: what an answer means. No socket is opened here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cg_sync.api.refusal import refusal_in
from cg_sync.api.wire import Response
from cg_sync.errors import BadAnswer, Rejected, Unauthorised
from cg_sync.jsonvalue import JsonValue

_NEXT_LINK = re.compile(r"""rel="?next"?\s*(?:[,;]|$)""")


@dataclass(frozen=True, slots=True)
class Forge:
    """What differs between forges on the wire, and what to do when one of them says no."""

    name: str
    token_header: str
    token_prefix: str
    token_hint: str
    rights_hint: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request; the repr hides what is written."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of a good answer, and whether the forge says that there is a next page."""

    data: JsonValue
    has_next: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """A try without a usable answer. What was `refused` has certainly not been done."""

    what: str
    refused: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class Forbidden(Unauthorised):
    """403: the token is known, and may not do this."""


def decipher(forge: Forge, call: Call, response: Response) -> Answer | Trouble:
    """What an answer means; no redirect comes here.

    Raises Unauthorised (401, 403, 404), Rejected (other 4xx), or BadAnswer for what is no API.
    """
    status = response.status
    if 200 <= status < 300:
        return Answer(_json_of(forge, call, response), _has_next(response))
    said = f"{forge.name} refused {call} ({status}): {refusal_in(response.body).text}"
    match status:
        case 429:
            return Trouble(said, refused=True, headers=response.headers)
        case 403 if _is_rate_limit(response):
            return Trouble(said, refused=True, headers=response.headers)
        case 401:
            raise Unauthorised(said, hint=forge.token_hint)
        case 403:
            raise Forbidden(said, hint=forge.rights_hint)
        case 404:
            # Forges hide what a token may not see.
            raise Unauthorised(said, hint=f"is it there? {forge.rights_hint}")
        case 408 | 425:
            return Trouble(said, headers=response.headers)
        case _ if status >= 500:
            return Trouble(said, headers=response.headers)
        case _ if status >= 400:
            raise Rejected(said, status=status)
        case _:
            raise BadAnswer(f"{forge.name} answered {call} with the odd status {status}")


def header(response: Response, name: str) -> str:
    """A header of an answer, by its name in small letters; empty when there is none."""
    return next((text for key, text in response.headers.items() if key.lower() == name), "")


def _json_of(forge: Forge, call: Call, response: Response) -> JsonValue:
    try:
        data: JsonValue = json.loads(response.body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict | list):
        raise BadAnswer(
            f"{forge.name} answered {call} with something that is not its API",
            hint="does the address name the API itself, with no proxy or sign-in page between?",
        )
    return data


def _has_next(response: Response) -> bool:
    return _NEXT_LINK.search(header(response, "link")) is not None


def _is_rate_limit(response: Response) -> bool:
    """GitHub says so with 403 as well as with 429."""
    return bool(header(response, "retry-after") or header(response, "x-ratelimit-remaining") == "0")
