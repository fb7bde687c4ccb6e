"""The log-in: its request and its key, and how often one may try."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from cg_sync.api.wire import Request
from cg_sync.errors import BadAnswer, Unauthorised
from cg_sync.jsonvalue import JsonValue

LOGIN_PATH = "/api/v1/auth/login/"
LOGINS_AT_MOST = 3
LOGIN_WINDOW_SECONDS = 360.0


class LogIns:
    """When log-ins were sent, by `clock` in seconds: more than a few may lock the account."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sent: deque[float] = deque(maxlen=LOGINS_AT_MOST)

    def note(self) -> None:
        """Count one that is under way."""
        self._sent.append(self._clock())

    def left(self) -> int:
        """How many may be sent now, at least 1; raises Unauthorised when there are none."""
        now = self._clock()
        recent = [at for at in self._sent if now - at < LOGIN_WINDOW_SECONDS]
        if len(recent) == LOGINS_AT_MOST:
            wait = LOGIN_WINDOW_SECONDS - (now - recent[0])
            raise Unauthorised(
                f"{LOGINS_AT_MOST} log-ins in {LOGIN_WINDOW_SECONDS:.0f} seconds did not help, "
                "and more may lock the account",
                hint=f"may this account use the API? Try again in {wait:.0f} s",
            )
        return LOGINS_AT_MOST - len(recent)


def login_request(path: str, username: str, password: str) -> Request:
    """The request that fetches a key."""
    body = {"username": username, "password": password}
    return Request("POST", path, body=body, is_login=True)


def key_in(answer: JsonValue) -> str:
    """The key that the shop gave; raises BadAnswer when there is none that can be used."""
    key = answer.get("key") if isinstance(answer, dict) else None
    if not isinstance(key, str) or not _is_sendable(key):
        raise BadAnswer("the shop answered the log-in without a key")
    return key


def checked_token(text: str) -> str:
    """The token without white space around it; raises Unauthorised when no header can carry it."""
    token = text.strip()
    if not _is_sendable(token):
        raise Unauthorised(
            "the token holds spaces, line breaks or letters that no token has, or nothing at all",
            hint="copy it again into CG_SYNC_TOKEN",
        )
    return token


def _is_sendable(token: str) -> bool:
    """True for a text that a header can carry whole: visible ASCII without spaces."""
    return token != "" and token.isascii() and token.isprintable() and " " not in token
