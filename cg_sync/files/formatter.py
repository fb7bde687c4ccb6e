"""The canonical layout of a YAML file, for `cg-sync fmt`: what it means and every comment stays."""

from __future__ import annotations

import re

from yaml.tokens import ScalarToken, StreamEndToken, ValueToken

from cg_sync.errors import Problem
from cg_sync.files.yaml_parsers import FASTEST
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import canonical

_BLOCKS = ("|", ">")
_GAP = re.compile(r" {2,}(?=[^ #])")


def format_yaml(data: bytes, *, file: str) -> tuple[str | None, tuple[Problem, ...]]:
    """The text of `data` in canonical layout, or the problems that hinder reading it.

    No byte order mark, line feeds only, no spaces at the end of a line, one after a key's colon, at
    most one blank line in a row, one newline at the end. Text blocks, and texts over several lines,
    are not touched. Formatting twice changes nothing more. Should the layout change the meaning,
    the text comes back as it was.
    """
    before, problems = read_yaml(data, file=file)
    if before is None:
        return None, problems
    text = data.decode("utf-8")
    formatted = _laid_out(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    after, _ = read_yaml(formatted.encode("utf-8"), file=file)
    if after is None or canonical(after.content) != canonical(before.content):
        return text, ()
    return formatted, ()


def _laid_out(text: str) -> str:
    lines = text.split("\n")
    kept, gaps = _layout_of(lines, text)
    out: list[str] = []
    for number, line in enumerate(lines):
        if number in kept:
            out.append(line)
            continue
        for start, end in reversed(gaps.get(number, [])):
            line = f"{line[:start]} {line[end:]}"
        line = line.rstrip(" \t")
        if line or (out and out[-1]):
            out.append(line)
    whole = "\n".join(out).rstrip("\n")
    return f"{whole}\n" if whole else ""


def _layout_of(lines: list[str], text: str) -> tuple[set[int], dict[int, list[tuple[int, int]]]]:
    """By line from 0: the lines not to touch, and the gaps (from, to) after colons."""
    kept: set[int] = set()
    gaps: dict[int, list[tuple[int, int]]] = {}
    parser = FASTEST(text)
    while not isinstance(token := parser.get_token(), StreamEndToken | None):
        start, end = token.start_mark, token.end_mark
        if isinstance(token, ScalarToken):
            first = start.line + (token.style in _BLOCKS)  # a block's header is no part of its text
            last = end.line if end.column else end.line - 1
            if last > start.line:
                # The scanner counts the empty lines below a text block as part of it.
                while not lines[last] and "+" not in lines[start.line]:
                    last -= 1
                kept.update(range(first, last + 1))
        elif isinstance(token, ValueToken):
            gap = _GAP.match(lines[end.line], end.column)
            if gap is not None:
                gaps.setdefault(end.line, []).append(gap.span())
    return kept, gaps
