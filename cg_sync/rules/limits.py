"""The limits of rules in files, so that people can read them; rules of the shop may be larger."""

from __future__ import annotations

import unicodedata
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
MAX_USES: Final = MAX_LINES
"""Uses of shared conditions in one rule, also by those that it uses."""
MAX_TEXT: Final = 255
"""Letters of a text to compare with; a pattern has a limit of its own."""

_GROUPS = ("all", "any", "none")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
# Joiners, which some scripts are written with, and emoji made of others.
_JOINERS = frozenset("\u200c\u200d")


def is_within_limits(document: JsonValue) -> bool:
    """Whether a rule as people write it, which is right otherwise, keeps all limits."""
    depth, lines, values = _measure(document)
    fits = depth <= MAX_DEPTH and lines <= MAX_LINES and values <= MAX_INLINE_VALUES
    return fits and not _has_odd_text(document)


def unseen_in(text: str) -> str:
    """The first letter in it that nobody sees, a control or a mark of direction; or an empty text.

    Spaces around do not count, as they do not when texts are compared.
    """
    if text.isprintable():
        return ""
    return next((it for it in text.strip() if _is_unseen(it)), "")


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS


def _has_odd_text(content: JsonValue, word: str = "") -> bool:
    """Whether a text in it is too long for a file, or holds a letter that nobody sees."""
    if isinstance(content, Mapping):
        return any(_has_odd_text(value, key) for key, value in content.items())
    if isinstance(content, list):
        return any(_has_odd_text(item, word) for item in content)
    is_long = isinstance(content, str) and len(content) > MAX_TEXT and word != "matches"
    return is_long or (isinstance(content, str) and unseen_in(content) != "")


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
