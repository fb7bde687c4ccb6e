"""Values as people read them in a plan: scalars in a word, rules and other trees as lines that
differ line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import groupby

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.rules.document import document_lines

MOST_LINES = 40
"""Of one value; what is longer is read in its file."""
MOST_VALUES = 10
"""Of one list."""
CONTEXT = 2
"""Unchanged lines shown around a changed one."""
MOST_LETTERS = 120
MORE = "…"

SHOPS_OWN = "the shop's own"
_WHEN_NONE = {
    "display.price_list": SHOPS_OWN,
    "display.stock_list": SHOPS_OWN,
    "starts_at": "open",
    "ends_at": "open",
}
_Marked = tuple[str, str]
"""`+`, `-` or a space, and a line of YAML."""
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
    """A new tree, long lists and all that is very long cut."""
    yield from _toned((" ", text) for text in _written(value))


def tree_diff(old: JsonValue, new: JsonValue) -> Iterator[Line]:
    """What differs between two trees: lines marked `+` and `-`, each with its neighbours and with
    what it stands under.
    """
    yield from _toned(_marked(_written(old), _written(new)), gutter=True)


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


def _marked(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[_Marked]:
    # Lines are compared as they are: two addresses may look alike once they are masked.
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    end = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        yield from _between(before, end, group[0][1])
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from ((" ", text) for text in before[a:b])
            else:
                yield from (("-", text) for text in before[a:b])
                yield from (("+", text) for text in after[c:d])
        end = group[-1][2]
    if end:
        yield from _between(before, end, len(before))


def _between(lines: tuple[str, ...], start: int, end: int) -> Iterator[_Marked]:
    """Of the lines from `start` to `end` those that the line at `end` stands under; for the others
    an ellipsis.
    """
    above: list[int] = []
    level = _indent(lines[end]) if end < len(lines) else 0
    for number in range(end - 1, start - 1, -1):
        if _indent(lines[number]) < level:
            above.insert(0, number)
            level = _indent(lines[number])
    for number in [*above, end]:
        if number == start + 1:
            yield " ", lines[start]
        elif number > start:
            yield " ", f"{' ' * _indent(lines[start])}{MORE}"
        if number < end:
            yield " ", lines[number]
        start = number + 1


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _toned(entries: Iterable[_Marked], *, gutter: bool = False) -> Iterator[Line]:
    """The entries as lines, lists of values and the whole cut where they are long."""
    kept: list[Line] = []
    for (mark, indent), run in groupby(entries, _list_of):
        texts = [text for _, text in run]
        if indent is not None and len(texts) > MOST_VALUES:
            rest = len(texts) - MOST_VALUES + 1
            texts[MOST_VALUES - 1 :] = [f"{' ' * indent}{MORE} and {rest:,} more values"]
        tone = _TONES[mark] if gutter else Tone.PLAIN
        kept += [
            line(Span(f"{mark} {_cut(text)}" if gutter else _cut(text), tone)) for text in texts
        ]
    if len(kept) > MOST_LINES:
        rest = len(kept) - MOST_LINES + 1
        kept[MOST_LINES - 1 :] = [line(Span(f"{MORE} and {rest:,} more lines", Tone.QUIET))]
    yield from kept


def _list_of(entry: _Marked) -> tuple[str, int | None]:
    """The mark, and for a value in a list its indent: neighbours alike in both are one run."""
    mark, text = entry
    is_value = text.lstrip(" ").startswith("- ") and not text.endswith(":") and ": " not in text
    return mark, _indent(text) if is_value else None


def _cut(text: str) -> str:
    return discreet(text, MOST_LETTERS)
