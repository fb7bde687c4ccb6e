"""One content in many layouts: as people, editors and formatters leave YAML files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from cg_sync.files.yaml_writer import to_flow
from cg_sync.jsonvalue import JsonValue

COMMENTS = ("# why", "#", "# a: b", "# - x, y]", '# it\'s "so"', "# ${x}")


@st.composite
def layouts(draw: st.DrawFn, content: dict[str, Any]) -> bytes:
    """The content as a file: blocks and brackets, comments, quotes, indentation, line ends."""
    lines = list(_Layout(draw).block(content, 0))
    if draw(st.booleans()):
        lines = ["# yaml-language-server: $schema=x", *lines]
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = newline.join(lines) + (newline if draw(st.integers(0, 3)) else "")
    mark = "\ufeff" if draw(st.integers(0, 5)) == 0 else ""
    return (mark + text).encode()


class _Layout:
    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def block(self, value: Any, indent: int) -> Iterator[str]:
        """The lines of a collection that is not empty."""
        pad = " " * indent
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from self._between(pad)
            is_item = isinstance(value, list)
            mark = "-" if is_item else f"{self._key(str(key))}:"
            gap = " " * self.draw(st.sampled_from([1, 1, 1, 3]))
            if not inner and inner is None and self.draw(st.booleans()):
                yield f"{pad}{mark}{self._behind()}"
            elif isinstance(inner, dict | list) and inner and self.draw(st.integers(0, 2)):
                deeper = self.draw(st.sampled_from([2, 2, 4]))
                if isinstance(inner, list) and not is_item and self.draw(st.booleans()):
                    deeper = 0
                first, *rest = self.block(inner, indent + deeper)
                if is_item and first.strip() and not first.lstrip().startswith("#"):
                    yield f"{pad}-{' ' * (deeper - 1)}{first.lstrip()}"
                else:
                    yield f"{pad}{mark}{self._behind()}"
                    yield first
                yield from rest
            else:
                yield from self._inline(f"{pad}{mark}{gap}", inner, indent)

    def _inline(self, start: str, value: Any, indent: int) -> Iterator[str]:
        if isinstance(value, dict | list) and value and self.draw(st.integers(0, 2)) == 0:
            yield from self._tall(start, value, indent)
        else:
            yield f"{start}{self._flow(value, in_flow=False)}{self._behind()}"

    def _tall(self, start: str, value: Any, indent: int) -> Iterator[str]:
        """Brackets over several lines."""
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        yield f"{start}{opening}{self._behind()}"
        pad = " " * (indent + 2)
        items = list(value.items()) if isinstance(value, dict) else [(None, it) for it in value]
        trailing = self.draw(st.booleans())
        for number, (key, inner) in enumerate(items):
            yield from self._between(pad)
            text = self._flow(inner, in_flow=True)
            text = text if key is None else f"{self._key(key)}: {text}"
            comma = "," if trailing or number < len(items) - 1 else ""
            yield f"{pad}{text}{comma}{self._behind()}"
        yield f"{pad}{closing}{self._behind()}"

    def _flow(self, value: Any, *, in_flow: bool) -> str:
        space = self.draw(st.sampled_from(["", "", " "]))
        comma = self.draw(st.sampled_from([", ", ", ", ",  "]))
        if isinstance(value, dict) and value:
            inner = (
                f"{self._key(key)}: {self._flow(it, in_flow=True)}" for key, it in value.items()
            )
            return f"{{{space}{comma.join(inner)}{space}}}"
        if isinstance(value, list) and value:
            return f"[{space}{comma.join(self._flow(it, in_flow=True) for it in value)}{space}]"
        if isinstance(value, str):
            return self._text(value, in_flow=in_flow)
        return to_flow(value)

    def _text(self, text: str, *, in_flow: bool) -> str:
        style = self.draw(st.sampled_from(["plain", "plain", "single", "double"]))
        if style == "single" and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
        if style == "double" and text.isprintable():
            return json.dumps(text, ensure_ascii=False)
        if re.fullmatch(r"[0-9]{4}-[0-9:TZ+-]*", text):
            return text
        return to_flow(text, in_flow=in_flow)

    def _key(self, key: str) -> str:
        is_quoted = key.isprintable() and self.draw(st.integers(0, 4)) == 0
        return json.dumps(key, ensure_ascii=False) if is_quoted else to_flow(key)

    def _between(self, pad: str) -> Iterator[str]:
        for _ in range(self.draw(st.sampled_from([0, 0, 0, 1, 2]))):
            yield self.draw(st.sampled_from(["", f"{pad}{self._comment()}"]))

    def _behind(self) -> str:
        kind = self.draw(st.sampled_from(["", "", "", "  ", "comment"]))
        return f" {self._comment()}" if kind == "comment" else kind

    def _comment(self) -> str:
        return self.draw(st.sampled_from(COMMENTS))


_words = st.sampled_from(["a", "b c", "TR", "true", "007", "it's", 'say "x"', "a: b", "x #y", ""])
_scalars: st.SearchStrategy[JsonValue] = st.none() | st.booleans() | st.integers(-5, 99) | _words
_keys = st.sampled_from(["in", "why", "slug", "values", "children", "a b", "NO"])
values: st.SearchStrategy[Any] = st.recursive(
    _scalars,
    lambda it: st.lists(it, max_size=4) | st.dictionaries(_keys, it, max_size=3),
    max_leaves=8,
)
contents = st.fixed_dictionaries(
    {"name": _words}, optional=dict.fromkeys(("rule", "members", "display", "note", "z"), values)
)


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """The value with a few things in it otherwise."""
    if isinstance(value, dict):
        kept = {
            key: draw(changed(it)) if draw(st.integers(0, 3)) == 0 else it
            for key, it in value.items()
            if draw(st.integers(0, 6)) or key == "name"
        }
        new = (
            draw(st.dictionaries(_keys, values, max_size=1)) if draw(st.integers(0, 3)) == 0 else {}
        )
        items = [*kept.items()]
        for item in new.items():
            if item[0] not in kept:
                items.insert(draw(st.integers(0, len(items))), item)
        return dict(items)
    if isinstance(value, list):
        items = [
            draw(changed(it)) if draw(st.integers(0, 3)) == 0 else it
            for it in value
            if draw(st.integers(0, 4))
        ]
        for it in draw(st.lists(values, max_size=2)):
            items.insert(draw(st.integers(0, len(items))), it)
        return items
    return draw(values)
