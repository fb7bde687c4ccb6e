"""Values as people read them in a plan: scalars in one word, rules and other trees as lines that
differ line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import harmless

SHOPS_OWN = "the shop's own"
_WHEN_NONE = {
    "display.price_list": SHOPS_OWN,
    "display.stock_list": SHOPS_OWN,
    "starts_at": "open",
    "ends_at": "open",
}


def is_tree(value: JsonValue) -> bool:
    """Whether a value wants lines of its own."""
    return isinstance(value, Mapping | list | tuple)


def in_words(value: JsonValue, field: str = "") -> str:
    """A scalar as an author would write it; None as what it means for `field`."""
    if value is None:
        return _WHEN_NONE.get(field, "nothing")
    if isinstance(value, bool):
        return "true" if value else "false"
    return harmless(str(value))


def tree_lines(value: JsonValue, indent: str = "") -> tuple[str, ...]:
    """A tree as YAML-like lines: one line a condition, one a value where a list is long."""
    return tuple(_tree_lines(value, indent))


LONG = 76


def _tree_lines(value: JsonValue, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            flow = f"{indent}{harmless(key)}: {_flow(item)}"
            if len(flow) <= LONG and not _holds_conditions(item):
                yield flow
            else:
                yield f"{indent}{harmless(key)}:"
                yield from _tree_lines(item, indent + "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            flow = f"{indent}- {_flow(item)}"
            if len(flow) <= LONG or not is_tree(item):
                yield flow
            else:
                first, *rest = _tree_lines(item, indent + "  ")
                yield f"{indent}- {first.lstrip()}"
                yield from rest
    else:
        yield f"{indent}{in_words(value)}"


def _holds_conditions(value: JsonValue) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value)


def _flow(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((key, item),) = value.items()
            return f"{harmless(key)}: {_flow_inner(item)}"
        return _flow_inner(value)
    return _flow_inner(value)


def _flow_inner(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{harmless(key)}: {_flow_inner(item)}" for key, item in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_flow_inner(item) for item in value)}]"
    return "null" if value is None else in_words(value)
