"""Reads the comments `# cg: allow …` of YAML files: comments only, never what is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from yaml import YAMLError

from cg_sync.core.allowances import MARK, Allowance, allowance_in
from cg_sync.errors import Position, Problem
from cg_sync.files.reading import read_bytes
from cg_sync.files.yaml_parsers import FASTEST, MakeParser
from cg_sync.files.yaml_tabs import without_texts
from cg_sync.files.yaml_text import MAX_BYTES, text_of

MAX_PROBLEMS: Final = 20

_COMMENT: Final = re.compile(r"(?<!\S)#[^\r\n]*")
_BREAK: Final = re.compile(r"\r\n|\r|\n")


def read_allowances(
    root: Path, files: Iterable[str]
) -> tuple[tuple[Allowance, ...], tuple[Problem, ...]]:
    """What the comments of these files allow, in the order of the files, and those that are wrong.

    The files are named as seen from `root`, and parse; one that is gone by now allows nothing.
    """
    allowances: list[Allowance] = []
    problems: list[Problem] = []
    for file in files:
        data, problem = read_bytes(root / file, shown_as=file, limit=MAX_BYTES)
        if problem is None and MARK.encode() in data.lower():
            found, wrong = allowances_in(data, file=file)
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
    for it in _COMMENT.finditer(_bare(text, make_parser)):
        while line < len(starts) and starts[line] <= it.start():
            line += 1
        start = starts[line - 1]
        alone = not text[start : it.start()].strip()
        found.append((it[0], Position(file, line, it.start() - start + 1), alone))
    meant: dict[int, int] = {}
    for _, where, alone in reversed(found):
        meant[where.line] = meant.get(where.line + 1, where.line + 1) if alone else where.line
    return ((comment, where, meant[where.line]) for comment, where, _ in found)


def _bare(text: str, make_parser: MakeParser) -> str:
    try:
        return without_texts(make_parser(text), text)
    except YAMLError:  # somebody has written to the file since it was read
        return ""
