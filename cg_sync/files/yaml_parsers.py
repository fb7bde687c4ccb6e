"""The two event parsers of PyYAML: libyaml where it is built in, pure Python elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from yaml.events import Event
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError
from yaml.tokens import ScalarToken, Token

MAX_DEPTH = 64
"""How deep a document may be nested."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class EventParser(Protocol):
    """Gives one text as events or as tokens, once. Raises yaml.YAMLError, nothing else."""

    def get_event(self) -> Event | None: ...

    def get_token(self) -> Token | None: ...


MakeParser = Callable[[str], EventParser]


class PythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser; about escapes as strict as libyaml, and not slowed down by brackets."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def fetch_flow_collection_start(self, token_class: type[Token]) -> None:
        super().fetch_flow_collection_start(token_class)
        if self.flow_level > MAX_DEPTH:
            # Refused when the reader sees it; until then, each bracket would be held to be the
            # beginning of a key, and they would all be compared with each other.
            self.possible_simple_keys.clear()

    def scan_flow_scalar(self, style: str) -> ScalarToken:
        start = self.get_mark()
        token: ScalarToken | None
        try:
            token = super().scan_flow_scalar(style)
        except (ValueError, OverflowError):
            token = None
        if token is None or _SURROGATE.search(token.value):
            context = "while scanning a double-quoted scalar"
            raise ScannerError(context, start, "found invalid Unicode character", self.get_mark())
        return token


def built_in_parsers() -> Mapping[str, MakeParser]:
    """What this PyYAML was built with, by name, the fastest first."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return {"python": PythonParser}
    return {"libyaml": CParser, "python": PythonParser}


PARSERS = built_in_parsers()

FASTEST: MakeParser = next(iter(PARSERS.values()))


def parser_version() -> str:
    """Which parser `FASTEST` is, and its version where PyYAML's own does not say it."""
    name = next(iter(PARSERS))
    if name == "python":
        return name
    from yaml._yaml import get_version_string

    return f"{name} {get_version_string()}"
