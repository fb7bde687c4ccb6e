"""Builds the content of one YAML document from parser events, and notes what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from cg_sync.files.yaml_parsers import MAX_DEPTH, EventParser
from cg_sync.files.yaml_scalars import plain_key, plain_value
from cg_sync.jsonvalue import JsonScalar, JsonValue, Pointer

MAX_FAULTS = 1000
"""After so many the rest of a text is not looked at."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A refused use of YAML and its place; `twice` is the path of a key written before."""

    place: tuple[int, int]
    message: str
    hint: str
    twice: Pointer | None = None


def build(parser: EventParser, faults: list[Fault]) -> JsonValue:
    """The content of the one document; it can be believed only if nothing was added to `faults`.

    Stops when those are MAX_FAULTS. Keeps no positions and never recurses. Raises what the parser
    raises.
    """
    next_event = parser.get_event
    root: JsonValue = None
    documents = 0
    around: list[
        tuple[Any, Any]
    ] = []  # what we are in, from the outside: a container, its step to the next
    into: Any = None  # the innermost container
    key: str | None = None  # in a mapping: the key whose value comes next
    value: Any
    step: str | int | None
    while len(faults) < MAX_FAULTS:
        event: Any = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            if event.tag is not None or event.anchor is not None:
                faults.append(_feature(event))
            if key is None and type(into) is dict:
                key = event.value
                if key in into:
                    faults.append(_written_twice(event, (*(step for _, step in around[1:]), key)))
                elif not event.style:
                    _check_key(event, faults)
                continue
            value = event.value if event.style else _value_of(event, faults)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.tag is not None or event.anchor is not None:
                faults.append(_feature(event))
            if key is None and type(into) is dict:
                faults.append(
                    _fault(event, "a key that is not a text", "quote it, or write `key: value`")
                )
                return None
            if len(around) == MAX_DEPTH:
                faults.append(
                    _fault(event, f"nested deeper than {MAX_DEPTH} levels", "flatten the file")
                )
                return None
            value = {} if kind is MappingStartEvent else []
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            into, _ = around.pop()
            continue
        elif kind is AliasEvent:
            faults.append(_feature(event))
            if key is None and type(into) is dict:
                key = f"*{event.anchor}"
                continue
            value = None
        elif kind is StreamEndEvent:
            return root
        else:
            documents += kind is DocumentStartEvent
            if documents == 2:
                faults.append(_fault(event, "a second document", "make it a file of its own"))
                return None
            continue

        if type(into) is dict:
            into[key] = value
            step, key = key, None
        elif into is None:
            root, step = value, None
        else:
            step = len(into)
            into.append(value)
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            around.append((into, step))
            into = value
    return None


def _value_of(event: ScalarEvent, faults: list[Fault]) -> JsonScalar:
    try:
        return plain_value(event.value)
    except ValueError as error:
        faults.append(_fault(event, str(error), "if it is meant as a text, put it in quotes"))
        return None


def _check_key(event: ScalarEvent, faults: list[Fault]) -> None:
    text = event.value
    if text == "<<":
        faults.append(_fault(event, "merge key `<<`", "write the merged keys out"))
        return
    try:
        plain_key(text)
    except ValueError:
        meant = f'put it in quotes: "{text}"' if text else "write the key before the colon"
        faults.append(_fault(event, f"key `{text}` is not a text", meant))


def _written_twice(event: ScalarEvent, pointer: Pointer) -> Fault:
    return Fault(
        place_of(event), f"key `{event.value}` is written twice", "keep one of the two", pointer
    )


def _feature(event: Any) -> Fault:
    """The fault of an anchor, alias or tag."""
    if isinstance(event, AliasEvent):
        return _fault(event, f"alias `*{event.anchor}`", "write the value out, or quote the text")
    if event.anchor is not None:
        return _fault(event, f"anchor `&{event.anchor}`", "remove it, or quote the text")
    tag = event.tag.replace("tag:yaml.org,2002:", "!!")
    return _fault(event, f"tag `{tag}`", "remove it, or quote the text")


def _fault(event: Event, message: str, hint: str) -> Fault:
    return Fault(place_of(event), message, hint)


def place_of(event: Event) -> tuple[int, int]:
    """Line and column, from 1, where the event starts."""
    mark = event.start_mark
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
