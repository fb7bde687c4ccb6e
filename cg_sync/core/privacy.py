"""How customers are shown to people who must not learn who they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

SAMPLE = 5


def masked(key: str) -> str:
    """`a***@example.com` for an e-mail address; for any other key its first letter and stars."""
    local, at, domain = key.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else f"{key[:1]}***"


def named(people: Sequence[str], most: int = SAMPLE) -> str:
    """The first few, masked before, and how many more there are."""
    shown = ", ".join(people[:most])
    return f"{shown} and {len(people) - most:,} more" if len(people) > most else shown


_NAME = r"[^\s@<>\"`,;:/()\[\]{}=|\\]"
_LOCAL_PART = re.compile(rf"(?<!{_NAME})({_NAME}){_NAME}*(?=@{_NAME}+\.{_NAME})")


def without_addresses(text: str) -> str:
    """`text` with `a***@example.com` for every e-mail address in it."""
    return _LOCAL_PART.sub(r"\1***", text) if "@" in text else text
