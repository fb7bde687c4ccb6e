"""Text for a terminal as a value: lines of spans, each with a tone; and what makes foreign text
harmless and discreet there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cg_sync.core.privacy import without_addresses as without_addresses


class Tone(StrEnum):
    """What a span means; the terminal decides how that looks."""

    PLAIN = "plain"
    STRONG = "strong"
    QUIET = "quiet"
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]


def line(*spans: Span | str) -> Line:
    """One line; bare texts are plain."""
    return tuple(Span(it) if isinstance(it, str) else it for it in spans)


def plain(lines: Iterable[Line]) -> str:
    """The lines as text without any tone, each ended by a newline."""
    return "".join("".join(span.text for span in it).rstrip() + "\n" for it in lines)


_COMMAND = re.compile(r"(?<=:):(?=[A-Za-z])|(?<=#)#(?=\[|vso\[)")
"""GitHub acts upon `::word` at the beginning of a line, and upon `##[word]` anywhere in it; Azure
upon `##vso[word]`.
"""


def harmless(text: str, most: int = 300) -> str:
    """`text` with everything a terminal could act upon written out, in one line of at most `most`
    characters.

    Control characters and marks that change the direction of writing become `\\u{…}`; line breaks
    too, and a letter of what the log of a pipeline takes for a command: `::error::`, `##[error]`.
    """
    safe = text[: most + 1]
    if not safe.isprintable():
        safe = "".join(map(_written_out, safe))
    if "::" in safe or "##" in safe:
        safe = _COMMAND.sub(lambda it: f"\\u{{{ord(it[0]):x}}}", safe)
    return f"{safe[:most]}…" if len(text) > most or len(safe) > most else safe


def _written_out(letter: str) -> str:
    if letter == " " or letter.isprintable():
        return letter
    if unicodedata.category(letter) == "Zs":
        return " "
    return f"\\u{{{ord(letter):x}}}"


def discreet(text: str, most: int = 300) -> str:
    """`text` harmless, and with e-mail addresses masked: whatever others wrote, nobody is named."""
    return harmless(without_addresses(text), most)
