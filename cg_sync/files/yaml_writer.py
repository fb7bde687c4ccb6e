"""Writes JSON values as block YAML for people, which neither YAML 1.1 nor 1.2 misreads."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence

from yaml.resolver import Resolver

from cg_sync.files.yaml_scalars import plain_value
from cg_sync.jsonvalue import JsonValue

WIDTH = 80
MAX_KEY_LENGTH = 1000
"""YAML wants the colon within 1024 characters of where a key starts."""

_NEEDS_QUOTES = re.compile(
    r"""[\s?:,\[\]{}#&*!|>'"%@`=~<-]"""  # what a plain text cannot, or should not, start with
    r"|.*(?::\s|\s#|[:\s]\Z)",
    re.DOTALL,
)
_FLOW_ONLY = re.compile(r"[,\[\]{}?:]")
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
    # The log of a pipeline acts upon `##[…]` and `##vso[…]`, also where a patch is printed.
    r"|(?<=#)#(?=\[|vso\[)"
)
_SHORT_WORDS = frozenset("yYnN")  # true and false for some readers of YAML 1.1


def to_yaml(content: JsonValue, *, header: str | None = None) -> str:
    """`content` as YAML text that ends with a newline; keys in their order, equal for equal values.

    Each line of `header` becomes a comment above it. ValueError for a number that is not finite and
    for a key longer than MAX_KEY_LENGTH.
    """
    above = [f"# {line}".rstrip() for line in (header or "").splitlines()]
    return "\n".join((*above, *_block(content, WIDTH), ""))


def to_flow(value: JsonValue, *, in_flow: bool = True) -> str:
    """`value` in one line: as it may stand inside brackets, or else behind `key: ` and `- `.

    Raises ValueError as `to_yaml` does.
    """
    return _flow(value, in_flow=in_flow)


def _block(value: JsonValue, width: int) -> Iterator[str]:
    """The lines of `value`, not indented; `width` is what is left of each line."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _entry(_key(key), inner, width)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for item in value:
            yield from _item(item, width)
    else:
        yield _flow(value, in_flow=False)


def _entry(key: str, value: JsonValue, width: int) -> Iterator[str]:
    if _is_small(value):
        line = f"{key}: {_flow(value, in_flow=False)}"
        if len(line) <= width or _is_single(value):
            yield line
            return
    yield f"{key}:"
    for line in _block(value, width - 2):
        yield f"  {line}"


def _item(value: JsonValue, width: int) -> Iterator[str]:
    if _is_small(value) and not isinstance(value, Mapping):
        line = f"- {_flow(value, in_flow=False)}"
        if len(line) <= width:
            yield line
            return
    mark = "- "
    for line in _block(value, width - 2):
        yield mark + line
        mark = "  "


def _is_single(value: JsonValue) -> bool:
    """Whether the value takes one word in a file: a scalar, or something empty."""
    return not isinstance(value, Mapping | Sequence) or isinstance(value, str) or not value


def _is_small(value: JsonValue) -> bool:
    """Whether one line may hold it: singles, lists of them, chains of one-key mappings to them."""
    while isinstance(value, Mapping) and len(value) == 1:
        value = next(iter(value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(map(_is_single, value))
    return _is_single(value)


def _flow(value: JsonValue, *, in_flow: bool) -> str:
    match value:
        case str():
            return _text(value, in_flow=in_flow)
        case Mapping():
            inner = (f"{_key(key)}: {_flow(it, in_flow=True)}" for key, it in value.items())
            return f"{{{', '.join(inner)}}}"
        case Sequence():
            return f"[{', '.join(_flow(it, in_flow=True) for it in value)}]"
        case _:
            return _word(value)


def _word(value: float | bool | None) -> str:
    if not isinstance(value, float):
        return json.dumps(value)
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written")
    # YAML 1.1 takes 1e+16 for a text, 1.0e+16 is a number to all.
    return re.sub(r"^(-?\d+)e", r"\1.0e", repr(value))


def _key(key: str) -> str:
    written = _text(key, in_flow=True)
    if len(written) > MAX_KEY_LENGTH:
        raise ValueError(f"a key of {len(written)} characters cannot be written")
    return written


def _text(text: str, *, in_flow: bool) -> str:
    if (
        not text
        or _NEEDS_QUOTES.match(text)
        or (in_flow and _FLOW_ONLY.search(text))
        or _UNSEEN.search(text)
        or _is_misread(text)
    ):
        return _UNSEEN.sub(_escape, json.dumps(text, ensure_ascii=False))
    return text


def _is_misread(text: str) -> bool:
    """Whether some reader takes the bare text for something else than a text."""
    if text in _SHORT_WORDS or text.startswith("..."):
        return True
    for _, pattern in Resolver.yaml_implicit_resolvers.get(text[0], ()):
        if pattern.match(text):
            return True
    try:
        return not isinstance(plain_value(text), str)
    except ValueError:
        return True


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04X}"
