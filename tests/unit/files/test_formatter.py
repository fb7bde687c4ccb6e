"""The layout changes, the meaning and the comments do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.errors import Position, Problem
from cg_sync.files.formatter import format_yaml
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import canonical


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("\n\n", ""),
        ("a: 1", "a: 1\n"),
        ("\ufeffa: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        ("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
        ("a:   1  \nb:  # why\n  - x   # because\n", "a: 1\nb:  # why\n  - x   # because\n"),
        ("a:   # why  \n  1\n", "a:   # why\n  1\n"),
        ("a:    {b:   1, c:  [2,   3]}\n", "a: {b: 1, c: [2,   3]}\n"),
        ('a:   "x   : y  "  \n', 'a: "x   : y  "\n'),
        ("-   a:   1\n    b:   2\n", "-   a: 1\n    b: 2\n"),
        ("a:   |\n  x:   1  \n\n\n\n  y\n\n\n\nb: 1\n", "a: |\n  x:   1  \n\n\n\n  y\n\nb: 1\n"),
        ("a: |+\n  x\n\n\n\nb:   1\n", "a: |+\n  x\n\n\n\nb: 1\n"),
        ('a: "x  \n\n\n\n  y"  \nb:  1\n', 'a: "x  \n\n\n\n  y"  \nb: 1\n'),
        ("a: x  \n\n\n\n  y\nb:  1\n", "a: x  \n\n\n\n  y\nb: 1\n"),
        ("|-  # why  \n\n\n", "|-  # why\n"),
        ("# a  \n\n\n# b\n", "# a\n\n# b\n"),
    ],
)
def test_a_file_is_laid_out(before: str, after: str) -> None:
    assert format_yaml(before.encode(), file="f") == (after, ())


@pytest.mark.parametrize(
    "text", ["a: |+\n  x\n\n\n", "a: |\n  x", "? a\n:   b: 1\n    c: 2\nd:   1\n"]
)
def test_a_file_whose_meaning_hangs_on_its_layout_is_left_alone(text: str) -> None:
    assert format_yaml(text.encode(), file="f") == (text, ())


def test_a_file_that_cannot_be_read_is_not_laid_out() -> None:
    text, problems = format_yaml(b"a: 1\na: 2", file="f")
    assert text is None
    assert [(it.code, it.where) for it in problems] == [("CG-F03", Position("f", 2, 1))]
    assert isinstance(problems[0], Problem)


pieces = st.sampled_from(
    ["a:", "b:", "c:", "- ", " ", "  ", "   ", "\n", "\n\n\n", "\r\n", "1", "x", "'y  z'", '"q',
     '"', "|", ">", "+", "-", "# c  ", "[", "]", "{", "}", ", ", "? ", ": "]
)  # fmt: skip


@given(st.lists(pieces, max_size=30).map("".join))
def test_the_meaning_stays_and_a_second_time_changes_nothing(text: str) -> None:
    before, _ = read_yaml(text.encode(), file="f")
    formatted, problems = format_yaml(text.encode(), file="f")
    assert (before is None) == (formatted is None) == bool(problems)
    if before is not None and formatted is not None:
        after, _ = read_yaml(formatted.encode(), file="f")
        assert after is not None
        assert canonical(after.content) == canonical(before.content)
        assert formatted.count("#") == text.count("#")
        assert format_yaml(formatted.encode(), file="f") == (formatted, ())
