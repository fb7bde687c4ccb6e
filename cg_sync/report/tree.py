"""A rule held against one customer: a tree with a mark and the customer's value at every line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from cg_sync.jsonvalue import JsonValue, canonical
from cg_sync.report.line import Line, Span, Tone, discreet, harmless, line
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.contest import Standing
from cg_sync.rules.english.names import Names, names_of
from cg_sync.rules.english.phrases import phrase
from cg_sync.rules.ir import Leaf, Node, walk
from cg_sync.rules.parse import Vocabulary
from cg_sync.rules.trace import Traced

WIDEST = 72
"""Up to which width values stand below each other; behind a longer line they follow it."""
MOST_LETTERS = 60
"""Of one value."""
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Words:
    """What trees are told with: the names of the project, and its attributes."""

    names: Names
    catalogue: Catalogue


def words_of(vocabulary: Vocabulary) -> Words:
    """The words of a project."""
    return Words(names_of(vocabulary), vocabulary.catalogue)


def tree_lines(standing: Standing, words: Words) -> Iterator[Line]:
    """The rule of a setting as it stands with one customer, a condition a line.

    What speaks for the customer has ✓, what is wanting ✗; under `except` and `none`, what speaks
    against the customer has !, and what does not ·.
    """
    if standing.trace is None:
        yield line(Span("? the rule is raw: whom it selects is not known", Tone.WARNING))
        return
    rows = [row for part in standing.trace.parts for row in _rows(part, words, 0, False)]
    widths = [len(it.text) + 2 * it.depth for it in rows if it.value]
    width = max((it for it in widths if it <= WIDEST), default=0)
    for it in rows:
        text = "  " * it.depth + f"{it.mark} "
        gap = " " * max(2, width - len(it.text) - 2 * it.depth + 2)
        value = (gap, it.value, Span(f"  {it.note}" if it.note else "", Tone.QUIET))
        yield line(Span(text, _TONES[it.mark]), it.text, *(value if it.value else ()))


@dataclass(frozen=True, slots=True)
class _Row:
    depth: int
    mark: str
    text: str
    value: str = ""
    note: str = ""


_TONES = {"✓": Tone.ADDED, "✗": Tone.REMOVED, "!": Tone.WARNING, "·": Tone.QUIET}


def _rows(traced: Traced, words: Words, depth: int, inverted: bool) -> Iterator[_Row]:
    # What stands under `except` itself speaks against the customer.
    against = inverted is not (traced.part.word == "except")
    hit, miss = ("!", "·") if against else ("✓", "✗")
    mark = hit if traced.holds else miss
    text = part_text(traced, words)
    if traced.part.word == "line":
        note = "" if traced.decided_by != "invalid" else f"invalid, {_counted(traced, against)}"
        yield _Row(depth, mark, text, _value_text(traced, words, against), note)
        return
    yield _Row(depth, mark, text)
    below = inverted is not (traced.part.word in ("none", "except"))
    for part in _parts(traced):
        yield from _rows(part, words, depth + 1, below)


def _parts(traced: Traced) -> tuple[Traced, ...]:
    """What is shown below; the list of a shared condition stands right below its name."""
    if traced.part.word == "use":
        (only,) = traced.parts
        if any(isinstance(it.part.pointer[0], int) for it in only.parts):
            return only.parts
    return traced.parts


_HEADINGS = {"all": "all of", "any": "any of", "none": "none of", "except": "except"}


def part_text(traced: Traced, words: Words) -> str:
    """What a part says, in English: of a line its condition, of others what stands above them."""
    part = traced.part
    match part.word:
        case "line":
            return discreet(said(part.node, words.names))
        case "use":
            return harmless(f"shared condition {part.parts[0].within}")
        case "match" | "rule":
            return "match" if part.parts else "match: everyone"
        case "all" | "any" | "none" | "except":
            return _HEADINGS[part.word]
        case _:
            assert_never(part.word)


def said(node: Node, names: Names) -> str:
    """A line in English, without what it would do with customers who have no value."""
    leaves = (it for it in walk(node) if isinstance(it, Leaf))
    return " and ".join(phrase(replace(it, nullable=False), names) for it in leaves)


def attribute_of(traced: Traced, words: Words) -> Attribute:
    """The attribute that a line is about."""
    names = (node.attribute for node in walk(traced.part.node) if isinstance(node, Leaf))
    return words.catalogue.attributes[next(names)]


def shown_value(traced: Traced, words: Words) -> JsonValue:
    """The customer's value at a line, as far as others may see it."""
    return shown_of(traced.value, attribute_of(traced, words))


def shown_of(value: JsonValue, attribute: Attribute) -> JsonValue:
    """A value of an attribute, as far as others may see it: of an e-mail address the `@` and what
    follows, of a phone number its beginning, of other directly personal values nothing.
    """
    if value is None:
        return None
    if attribute.type == "email":
        _, at, domain = str(value).rpartition("@")
        return f"@{domain}" if at else HIDDEN
    if attribute.type == "phone":
        text = str(value).strip()
        return f"{text[:4]}{HIDDEN}" if text.startswith(("+", "00")) else HIDDEN
    return HIDDEN if attribute.pii == "direct" else value


def _value_text(traced: Traced, words: Words, against: bool) -> str:
    attribute = attribute_of(traced, words)
    if traced.decided_by == "missing":
        return f"missing ({_fate(traced, against)})"
    return value_text(shown_value(traced, words), attribute)


def value_text(value: JsonValue, attribute: Attribute) -> str:
    """A value that may be shown, in one short piece; `missing` for none."""
    if value is None:
        return "[]" if attribute.type == "list" else "missing"
    if attribute.type == "email" and str(value).startswith("@"):
        return harmless(f"{HIDDEN}{value}", MOST_LETTERS)
    return discreet(value if isinstance(value, str) else _json(value), MOST_LETTERS)


def _json(value: JsonValue) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(it if isinstance(it, str) else canonical(it) for it in value)}]"
    return canonical(value)


def _counted(traced: Traced, against: bool) -> str:
    return f"counts as missing ({_fate(traced, against)})"


def _fate(traced: Traced, against: bool) -> str:
    """What the line decides about a customer without a value."""
    return "kept" if traced.holds is not against else "dropped"
