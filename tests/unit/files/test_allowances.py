"""Which comments of a YAML file are read as allowances, and which line each speaks of."""

from __future__ import annotations

import textwrap

import pytest

from cg_sync.core.allowances import Allowance
from cg_sync.core.document import Document
from cg_sync.errors import Position
from cg_sync.files.allowances import MAX_PROBLEMS, allowances_in, find_allowances
from cg_sync.files.yaml_parsers import PARSERS, MakeParser
from cg_sync.files.yaml_reader import read_yaml

SAID = "# cg: allow CG-E04 because x"

parsers = pytest.mark.parametrize(
    "make_parser", [pytest.param(it, id=name) for name, it in PARSERS.items()]
)


def lines_of(text: str, make_parser: MakeParser) -> list[tuple[int, int, int]]:
    """Line and column of each allowance, and the line it speaks of."""
    data = textwrap.dedent(text).encode()
    found, wrong = allowances_in(data, file="a.yaml", make_parser=make_parser)
    assert wrong == ()
    assert {(it.codes, it.reason, it.where.file) for it in found} <= {(("CG-E04",), "x", "a.yaml")}
    return [(it.where.line, it.where.column, it.line) for it in found]


@parsers
def test_a_comment_speaks_of_its_line_or_alone_of_the_next(make_parser: MakeParser) -> None:
    text = f"""\
        a: 1   {SAID}
        b:
          {SAID}
          - c
    """
    assert lines_of(text, make_parser) == [(1, 8, 1), (3, 3, 4)]


@parsers
def test_comments_above_a_line_all_speak_of_it(make_parser: MakeParser) -> None:
    text = f"""\
        {SAID}
        # a note
        {SAID}
        a: 1   {SAID}
        {SAID}

        b: 1
    """
    assert lines_of(text, make_parser) == [(1, 1, 4), (3, 1, 4), (4, 8, 4), (5, 1, 6)]


@parsers
def test_what_is_quoted_or_in_a_block_of_text_is_no_comment(make_parser: MakeParser) -> None:
    text = f"""\
        a: "b {SAID}"
        c: 'd
          {SAID}'
        e: |
          {SAID}
        f: >-   {SAID}
          text
          {SAID}
        g: a#cg:allow
        h: "ğ ü 😀"   {SAID}
    """
    assert lines_of(text, make_parser) == [(6, 9, 6), (10, 14, 10)]


@parsers
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(make_parser: MakeParser, end: str) -> None:
    text = f"a: 1{end}{SAID}{end}b: 2 {SAID}{end}c: |{end}  {SAID}{end}d: 1{end}{SAID}{end}"
    assert lines_of(text, make_parser) == [(2, 1, 3), (3, 6, 3), (7, 1, 8)]


def test_a_byte_order_mark_moves_nothing() -> None:
    (found,), _ = allowances_in(b"\xef\xbb\xbf" + SAID.encode(), file="a.yaml")
    assert found.where == Position("a.yaml", 1, 1)


def test_wrong_comments_are_errors_at_their_place_and_not_too_many() -> None:
    one = b"a: 1 # cg: allow CG-E04\n"
    found, wrong = allowances_in(one * (MAX_PROBLEMS + 5), file="a.yaml")
    assert found == ()
    assert [it.where for it in wrong] == [
        Position("a.yaml", line, 6) for line in range(1, MAX_PROBLEMS + 1)
    ]


def document(file: str, data: bytes) -> Document:
    found, _ = read_yaml(data, file=file)
    assert found is not None
    return found


def test_documents_are_searched_in_order_and_one_that_stands_in_no_file_allows_nothing() -> None:
    data = f"x: 1 {SAID}\n".encode()
    documents = [
        document("b.yaml", data),
        Document("", {"x": SAID}, dict),
        document("a.yaml", data),
    ]
    assert find_allowances(documents) == (
        tuple(
            Allowance(("CG-E04",), "x", Position(file, 1, 6), 1) for file in ("b.yaml", "a.yaml")
        ),
        (),
    )


def test_a_file_full_of_comments_is_read() -> None:
    data = (f"{SAID}\n" * 40_000 + "a: 1\n").encode()
    found, _ = allowances_in(data, file="a.yaml")
    assert {it.line for it in found} == {40_001}


def test_a_comment_in_capitals_is_found() -> None:
    found, wrong = find_allowances([document("a.yaml", b"a: 1  # CG: Allow cg-e04 because x\n")])
    assert [(it.codes, it.reason) for it in found] == [(("CG-E04",), "x")]
    assert wrong == ()
