"""Spans of time as authors write them: `30m`, `12h`, `3d`."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def span_in(text: str) -> timedelta | None:
    """The span of `30m`, `12h` or `3d`; None for a text that says none."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", text)
    return None if found is None else int(found[1]) * _UNITS[found[2]]


def span_said(span: timedelta) -> str:
    """The span as authors write it, in the largest unit that fits: `3d`, `36h`, `90m`."""
    minutes = int(span.total_seconds()) // 60
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"
