"""Texts that a pattern is likely to match; whoever uses them asks RE2."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice, product
from typing import Final

MAX_SAMPLES: Final = 24
_MAX_TIMES: Final = 40
_MAX_LETTERS: Final = 1000

_ESCAPES: Final = {"d": "0", "w": "a", "s": " ", "D": "x", "W": "-", "S": "x"}
_NO_WIDTH: Final = frozenset({"^", "$", r"\b", r"\A", r"\z"})
_TIMES: Final = re.compile(r"(?:[*+?]|\{(?P<least>[0-9]+)(?P<range>,(?P<most>[0-9]*))?\})\??")
_GROUP: Final = re.compile(r"\((?:\?(?:P?<[^>]*>|[a-z-]*:))?")
_ATOM: Final = re.compile(r"\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]|\\.|.", re.DOTALL)
_TRIED: Final = "x0a-_ .@é"


def samples(pattern: str, anything: str) -> list[str]:
    """Some texts for an RE2 pattern, with `anything` where it allows any letters.

    None for what this reader does not understand; what it understands may still not match.
    """
    found, end = _alternatives(pattern, 0, anything)
    return found if end == len(pattern) else []


def _alternatives(pattern: str, at: int, anything: str) -> tuple[list[str], int]:
    """Samples up to a closing bracket or the end, and where that is."""
    found, at = _sequence(pattern, at, anything)
    while at < len(pattern) and pattern[at] == "|":
        more, at = _sequence(pattern, at + 1, anything)
        found += more
    return _few(found), at


def _sequence(pattern: str, at: int, anything: str) -> tuple[list[str], int]:
    found = [""]
    while at < len(pattern) and pattern[at] not in "|)":
        any_letter = pattern[at] == "."
        atom, at = _atom(pattern, at, anything)
        repeat = _TIMES.match(pattern, at)
        if repeat is not None:
            at = repeat.end()
            wild = [anything] if any_letter and repeat["least"] is None else []
            atom = [*wild, *(text * times for times in _counts(repeat) for text in atom)]
        found = _few(before + text for before, text in product(found, atom))
    return found, at


def _atom(pattern: str, at: int, anything: str) -> tuple[list[str], int]:
    group = _GROUP.match(pattern, at)
    if group is not None:
        inner, at = _alternatives(pattern, group.end(), anything)
        return inner, at + 1
    found = _ATOM.match(pattern, at)
    unit = found[0] if found is not None else ""
    if unit in _NO_WIDTH:
        return [""], at + len(unit)
    if unit.startswith("\\"):
        return [_ESCAPES.get(unit[1:], unit[1:])], at + len(unit)
    if unit.startswith("[") and len(unit) > 1:
        return _members(unit), at + len(unit)
    return ["x" if unit == "." else unit], at + max(1, len(unit))


def _members(letters: str) -> list[str]:
    """Letters that are in a class of them."""
    inside = letters[1:-1].removeprefix("^").replace("\\", "")
    if letters.startswith("[^"):
        return [it for it in _TRIED if it not in inside][:2]
    if inside.startswith("[:"):
        return ["0" if "digit" in inside else "a"]
    return list(dict.fromkeys((inside[:1], inside[-1:])))


def _counts(repeat: re.Match[str]) -> Sequence[int]:
    match repeat[0][0]:
        case "*":
            return (1, 0, 2)
        case "+":
            return (1, 2)
        case "?":
            return (1, 0)
        case _:
            least = int(repeat["least"])
            most = int(repeat["most"] or least + 1) if repeat["range"] else least
            return [min(it, _MAX_TIMES) for it in dict.fromkeys((least, most))]


def _few(found: Iterable[str]) -> list[str]:
    short = (it for it in found if len(it) <= _MAX_LETTERS)
    return list(dict.fromkeys(islice(short, MAX_SAMPLES)))
