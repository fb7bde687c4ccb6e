"""Every way a shop has of saying no, as one sentence."""

from __future__ import annotations

import json

import pytest

from cg_sync.api.refusal import Refusal, html_summary, one_line, refusal_in
from cg_sync.jsonvalue import JsonValue


@pytest.mark.parametrize(
    ("payload", "text", "fields"),
    [
        ({"detail": "Not found."}, "Not found", {}),
        ({"non_field_errors": "One."}, "One", {}),
        ({"non_field_errors": ["One.", "Two."]}, "One; Two", {}),
        ({"error": "mapping refused"}, "mapping refused", {}),
        ({"message": "no"}, "no", {}),
        ({"error": {"product": ["odd"]}}, "error.product: odd", {"error.product": ("odd",)}),
        (
            {"error_code": "customer_group_setting_400_1", "non_field_errors": "Not in catalog."},
            "Not in catalog [customer_group_setting_400_1]",
            {},
        ),
        ({"detail": "Expired.", "code": "user_100_9"}, "Expired [user_100_9]", {}),
        ({"code": ["Required."]}, "code: Required", {"code": ("Required.",)}),
        (
            {"name": ["Taken."], "slug": ["Bad.", "Long."]},
            "name: Taken; slug: Bad; slug: Long",
            {"name": ("Taken.",), "slug": ("Bad.", "Long.")},
        ),
        ({"name": "Taken."}, "name: Taken", {"name": ("Taken.",)}),
        (
            {"config": {"children": [{}, {"slug": ["Unknown."]}]}},
            "config.children[1].slug: Unknown",
            {"config.children[1].slug": ("Unknown.",)},
        ),
        ({"priority": [5, True, None]}, "priority: 5; priority: true", {"priority": ("5", "true")}),
        (["A.", "B."], "A; B", {}),
        ("Just text.", "Just text", {}),
        ({}, "no reason given", {}),
        (None, "no reason given", {}),
    ],
)
def test_every_shape_of_json_becomes_one_sentence(
    payload: JsonValue, text: str, fields: dict[str, tuple[str, ...]]
) -> None:
    assert refusal_in(json.dumps(payload).encode()) == Refusal(text, fields)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "no reason given"),
        (b"plain  words\nhere", "plain words here"),
        (b"\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("‮gnp".encode(), "\\u202egnp"),
        (b"\xff\xff", "��"),
    ],
)
def test_what_is_not_json_is_quoted_safely(body: bytes, text: str) -> None:
    assert refusal_in(body) == Refusal(text)


def test_control_characters_inside_json_are_escaped_too() -> None:
    refusal = refusal_in(b'{"na\\u001bme": ["bad\\u0000 \\u2028 \\ud800"]}')
    assert refusal.text == "na\\x1bme: bad\\x00 \\ud800"
    assert refusal.fields == {"na\\x1bme": ("bad\\x00 \\ud800",)}


def test_a_page_is_its_title_and_the_first_80_characters_of_its_text() -> None:
    page = (
        "\n<html><head><title>502 &amp; more</title><style>p{}</style></head>"
        "<!-- nginx --><script>var a = '<p>';</script><p>" + "x" * 200
    )
    assert html_summary(page.encode()) == "502 & more: " + "x" * 79 + "…"
    assert html_summary(b"<p></p>") == "an empty web page"
    assert html_summary(b"<title></title><p>Down</p>") == "Down"


def test_a_text_is_at_most_500_characters_long() -> None:
    assert refusal_in(json.dumps({"detail": "y" * 9_000}).encode()).text == "y" * 499 + "…"
    assert one_line("z" * 500) == "z" * 500


def test_a_refusal_that_nests_without_end_is_cut() -> None:
    deep: JsonValue = "bottom"
    for _ in range(100):
        deep = {"a": deep}
    assert refusal_in(json.dumps(deep).encode()).text == ".".join(["a"] * 21) + ": …"


def test_only_the_first_50_messages_are_read() -> None:
    refusal = refusal_in(json.dumps({"x": [str(n) for n in range(1_000)]}).encode())
    assert refusal.fields == {"x": tuple(str(n) for n in range(50))}
