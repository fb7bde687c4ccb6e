"""Text of others is inert in every format: no command, no markup, no link, no mention, no end."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from cg_sync.report.data import plan_data
from cg_sync.report.findings import findings_of
from cg_sync.report.formats import (
    PLAN_FORMATS,
    PROBLEM_FORMATS,
    Paper,
    PlanFormat,
    plan_text,
    problems_text,
)
from tests.unit.report.builders import LABELS
from tests.unit.report.planted import planted
from tests.unit.report.runner import commands_in

PAPER = Paper(LABELS, "1.2.3")
TEXTS = {
    "backtick": "`x` `` ``` ````",
    "backtick-and-more": "` @team ` #1 `` <b>x</b> `` https://evil.example ```",
    "fence": "```\n# x\n```",
    "pipe": "a | b \\| c",
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "attribute": '"\' onmouseover=alert(1) x="',
    "details": "</summary></details></pre></code><h1>x",
    "mention": "@team and @org/team",
    "issue": "#123 and GH-123 and org/repo#123",
    "set-output": "::set-output name=a::b",
    "error": "::error::x",
    "stop": "::stop-commands::x",
    "old": "##[error]x",
    "old-stop": "x ##[stop-commands]y",
    "azure": "##vso[task.setvariable variable=a]b",
    "ansi": "\x1b[31mred\x1b[0m\x9b31m\x07",
    "direction": "\u202egnp.exe\u2066\u2069",
    "zero-width": "a\u200bb\u2060c\ufeffd",
    "lines": "a\nb\r\nc\u2028d\u2029e\x0bf\x0cg\x85h",
    "lines-of-commands": "a\n::error::b\n##[error]c\n",
    "comment": "--> <!-- x --!> -->",
    "cdata": "]]> <![CDATA[ x",
    "entity": "&lt;b&gt; &amp;amp; &#60;i&#62;",
    "link": "[x](javascript:alert(1)) ![y](https://evil.example/z) [a]: https://evil.example",
    "address": "https://evil.example/x www.evil.example <https://evil.example>",
    "scheme": "javascript:alert(1)",
    "placeholder": "{0} {{1}} %(a)s %0A::error::x",
    "nul": "a\x00b\ud800c\uffff",
    "long": "x" * 10_000,
    "long-words": "<b> " * 2_500,
}
ALL = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@cache
def outputs(text: str) -> tuple[tuple[str, str], ...]:
    """Each format by its name, of a plan, of its drift and of its findings."""
    plan = planted(text)
    drift = replace(plan, view="drift")
    problems = (*plan.problems, *findings_of(plan, LABELS))
    return (
        *((it, plan_text(plan, it, PAPER)) for it in PLAN_FORMATS),
        *((it, plan_text(drift, it, PAPER)) for it in PLAN_FORMATS),
        *((it, problems_text(problems, it, PAPER)) for it in PROBLEM_FORMATS),
    )


def of_format(text: str, *forms: str) -> list[str]:
    return [output for form, output in outputs(text) if form in forms]


@ALL
def test_nothing_is_a_command_to_the_log_of_a_pipeline(text: str) -> None:
    for form, output in outputs(text):
        found = list(commands_in(output))
        if form == "github":
            assert {it.name for it in found} <= {"error", "warning", "notice"}
            assert len(found) == len(output.splitlines())
        else:
            assert (form, found) == (form, [])
        assert "##vso[" not in output


@ALL
def test_nothing_acts_upon_a_terminal(text: str) -> None:
    for form, output in outputs(text):
        odd = {letter for letter in output if not letter.isprintable()} - {"\n"}
        assert (form, odd) == (form, set())


@ALL
def test_every_format_ends_with_a_line_break_and_can_be_written(text: str) -> None:
    for form, output in outputs(text):
        assert (form, output.endswith("\n")) == (form, output != "")
        assert output.encode("utf-8")


@ALL
def test_json_is_what_was_meant(text: str) -> None:
    plan = planted(text)
    assert json.loads(plan_text(plan, "json", PAPER)) == plan_data(plan)


@ALL
def test_json_of_others_keeps_its_shape(text: str) -> None:
    for output in of_format(text, "sarif"):
        for result in json.loads(output)["runs"][0]["results"]:
            assert "](" not in result["message"]["text"]
            assert not re.search(r"(?<!\{)\{\d+\}", result["message"]["text"])
            place = result["locations"][0]["physicalLocation"]
            assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", place["artifactLocation"]["uri"])
    for output in of_format(text, "codequality"):
        assert all(len(it) == 5 for it in json.loads(output))
    for output in of_format(text, "gitlab-plan"):
        assert json.loads(output) == {"create": 4, "update": 3, "delete": 2}


@ALL
def test_xml_has_no_element_but_ours(text: str) -> None:
    ours = {"testsuites", "testsuite", "testcase", "failure", "system-out"}
    for output in of_format(text, "junit"):
        assert {it.tag for it in ET.fromstring(output).iter()} == ours


@dataclass
class Page(HTMLParser):
    """What is live in a piece of HTML: elements with their attributes, scripts, and the text that
    stands in no code.
    """

    live: set[tuple[str, str]] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    scripts: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.live |= {(tag, ""), *((tag, name) for name, _ in attrs)}
        self.links |= {
            value or "" for name, value in attrs if name in ("href", "src", "action", "style")
        }
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.inside[-1:] == ["script"]:
            self.scripts.append(data)
        elif not {"code", "pre", "style"} & set(self.inside):
            self.words.append(data)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)


def page(html: str) -> Page:
    read = Page()
    read.feed(html)
    read.close()
    return read


@ALL
def test_html_has_nothing_live_but_ours(text: str) -> None:
    for output, plain in zip(of_format(text, "html"), of_format("x", "html"), strict=True):
        found, ours = page(output), page(plain)
        assert found.live - ours.live == set()
        assert found.scripts == ours.scripts
        assert found.odd == []
        assert {it for it in found.links if not it.startswith("#")} == {
            it for it in ours.links if not it.startswith("#")
        }


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
MENTION = re.compile(r"(?<![\w`])@\w|(?<![\w&`])#\d|\bGH-\d|https?://|\bwww\.|::|javascript:")


@cache
def tokens_in(markdown: str) -> tuple[Any, ...]:
    """All tokens, those in lines behind the line."""
    tokens = MARKDOWN.parse(markdown)
    return tuple(it for token in tokens for it in (token, *(token.children or ())))


def markup_in(markdown: str) -> Page:
    """The HTML that the markdown holds, without what is code."""
    html = (it.content for it in tokens_in(markdown) if it.type in ("html_block", "html_inline"))
    return page("\n".join(html))


@ALL
def test_markdown_has_nothing_live_but_ours(text: str) -> None:
    for output, plain in zip(of_format(text, "markdown"), of_format("x", "markdown"), strict=True):
        kinds = {it.type for it in tokens_in(output)}
        assert not kinds & {"link_open", "image"}
        assert markup_in(output).live - markup_in(plain).live == set()


@ALL
def test_markdown_mentions_nobody_and_nothing(text: str) -> None:
    for output in of_format(text, "markdown"):
        outside = [it.content for it in tokens_in(output) if it.type == "text"]
        outside += markup_in(output).words
        assert [it for it in outside if MENTION.search(it)] == []


@ALL
def test_a_fence_of_markdown_ends_where_we_end_it(text: str) -> None:
    for output in of_format(text, "markdown"):
        ours = {"diff", "yaml", "json", "text", "console", "sh", ""}
        assert {it.info for it in tokens_in(output) if it.type == "fence"} <= ours
        headings = [it for it in tokens_in(output) if it.type == "heading_open"]
        assert all(it.markup in ("##", "###", "####") for it in headings)


def test_no_format_grows_with_the_length_of_a_name() -> None:
    short, long = dict(outputs("x" * 1_000)), dict(outputs("x" * 10_000))
    for form in {*PLAN_FORMATS, *PROBLEM_FORMATS} - {"json"}:
        assert len(long[form]) <= len(short[form]) * 1.5 + 2_000, form


def test_json_says_all_there_is_and_no_more_than_once() -> None:
    short, long = (dict(outputs("x" * many))["json"] for many in (1_000, 10_000))
    assert len(long) <= len(short) * 10


@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_the_same_plan_is_the_same_text(form: PlanFormat) -> None:
    first, again = (plan_text(planted("a & b"), form, PAPER) for _ in range(2))
    assert first == again
