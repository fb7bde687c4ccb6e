"""Cells of CSV that no spreadsheet runs, and that say the same when they are read again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.formula import inert, live

ODD = st.text(alphabet="a1'=+-@,;|\t\r\n\" ＝")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+ayse@example.com", "'+ayse@example.com"),
        ("-ayse@example.com", "'-ayse@example.com"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\t'=1"),
        ("\r=1", "\r'=1"),
        ("＝1", "'＝1"),
        ("VIP;=1", "VIP;'=1"),
        ('VIP",=1', "VIP\",'=1"),
        ("'=1", "''=1"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("+90 532 111 22 33", "+90 532 111 22 33"),
        ("-5", "-5"),
        ("ayse+shop@example.com", "ayse+shop@example.com"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("a = b", "a = b"),
    ],
)
def test_what_begins_a_formula_gets_a_quote_and_nothing_else_does(text: str, cell: str) -> None:
    assert inert(text) == cell
    assert live(cell) == text


@given(ODD)
def test_no_cell_of_ours_begins_a_formula_whatever_separates_cells(text: str) -> None:
    is_number = re.fullmatch(r"[+-][0-9][0-9 .()/-]*", text)
    assert is_number or not re.search(r'(?:\A|[,;|\t\r\n"])[=+\-@＝]', inert(text))


@given(ODD)
def test_what_was_made_inert_is_read_as_it_was(text: str) -> None:
    assert live(inert(text)) == text
