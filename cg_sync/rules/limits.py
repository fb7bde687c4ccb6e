"""The limits of rules in files, so that people can read them; rules of the shop may be larger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cg_sync.jsonvalue import JsonValue

MAX_DEPTH: Final = 4
"""Levels of `all`, `any` and `none` inside each other."""
MAX_LINES: Final = 100
MAX_INLINE_VALUES: Final = 200
MAX_LISTED_VALUES: Final = 50_000
"""Of one value list."""
MAX_USE_DEPTH: Final = 3
"""Shared conditions that use each other."""

_GROUPS = ("all", "any", "none")


def is_within_limits(document: JsonValue) -> bool:
    """Whether a rule as people write it, which is right otherwise, keeps all limits."""
    depth, lines, values = _measure(document)
    return depth <= MAX_DEPTH and lines <= MAX_LINES and values <= MAX_INLINE_VALUES


def _measure(content: JsonValue) -> tuple[int, int, int]:
    """Levels of groups, number of conditions, and values of the longest list."""
    if isinstance(content, list):
        parts = [_measure(item) for item in content]
    elif isinstance(content, Mapping):
        parts = [_measure_entry(key, value) for key, value in content.items()]
    else:
        parts = []
    return (
        max((depth for depth, _, _ in parts), default=0),
        sum(lines for _, lines, _ in parts),
        max((values for _, _, values in parts), default=0),
    )


def _measure_entry(key: str, value: JsonValue) -> tuple[int, int, int]:
    if key in ("match", "except"):
        return _measure(value)
    if key in _GROUPS:
        depth, lines, values = _measure(value)
        return depth + 1, lines, values
    operands = value.values() if isinstance(value, Mapping) else ()
    return 0, 1, max((len(it) for it in operands if isinstance(it, list)), default=1)
