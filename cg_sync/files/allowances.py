"""Reads the comments `# cg: allow …` of YAML files: comments only, never what is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cg_sync.core.allowances import MARK, Allowance, allowance_in
from cg_sync.core.document import Document
from cg_sync.errors import Position, Problem
from cg_sync.files.yaml_parsers import FASTEST, MakeParser
from cg_sync.files.yaml_tabs import without_texts
from cg_sync.files.yaml_text import text_of

MAX_PROBLEMS: Final = 20

_COMMENT: Final = re.compile(r"(?<!\S)#[^\r\n]*")
_BREAK: Final = re.compile(r"\r\n|\r|\n")


def find_allowances(
    documents: Iterable[Document],
) -> tuple[tuple[Allowance, ...], tuple[Problem, ...]]:
    """What the comments in the files of these documents allow, in their order, and those that are
    wrong.
    """
    allowances: list[Allowance] = []
    problems: list[Problem] = []
    for document in documents:
        if document.data is not None and MARK.encode() in document.data.lower():
            found, wrong = allowances_in(document.data, file=document.file)
            allowances += found
            problems += wrong
    return tuple(allowances), tuple(problems)


def allowances_in(
    data: bytes, *, file: str, make_parser: MakeParser = FASTEST
) -> tuple[tuple[Allowance, ...], tuple[Problem, ...]]:
    """What the comments in the bytes of one YAML file allow, by line, and at most MAX_PROBLEMS that
    are wrong. `data` parses.
    """
    text, _ = text_of(data, file=file)
    allowances: list[Allowance] = []
    problems: list[Problem] = []
    for comment, where, line in _comments(text or "", file, make_parser):
        found = allowance_in(comment, where, line)
        if isinstance(found, Allowance):
            allowances.append(found)
        elif found is not None and len(problems) < MAX_PROBLEMS:
            problems.append(found)
    return tuple(allowances), tuple(problems)


def _comments(text: str, file: str, make_parser: MakeParser) -> Iterator[tuple[str, Position, int]]:
    """Each comment with its place and the line it speaks of: its own, or, of comments that stand
    alone, the first line below that is not another such comment."""
    found: list[tuple[str, Position, bool]] = []
    starts = [0, *(it.end() for it in _BREAK.finditer(text))]
    line = 1
    for it in _COMMENT.finditer(without_texts(make_parser(text), text)):
        while line < len(starts) and starts[line] <= it.start():
            line += 1
        start = starts[line - 1]
        alone = not text[start : it.start()].strip()
        found.append((it[0], Position(file, line, it.start() - start + 1), alone))
    meant: dict[int, int] = {}
    for _, where, alone in reversed(found):
        meant[where.line] = meant.get(where.line + 1, where.line + 1) if alone else where.line
    return ((comment, where, meant[where.line]) for comment, where, _ in found)
