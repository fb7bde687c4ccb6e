"""Finds tabs that stand where YAML wants spaces; parsers differ about them, so none passes."""

from __future__ import annotations

import re

from yaml.tokens import ScalarToken

from cg_sync.errors import Problem
from cg_sync.files.yaml_parsers import EventParser
from cg_sync.files.yaml_syntax import tab_problem

_COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")
_BREAK = re.compile(r"[\r\n]")
_NOT_BREAK = re.compile(r"[^\r\n]")


def stray_tab(parser: EventParser, text: str, *, file: str) -> tuple[Problem, ...]:
    """The CG-F02 of the first tab outside quotes, text blocks and comments, if there is one."""
    left = _COMMENT.sub(lambda comment: " " * len(comment[0]), without_texts(parser, text))
    tab = left.find("\t")
    return () if tab < 0 else (tab_problem(text, tab, file=file),)


def without_texts(parser: EventParser, text: str) -> str:
    """`text` with spaces for all that stands in quotes or text blocks, its lines as they are.

    Raises yaml.YAMLError.
    """
    bare: list[str] = []
    end = 0
    while (token := parser.get_token()) is not None:
        if not isinstance(token, ScalarToken) or token.plain:
            continue
        start, after = token.start_mark.index, token.end_mark.index
        if token.style in "|>":  # the header is no part of the text
            header = _BREAK.search(text, start, after)
            start = header.start() if header else after
        bare += text[end:start], _NOT_BREAK.sub(" ", text[start:after])
        end = after
    bare.append(text[end:])
    return "".join(bare)
