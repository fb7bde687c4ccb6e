"""How findings name a condition: by its place and, where that is short, in English."""

from __future__ import annotations

from cg_sync.errors import counted
from cg_sync.rules.english.names import Names
from cg_sync.rules.english.phrases import phrase
from cg_sync.rules.ir import All, Leaf
from cg_sync.rules.outline import Part


def said(part: Part, names: Names) -> str:
    """`match[0] (country is TR)`, `match[3] (any of 2 conditions)`, `match[1] (use: staff)`."""
    return f"{part.place} ({_content(part, names)})"


def _content(part: Part, names: Names) -> str:
    if part.word == "use":
        return f"use: {part.parts[0].within}"
    if part.word != "line":
        return f"{part.word} of {counted(len(part.parts), 'condition')}"
    tests = part.node.children if isinstance(part.node, All) else (part.node,)
    return " and ".join(phrase(it, names) for it in tests if isinstance(it, Leaf))
