"""What we write reads like what people write, and comes back as it was."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.files.yaml_parsers import PARSERS
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_writer import to_yaml
from cg_sync.jsonvalue import JsonValue, canonical


def test_a_setting_is_written_as_people_write_it() -> None:
    setting: JsonValue = {
        "name": "Student Discount",
        "slug": "student-discount",
        "priority": 20,
        "active": True,
        "starts_at": "2026-09-01",
        "ends_at": None,
        "rule": {
            "match": [
                {"email": {"domain_under": {"list": "academic-domains"}}},
                {"is_active": True},
                {"any": [{"city": {"in": ["Ankara", "İzmir"]}}, {"total": {"at_least": 1.5}}]},
            ],
            "except": [],
        },
        "members": {"mode": "exact", "files": ["../members/vip.csv"]},
        "tags": [f"a rather long tag, number {number}" for number in range(3)],
        "matrix": [[1, 2], [{"a": 1, "b": {}}, [[3]]]],
        "note": 'says "hi": C:\\x\n',
    }
    assert to_yaml(setting, header="Made by cg-sync\n\n$schema=x") == (
        """\
# Made by cg-sync
#
# $schema=x
name: Student Discount
slug: student-discount
priority: 20
active: true
starts_at: "2026-09-01"
ends_at: null
rule:
  match:
    - email: {domain_under: {list: academic-domains}}
    - is_active: true
    - any:
        - city: {in: [Ankara, İzmir]}
        - total: {at_least: 1.5}
  except: []
members:
  mode: exact
  files: [../members/vip.csv]
tags:
  - a rather long tag, number 0
  - a rather long tag, number 1
  - a rather long tag, number 2
matrix:
  - [1, 2]
  - - a: 1
      b: {}
    - - [3]
note: "says \\"hi\\": C:\\\\x\\n"
"""
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (False, "false"),
        (-3, "-3"),
        (1e16, "1.0e+16"),
        (1e-7, "1.0e-07"),
        (2.5e20, "2.5e+20"),
        ({}, "{}"),
        ([], "[]"),
        ("", '""'),
        ("a", "a"),
        ("VIP Müşteri", "VIP Müşteri"),
        ("http://x:1/?a=b#c", "http://x:1/?a=b#c"),
        ("it's", "it's"),
        ("../a.csv", "../a.csv"),
        ("a, b", "a, b"),
        *(
            (word, f'"{word}"')
            for word in (
                "NO", "on", "y", "N", "True", "null", "~", "010", "1_000", "0x1f", "0o7", "1e3",
                "2026-09-01", "22:22", "-1", ".inf", ".nan", "1e999", "<<", "=", " a", "a ", "a: b",
                "a:", "a #b", "#a", "- a", "---", "...", "%a", "@a", "*a", "&a", "!a", "[a", "{a",
                "'a", "?", "|", ">",
            )
        ),
        ("a\tb\x1b", '"a\\tb\\u001b"'),
        ("a\x85\u2028\ufeff\xa0", '"a\\u0085\\u2028\\uFEFF\\u00A0"'),
        ("a\u202eb", '"a\\u202Eb"'),
        ("\ud800", '"\\uD800"'),
        ("🎓", "🎓"),
    ],
)  # fmt: skip
def test_a_scalar_is_quoted_only_when_somebody_would_misread_it(
    value: JsonValue, text: str
) -> None:
    assert to_yaml(value) == f"{text}\n"


def test_inside_brackets_more_is_quoted() -> None:
    assert to_yaml({"a": ["b, c", "d:e", "[f", "g"]}) == 'a: ["b, c", "d:e", "[f", g]\n'


def test_a_line_is_no_wider_than_eighty_columns_when_it_can_be_folded() -> None:
    words = ["x" * 10] * 6
    assert to_yaml({"a": {"b": words}}).count("\n") == 1
    assert max(map(len, to_yaml({"a": {"b": words}}).splitlines())) == 80
    assert to_yaml({"a": {"b": [*words, "yy"]}}).count("\n") == 9
    assert to_yaml({"a": "x " * 100 + "x"}).count("\n") == 1
    assert to_yaml([["x" * 40, "x" * 40]]) == f"- - {'x' * 40}\n  - {'x' * 40}\n"


@pytest.mark.parametrize("value", [math.inf, [-math.inf], {"a": math.nan}, {"k" * 1001: 1}])
def test_what_yaml_cannot_hold_is_not_written(value: JsonValue) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        to_yaml(value)


characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    " \t\n\r\x85\u2028\ufeff:#-?,[]{}&*!|>'\"%@`~.=<_0123456789eExXoOyYnN"
)
texts = (
    st.text(characters, max_size=12)
    | st.sampled_from(
        ["yes", "no", "Off", "null", "1:30", "12e03", "0b1", "2001-1-1", "+.inf", "!!"]
    )
    | st.text(st.sampled_from("0123456789_:.-+exT "), max_size=8)
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_is_read_back_the_same(value: JsonValue) -> None:
    data = to_yaml(value).encode()
    for make_parser in PARSERS.values():
        document, problems = read_yaml(data, file="f", make_parser=make_parser)
        assert problems == ()
        assert document is not None
        assert canonical(document.content) == canonical(value)


@given(values)
def test_readers_of_yaml_1_1_read_the_same(value: JsonValue) -> None:
    assert canonical(yaml.safe_load(to_yaml(value))) == canonical(value)
