"""A file says something else, and every byte that need not change is as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cg_sync.core.document import Document
from cg_sync.files.yaml_parsers import PARSERS, MakeParser
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_update import update_yaml
from cg_sync.jsonvalue import JsonValue, Pointer, canonical
from tests.unit.files.layouts import changed, contents, layouts

parsers = pytest.mark.parametrize("make_parser", PARSERS.values(), ids=PARSERS)


def read(data: bytes) -> Document:
    document, problems = read_yaml(data, file="x.yaml")
    assert document is not None, problems
    return document


def updated(text: str, wanted: JsonValue) -> str | None:
    after = update_yaml(text.encode(), wanted, file="x.yaml")
    return None if after is None else after.decode()


# Each: the text, what it is to say, the text then.
CASES: list[tuple[str, JsonValue, str]] = [
    # scalars keep their quotes
    ("a: 1   # c\n", {"a": 2}, "a: 2   # c\n"),
    ("a: 'x' # c\n", {"a": "it's"}, "a: 'it''s' # c\n"),
    ('a: "x"\n', {"a": "y"}, 'a: "y"\n'),
    ('a: "x"\n', {"a": "y\t"}, 'a: "y\\t"\n'),
    ("a: 'x'\n", {"a": "y\t"}, 'a: "y\\t"\n'),
    ("a: x\n", {"a": "no"}, 'a: "no"\n'),
    ("a: x\n", {"a": None}, "a: null\n"),
    ("a:  # c\nb: 1\n", {"a": "x", "b": 1}, "a: x  # c\nb: 1\n"),
    ("a: |\n  x\n  y\n\nb: 1\n", {"a": "z", "b": 1}, "a: z\n\nb: 1\n"),
    ("a: one\n  two\nb: 1\n", {"a": "z", "b": 1}, "a: z\nb: 1\n"),
    ("a: 2026-09-01 # c\n", {"a": "2026-09-02T09:00Z"}, "a: 2026-09-02T09:00Z # c\n"),
    ("a: 2026-09-01\n", {"a": "2026-09-02"}, "a: 2026-09-02\n"),
    ("a: x\n", {"a": "2026-09-02"}, 'a: "2026-09-02"\n'),
    # keys that come and go
    ("a: 1\nb: 2\n", {"a": 1, "c": 3, "b": 2}, "a: 1\nc: 3\nb: 2\n"),
    ("# top\n\nb: 2", {"a": 1, "b": 2, "c": 3}, "# top\n\na: 1\nb: 2\nc: 3"),
    ("a:\n  b: 1\n  # of b\n# of c\nc: 2\n", {"a": {"b": 1}, "x": 0, "c": 2},
     "a:\n  b: 1\n  # of b\nx: 0\n# of c\nc: 2\n"),
    ("a: 1\n# above\nb: 2  # behind\nc: 3\n", {"a": 1, "c": 3}, "a: 1\n# above\nc: 3\n"),
    ("a:\n  b: 1  # x\n  # y\nc: 3\n", {"c": 3}, "c: 3\n"),
    ("a: 1\nb: 2", {"a": 1}, "a: 1\n"),
    ("- a: 1 # x\n  b: 2\n", [{"b": 2}], "- b: 2\n"),
    ("- a: 1 # x\n  # y\n  b: 2\n", [{"b": 2}], "- \n  # y\n  b: 2\n"),
    ("{a: 1, b: 2, c: 3}\n", {"a": 1, "c": 3}, "{a: 1, c: 3}\n"),
    ("{a: 1, b: 2, c: 3}\n", {"a": 1, "d": "x"}, "{a: 1, d: x}\n"),
    ('{"a": 1}\n', {"a": 1, "d": "x"}, '{"a": 1, "d": x}\n'),
    ("a: 1\nb: {c: 1}  # z\n", {"a": 1, "b": {"d": [1, 2]}}, "a: 1\nb: {d: [1, 2]}  # z\n"),
    ("a:\n    b: 1  # x\n", {"a": {"c": 2}}, "a:\n  c: 2\n"),
    # lists
    ("- 'a'\n- 'b' # y\n# z\n- 'c'\n", ["a", "c", "d"], "- 'a'\n# z\n- 'c'\n- 'd'\n"),
    ("x:\n- a\n- b\n", {"x": ["b", "c"]}, "x:\n- b\n- c\n"),
    ("x: [ a,b , c ]  # z\n", {"x": ["a", "c", "d"]}, "x: [ a,c, d ]  # z\n"),
    ("x: [\n  a, # 1\n  b, # 2\n  c # 3\n]\n", {"x": ["a", "c", "d"]},
     "x: [\n  a, # 1\n  c, # 3\n  d\n]\n"),
    ("x: [\n  a,\n  b,\n]\n", {"x": ["b", "c"]}, "x: [\n  b,\n  c,\n]\n"),
    ("x: [a,   # of a\n    b]  # z\n", {"x": ["a"]}, "x: [a,   # of a\n    ]  # z\n"),
    ("x: [a, # of a\n    b, c]  # z\n", {"x": ["a"]}, "x: [a, # of a\n    ]  # z\n"),
    ("x: [] # none\n", {"x": ["a"]}, "x: [a] # none\n"),
    ("x:\n  - a # 1\n", {"x": []}, "x: []\n"),
    ("- {pk: 1} # one\n- {pk: 2}\n", [{"pk": 2}, {"pk": 3}], "- {pk: 2}\n- {pk: 3}\n"),
    ("- in:\n  - a # 1\n  - b\n", [{"in": ["a", "c"]}], "- in:\n  - a # 1\n  - c\n"),
    # comments directly above an entry that goes; above the first they may be about the list
    ("- a\n# of b\n# until June\n- b\n# of c\n- c\n", ["a", "c"], "- a\n# of c\n- c\n"),
    ("# all\n- a\n# of b\n- b\n- c\n", ["c"], "# all\n- c\n"),
    ("- a\n# of x\n\n# of b\n- b\n", ["a"], "- a\n# of x\n\n"),
    ("- a\n# of x\n\n- b\n", ["a"], "- a\n# of x\n\n"),
    ("x:\n  - a\n    # of a\n  # of b\n  - b\n", {"x": ["a"]}, "x:\n  - a\n    # of a\n"),
    ("x:\n  - a\n# out\n  - b\n", {"x": ["a"]}, "x:\n  - a\n# out\n"),
    ("- a\n# of b\n- b\n- c\n", ["a", "d", "c"], "- a\n- d\n- c\n"),
    ("- 'a\n# b'\n- c\n", ["a # b"], "- 'a\n# b'\n"),
    ("- {pk: 1}\n# of 2\n- pk: 2\n  # deeper\n# of 3\n- {pk: 3}\n", [{"pk": 1}, {"pk": 3}],
     "- {pk: 1}\n# of 3\n- {pk: 3}\n"),
    ("x: [\n  a,\n  # of b\n  b, # 2\n  c\n]\n", {"x": ["a", "c"]}, "x: [\n  a,\n  c\n]\n"),
    ("x: [\n  # of a\n  a,\n  b\n]\n", {"x": ["b"]}, "x: [\n  # of a\n  b\n]\n"),
    # values that become something else
    ("r: # who\n  # why\n  m: [1]\nz: 1\n", {"r": {"k": [{"a": 1, "b": 2}]}, "z": 1},
     "r: # who\n  # why\n  k:\n    - a: 1\n      b: 2\nz: 1\n"),
    ("r: everyone # all\n", {"r": [{"a": 1, "b": 2}]}, "r: # all\n  - a: 1\n    b: 2\n"),
    ("r: # who\n  - a: 1\nz: 1\n", {"r": "everyone", "z": 1}, "r: everyone # who\nz: 1\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "after"), CASES)
def test_a_change_is_made_in_place(text: str, wanted: JsonValue, after: str) -> None:
    assert updated(text, wanted) == after


@pytest.mark.parametrize(("text", "wanted", "after"), CASES)
def test_windows_line_ends_and_a_byte_order_mark_stay(
    text: str, wanted: JsonValue, after: str
) -> None:
    before = f"\ufeff{text}".replace("\n", "\r\n")
    assert updated(before, wanted) == f"\ufeff{after}".replace("\n", "\r\n")


@pytest.mark.parametrize("text", ["", "# only\n", "a\n", "a: 1\na: 2\n", "a: [\n"])
def test_what_cannot_be_read_or_holds_nothing_is_not_changed(text: str) -> None:
    assert updated(text, {"b": 1}) is None


def test_what_shares_nothing_is_not_changed() -> None:
    assert updated("a: 1\n", {"b": 1}) is None
    assert updated("- a\n- b\n", [1]) is None
    assert updated("a: 1\n", [1]) is None


def test_what_would_come_out_otherwise_is_not_changed() -> None:
    assert updated("- - a\n  - b\n", [["a", "x", "b"]]) == "- - a\n  - x\n  - b\n"
    assert updated("- - a\n  - b\n", [["x", "a", "b"]]) is None  # nothing fits before the a


@parsers
@given(content=contents, data=st.data())
def test_a_file_that_is_updated_says_what_is_wanted(
    make_parser: MakeParser, content: dict[str, Any], data: st.DataObject
) -> None:
    before = data.draw(layouts(content))
    assert canonical(read(before).content) == canonical(content)
    wanted = data.draw(changed(content))
    after = update_yaml(before, wanted, file="x.yaml", make_parser=make_parser)
    event("refused" if after is None else "updated")
    if after is not None:
        assert canonical(read(after).content) == canonical(wanted)


@given(content=contents, data=st.data())
def test_what_stays_the_same_stays_byte_for_byte(
    content: dict[str, Any], data: st.DataObject
) -> None:
    before = data.draw(layouts(content))
    assert update_yaml(before, content, file="x.yaml") == before


@parsers
@given(content=contents, data=st.data())
def test_every_line_outside_of_what_changes_stays_in_its_order(
    make_parser: MakeParser, content: dict[str, Any], data: st.DataObject
) -> None:
    before = data.draw(layouts(content))
    wanted = data.draw(changed(content))
    after = update_yaml(before, wanted, file="x.yaml", make_parser=make_parser)
    if after is None:
        return
    lines = _lines(before)
    touched = touched_lines(read(before), lines, wanted)
    stay = [it for number, it in enumerate(lines, 1) if number not in touched]
    event(f"{len(touched) * 4 // max(1, len(lines))} quarters touched")
    rest = iter(_lines(after))
    assert [it for it in stay if it and it not in rest] == []


def _lines(data: bytes) -> list[str]:
    return data.decode().removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def touched_lines(document: Document, lines: list[str], wanted: JsonValue) -> set[int]:
    """The lines of the values that change; of a list, or something in brackets, all of its lines
    and the comments up to the next value.
    """
    starts = sorted(
        {document.position_of(it, of_key=True).line for it in _pointers(document.content)}
    )
    touched: set[int] = set()
    for pointer in _changes(document, lines, document.content, wanted, ()):
        first = document.position_of(pointer, of_key=True).line
        inside = [it for it in _pointers(document.content) if it[: len(pointer)] == pointer]
        last = max(document.position_of(it).line for it in inside)
        if len(inside) > 1 or _is_bracket(document, lines, pointer):
            last = next((it for it in starts if it > last), len(lines) + 1) - 1
        touched.update(range(first, last + 1))
    return touched


def _pointers(value: JsonValue, here: Pointer = ()) -> Iterator[Pointer]:
    yield here
    inner: Iterable[tuple[str | int, JsonValue]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for step, it in inner:
        yield from _pointers(it, (*here, step))


def _is_bracket(document: Document, lines: list[str], pointer: Pointer) -> bool:
    where = document.position_of(pointer)
    return lines[where.line - 1][where.column - 1 : where.column] in ("{", "[")


def _changes(
    document: Document, lines: list[str], old: JsonValue, new: JsonValue, here: Pointer
) -> Iterator[Pointer]:
    if canonical(old) == canonical(new):
        return
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield here
        return
    kept = old.keys() & new.keys()
    if not kept or (old.keys() != new.keys() and _is_bracket(document, lines, here)):
        yield here
        return
    for key, value in old.items():
        if key in kept:
            yield from _changes(document, lines, value, new[key], (*here, key))
        else:
            yield (*here, key)
