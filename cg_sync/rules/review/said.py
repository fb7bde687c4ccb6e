"""How findings name a condition: by its place and, where that is short, in English."""

from __future__ import annotations

from cg_sync.errors import counted
from cg_sync.rules.english.names import Names
from cg_sync.rules.english.phrases import phrase
from cg_sync.rules.ir import All, Leaf
from cg_sync.rules.outline import Part
from cg_sync.rules.review.dropping import Condition


def said(condition: Condition, names: Names) -> str:
    """`match[0] (country is TR)`, `match[3] (any of 2 conditions)`, `match[1] (use: staff)`,
    `except[3] (not: city is Bursa)`.
    """
    part = condition.part
    return f"{part.place} ({_content(part, names, condition.negations)})"


def _content(part: Part, names: Names, negations: int) -> str:
    if part.word == "use":
        return f"use: {part.parts[0].within}"
    if part.word == "line":
        tests = part.node.children if isinstance(part.node, All) else (part.node,)
        return " and ".join(phrase(it, names, negations) for it in tests if isinstance(it, Leaf))
    is_none = part.word == "none"
    if len(part.parts) == 1:
        only = _content(part.parts[0], names, negations + is_none)
        return f"not: {only}" if is_none else only
    return f"{part.word} of {counted(len(part.parts), 'condition')}"
