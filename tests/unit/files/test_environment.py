"""Environment variables reach the values they are meant for, and nothing else."""

from __future__ import annotations

import pytest

from cg_sync.core.document import Document
from cg_sync.errors import Position
from cg_sync.files.environment import substitute
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import JsonValue, Pointer

TEXT = """\
version: 1
environments:
  dev: {url: "${DEV_URL:-http://127.0.0.1:8765}", channel: 1, "${KEY}": true}
  production:
    url: ${URL}/x
    tags: ["$${URL}", "${A}${B}", $URL, null]
"""
DEV: Pointer = ("environments", "dev")
PRODUCTION: Pointer = ("environments", "production")


def document(text: str = TEXT) -> Document:
    read, _ = read_yaml(text.encode(), file="cg-sync.yaml")
    assert read is not None
    return read


def filled(text: str, **environ: str) -> JsonValue:
    value, problems = substitute(Document("f", text, dict), environ)
    assert problems == ()
    return value.content


def test_texts_below_the_pointer_are_filled_and_the_rest_stays() -> None:
    content: JsonValue = {
        "version": 1,
        "environments": {
            "dev": {"url": "${DEV_URL:-http://127.0.0.1:8765}", "channel": 1, "${KEY}": True},
            "production": {"url": "https://shop/x", "tags": ["${URL}", "12", "$URL", None]},
        },
    }
    assert substitute(
        document(), {"URL": "https://shop", "A": "1", "B": "2"}, below=PRODUCTION
    ) == (Document("cg-sync.yaml", content, dict), ())


@pytest.mark.parametrize("text", ["a: ${B}", 'a: "\\x24{B}"', 'a: "$\\x7bB}"', 'a: "$\\\n  {B}"'])
def test_a_variable_is_filled_in_however_it_is_written(text: str) -> None:
    assert substitute(document(text), {"B": "1"})[0].content == {"a": "1"}


def test_a_document_without_variables_stays_what_it_is() -> None:
    plain = document("a: $ {b}\n")
    assert substitute(plain, {})[0] is plain


def test_an_unset_variable_of_another_environment_is_no_problem() -> None:
    read, problems = substitute(document(), {}, below=DEV)
    assert problems == ()
    assert isinstance(read.content, dict)
    assert read.content["environments"]["dev"]["url"] == "http://127.0.0.1:8765"


def test_without_a_pointer_every_text_is_filled() -> None:
    _, problems = substitute(document(), {"A": "1"})
    assert [(it.code, it.message, it.where) for it in problems] == [
        (
            "CG-F16",
            "the environment variable URL is not set",
            Position("cg-sync.yaml", 5, 10),
        ),
        ("CG-F16", "the environment variable B is not set", Position("cg-sync.yaml", 6, 23)),
    ]
    assert problems[0].hint == "set it in the environment, or write ${URL:-default}"


def test_a_pointer_may_lead_through_a_list_to_one_text() -> None:
    read, problems = substitute(
        document('a: ["${X}", "${X}", 3]\nb: ${X}'), {"X": "1"}, below=("a", 1)
    )
    assert (read.content, problems) == ({"a": ["${X}", "1", 3], "b": "${X}"}, ())


@pytest.mark.parametrize("text", ["${}", "${A", "${1A}", "${A-b}", "${A:-${B}}", "x ${ A }"])
def test_a_malformed_reference_is_a_problem(text: str) -> None:
    read, problems = substitute(document(f"a: '{text}'"), {"A": "1", "B": "2"})
    assert [(it.code, it.where) for it in problems] == [("CG-F16", Position("cg-sync.yaml", 1, 4))]
    assert "names no environment variable" in problems[0].message
    assert read.content == {"a": text} or "${B}}" in text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${A}", "one"),
        ("<${A:-x}>", "<one>"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY}", ""),
        ("${NONE:-}", ""),
        ("${NONE:-a b}", "a b"),
        ("$${A}", "${A}"),
        ("$A $ {A} 5$", "$A $ {A} 5$"),
    ],
)
def test_a_reference_is_filled_as_in_a_shell(text: str, value: str) -> None:
    assert filled(text, A="one", EMPTY="") == value


def test_a_value_that_looks_like_a_reference_is_not_filled_again() -> None:
    assert filled("${A}", A="${B}") == "${B}"


def test_a_pointer_that_leads_on_below_a_text_leaves_the_text_alone() -> None:
    read, problems = substitute(document("a: ${X}"), {}, below=("a", "b"))
    assert (read.content, problems) == ({"a": "${X}"}, ())
