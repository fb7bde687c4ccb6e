"""What a change of a rule means, in Markdown: the verdict, what changed, who shows it, and the rule
in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cg_sync.core.reading import Note, Reading
from cg_sync.report.markdown.text import Bold, Code, inline, prose
from cg_sync.report.reading import invented

MOST_LINES = 20
"""Of notes, and of the rule in English; what is longer is read in its file."""
SENTENCE_LETTERS = 1500
CUSTOMER_LETTERS = 300


def reading_blocks(reading: Reading, *, is_new: bool) -> Iterator[str]:
    """Blocks of Markdown; a new rule is said in English alone."""
    if reading.verdict:
        yield f"{inline([Bold(reading.verdict)])}: {prose(reading.proof)}"
    said = any(it.text in reading.english for it in reading.notes)
    lines = [*_note_lines(reading.notes), *_customer_lines(reading)]
    if is_new:
        yield from _english(reading.english)
    if lines:
        yield "\n".join(lines)
    if reading.english and not said and not is_new:
        first, *more = reading.english
        yield from _english((f"Now: {first}", *more))


def _note_lines(notes: Sequence[Note]) -> Iterator[str]:
    for note in notes[:MOST_LINES]:
        yield f"- {inline([Bold(note.mark)])} {prose(note.text, SENTENCE_LETTERS)}"
    if len(notes) > MOST_LINES:
        yield f"- … and {len(notes) - MOST_LINES:,} more"


def _customer_lines(reading: Reading) -> Iterator[str]:
    for word, customer in (("gains", reading.gains), ("loses", reading.loses)):
        if customer is not None:
            shown = Code(invented(customer), CUSTOMER_LETTERS) if customer else invented(customer)
            yield f"- {inline([Bold(word), ', for example: ', shown])}"


def _english(texts: Sequence[str]) -> Iterator[str]:
    """Paragraphs, and runs of items as lists; items keep their indent."""
    items: list[str] = []
    for text in texts[:MOST_LINES]:
        bare = text.lstrip(" ")
        if bare.startswith("- "):
            indent = text[: len(text) - len(bare)]
            items.append(f"{indent[2:]}- {prose(bare[2:], SENTENCE_LETTERS)}")
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield prose(text, SENTENCE_LETTERS)
    if len(texts) > MOST_LINES:
        items.append(f"- … and {len(texts) - MOST_LINES:,} more lines")
    if items:
        yield "\n".join(items)
