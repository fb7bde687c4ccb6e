"""Patterns that say no more than an operator for texts does."""

from __future__ import annotations

import re
from typing import Final

from cg_sync.rules.fold import fold

_LITERAL: Final = re.compile(r"(?:[^\\.+*?()|\[\]{}^$]|\\[^0-9A-Za-z])+")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_BAR: Final = re.compile(r"(?<!\\)\|")
_WORDS: Final = {
    (False, False): "in",
    (False, True): "starts_with",
    (True, False): "ends_with",
    (True, True): "contains",
}


def plain_operator(pattern: str) -> tuple[str, tuple[str, ...]] | None:
    """The operator, and its texts, that says what the pattern says; None when none surely does.

    Known are texts and choices of texts, with `.*` before, behind, or on both sides.
    """
    body = pattern.removeprefix("^").removesuffix("$")
    opens, closes = body.startswith(".*"), body.endswith(".*") and len(body) > 2
    body = body[2 * opens : len(body) - 2 * closes]
    grouped = body.startswith("(") and body.endswith(")")
    if grouped:
        body = body.removeprefix("(").removeprefix("?:").removesuffix(")")
    parts = _BAR.split(body) if grouped or not (opens or closes) else [body]
    if not all(map(_LITERAL.fullmatch, parts)):
        return None
    texts = tuple(_ESCAPED.sub(r"\1", part) for part in parts)
    if any(fold(text) != text for text in texts):
        return None
    return _WORDS[opens, closes], texts
