"""Customers come and go in a member list, and every other line stays."""

from __future__ import annotations

import pytest

from cg_sync.files.member_update import Key, update_member_list

A: Key = ("email", "a@example.com")
B: Key = ("email", "b@example.com")
C: Key = ("email", "c@example.com")

TEXT = """\
# the press
a@example.com
# contractors
# until June
B@example.com  # asked for by sales

# of c
c@example.com
"""


def updated(text: str, gone: list[Key], new: list[Key], *, as_csv: bool = False) -> str | None:
    after = update_member_list(text.encode(), as_csv=as_csv, gone=gone, new=new)
    return None if after is None else after.decode()


@pytest.mark.parametrize(
    ("gone", "lines"),
    [
        ([A], (1, 3, 4, 5, 6, 7, 8)),
        ([B], (1, 2, 6, 7, 8)),
        ([C], (1, 2, 3, 4, 5, 6)),
        ([A, B], (1, 6, 7, 8)),
        ([A, B, C], (1, 6)),
    ],
)
def test_comments_directly_above_go_with_a_customer_but_not_those_at_the_top(
    gone: list[Key], lines: tuple[int, ...]
) -> None:
    numbered = TEXT.splitlines(keepends=True)
    assert updated(TEXT, gone, []) == "".join(numbered[it - 1] for it in lines)


def test_a_customer_below_another_takes_no_line_of_theirs() -> None:
    assert updated("a@example.com\n#b@example.com\nb@example.com", [B], [C]) == (
        "a@example.com\nc@example.com\n"
    )


def test_a_csv_row_that_begins_with_a_hash_is_no_comment() -> None:
    text = "note,email\n#1,a@example.com\n#2,b@example.com\n#3,c@example.com\n"
    after = text.replace("#3,c@example.com\n", "")
    assert updated(text, [C], [], as_csv=True) == after


def test_the_last_customer_can_go() -> None:
    assert updated("a@example.com\n", [A], []) == ""
