"""Markdown in which foreign text is only ever text: code spans, fences and prose that no platform
takes for a link, a mention or markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from cg_sync.report.line import Line, discreet

MOST_LETTERS = 120
"""Of one name in a code span."""


@dataclass(frozen=True, slots=True)
class Code:
    """A name or value that others chose."""

    text: str
    most: int = MOST_LETTERS


@dataclass(frozen=True, slots=True)
class Bold:
    """Our own words, in bold."""

    text: str


Words = Sequence[str | Code | Bold]
"""A line in parts; what is bare is our own and holds no markup."""


def inline(words: Words) -> str:
    """The line as Markdown."""
    return "".join(_inline(it) for it in words)


def _inline(part: str | Code | Bold) -> str:
    match part:
        case Code(text, most):
            return code(text, most)
        case Bold(text):
            return f"**{_OURS.sub(_escaped, text)}**"
        case str():
            return _OURS.sub(_escaped, part)


_OURS = re.compile(r"[~|]")


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def as_html(words: Words) -> str:
    """The same line as HTML, for where Markdown is not read: in `<summary>`."""
    return "".join(_as_html(it) for it in words)


def _as_html(part: str | Code | Bold) -> str:
    match part:
        case Code(text, most):
            return f"<code>{escape(_shown(text, most), quote=False)}</code>"
        case Bold(text):
            return f"<b>{escape(text, quote=False)}</b>"
        case str():
            return escape(part, quote=False)


def code(text: str, most: int = MOST_LETTERS) -> str:
    """The text, harmless, discreet and cut, in a code span that it cannot end."""
    return _span(_shown(text, most))


def _span(shown: str) -> str:
    fence = "`" * (_longest_run(shown) + 1)
    padded = f" {shown} " if shown[0] in "` " or shown[-1] in "` " else shown
    return f"{fence}{padded}{fence}"


def cell(text: str, most: int = MOST_LETTERS) -> str:
    """The same for a table, where a pipe would end it even in a code span."""
    shown = _shown(text, most)
    if "|" not in shown:
        return _span(shown)
    return f"<code>{_PUNCTUATION.sub(lambda it: f'&#{ord(it[0])};', shown)}</code>"


_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def _shown(text: str, most: int) -> str:
    shown = discreet(text, most)
    return shown if shown.strip() else f'"{shown}"'


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def fenced(lines: Iterable[Line], language: str) -> str:
    """The lines as they are in a fence that they cannot end."""
    texts = ["".join(span.text for span in it).rstrip() for it in lines]
    fence = "`" * max(3, max(map(_longest_run, texts), default=0) + 1)
    return "\n".join((f"{fence}{language}", *texts, fence))


def folded(summary: Words, body: str, *, is_open: bool = False) -> str:
    """The body under a summary that opens it."""
    opening = "<details open>" if is_open else "<details>"
    return f"{opening}<summary>{as_html(summary)}</summary>\n\n{body}\n\n</details>"


def table(rows: Sequence[Sequence[str]], aligned: Literal["---", "--:"] = "---") -> str:
    """Rows of cells, the first one their heading; all columns but the first are so aligned."""
    first, *rest = (f"| {' | '.join(row)} |" for row in rows)
    rule = f"|{'|'.join(['---', *[aligned] * (len(rows[0]) - 1)])}|"
    return "\n".join((first, rule, *rest))


_WORD = re.compile(r"""(?P<lead>[("'“‘]*)(?P<core>.*?)(?P<trail>[)"'”’.,;:?!…]*)""")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[→−–]")
_NUMBER = re.compile(
    r"[+−]?(?:\d{1,3}(?:,\d{3})*(?:\.\d{1,2})?%?|\d{4,6})|\d{4}-\d{2}-\d{2}|\d{2}:\d{2}", re.ASCII
)
_COMMIT = re.compile(r"[0-9a-f]{7,}", re.IGNORECASE)


def prose(text: str, most: int = 1000) -> str:
    """A sentence in which others may have chosen words, harmless, discreet and cut. Words of
    letters and short numbers stand as they are; everything else is in code spans, where no platform
    looks for links, mentions, commits, formulas or emoji. What the sentence itself puts between
    backticks is one code span.
    """
    shown = discreet(text, most)
    pieces = shown.split("`")
    if len(pieces) % 2 == 0 or "``" in shown:
        return _words(shown)
    made = [_span(_short(it)) if at % 2 else _between(it) for at, it in enumerate(pieces)]
    return _joined(it for it in made if it)


def _words(text: str) -> str:
    return " ".join(map(_word, text.split()))


_END = re.compile(r"[.,;:?!)]*(?=\s|$)")


def _between(text: str) -> str:
    """The words with the spaces around them, and with the mark that ends what stands before."""
    found = _END.match(text)
    mark = found[0] if found is not None else ""
    text = text[len(mark) :]
    words = _words(text)
    start = mark + (" " if text[:1].isspace() else "")
    end = " " if text[-1:].isspace() and words else ""
    return f"{start}{words}{end}"


def _joined(parts: Iterable[str]) -> str:
    """The parts in a row; two code spans never touch, since that would make one of them."""
    text = ""
    for part in parts:
        text += f" {part}" if text[-1:] == "`" and part[0] == "`" else part
    return text.strip()


def _word(text: str) -> str:
    found = _WORD.fullmatch(text)
    assert found is not None
    lead, core, trail = found.groups()
    if _LETTERS.fullmatch(core) and not _COMMIT.fullmatch(core):
        return text
    if _NUMBER.fullmatch(core):
        # At the start of a line `1.` would begin a list.
        return f"{lead}{core}\\{trail}" if core.isdigit() and trail[:1] in (".", ")") else text
    return f"{lead}{_span(_short(core))}{trail}" if core else _span(_short(text))


def _short(word: str) -> str:
    return word if len(word) <= MOST_LETTERS else f"{word[:MOST_LETTERS]}…"
