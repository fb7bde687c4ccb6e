"""Single changes to a YAML text: a value in its place, entries taken out, new entries put in.

Each change is what to put in place of `start` to before `end`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cg_sync.files.yaml_nodes import Entry, Node
from cg_sync.files.yaml_writer import to_flow, to_yaml
from cg_sync.jsonvalue import JsonValue

Change = tuple[int, int, str]
New = tuple[str | None, JsonValue]
"""An entry to come: its key, None in lists, and its value."""

_REST: Final = re.compile(r",?[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
_COMMA: Final = re.compile(r"\s*,")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:]+(?:Z|[+-][0-9:]+)?)?")
_BREAK: Final = re.compile(r"\r\n|\r|\n")


def spliced(text: str, changes: Iterable[Change]) -> str:
    """The text with all changes, of which no two overlap; those at one place in their order."""
    parts: list[str] = []
    done = 0
    for start, end, new in sorted(changes, key=lambda it: it[:2]):
        parts += text[done:start], new
        done = max(done, end)
    return "".join((*parts, text[done:]))


def _form(value: JsonValue) -> str:
    return "mapping" if isinstance(value, dict) else "list" if isinstance(value, list) else "scalar"


class Splice:
    """Changes to one text, in its own line ends, indentation and quotes."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = _BREAK.search(text)
        self.newline = found[0] if found else "\n"

    def scalar(self, node: Node, old: JsonValue, new: JsonValue) -> Change:
        """Another value in the place of a scalar, in the quotes of the old one."""
        written = self._scalar(new, node.style, self.text[node.start : node.end], flow=node.flow)
        is_empty = node.start == node.end and not self.text[: node.start].endswith((" ", "\n"))
        return node.start, node.end, f" {written}" if is_empty else written

    def replace(
        self, around: Node, entry: Entry, key: str | None, new: JsonValue
    ) -> Iterator[Change]:
        """Another value for an entry whose old one has nothing in common with it."""
        value = entry.value
        if around.flow or (key is None and value.flow and not isinstance(new, dict | list)):
            yield value.start, value.end, to_flow(new)
            return
        lines = to_yaml([new] if key is None else {key: new}).splitlines()
        if entry.key is None:
            indent = self._column(entry.start) * " "
            yield entry.start, value.end, f"{self.newline}{indent}".join(lines)
            return
        after = self._colon(entry.key) + 1
        if len(lines) == 1 and not self._is_below(after, value):
            yield after, value.end, f" {to_flow(new, in_flow=False)}"
        elif self._is_below(after, value) and isinstance(new, dict) and new:
            inside = (f"  {it}" for it in to_yaml(new).splitlines())
            yield from self._below(entry, after, [lines[0].split(":", 1)[0] + ":", *inside])
        else:
            yield from self._below(entry, after, lines)

    def _below(self, entry: Entry, after: int, lines: list[str]) -> Iterator[Change]:
        """The lines of a value on or below the line of its key; a comment on that line stays."""
        value, indent = entry.value, self._column(entry.start) * " "
        one = lines[0].split(":", 1)[1] if len(lines) == 1 else ""
        below = "".join(f"{indent}{it}{self.newline}" for it in lines[1:])
        if self._is_below(after, value):
            yield after, after, one
            yield self._line_start(value.start), self._line_end(value.end), below
            return
        yield after, value.end, ""
        end = self._line_end(value.end)
        lacks = "" if self._ends_line(end) else self.newline
        yield end, end, f"{lacks}{below}".rstrip("\r\n") if lacks else below

    def remove(self, around: Node, gone: Sequence[Entry]) -> Iterator[Change]:
        """Without these entries, of which not all may go, and the comments behind them; those of
        lists also without the comments directly above, which would speak of the next entry.
        """
        places = {id(it): number for number, it in enumerate(around.entries)}
        numbers = {places[id(it)] for it in gone}
        for number in sorted(numbers):
            entry = around.entries[number]
            start, end = self._line_start(entry.start), self._rest_end(entry.end, around)
            if entry.value.form != "scalar" and not entry.value.flow:
                end = self._past_comments(end, entry.start - start)
            if self._is_alone(entry, around):
                if around.form == "list" and number:  # above the first they may be about the list
                    start = self._comments_above(entry, around.entries[number - 1])
                yield start, end, ""
            elif around.flow:
                yield self._in_brackets(around.entries, number, numbers)
            else:
                yield self._behind_dash(around.entries, number, end)

    def _in_brackets(self, entries: Sequence[Entry], number: int, gone: set[int]) -> Change:
        """With the comma that parts it from those that stay; before a comment the comma stays."""
        entry = entries[number]
        if any(it not in gone for it in range(number + 1, len(entries))):
            return entry.start, entries[number + 1].start, ""
        before = entries[number - 1].end
        speaks = "#" in self.text[before : entry.start]
        return (entry.start if speaks else before), entry.end, ""

    def _behind_dash(self, entries: Sequence[Entry], number: int, end: int) -> Change:
        """The first entry of a collection that stands behind a dash: the next one moves up unless a
        comment is between.
        """
        start, following = entries[number].start, entries[number + 1].start
        if self.text[end:following].strip():
            return start, self._trimmed(end), ""
        return start, following, ""

    def insert(self, around: Node, above: Entry | None, new: Sequence[New]) -> Iterator[Change]:
        """New entries below one that is there, None for above all; in its layout."""
        entries = around.entries
        if around.flow:
            yield from self._insert_in_brackets(around, above, new)
            return
        first = entries[0]
        if above is None and self.text[self._line_start(first.start) : first.start].strip():
            above = first
        indent = self._column(first.start) * " "
        lines = [f"{indent}{line}" for it in new for line in self._lines(around, it)]
        if above is None:
            at = self._line_start(first.start)
        else:
            at = self._past_comments(self._line_end(above.end), len(indent))
        text = "".join(f"{line}{self.newline}" for line in lines)
        if not self._ends_line(at):
            text = self.newline + text.removesuffix(self.newline)
        yield at, at, text

    def _insert_in_brackets(
        self, around: Node, above: Entry | None, new: Sequence[New]
    ) -> Iterator[Change]:
        texts = [self._in_flow(around, it) for it in new]
        first = around.entries[0]
        if above is None:
            yield first.start, first.start, "".join(f"{it}, " for it in texts)
            return
        if not self._is_alone(above, around):
            yield above.end, above.end, "".join(f", {it}" for it in texts)
            return
        comma = _COMMA.match(self.text, above.end)
        if comma is None:
            yield above.end, above.end, ","
        indent = self.text[self._line_start(above.start) : above.start]
        at = self._line_end(above.end)
        joined = f",{self.newline}{indent}".join(texts)
        yield at, at, f"{indent}{joined}{',' if comma else ''}{self.newline}"

    def _lines(self, around: Node, new: New) -> list[str]:
        """A new entry of a block, quoted as its neighbours are."""
        key, value = new
        alike = [it.value.flow for it in around.entries if it.value.form == _form(value)]
        if key is None and alike and all(alike):
            return [f"- {to_flow(value)}"]
        if isinstance(value, dict | list):
            return to_yaml([value] if key is None else {key: value}).splitlines()
        mark = "-" if key is None else to_yaml({key: None}).split(":")[0] + ":"
        return [f"{mark} {self._like(around, value, flow=False)}"]

    def _in_flow(self, around: Node, new: New) -> str:
        key, value = new
        simple = not isinstance(value, dict | list)
        text = self._like(around, value, flow=True) if simple else to_flow(value)
        if key is None:
            return text
        quoted = all(it.key is not None and it.key.style == '"' for it in around.entries)
        name = self._scalar(key, '"' if quoted else "", "", flow=True)
        return f"{name}: {text}"

    def _like(self, around: Node, value: JsonValue, *, flow: bool) -> str:
        """A new scalar among neighbours: in their quotes, when all texts in quotes have the same;
        a bare moment beside bare ones.
        """
        scalars = [it.value for it in around.entries if it.value.form == "scalar"]
        plain = [self.text[it.start : it.end] for it in scalars if not it.style]
        moment = next((it for it in plain if _MOMENT.fullmatch(it)), "")
        styles = {it.style for it in scalars}
        is_list = all(it.key is None for it in around.entries)
        style = styles.pop() if is_list and len(styles) == 1 else ""
        return self._scalar(value, style, moment, flow=flow)

    def _scalar(self, new: JsonValue, style: str, old: str, *, flow: bool) -> str:
        written = to_flow(new, in_flow=flow)
        if not isinstance(new, str):
            return written
        if _MOMENT.fullmatch(new) and _MOMENT.fullmatch(old) and not style:
            return new
        if style == "'" and new.isprintable():
            return "'" + new.replace("'", "''") + "'"
        if style == '"' and not written.startswith('"'):
            return json.dumps(new, ensure_ascii=False)
        return written

    # --- places in the text

    def _line_start(self, index: int) -> int:
        return max(self.text.rfind("\n", 0, index), self.text.rfind("\r", 0, index)) + 1

    def _line_end(self, index: int) -> int:
        """Past the line break of the line in which `index` stands."""
        found = _BREAK.search(self.text, index)
        return found.end() if found else len(self.text)

    def _ends_line(self, index: int) -> bool:
        return index == 0 or self.text[index - 1] in "\r\n"

    def _trimmed(self, index: int) -> int:
        """Before the line break that ends at `index`."""
        return len(self.text[:index].rstrip("\r\n"))

    def _column(self, index: int) -> int:
        return index - self._line_start(index)

    def _colon(self, key: Node) -> int:
        return self.text.index(":", key.end)

    def _is_below(self, after: int, value: Node) -> bool:
        """Whether the value begins on a line below its key."""
        return bool(_BREAK.search(self.text, after, value.start))

    def _rest_end(self, index: int, around: Node) -> int:
        rest = _REST.match(self.text, index)
        return rest.end() if rest and around.flow else self._line_end(index)

    def _is_alone(self, entry: Entry, around: Node) -> bool:
        """Whether the entry has its lines for itself."""
        before = self.text[self._line_start(entry.start) : entry.start]
        return not before.strip() and (
            not around.flow or _REST.match(self.text, entry.end) is not None
        )

    def _comments_above(self, entry: Entry, previous: Entry) -> int:
        """Where the comments directly above an entry, at its own indentation, begin; without any,
        where its line does.
        """
        start = self._line_start(entry.start)
        mark = f"{self.text[start : entry.start]}#"
        # Not before the previous entry ends: a text over several lines may hold a `#`.
        begins = at = self._line_end(previous.end)
        while at < start:
            is_comment = self.text.startswith(mark, at)
            at = self._line_end(at)
            begins = begins if is_comment else at
        return begins

    def _past_comments(self, index: int, column: int) -> int:
        """Past the comments from `index` on that are indented deeper than `column`: they belong to
        what is above.
        """
        while index < len(self.text):
            end = self._line_end(index)
            line = self.text[index:end]
            words = line.lstrip(" ")
            if not words.startswith("#") or len(line) - len(words) <= column:
                break
            index = end
        return index
