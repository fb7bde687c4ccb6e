"""One finding about a rule or the catalogue, placed by a path into what was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cg_sync.jsonvalue import JsonValue, Pointer, canonical


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """A code of `cg_sync.codes`, what is wrong and where; `of_key`: at the key, not its value."""

    code: str
    message: str
    pointer: Pointer = ()
    of_key: bool = False
    hint: str = ""


def spoken(value: JsonValue) -> str:
    """A value as a message names it: short, and never what is inside a list or mapping."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = canonical(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


class ValueRefused(Exception):
    """A value does not fit its attribute: a finding code, what is wrong, what to do next."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
