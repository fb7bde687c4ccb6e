"""What the headers of an answer say of a rate limit, in the forms that servers use.

RateLimit-Policy and RateLimit of the IETF's draft in its old and new forms, RateLimit-Limit and
-Reset, the same with X- before them, and Kong's with a unit of time behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cg_sync.api.limit import Limit
from cg_sync.api.wire import RETRY_AFTER_CAP_SECONDS, retry_after

_POLICIES = ("ratelimit-policy", "ratelimit-limit", "x-ratelimit-limit")
_UNITS_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_EPOCH_SECONDS, _EPOCH_MILLISECONDS = 1e9, 1e12
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")


def limit_in(headers: Mapping[str, str]) -> Limit | None:
    """The limit with its window; None when none is told, or several are."""
    by_name = {name.lower(): text for name, text in headers.items()}
    found = {it for name in _POLICIES for it in _policies(by_name.get(name, ""))}
    for unit, seconds in _UNITS_SECONDS.items():
        calls = _number(by_name.get(f"x-ratelimit-limit-{unit}", ""))
        if calls is not None and calls >= 1:
            found.add(Limit(int(calls), seconds))
    return found.pop() if len(found) == 1 else None


def seconds_to_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds, 0 to 120, as Retry-After says at `now` (seconds since the epoch), else as a reset
    does; None when nothing usable is told.
    """
    told = retry_after(headers, now)
    if told is not None:
        return told
    by_name = {name.lower(): text for name, text in headers.items()}
    whole = re.search(r"\b(?:reset|t)=([0-9.]+)", by_name.get("ratelimit", ""))
    texts = [by_name.get("ratelimit-reset", ""), by_name.get("x-ratelimit-reset", "")]
    for text in ([whole[1]] if whole else []) + texts:
        seconds = _number(text)
        if seconds is None:
            continue
        if seconds >= _EPOCH_MILLISECONDS:
            seconds /= 1_000
        if seconds >= _EPOCH_SECONDS:
            seconds -= now
        return min(max(seconds, 0.0), RETRY_AFTER_CAP_SECONDS)
    return None


def _policies(text: str) -> Iterator[Limit]:
    """`100;w=60` and `"name";q=100;w=60`, separated by commas; what has no window is left out."""
    for item in text.split(","):
        first, *rest = (part.strip() for part in item.split(";"))
        parameters = dict(part.split("=", 1) for part in rest if "=" in part)
        calls, seconds = _number(parameters.get("q", first)), _number(parameters.get("w", ""))
        counts_calls = parameters.get("qu", '"requests"').strip('"') == "requests"
        if calls is not None and seconds is not None and min(calls, seconds) >= 1 and counts_calls:
            yield Limit(int(calls), seconds)


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text.strip()) else None
