"""The nodes of a YAML text with where each begins and ends in it, for who changes a few of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from yaml.events import MappingStartEvent, NodeEvent, ScalarEvent, SequenceStartEvent

from cg_sync.files.yaml_parsers import EventParser

Form = Literal["scalar", "list", "mapping"]


@dataclass(slots=True)
class Node:
    """What stands at `start` to before `end`, indexes into the text; comments around it are no part
    of it. `flow`: inside brackets, of its own or of what is around it.

    A scalar has a `style`: a quote, `|` or `>` for a text block, empty for a plain one.
    """

    form: Form
    start: int
    end: int
    flow: bool
    style: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(slots=True)
class Entry:
    """One entry of a collection: `start` is that of its key or, of an item of a block list, of its
    dash; `key` is None in lists.
    """

    start: int
    key: Node | None
    value: Node

    @property
    def end(self) -> int:
        """Before which index the entry ends; the colon of a key without a value is a part of it."""
        return self.value.end


def nodes_of(parser: EventParser, text: str) -> Node | None:
    """The tree of the one document in `text`, which obeys `read_yaml`; None for an empty one."""
    while (event := parser.get_event()) is not None:
        if isinstance(event, NodeEvent):
            return _node(event, parser, text, flow=False)
    return None


def _node(event: NodeEvent, parser: EventParser, text: str, *, flow: bool) -> Node:
    start, end = _index(event.start_mark), _index(event.end_mark)
    if isinstance(event, ScalarEvent):
        style = event.style or ""
        if style in ("|", ">"):  # the empty lines below a text block count as part of it
            end = start + len(text[start:end].rstrip())
        return Node("scalar", start, end, flow, style)
    assert isinstance(event, MappingStartEvent | SequenceStartEvent)
    is_mapping = isinstance(event, MappingStartEvent)
    flow = flow or bool(event.flow_style)
    entries: list[Entry] = []
    last = start
    while isinstance(inner := parser.get_event(), NodeEvent):
        key = _node(inner, parser, text, flow=flow) if is_mapping else None
        value = _node(_value(parser) if is_mapping else inner, parser, text, flow=flow)
        begins = key.start if key is not None else value.start
        if not is_mapping and not flow:
            begins = _after_blanks(text, last)
        entries.append(Entry(begins, key, value))
        last = value.end
    if flow and inner is not None:
        last = _index(inner.end_mark)
    return Node("mapping" if is_mapping else "list", start, last, flow, entries=tuple(entries))


def _index(mark: Any) -> int:
    return int(mark.index)


def _value(parser: EventParser) -> NodeEvent:
    event = parser.get_event()
    assert isinstance(event, NodeEvent)
    return event


def _after_blanks(text: str, index: int) -> int:
    """The first index from here on that holds neither white space nor a comment."""
    while index < len(text):
        if text[index] == "#":
            while index < len(text) and text[index] not in "\r\n":
                index += 1
        elif not text[index].isspace():
            break
        else:
            index += 1
    return index
