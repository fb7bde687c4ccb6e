"""Values as people read them in a plan: scalars in a word, rules and other trees as lines that
differ line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.rules.document import document_lines

MOST_LINES = 40
"""Of one value; what is longer is read in its file."""
CONTEXT = 2
"""Unchanged lines shown around a changed one."""
MOST_LETTERS = 120

SHOPS_OWN = "the shop's own"
_WHEN_NONE = {
    "display.price_list": SHOPS_OWN,
    "display.stock_list": SHOPS_OWN,
    "starts_at": "open",
    "ends_at": "open",
}
_TONES = {"+": Tone.ADDED, "-": Tone.REMOVED, " ": Tone.QUIET}


def is_tree(value: JsonValue) -> bool:
    """Whether a value wants lines of its own."""
    return isinstance(value, Mapping | list | tuple)


def in_words(value: JsonValue, field: str = "") -> str:
    """A scalar as an author would write it; None as what it means for `field`."""
    if value is None:
        return _WHEN_NONE.get(field, "nothing")
    if isinstance(value, bool):
        return "true" if value else "false"
    return discreet(str(value))


def tree_lines(value: JsonValue) -> Iterator[Line]:
    """A new tree, whole or cut."""
    yield from _at_most(line(Span(_cut(text))) for text in _written(value))


def tree_diff(old: JsonValue, new: JsonValue) -> Iterator[Line]:
    """What differs between two trees: lines marked `+` and `-`, with a little of what surrounds
    them.
    """
    yield from _at_most(
        line(Span(f"{mark} {_cut(text)}" if text else mark, _TONES[mark]))
        for mark, text in _marked(_written(old), _written(new))
    )


def _written(value: JsonValue) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case Mapping():
            return document_lines(value)
        case list() | tuple():
            return document_lines(list(value))
        case _:
            return (in_words(value),)


def _marked(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    # Lines are compared as they are: two addresses may look alike once they are masked.
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    end = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if group[0][1] > end:
            yield " ", "…"
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from ((" ", text) for text in before[a:b])
            else:
                yield from (("-", text) for text in before[a:b])
                yield from (("+", text) for text in after[c:d])
        end = group[-1][2]
    if 0 < end < len(before):
        yield " ", "…"


def _at_most(lines: Iterator[Line]) -> Iterator[Line]:
    """The lines, or the first of them and how many more there are."""
    kept = list(lines)
    if len(kept) <= MOST_LINES:
        yield from kept
        return
    yield from kept[: MOST_LINES - 1]
    yield line(Span(f"… and {len(kept) - MOST_LINES + 1:,} more lines", Tone.QUIET))


def _cut(text: str) -> str:
    return discreet(text, MOST_LETTERS)
