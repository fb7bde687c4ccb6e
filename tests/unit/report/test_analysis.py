"""How an analysis looks, as text and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cg_sync.errors import Position, Problem, Severity
from cg_sync.report.analysis import (
    MANY,
    MOST_OF_A_CODE,
    Analysis,
    Told,
    analysis_data,
    analysis_lines,
    counts_data,
    customer_text,
)
from cg_sync.report.as_json import json_text
from cg_sync.report.line import plain
from cg_sync.rules.review.finding import Open
from cg_sync.rules.review.order import Row
from tests.unit.report.conftest import Golden

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def a_problem(code: str, severity: Severity, message: str, line: int = 3) -> Problem:
    where = Position("settings/vip.yaml", line, 11)
    return Problem(code, message, where, "what to do", severity)


ANALYSIS = Analysis(
    as_of=NOW,
    rows=(Row(10, "vip", "active"), Row(20, "staff", "to come"), Row(30, "old", "ended")),
    free=[(0, 9), (11, 19), (21, 21), (31, None)],
    told=(
        Told(
            a_problem("CG-P01", Severity.WARNING, "vip takes customers of staff"),
            ("vip", "staff"),
            {"email": "test@acme.example", "is_active": True, "tags": ["press", "a b"]},
        ),
        Told(
            a_problem("CG-P01", Severity.WARNING, "vip may take customers of old", 4),
            ("vip", "old"),
            {"city": ""},
            sure=False,
        ),
        Told(a_problem("CG-A01", Severity.ERROR, "the rule can select nobody", 9), ("vip",)),
        Told(a_problem("CG-A05", Severity.INFO, "staff loses some", 2), ("staff", "vip"), {}),
        Told(Problem("CG-F28", "an allowance", Position("lists/a.yaml", 2, 3))),
    ),
    undecided=(Open("does it ever win", ("vip",)), Open("do both select", ("vip", "staff"))),
    raw=("old",),
    allowed=2,
)


def test_the_verdict_comes_first_then_the_order_then_findings_by_severity(golden: Golden) -> None:
    golden("analysis-full.txt", plain(analysis_lines(ANALYSIS)))


def test_the_json_is_whole(golden: Golden) -> None:
    golden("analysis-full.json", json_text(analysis_data(ANALYSIS)))


def test_nothing_found_is_said_in_few_words(golden: Golden) -> None:
    quiet = Analysis(NOW, ANALYSIS.rows[:1], [(0, None)], ())
    golden("analysis-quiet.txt", plain(analysis_lines(quiet)))


def test_of_one_code_a_text_shows_no_more_than_some_and_counts_the_rest() -> None:
    many = tuple(
        Told(a_problem("CG-P01", Severity.WARNING, f"finding {at}", at + 1), ("vip",))
        for at in range(MOST_OF_A_CODE + 5)
    )
    text = plain(analysis_lines(Analysis(NOW, ANALYSIS.rows, [(0, None)], many)))
    assert text.count("finding ") == MOST_OF_A_CODE
    assert "\n  5 more CG-P01; --format json has them all\n" in text


def test_of_many_findings_it_is_said_first_how_many_there_are_of_each_code() -> None:
    codes = ["CG-A05"] * 3 + ["CG-P01"] * (MANY - 3)
    told = tuple(
        Told(a_problem(code, Severity.INFO, f"finding {at}", at + 1), ("vip",))
        for at, code in enumerate(codes)
    )
    few = plain(analysis_lines(Analysis(NOW, ANALYSIS.rows, [(0, None)], told)))
    assert "findings by code" not in few
    more = (*told, Told(a_problem("CG-A05", Severity.INFO, "one more"), ("vip",)))
    text = plain(analysis_lines(Analysis(NOW, ANALYSIS.rows, [(0, None)], more)))
    assert f"\n\nfindings by code: CG-P01 {MANY - 3}, CG-A05 4\n\n" in text


def test_counts_are_by_severity() -> None:
    assert counts_data(ANALYSIS) == {"errors": 2, "warnings": 2, "infos": 1, "undecided": 2}


def test_an_invented_customer_is_not_masked_and_does_no_harm() -> None:
    assert customer_text({"email": "test@edu.tr", "a": None, "b": 1.5}) == (
        "email test@edu.tr, a null, b 1.5"
    )
    told = Told(a_problem("CG-P01", Severity.WARNING, "x"), ("vip",), {"city": "\x1b[31mred"})
    text = plain(analysis_lines(Analysis(NOW, (), [(0, None)], (told,))))
    assert "\x1b" not in text


def test_every_field_of_the_json_is_described() -> None:
    page = (Path(__file__).parents[3] / "docs" / "analysis.md").read_text("utf-8")
    text = page.split("## As JSON", 1)[1].split("\n## ", 1)[0]
    data: Any = analysis_data(ANALYSIS)
    assert [it for it in data if f"\n| `{it}` |" not in text] == []
    inner = [*data["counts"], *data["settings"][0], *data["free_priorities"][0]]
    inner += [*data["findings"][0], *data["findings"][0]["witness"], *data["undecided"][0]]
    assert [it for it in inner if f"`{it}`" not in text] == []
