"""What a change means, above the fields that say how it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cg_sync.core.reading import Reading
from cg_sync.jsonvalue import JsonObject
from cg_sync.report.line import Line, Span, Tone, discreet, line
from cg_sync.report.meaning import english_lines, meaning_lines, wrapped
from cg_sync.rules.document import document_lines

MOST_LETTERS = 300
"""Of one invented customer."""

VERDICT_TONES: Mapping[str, Tone] = {
    "EQUIVALENT": Tone.QUIET,
    "NARROWER": Tone.REMOVED,
    "WIDER": Tone.ADDED,
    "SHIFTED": Tone.WARNING,
    "REPLACED": Tone.WARNING,
    "UNDECIDED": Tone.WARNING,
}


def verdict_line(reading: Reading) -> Line:
    """What is proved of the change: `NARROWER: nobody gains, some lose`; empty without a proof."""
    if not reading.verdict:
        return line()
    tone = VERDICT_TONES.get(reading.verdict, Tone.STRONG)
    return line(Span(reading.verdict, tone), f": {discreet(reading.proof)}")


def reading_lines(reading: Reading, indent: str, *, is_new: bool = False) -> Iterator[Line]:
    """What changed in meaning, who shows it, and the new value in English unless that was said; of
    a new value, first the English.
    """
    said = any(it.text in reading.english for it in reading.notes)
    if is_new:
        yield from english_lines(reading.english, indent)
    yield from meaning_lines(reading.notes, indent)
    for word, customer in (("gains", reading.gains), ("loses", reading.loses)):
        if customer is not None:
            shown = discreet(invented(customer), MOST_LETTERS)
            for text in wrapped(shown, f"{indent}{word}, for example: "):
                yield line(Span(text, Tone.QUIET))
    if reading.english and not said and not is_new:
        first, *more = reading.english
        yield from english_lines((f"Now: {first}", *more), indent)


def invented(customer: JsonObject) -> str:
    """An invented customer in one line: `email: test@edu.tr, is_active: true`."""
    if not customer:
        return "somebody of whom nothing is known"
    fields = (" ".join(document_lines({name: value})) for name, value in customer.items())
    return ", ".join(fields)
