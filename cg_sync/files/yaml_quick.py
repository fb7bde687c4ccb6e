"""Builds the content of a YAML document with which all is well, and gives up on any other.

It only ever says yes: what it gives up on is read again by `yaml_builder`, which says why not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from cg_sync.files.yaml_parsers import MAX_DEPTH, EventParser
from cg_sync.files.yaml_scalars import plain_key, plain_value
from cg_sync.jsonvalue import JsonValue

_BEGINNING: list[type[Event]] = [StreamStartEvent, DocumentStartEvent, MappingStartEvent]
_END: list[type[Event]] = [DocumentEndEvent, StreamEndEvent]


def may_be_quick(text: str) -> bool:
    """Whether no anchor or tag can be in `text`: `build_quickly` does not look for them."""
    return not ("&" in text or "!" in text)


def build_quickly(parser: EventParser) -> dict[str, JsonValue] | None:
    """The content of the one document if that is a mapping and nothing about it is refused.

    None for all else. Raises what the parser raises.
    """
    if not _next_are(_BEGINNING, parser):
        return None
    try:
        content = _mapping(parser.get_event)
    except ValueError:  # a key or number that is refused
        return None
    return None if content is None or not _next_are(_END, parser) else content


def _next_are(kinds: list[type[Event]], parser: EventParser) -> bool:
    return [type(parser.get_event()) for _ in kinds] == kinds


def _mapping(next_event: Callable[[], Any]) -> dict[str, JsonValue] | None:
    """The mapping that has begun, up to its end.

    This loop runs a hundred times for a file of twenty lines, hence the local names, the order of
    its branches and that it asks nothing twice.
    """
    root: dict[str, JsonValue] = {}
    around: list[tuple[Any, Any, str | None]] = []  # what we are in, from the outside
    into: Any = root  # the innermost container
    append: Any = None  # of `into`, if that is a list
    key: str | None = None  # in a mapping: the key whose value comes next
    value: Any
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            value = event.value
            if append is not None:
                append(value if event.style else plain_value(value))
            elif key is not None:
                into[key] = value if event.style else plain_value(value)
                key = None
            else:
                key = value if event.style else plain_key(value)
                if key in into:
                    return None
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            value = {} if kind is MappingStartEvent else []
            if append is not None:
                append(value)
            elif key is not None:
                into[key] = value
            else:
                return None  # a key that is no text
            around.append((into, append, None))
            if len(around) == MAX_DEPTH:
                return None
            into, key = value, None
            append = None if kind is MappingStartEvent else value.append
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            if not around:
                return root
            into, append, key = around.pop()
        else:
            return None
