"""Rows of member lists: blocks of plain lines say the same as their lines looked at one by one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.members import KEY_FIELDS, KeyField
from cg_sync.files import member_rows
from cg_sync.files.member_rows import BadRow, ListBroken, ReadRows, csv_rows, text_rows

Said = tuple[int, str, str] | BadRow | tuple[str, BadRow]

SOME_KEYS = ["Ayse@x.com", "b'c@x.com", "a#b@y.org", "ş@x.com", "7", "00", "+905", "C-1", "x\ry"]
odd = st.text(st.sampled_from("aZ7@#'+-. \t\r\"\0ş\u212a\x1c\xa0,;"), max_size=6)
keys = st.one_of(st.sampled_from(SOME_KEYS), odd)


def said(read_rows: ReadRows, text: str, *, block: int = 1 << 16) -> list[Said]:
    """All that a list says, its rows one by one, and at last why it cannot be read on."""
    found: list[Said] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(member_rows, "BLOCK_BYTES", block)
        try:
            for row in read_rows(BytesIO(text.encode())):
                if isinstance(row, BadRow):
                    found.append(row)
                else:
                    first, field, some = row
                    found += [(line, field, key) for line, key in enumerate(some, first)]
        except ListBroken as broken:
            found.append((broken.code, broken.bad))
    return found


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], quoting: Literal[0, 1], end: str
) -> str:
    text = StringIO()
    csv.writer(text, quoting=quoting, lineterminator=end).writerows([header, *rows])
    return text.getvalue()


@given(st.lists(keys), st.sampled_from(["\n", "\r\n"]), st.integers(1, 40))
def test_a_text_says_the_same_with_a_blank_at_the_end_of_each_line(
    lines: list[str], end: str, block: int
) -> None:
    """The blanks are looked at line by line, where plain lines are taken together."""
    plain, blank = end.join((*lines, "")), f" {end}".join((*lines, ""))
    assert said(text_rows, plain, block=block) == said(text_rows, blank)


@given(st.data(), st.sampled_from(["\n", "\r\n"]), st.integers(1, 40))
def test_a_table_says_the_same_however_its_cells_are_quoted(
    data: st.DataObject, end: str, block: int
) -> None:
    """Quoted cells are looked at one by one, where plain lines are taken together."""
    header: list[str] = data.draw(
        st.permutations([*KEY_FIELDS, "name"]).flatmap(
            lambda names: st.sampled_from([names[:1], names[:2], names[:3]])
        )
    )
    # csv.writer does not quote \r by itself, and quotes move the column of a NUL.
    cells = keys.filter(lambda it: not {"\r", "\0"}.intersection(it))
    row = st.lists(cells, min_size=1, max_size=len(header) + 1)
    whole = st.lists(cells, min_size=len(header), max_size=len(header))
    rows = data.draw(st.lists(st.one_of(whole, row)))
    bare = said(csv_rows, table(header, rows, csv.QUOTE_MINIMAL, end), block=block)
    assert bare == said(csv_rows, table(header, rows, csv.QUOTE_ALL, end))


@pytest.mark.parametrize(
    ("header", "field", "key"),
    [("email", "email", "A.b+c@X.com"), ("pk", "pk", "12"), ("erp_code", "erp_code", "C-1"),
     ("phone_number", "phone_number", "+905"), ("note;email;x", "email", "A@x.com")],
)  # fmt: skip
def test_plain_rows_come_together(header: str, field: KeyField, key: str) -> None:
    row = ";".join(key if it == field else "ş" for it in header.split(";"))
    rows = list(csv_rows(BytesIO(f"{header}\n{row}\n{row}\r\n".encode())))
    normal = key.lower() if field == "email" else key
    assert rows == [(2, field, [normal, normal])]


def test_plain_lines_come_together() -> None:
    rows = list(text_rows(BytesIO(b"# VIP\nA@x.com\r\nb@x.com\n")))
    assert rows == [(2, "email", ["a@x.com", "b@x.com"])]


@pytest.mark.parametrize("block", [1, 9, 1 << 16])
def test_a_list_goes_on_behind_what_is_not_plain(block: int) -> None:
    text = "a@x.com\nb@x.com # why\nbad\nc@x.com\nd@x.com\n"
    assert said(text_rows, text, block=block) == [
        (1, "email", "a@x.com"),
        (2, "email", "b@x.com"),
        BadRow(3, 1, "not an e-mail address", "write one address a line; other keys need a CSV "
               "file with a header"),
        (4, "email", "c@x.com"),
        (5, "email", "d@x.com"),
    ]  # fmt: skip


@pytest.mark.parametrize("block", [1, 9, 1 << 16])
def test_lines_are_counted_behind_cells_of_several(block: int) -> None:
    text = 'email,"a\nnote"\na@x.com,x\nb@x.com,"x\n\ny"\nc@x.com,x\nbad,x\n"x\n'
    assert said(csv_rows, text, block=block) == [
        (3, "email", "a@x.com"),
        (4, "email", "b@x.com"),
        (7, "email", "c@x.com"),
        BadRow(8, 1, "not an e-mail address"),
        ("CG-F09", BadRow(9, 1, "not CSV: unexpected end of data",
                          "close every quote, and double quotes inside")),
    ]  # fmt: skip


def test_a_header_that_is_no_csv_is_told_at_its_place() -> None:
    assert said(csv_rows, 'email,"x"y\n') == [
        ("CG-F09", BadRow(1, 1, "not CSV: ',' expected after '\"'",
                          "close every quote, and double quotes inside")),
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["\0", "a\0"])
def test_a_byte_that_is_no_text_is_told_in_a_cell_that_names_nobody(cell: str) -> None:
    assert said(csv_rows, f"email,note\na@x.com,x\nb@x.com,{cell}\n", block=1) == [
        (2, "email", "a@x.com"),
        ("CG-F01", BadRow(3, 8 + len(cell), "NUL byte: this is not a text file")),
    ]


@pytest.mark.parametrize(
    ("read_rows", "text", "keys"),
    [
        (text_rows, "a@x.com\n#c@x.com\n", ["a@x.com"]),
        (csv_rows, "email\n'+a@x.com\n", ["+a@x.com"]),
        (csv_rows, "phone_number\n00905\n", ["+905"]),
        (csv_rows, "erp_code\nş\n", ["ş"]),
        (csv_rows, "email\nS\u0327@x.com\n", ["ş@x.com"]),
    ],
)
def test_what_only_looks_plain_is_looked_at(
    read_rows: ReadRows, text: str, keys: list[str]
) -> None:
    rows = said(read_rows, text)
    assert [it[2] for it in rows if isinstance(it, tuple) and len(it) == 3] == keys
