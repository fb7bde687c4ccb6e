"""Foreign text in Markdown is text and nothing else: what is read back is what was written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cg_sync.report.line import discreet, line
from cg_sync.report.markdown.text import Bold, Code, as_html, cell, code, fenced, inline, prose

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PIECES = (
    "`", "``", "```", "~", "~~~", "|", "\\", "\\|", "*", "_", "$", "$$", ":", "<", ">", "&amp;",
    "<!--", "-->", "</details>", "<script>", "[x](y)", "![x](y)", "@team", "#123", "GH-1", "1.",
    "https://e.example", "www.e.example", ":smile:", "deadbeef", "4f1c2ab90d11", "-", "+", "=",
    "---", "===", " ", "\n", "\r", "\t", "\u202e", "\u200b", "\x00", "\ud800", "ğ", "🎓", "a", "0",
    "a@b.example", "word", "'", '"', "(", ")", ",", ".", "!", "::error::", "##[error]",
)  # fmt: skip
FOREIGN = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=12).map("".join)


def children_of(markdown: str) -> list[Token]:
    [_, paragraph, _] = MARKDOWN.parse(markdown)
    return paragraph.children or []


def shown(text: str) -> str:
    """What is to be read of it."""
    safe = discreet(text)
    return safe if safe.strip() else f'"{safe}"'


@given(FOREIGN)
def test_a_code_span_holds_the_text_and_ends_after_it(text: str) -> None:
    before, span, after = children_of(f"x {code(text, 300)} y")
    assert (before.content, span.type, after.content) == ("x ", "code_inline", " y")
    assert span.content == shown(text)


@given(FOREIGN, FOREIGN)
def test_a_cell_of_a_table_is_one_cell(one: str, other: str) -> None:
    row = f"| {cell(one, 300)} | {cell(other, 300)} | end |"
    tokens = MARKDOWN.parse(f"| a | b | c |\n|---|---|---|\n{row}\n")
    cells = [it for it in tokens if it.type == "inline"][3:]
    assert [text_of(it.children or []) for it in cells] == [shown(one), shown(other), "end"]


def text_of(tokens: list[Token]) -> str:
    """What is to be read of the tokens of a line; of HTML only code is allowed."""
    assert {it.content for it in tokens if it.type == "html_inline"} <= {"<code>", "</code>"}
    assert {it.type for it in tokens} <= {"text", "text_special", "code_inline", "html_inline"}
    return "".join(it.content for it in tokens if it.type != "html_inline")


def test_a_pipe_is_written_out_in_a_cell_since_platforms_differ_about_its_backslash() -> None:
    assert cell(r"a\|b") == "<code>a&#92;&#124;b</code>"
    assert cell("ab") == "`ab`"


@given(FOREIGN)
def test_prose_reads_as_the_sentence_it_was(text: str) -> None:
    tokens = children_of(f"- {prose(text)}"[2:]) if prose(text) else []
    shown = discreet(text, 1000)
    if "`" in shown and shown.count("`") % 2 == 0 and "``" not in shown:
        # Backticks in pairs become a code span, and two of them are kept apart by a space.
        assert "".join(text_of(tokens).split()) == "".join(shown.replace("`", "").split())
    else:
        assert text_of(tokens) == " ".join(shown.split())


def test_what_a_sentence_puts_between_backticks_is_one_code_span() -> None:
    hint = "bring the file back with `state: absent`, or drop `overlaps:`"
    assert prose(hint) == hint
    assert prose("`@team``x`") == "``` `@team``x` ```"
    assert prose("`a`b_c") == "`a` `b_c`"
    assert prose("see `") == "see `` ` ``"


@pytest.mark.parametrize("text", ["`@team` #12", "`a` @team", "x `<b>` <b>", "`a``b`", "` @team `"])
def test_no_pair_of_backticks_frees_what_stands_beside_it(text: str) -> None:
    for token in children_of(prose(text)):
        assert token.type == "code_inline" or not ACTIVE.search(token.content)


@given(FOREIGN)
def test_prose_at_the_start_of_an_item_begins_nothing(text: str) -> None:
    types = [it.type for it in MARKDOWN.parse(f"- {prose(text)} x")]
    assert types == [
        "bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close",
        "list_item_close", "bullet_list_close",
    ]  # fmt: skip


ACTIVE = re.compile(r"@\w|#\w|[$:~&!%^]\w|https?|www\.|\b[0-9a-f]{7,}\b|[A-Z]+-\d|\w/\w|[<>{}_*]")


@given(FOREIGN)
def test_outside_of_code_prose_has_nothing_that_a_platform_acts_upon(text: str) -> None:
    tokens = children_of(prose(text)) if prose(text) else []
    outside = [it.content for it in tokens if it.type in ("text", "text_special")]
    assert [it for it in outside if ACTIVE.search(it)] == []


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("5 of 12 groups (41.67%) would go", "5 of 12 groups (41.67%) would go"),
        ("domain is edu.tr, k12.tr.", "domain is `edu.tr`, `k12.tr`."),
        ("the shop's own e-mail", "the shop's own e-mail"),
        ("read 2026-11-21 06:30 UTC", "read 2026-11-21 06:30 UTC"),
        ("1. one", "1\\. one"),
        ("as of 4f1c2ab90d11, effaced", "as of `4f1c2ab90d11`, `effaced`"),
        ("a → b − c", "a → b − c"),
        ("m@x.example", "`m***@x.example`"),
    ],
)
def test_only_words_that_need_it_are_code(text: str, markdown: str) -> None:
    assert prose(text) == markdown


@given(st.lists(FOREIGN, max_size=4))
def test_a_fence_ends_where_it_is_ended(texts: list[str]) -> None:
    lines = [line(discreet(it)) for it in texts]
    fence, *rest = MARKDOWN.parse(f"{fenced(lines, 'diff')}\n\nend\n")
    assert (fence.type, fence.info) == ("fence", "diff")
    assert fence.content == "".join(f"{discreet(it).rstrip()}\n" for it in texts)
    assert [it.content for it in rest if it.type == "inline"] == ["end"]


@given(FOREIGN)
def test_a_summary_holds_text_alone(text: str) -> None:
    html = as_html([Bold("~ group"), " ", Code(text, 300)])
    assert re.sub("</?(?:b|code)>", "", html).count("<") == 0
    assert "\n" not in html


def test_our_own_marks_are_no_markup() -> None:
    rendered = MARKDOWN.render(inline([Bold("~ a"), " b ~ c ", Bold("~ d"), " | ", Bold("+ e")]))
    assert rendered == (
        "<p><strong>~ a</strong> b ~ c <strong>~ d</strong> | <strong>+ e</strong></p>\n"
    )
