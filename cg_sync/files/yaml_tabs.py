"""Finds tabs that stand where YAML wants spaces; parsers differ about them, so none passes."""

from __future__ import annotations

import re

from yaml.tokens import ScalarToken

from cg_sync.errors import Problem
from cg_sync.files.yaml_parsers import EventParser
from cg_sync.files.yaml_syntax import tab_problem

_COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")


def stray_tab(parser: EventParser, text: str, *, file: str) -> tuple[Problem, ...]:
    """The CG-F02 of the first tab outside quotes, text blocks and comments, if there is one."""
    bare: list[str] = []
    end = 0
    while (token := parser.get_token()) is not None:
        if not isinstance(token, ScalarToken) or token.plain:
            continue
        start = token.start_mark.index
        if token.style in "|>":  # the header is no part of the text
            start = min(text.find("\n", start) % (len(text) + 1), token.end_mark.index)
        bare += text[end:start], " " * (token.end_mark.index - start)
        end = token.end_mark.index
    bare.append(text[end:])
    left = _COMMENT.sub(lambda comment: " " * len(comment[0]), "".join(bare))
    tab = left.find("\t")
    return () if tab < 0 else (tab_problem(text, tab, file=file),)
