"""Where every node of a YAML text stands; asked only when there is something to say about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from yaml import YAMLError
from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from cg_sync.core.document import Span
from cg_sync.files.yaml_builder import place_of
from cg_sync.files.yaml_parsers import MAX_DEPTH, EventParser
from cg_sync.jsonvalue import Pointer


def places_in(parser: EventParser, *, before: tuple[int, int] | None = None) -> dict[Pointer, Span]:
    """The place of every node, as far as the text parses, or that stands `before` a place; of a key
    written twice, the first.
    """
    spans: dict[Pointer, Span] = {}
    with suppress(YAMLError):
        _collect(parser, before, spans)
    return spans


@dataclass(slots=True)
class _Container:
    """A mapping or list we are in; `step` leads to the next value, None if a key comes first."""

    pointer: Pointer
    step: str | int | None
    key: tuple[int, int] | None = None


def _collect(
    parser: EventParser, before: tuple[int, int] | None, spans: dict[Pointer, Span]
) -> None:
    around: list[_Container] = []
    while (event := parser.get_event()) is not None and not isinstance(event, DocumentEndEvent):
        if isinstance(event, CollectionEndEvent):
            around.pop()
        if not isinstance(event, NodeEvent):
            continue
        place = place_of(event)
        if before is not None and place >= before:
            return
        pointer: Pointer = ()
        if not around:
            spans[pointer] = Span(place, place)
        else:
            into = around[-1]
            if into.step is None:
                if not isinstance(event, ScalarEvent):
                    return  # refused as a key, and so all below it
                into.step, into.key = event.value, place
                continue
            pointer = (*into.pointer, into.step)
            spans.setdefault(pointer, Span(into.key or place, place))
            into.step = into.step + 1 if isinstance(into.step, int) else None
        if isinstance(event, CollectionStartEvent):
            if len(around) == MAX_DEPTH:
                return
            around.append(_Container(pointer, None if isinstance(event, MappingStartEvent) else 0))
