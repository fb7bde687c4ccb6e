"""docs/english.md is held against what is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cg_sync.rules.english.phrases import phrase
from cg_sync.rules.english.sentence import sentence
from cg_sync.rules.operators import OPERATORS
from tests.unit.rules.english.builders import NAMES, STUDENTS, a_leaf, a_rule
from tests.unit.rules.english.test_meaning import CHANGES, changed

PAGE = (Path(__file__).parents[4] / "docs" / "english.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z_]+: [^`]+)` \| (.*) \|$", PAGE, re.M)
LINES = re.findall(r"^\| `.` \| `([^`]+)` \|", PAGE, re.M)


@pytest.mark.parametrize(("written", "said"), ROWS)
def test_a_condition_reads_as_the_table_says(written: str, said: str) -> None:
    assert phrase(a_leaf(written), NAMES) == said


def test_every_operator_is_in_the_table() -> None:
    written = " ".join(row for row, _ in ROWS)
    operators = {word for row in OPERATORS.values() for word in row} | {"present"}
    # Numbers and texts share the first; `gt` and `lte` differ from others in their bound only.
    assert {it for it in operators if f"{{{it}:" not in written} <= {"eq", "lte", "on_or_after"}


def test_the_sentence_at_the_top_is_that_of_its_rule() -> None:
    quote = " ".join(re.findall(r"^> (.*)$", PAGE, re.M))
    assert quote == sentence(a_rule(STUDENTS), NAMES)


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_a_change_is_one_that_is_said(line: str) -> None:
    said = {
        it
        for before, piece, instead in CHANGES.values()
        for it in changed(a_rule(before), a_rule(before.replace(piece, instead)))
    }
    assert line in said


def test_every_mark_is_in_the_table() -> None:
    assert {line[0] for line in LINES} == set("−+~!=")
