"""What a change means, as HTML: the verdict, what is otherwise, who shows it, the rule in English,
and its YAML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cg_sync.core.reading import Note, Reading
from cg_sync.report.line import Line, Tone
from cg_sync.report.meaning import MOST_LETTERS
from cg_sync.report.page.markup import NOTHING, Html, element, foreign, joined, text
from cg_sync.report.reading import MOST_LETTERS as MOST_OF_A_CUSTOMER
from cg_sync.report.reading import VERDICT_TONES, invented
from cg_sync.report.values import MORE, MOST_LINES

_MARK_CLASSES: Mapping[str, str] = {
    "+": "plus",
    "−": "minus",
    "~": "tilde",
    "=": "quiet",
    "!": "warn",
    "?": "quiet",
}
_VERDICT_CLASSES: Mapping[Tone, str] = {
    Tone.ADDED: "plus",
    Tone.REMOVED: "minus",
    Tone.WARNING: "warn",
    Tone.QUIET: "quiet",
    Tone.STRONG: "strong",
}


def verdict_word(reading: Reading) -> Html:
    """`WIDER` in its colour, of a reading that has a verdict."""
    tone = VERDICT_TONES.get(reading.verdict, Tone.STRONG)
    return element("b", text(reading.verdict), class_=f"word {_VERDICT_CLASSES[tone]}")


def reading_html(reading: Reading, *, is_new: bool = False) -> Html:
    """All that is read out above a value; the English of a new value comes first."""
    said = any(it.text in reading.english for it in reading.notes)
    parts = []
    if reading.verdict:
        parts.append(element("p", verdict_word(reading), foreign(f" {reading.proof}")))
    if is_new:
        parts.append(_english(reading.english))
    parts.append(_notes(reading.notes))
    parts += _examples(reading)
    if reading.english and not said and not is_new:
        first, *more = reading.english
        parts.append(_english((f"Now: {first}", *more)))
    return joined(parts)


def _notes(notes: Sequence[Note]) -> Html:
    items = [marked(it.mark, foreign(it.text, MOST_LETTERS)) for it in notes[:MOST_LINES]]
    return element("ul", *items, *_rest(len(notes)), class_="notes") if items else NOTHING


def marked(mark: str, words: Html) -> Html:
    """An item of a list of notes: its sign, then the words, both in the colour of the sign."""
    return element("li", element("b", text(mark)), text(" "), words, class_=_MARK_CLASSES[mark])


def _rest(count: int) -> Iterator[Html]:
    if count > MOST_LINES:
        yield element("li", text(f"{MORE} and {count - MOST_LINES:,} more lines"), class_="quiet")


def _examples(reading: Reading) -> Iterator[Html]:
    for word, customer in (("gains", reading.gains), ("loses", reading.loses)):
        if customer is not None:
            shown = foreign(invented(customer), MOST_OF_A_CUSTOMER)
            yield element("p", text(f"{word}, for example: "), element("q", shown), class_="case")


def _english(lines: Sequence[str]) -> Html:
    """Sentences as paragraphs; items of an outline as lists within lists."""
    entries = [_entry(line) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        entries.append((0, f"{MORE} and {len(lines) - MOST_LINES:,} more lines"))
    return element("div", _outline(entries), class_="english") if entries else NOTHING


_Entry = tuple[int, str]
"""The level of a line, 0 for a sentence, and its words."""


def _entry(line: str) -> _Entry:
    words = line.lstrip(" ")
    if not words.startswith("- "):
        return 0, words
    return (len(line) - len(words)) // 2, words.removeprefix("- ")


def _outline(entries: Sequence[_Entry]) -> Html:
    """The entries at the level of the first, and below each what is deeper."""
    parts = []
    start = 0
    while start < len(entries):
        level, words = entries[start]
        after = range(start + 1, len(entries))
        end = next((at for at in after if entries[at][0] <= level), len(entries))
        below = entries[start + 1 : end]
        inner = element("ul", _outline(below)) if below else NOTHING
        said = foreign(words, MOST_LETTERS)
        parts += [element("li", said, inner)] if level else [element("p", said), inner]
        start = end
    return joined(parts)


def yaml_html(lines: Iterable[Line], *, is_new: bool = False) -> Html:
    """Lines of YAML, each with its sign and in its colour where it differs."""
    return element("pre", joined(map(_yaml_line, lines)), class_="" if is_new else "diff")


def _yaml_line(line: Line) -> Html:
    words = text("".join(it.text for it in line) + "\n")
    match line[0].tone if line else Tone.PLAIN:
        case Tone.ADDED:
            return element("ins", words)
        case Tone.REMOVED:
            return element("del", words)
        case _:
            return words
