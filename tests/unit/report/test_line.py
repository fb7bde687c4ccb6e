"""What makes foreign text harmless and discreet."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject
from cg_sync.report.as_json import json_text, without_people
from cg_sync.report.line import Span, Tone, discreet, harmless, line, plain, without_addresses


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("İstanbul ığüşöç 🎓", "İstanbul ığüşöç 🎓"),
        ("\x1b[31mred", "\\u{1b}[31mred"),
        ("a\u202eb\u2066c\u200fd", "a\\u{202e}b\\u{2066}c\\u{200f}d"),
        ("one\ntwo\r\tthree\x85four", "one\\u{a}two\\u{d}\\u{9}three\\u{85}four"),
        ("no\u00a0break\u3000wide", "no break wide"),
        ("\ud800", "\\u{d800}"),
    ],
)
def test_what_a_terminal_could_act_upon_is_written_out(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert harmless("x" * 300) == "x" * 300
    assert harmless("x" * 301) == "x" * 300 + "…"
    assert harmless("\n" * 3, 4) == "\\u{a…"


@given(st.text(max_size=400))
def test_harmless_text_is_one_printable_line_of_bounded_length(text: str) -> None:
    shown = harmless(text, 50)
    assert shown.isprintable()
    assert len(shown) <= 51


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ayse@example.com", "a***@example.com"),
        ("<Ayşe.Yılmaz+vip@örnek.example>,", "<A***@örnek.example>,"),
        ("a@x.tr and b@y.co.uk; email=c@z.tr", "a***@x.tr and b***@y.co.uk; email=c***@z.tr"),
        ("https://user:secret@shop.example/", "https://user:s***@shop.example/"),
        ("groups/ayse@example.com.yaml:1:2", "groups/a***@example.com.yaml:1:2"),
        ('{"email":"ayse@example.com"}', '{"email":"a***@example.com"}'),
        ("max_delete_share@8f3c0a6d51b9", "max_delete_share@8f3c0a6d51b9"),
        ("@edu.tr, edu.tr and a @ b", "@edu.tr, edu.tr and a @ b"),
    ],
)
def test_every_address_in_a_text_is_masked(text: str, shown: str) -> None:
    assert without_addresses(text) == shown
    assert discreet(text) == shown


def test_an_address_is_masked_before_the_text_is_cut() -> None:
    assert discreet("ayse@example.com", 3) == "a**…"


def test_masking_a_megabyte_takes_no_time_to_speak_of() -> None:
    assert without_addresses("x" * 1_000_000 + "@") == "x" * 1_000_000 + "@"


def test_addresses_are_masked_at_any_depth_of_json() -> None:
    value: JsonObject = {"a@x.tr": ["b@x.tr", {"c": ("d@x.tr", 1, None, True)}]}
    assert without_people(value) == {
        "a***@x.tr": ["b***@x.tr", {"c": ["d***@x.tr", 1, None, True]}]
    }


@given(st.text())
def test_json_says_the_same_once_what_is_odd_is_escaped(text: str) -> None:
    written = json_text({text: text})
    assert json.loads(written) == {text: text}
    assert written.replace("\n", "").isprintable()


def test_plain_lines_have_no_blanks_at_their_end() -> None:
    assert plain([line(Span("a", Tone.ADDED), " "), line()]) == "a\n\n"
