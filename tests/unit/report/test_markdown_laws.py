"""What holds of every report in Markdown, whatever is planned and however little room there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cg_sync.core.plan import Plan
from cg_sync.report.markdown.budget import size
from cg_sync.report.markdown.document import plan_markdown, problems_markdown
from tests.unit.report.builders import LABELS, a_warning
from tests.unit.report.markdown_plans import MARKDOWN_PLANS, large
from tests.unit.report.plans import PLANS
from tests.unit.report.planted import planted
from tests.unit.report.test_markdown_text import FOREIGN

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OUR_TAGS = {
    "<details>", "<details open>", "</details>", "<summary>", "</summary>", "<code>", "</code>",
    "<b>", "</b>", "<br>",
}  # fmt: skip
TAG = re.compile(r"<[^>]*>?")

KNOWN = [make() for name, make in {**PLANS, **MARKDOWN_PLANS}.items() if name != "large"]
KNOWN.append(large(600))
ANY_PLAN = st.one_of(
    st.sampled_from(KNOWN),
    st.builds(planted, FOREIGN, st.sampled_from(["plan", "drift"])),
    st.builds(planted, FOREIGN.map(lambda it: it * 500)),
)


ROOM = st.integers(2_000, 4_000) | st.integers(2_000, 70_000)
REPORTS = FOREIGN | st.just("javascript:alert(1)")


@given(ANY_PLAN, ROOM, REPORTS)
@settings(max_examples=150, deadline=None)
def test_a_report_fits_and_is_whole_markdown(plan: Plan, most: int, full_report: str) -> None:
    text = plan_markdown(plan, LABELS, most=most, full_report=full_report)
    assert size(text) <= most
    check(text)


def test_the_least_room_is_enough_for_all_that_must_be_there() -> None:
    plan = planted("`` ` 🎓 " * 99)
    everything = replace(
        plan,
        target=replace(plan.target, channel=10**9),
        problems=plan.problems * 1_000,
        changes=plan.changes * 100,
        digest="x -->" * 99,
    )
    address = f"https://{'x' * 230}.example/"
    text = plan_markdown(everything, LABELS, most=2_000, full_report=address)
    assert size(text) <= 2_000
    link = f"[The full report](<{address}>)"
    assert text.count(link) == 2
    check(text.replace(link, ""))
    assert text.split("\n")[0].endswith(" -->")
    assert text.split("\n")[0].count("--") == 2


@given(FOREIGN, st.integers(0, 60), st.integers(2_000, 20_000))
@settings(deadline=None)
def test_problems_fit_and_are_whole_markdown(text: str, number: int, most: int) -> None:
    problem = a_warning(f"{text} is wrong {text}", hint=text)
    report = problems_markdown([problem] * number, most=most)
    assert size(report) <= most
    check(report)


def check(text: str) -> None:
    """Fences and details end where we end them, and nothing is live but ours."""
    tokens = MARKDOWN.parse(text)
    lines = text.split("\n")
    for token in tokens:
        if token.type == "fence":
            assert token.map is not None
            assert lines[token.map[1] - 1] == token.markup
            assert token.info in ("diff", "yaml")
    found = [tag for html in html_in(tokens) for tag in TAG.findall(html)]
    assert set(found) <= OUR_TAGS
    assert nested(found)
    kinds = {it.type for it in everything_in(tokens)}
    assert not kinds & {"link_open", "image", "s_open", "html_comment", "code_block", "hr"}
    headings = [it for it in tokens if it.type == "heading_open"]
    assert all(it.markup in ("###", "####") for it in headings)


def html_in(tokens: list[Token]) -> Iterator[str]:
    """All HTML but the marker at the top."""
    for token in everything_in(tokens):
        if token.type in ("html_block", "html_inline") and not token.content.startswith("<!-- cg"):
            yield token.content


def everything_in(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def nested(tags: list[str]) -> bool:
    """Whether every tag is closed, the last one opened first."""
    inside: list[str] = []
    for tag in tags:
        name = tag.strip("</>").split(" ")[0]
        if tag.startswith("</"):
            if not inside or inside.pop() != name:
                return False
        elif name != "br":
            inside.append(name)
    return not inside


def test_the_check_itself_sees_what_is_wrong() -> None:
    for bad in (
        "<details>", "</details>", "<b></details></b>", "```diff\nx", "<img src=x>",
        "[a](https://x.example)", "# a", "    code", "~~a~~", "a\n\n---",
    ):  # fmt: skip
        with pytest.raises(AssertionError):
            check(bad)


@pytest.mark.parametrize("name", ["pull_request", "rules", "hostile", "moves"])
def test_the_same_plan_is_the_same_report(name: str) -> None:
    make = {**PLANS, **MARKDOWN_PLANS}[name]
    assert plan_markdown(make(), LABELS) == plan_markdown(make(), LABELS)


def test_a_plan_is_told_apart_from_its_drift() -> None:
    plan = PLANS["updates"]()
    drift = plan_markdown(replace(plan, view="drift"), LABELS)
    assert "### Drift of production" in drift
    assert "Digest" not in drift
    assert "Applying it" not in drift
