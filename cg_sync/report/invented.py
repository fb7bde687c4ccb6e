"""Texts about invented customers: an address that says that nobody has it is shown, others not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import harmless, without_addresses
from cg_sync.rules.testing.customers import INVENTED

_END = r"\s<>\"`,;:/()\[\]{}=|\\"
"""What ends an address on either side; an `@` does not."""
_INVENTED = re.compile(
    rf"((?<![^{_END}])(?:{'|'.join(INVENTED)})[^@{_END}]*@[^@{_END}]+(?![^{_END}]))", re.IGNORECASE
)


def without_real_people(text: str) -> str:
    """The text with every e-mail address masked but those that begin as invented ones do."""
    if "@" not in text:
        return text
    pieces = _INVENTED.split(text)
    return "".join(it if at % 2 else without_addresses(it) for at, it in enumerate(pieces))


def shown_invented(text: str, most: int = 300) -> str:
    """The text, harmless in a terminal, cut, and without real people."""
    return harmless(without_real_people(text), most)


def invented_data(value: JsonValue) -> JsonValue:
    """The value with every text in it, keys too, without real people."""
    match value:
        case str():
            return without_real_people(value)
        case Mapping():
            return {without_real_people(key): invented_data(item) for key, item in value.items()}
        case Sequence():
            return [invented_data(item) for item in value]
        case _:
            return value
