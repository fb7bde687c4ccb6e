"""JSON as data: its types, paths into it, and the one canonical text that hashes and comparisons
use.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

JsonScalar = str | int | float | bool | None
JsonValue = JsonScalar | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
JsonObject = Mapping[str, JsonValue]

Pointer = tuple[str | int, ...]
"""A path into a JSON value: keys and list indexes, () for the whole."""


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: JsonValue) -> str:
    """Equal text for equal values: sorted keys, no spaces, letters as they are."""
    return _ENCODER.encode(value)


def digest_of(value: JsonValue) -> str:
    """SHA-256 of the canonical text, in hex."""
    return digest_of_text(canonical(value))


def digest_of_text(text: str) -> str:
    """SHA-256 of the text, in hex."""
    # Imported when it is needed: it takes longer than all that a help text needs of ours.
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def mapping_in(value: JsonValue) -> JsonObject:
    """`value` if it is a mapping, otherwise an empty one: for data of unchecked shape."""
    return value if isinstance(value, Mapping) else {}


def shown(pointer: Pointer) -> str:
    """`pointer` as people read it: `rule.match[0].email`; empty for the whole value."""
    text = ""
    for step in pointer:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
