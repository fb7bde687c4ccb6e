"""Reads YAML strictly: YAML 1.2 values, nothing written twice, every fault with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from yaml import YAMLError

from cg_sync.core.document import Document, Span
from cg_sync.errors import Position, Problem
from cg_sync.files.yaml_builder import MAX_FAULTS, Fault, build
from cg_sync.files.yaml_lines import read_lines
from cg_sync.files.yaml_parsers import FASTEST, MakeParser
from cg_sync.files.yaml_places import places_in
from cg_sync.files.yaml_syntax import syntax_problem
from cg_sync.files.yaml_tabs import stray_tab
from cg_sync.files.yaml_text import position_in, text_of
from cg_sync.jsonvalue import JsonValue, Pointer

MAX_PROBLEMS = 20

# PyYAML's parser skips directives it does not know, libyaml refuses them: so none reaches either.
_DIRECTIVE = re.compile(r"(?:\s++|#[^\n]*+)*+%")


def read_yaml(
    data: bytes, *, file: str, make_parser: MakeParser = FASTEST
) -> tuple[Document | None, tuple[Problem, ...]]:
    """The document in `data`, or every problem that hinders reading it, by place; never both.

    An empty file is a document whose content is None. No input makes it raise.
    """
    text, unreadable = text_of(data, file=file)
    if text is None:
        return None, (unreadable,) if unreadable else ()
    if directive := _DIRECTIVE.match(text):
        return None, (_directive(text, directive.end() - 1, file),)
    content: JsonValue = read_lines(text)
    if content is not None:
        return document_of(file, content, data, make_parser), ()
    faults: list[Fault] = []
    stopped: tuple[Problem, ...] = ()
    try:
        content = build(make_parser(text), faults)
    except YAMLError as error:
        stopped = (syntax_problem(error, text, file=file),)
    if not faults and not stopped and "\t" in text:
        stopped = stray_tab(make_parser(text), text, file=file)
    if not faults and not stopped:
        return document_of(file, content, data, make_parser), ()
    return None, (*_explained(faults, text, make_parser, file), *stopped)


def document_of(
    file: str, content: JsonValue, data: bytes, make_parser: MakeParser = FASTEST
) -> Document:
    """The document that `data` holds, whose content is known."""
    return Document(file, content, partial(_locate, data, make_parser), data)


def _locate(data: bytes, make_parser: MakeParser) -> Mapping[Pointer, Span]:
    text, _ = text_of(data, file="")
    return places_in(make_parser(text or ""))


def _directive(text: str, index: int, file: str) -> Problem:
    where = position_in(text, index, file=file)
    return Problem("CG-F04", "directive (a line that starts with `%`)", where, "remove the line")


def _explained(
    faults: Sequence[Fault], text: str, make_parser: MakeParser, file: str
) -> Iterator[Problem]:
    """The faults as problems, at most MAX_PROBLEMS and how many more there are."""
    told = faults[:MAX_PROBLEMS]
    twice = [fault.place for fault in told if fault.twice is not None]
    places = places_in(make_parser(text), before=twice[-1]) if twice else {}
    for fault in told:
        where = Position(file, *fault.place)
        if fault.twice is None:
            yield Problem("CG-F04", fault.message, where, fault.hint)
        else:
            message = f"{fault.message}, first on line {places[fault.twice].key[0]}"
            yield Problem("CG-F03", message, where, fault.hint)
    if len(faults) > MAX_PROBLEMS:
        place = Position(file, *faults[MAX_PROBLEMS].place)
        more = f"{len(faults) - MAX_PROBLEMS}{' or' if len(faults) >= MAX_FAULTS else ''} more"
        yield Problem("CG-F04", f"and {more} like these", place)
