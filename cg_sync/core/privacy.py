"""How customers are shown to people who must not learn who they are."""

from __future__ import annotations

from collections.abc import Sequence

SAMPLE = 5


def masked(key: str) -> str:
    """`a***@example.com` for an e-mail address; for any other key its first letter and stars."""
    local, at, domain = key.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else f"{key[:1]}***"


def sample(keys: Sequence[str], most: int = SAMPLE) -> str:
    """The first few, masked, and how many more there are."""
    shown = ", ".join(masked(key) for key in keys[:most])
    return f"{shown} and {len(keys) - most:,} more" if len(keys) > most else shown
