"""What PyYAML's parsers say when a text is not YAML, in words for the people who wrote it."""

from __future__ import annotations

import re

from yaml import MarkedYAMLError, YAMLError

from cg_sync.errors import Position, Problem
from cg_sync.files.yaml_text import position_in

# By what the parsers say (their wordings differ): what to tell the author, and a hint.
_TOLD = tuple(
    (re.compile(pattern), message, hint)
    for pattern, message, hint in (
        (
            r"mapping values are not allowed",
            "a `: ` that does not fit here",
            'put a text that holds `: ` in quotes, "like: this"; indent a key like its neighbours',
        ),
        (
            r"could not find expected ':'",
            "a line without `: ` where a key was expected",
            "write `key: value`; is the line above unfinished, or this one indented too little?",
        ),
        (
            r"sequence entries are not allowed",
            "a list item (`- `) that cannot stand here",
            "start the list on the line below its key",
        ),
        (
            r"quoted scalar: found unexpected (end of stream|document)",
            "a quote that is opened here is never closed",
            "close it with the same quote",
        ),
        (
            r"quoted scalar: ",
            "an escape that YAML does not know, in double quotes",
            "write a backslash as two, or use single quotes",
        ),
        (
            r"flow (sequence|mapping): |expected ',' or",
            "a `[` or `{` that is opened here is not closed properly",
            "separate the items with commas and close the bracket; quote texts that hold brackets",
        ),
        (
            r"block (mapping|collection|sequence): |<block end>",
            "this line does not fit the lines around it",
            "indent one level alike; quote a whole text if it starts with a quote or bracket",
        ),
        (
            r"block scalar: ",
            "a text block (`|` or `>`) that starts wrongly",
            "put nothing but a comment after `|` or `>`, and indent the lines below with spaces",
        ),
        (
            r"anchor|alias|tag",
            "a text that starts with `&`, `*` or `!` must be quoted",
            'put the text in quotes, "*like this"',
        ),
        (
            r"node content",
            "a value is missing or starts with a special character",
            "write the value, or put it in quotes",
        ),
    )
)
_TAB = (
    "a tab where YAML wants spaces",
    "indent with spaces: replace the tab",
)


def tab_problem(text: str, index: int, *, file: str) -> Problem:
    """The CG-F02 of a tab at `index` of `text`."""
    message, hint = _TAB
    return Problem("CG-F02", message, position_in(text, index, file=file), hint)


def syntax_problem(error: YAMLError, text: str, *, file: str) -> Problem:
    """The one CG-F02 for what a parser raised about `text`."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem("CG-F02", "not YAML", Position(file), "look for unusual characters")
    said = f"{error.context or ''}: {error.problem or ''}"
    mark = error.problem_mark
    if error.context_mark is not None and _OPENED.search(said):
        mark = error.context_mark
    where = Position(file, mark.line + 1, mark.column + 1)
    message, hint = _explained(said, text[mark.index : mark.index + 1])
    return Problem("CG-F02", message, where, hint)


# Of these the opening place says more than where the parser gave up, often the end of the file.
_OPENED = re.compile(r"quoted scalar: found unexpected|flow (sequence|mapping): |expected ',' or")


def _explained(said: str, character: str) -> tuple[str, str]:
    if character == "\t" or "tab" in said:
        return _TAB
    if "cannot start any token" in said:
        return f"a text cannot start with `{character}`", "put it in quotes"
    for pattern, message, hint in _TOLD:
        if pattern.search(said):
            return message, hint
    return (
        "not YAML",
        f"the parser says{said.removeprefix(':') if said.startswith(':') else ' ' + said}",
    )
