"""Reads YAML that is written as most of it is, line by line, and gives up on all other.

It only ever says yes: what it gives up on is read by a parser that knows all of YAML, and says why
not. Files say the same again and again, so that lines are remembered.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from cg_sync.files.yaml_flow import BEGINS, KEY, QUOTED, Unusual, read_flow
from cg_sync.files.yaml_scalars import plain_key, plain_value
from cg_sync.jsonvalue import JsonScalar, JsonValue

DEEPEST: Final = 32
"""Blocks in blocks; deeper is unusual."""
LONGEST_LINE: Final = 200
"""Characters of a line that is remembered."""

_REST = r"[^ :#]"
_PLAIN = rf"{BEGINS}{_REST}*+(?:(?: ++(?={_REST})|:(?=[^ ])|#){_REST}*+)*+"
_LINE = re.compile(
    rf"( *)(- +)?(?:({KEY}):(?: +|$))?"
    rf"(?:({_PLAIN})|({QUOTED})|([\[{{].*[\]}}]))?"
    r" *(?:(?<![^ ])#.*)?"
).fullmatch
_BEGINNING = "---\n"


_Line = tuple[int, str, str | None, bool, JsonScalar, str]
"""Where the content of a line begins, its dash with the blanks behind it, its key, whether it has a
value, and which: in brackets it is the last, and still to be read.
"""


def read_lines(text: str) -> dict[str, JsonValue] | None:
    """The content of the one document in `text`, if that is a mapping in which nothing is unusual.

    None for all else. `text` has no control characters but tabs and line breaks.
    """
    if "\t" in text or "\r" in text:
        return None
    try:
        return _read(text.removeprefix(_BEGINNING)) or None
    except (Unusual, ValueError):  # a ValueError: of a key or number that is refused
        return None


def _line(line: str) -> _Line | None:
    """What stands on a line; None when nothing does, or only a comment. Raises Unusual or
    ValueError.
    """
    found = _LINE(line)
    if found is None:
        raise Unusual
    blanks, dash, key, plain, quoted, flow = found.groups()
    if key is not None:
        key = plain_key(key)
    value = plain_value(plain) if plain else quoted[1:-1] if quoted else None
    has_value = bool(plain or quoted or flow)
    if not (dash or key or has_value):
        return None
    return len(blanks), dash or "", key, has_value, value, flow or ""


_remembered_line = lru_cache(1 << 12)(_line)


def _read(text: str) -> dict[str, JsonValue]:
    """The mapping that the lines are. Raises Unusual or ValueError when there is any doubt."""
    root: dict[str, JsonValue] = {}
    into: Any = root  # the innermost block
    column = 0  # where its lines begin
    around: list[tuple[int, Any]] = []  # the blocks we are in, from the outside
    open_key: str | None = None  # whose value was not on its line: it may come below
    value: Any
    for written in text.split("\n"):
        line = (_remembered_line if len(written) <= LONGEST_LINE else _line)(written)
        if line is None:
            continue
        at, dash, key, has_value, value, flow = line
        if open_key is not None and (at > column or (at == column and dash)):
            if len(around) >= DEEPEST:
                raise Unusual
            around.append((column, into))
            block: Any = [] if dash else {}
            into[open_key] = block
            column, into = at, block
        else:
            # The lines of a list may begin where those of the mapping around it do.
            while at < column or (at == column and not dash and type(into) is list):
                column, into = around.pop()
        is_list = type(into) is list
        if at != column or is_list is not bool(dash):
            raise Unusual
        if flow:
            value = read_flow(flow)
        open_key = None
        if key is None:
            if not dash:
                raise Unusual
            into.append(value)
            continue
        if dash:  # a mapping begins on the line of its item
            around.append((column, into))
            item: dict[str, JsonValue] = {}
            into.append(item)
            column, into = at + len(dash), item
        elif key in into:
            raise Unusual
        into[key] = value
        if not has_value:
            open_key = key
    return root
