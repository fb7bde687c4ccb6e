"""Reads lists and mappings in brackets that stand on one line, and gives up on unusual ones."""

from __future__ import annotations

import re
from typing import Final

from cg_sync.files.yaml_scalars import are_texts, plain_key, plain_value
from cg_sync.jsonvalue import JsonValue

DEEPEST: Final = 16
"""Brackets in brackets; deeper is unusual."""

KEY: Final = r"[A-Za-z_][\w.-]{0,99}+"
QUOTED: Final = r'"[^"\\]*+"|' + r"'[^']*+'"
BEGINS: Final = r"(?:[\w./+~]|-(?=\w))"
"""What an unquoted scalar may begin with."""

_REST = r"[^ :#?,\[\]{}]"
_PLAIN = rf"{BEGINS}{_REST}*+(?:(?: ++(?={_REST})|:(?={_REST})){_REST}*+)*+"
_WORD = rf"[^\W\d_]{_REST}*+(?: {_REST}++)*+"
_WORDS = rf"{_WORD}(?:, {_WORD})*+"
_MOST = re.compile(rf"{{({KEY}): \[({_WORDS})\]}}")
"""What most of them are: one operator and its words."""
_TOKEN = re.compile(
    # A list of nothing but words is one token: most are, and splitting it is quick.
    rf"\[{_WORDS}\] *+|{KEY}: ++|[\[\]{{}},] *+|(?:{_PLAIN}|{QUOTED}) *+"
)


class Unusual(Exception):
    """What is written here is wrong, or right in a way that is seldom seen."""


def read_flow(text: str) -> JsonValue:
    """The list or mapping that `text` is. Raises Unusual or ValueError when there is any doubt."""
    if most := _MOST.fullmatch(text):
        return {plain_key(most[1]): _words(most[2])}
    tokens = _TOKEN.findall(text)
    if sum(map(len, tokens)) != len(text):  # there is something between two of them
        raise Unusual
    tokens.reverse()
    try:
        value = _value(tokens, DEEPEST)
    except IndexError:  # there is no token any more
        raise Unusual from None
    if tokens:
        raise Unusual
    return value


def _value(tokens: list[str], depth: int) -> JsonValue:
    """What the next tokens are, which are taken from the end."""
    token = tokens.pop().rstrip(" ")
    first = token[0]
    if first == "{":
        return _mapping(tokens, depth - 1)
    if first == "[":
        return _list(tokens, depth - 1) if len(token) == 1 else _words(token[1:-1])
    if first in "\"'":
        return token[1:-1]
    if first in "]}," or token[-1] == ":":
        raise Unusual
    return plain_value(token)


def _mapping(tokens: list[str], depth: int) -> JsonValue:
    content: dict[str, JsonValue] = {}
    if depth < 0:
        raise Unusual
    while True:
        name = tokens.pop().rstrip(" ")
        key = plain_key(name[:-1])
        if name[-1] != ":" or key in content:
            raise Unusual
        content[key] = _value(tokens, depth)
        if _ends(tokens, "}"):
            return content


def _list(tokens: list[str], depth: int) -> JsonValue:
    content: list[JsonValue] = []
    if depth < 0:
        raise Unusual
    if tokens[-1][0] == "]":
        tokens.pop()
        return content
    while True:
        content.append(_value(tokens, depth))
        if _ends(tokens, "]"):
            return content


def _ends(tokens: list[str], bracket: str) -> bool:
    """Whether the next token is this bracket; False when another item comes."""
    token = tokens.pop()
    if token[0] != bracket and token[0] != ",":
        raise Unusual
    return token[0] == bracket


def _words(text: str) -> JsonValue:
    words = text.split(", ")
    return [*words] if are_texts(words) else list(map(plain_value, words))
