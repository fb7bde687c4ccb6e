"""What is read line by line is what a parser of all of YAML makes of it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import YAMLError

from cg_sync.files import yaml_flow, yaml_lines
from cg_sync.files.yaml_builder import Fault, build
from cg_sync.files.yaml_lines import read_lines
from cg_sync.files.yaml_parsers import PARSERS, MakeParser
from cg_sync.files.yaml_places import places_in
from cg_sync.files.yaml_text import text_of
from cg_sync.jsonvalue import JsonValue, canonical

EVERYDAY = """\
---
# A comment, and an empty line.

name: Öğrenciler %10 & it's [new]  # and one behind a value
slug: vip-2
priority: 007
price: -1.5e3
note: "a: b # no comment, [nor a list]"
owner: 'say "so"'
nothing:
at: 10:30#a
url: http://shop.example.com/a?b=c
members:
- ali
-   key: 'a'
    other: b

- [x, y z, true]
rule:
    match:
      - email: {domain_under: [edu.tr, example.org], missing: keep}
      - any:
          - city: {in: [İstanbul, Town 7, null, "x", 'y']}  # behind brackets
          - tags:
            - deep
          - age: {between: [18, -1.5], of: {a: [[], [b , c ] ]}}
      - last:
      -  # none
    # between
    except:
"""


def careful(text: str, make_parser: MakeParser) -> str | None:
    """What the careful way makes of a text in which it finds no fault."""
    faults: list[Fault] = []
    try:
        content = build(make_parser(text), faults)
    except YAMLError:
        return None
    places_in(make_parser(text))
    return None if faults else canonical(content)


def agrees(text: str) -> bool:
    """Whether `text` was read line by line; if so, every parser reads the same."""
    content: JsonValue = read_lines(text)
    if content is not None:
        assert [careful(text, it) for it in PARSERS.values()] == [canonical(content)] * len(PARSERS)
    return content is not None


def test_everyday_files_are_read_line_by_line() -> None:
    assert agrees(EVERYDAY)
    for end in range(0, len(EVERYDAY), 11):
        agrees(EVERYDAY[:end])


@pytest.mark.parametrize(
    "text",
    [
        "", "# c\n", "---\n", "x", "- a", "[a]", "{a: 1}", " a: 1", "a: &x 1", "a: *x", "a: !t 1",
        "a: 1\na: 2", "a: {b: 1, b: 2}", "1: a", "null: a", "'a': 1", "<<: a", "? a\n: b", "%a: 1",
        "a: 1e999", "a: [1e999]", "a: {~: b}", "a: {null: b}", "a: |\n  b", "a: >-\n  b",
        "a: b\n  c", "a: b\nc", "a:\n  b", "a:\n  b\n  c: d", "a: 'b\n  c'", "a: [b,\n  c]",
        "a: b\n  c: d", "a:\n  - b\n    - c", "a:\n  - b\n  c: d", "a:\n    b: 1\n  c: 2",
        "a: 1\n- b",
        "a:\n  - - b", "a:\n  -\n    b", "a:\n  - b: 1\n   c: 2", "a:\n    - b\n  - c", "a: b: c",
        "a: b:", "a:b", "a:b: c\nx", "a: 'b' c", "a: 'b'#c", "a: [b]#c", "a: [b] c", "a: [b] # ]",
        "a: 'it''s'", 'a: "\\n"', "a: [b", "a: b]\n]", "a: [b}", "a: [b]]", "a: {b]", "a: {b: [c}",
        "a: [b,]", "a: [,b]", "a: [b,,c]", "a: {b: 1,}", "a: {}", "a: {b}", "a: {bc [d]}",
        "a: [b: c]", "a: no\n  b: c", "a: ''\n  b: c", "a: []\n  b: c", "a: false\n  b: c",
        "a: {b: c: d}",
        "a: ['b' c]", "a: ['b': c]", "a: {'b': c}", "a: {\"b: c\": d}", "a: [b: ]", "a: [b #c]",
        "a: [b c: d]", "a: [?b]", "a: [b?]", "a: [-]", "a: [- b]", "a: - b", "a: -", "a: ?b",
        "a: @b",
        "a: [@b]", "a: ,b", "a: #b\n b", "a:\tb", "a: b\r\nc: d", "a: 1\n---\nb: 2", "a: 1\n...\n",
        "--- a: 1", f"{'k' * 101}: 1",
        "a: " + "[" * 17 + "]" * 17, "a: " + "{b: " * 17 + "c" + "}" * 17,
        "".join(f"{' ' * depth}a:\n" for depth in range(40)),
    ],
)  # fmt: skip
def test_whatever_is_unusual_or_wrong_is_left_to_a_parser(text: str) -> None:
    assert read_lines(text) is None


def test_as_deep_as_it_goes_is_not_too_deep_for_a_parser() -> None:
    lists = yaml_lines.DEEPEST // 2
    blocks = "".join(f"{'  ' * depth}{'- ' if depth else ''}a:\n" for depth in range(lists))
    brackets = "[" * yaml_flow.DEEPEST + "]" * yaml_flow.DEEPEST
    assert agrees(f"a: {brackets}")
    assert agrees(f"{blocks}{'  ' * lists}- b: {brackets}")


def test_long_lines_are_read_too() -> None:
    words = ", ".join(f"word {n}" for n in range(1000))
    assert agrees(f"a: [{words}]\nb: '{words}'\nc: {words}")


PIECES = (
    *("a", "key", "- ", "-", " ", "  ", "    ", ": ", ":", "\n", "\n  ", "\n- ", "\n  - ", ", "),
    *("[", "]", "{", "}", ",", "#", " # c", "'", '"', "'x y'", '"q: #"', "~", "null", "true", "1"),
    *("-5", "0x1f", ".5", "...", "---", "?", "&a", "*a", "!t", "|", ">", "%", "@", "`", "\\", "é"),
    *("a: b", "x: [1, 2]", "y: {a: b, c: d}", "- a: 1\n  b: 2", "<<", "\xa0", "a:b", "a#b", "a?b"),
    *("1e999", "[a, b c, d]", "[true, a]", "k:", "k:\n", "k:\n  ", "k:\n- ", "_", '"a":', "+", "/"),
)
"""What a file is made of, or broken with."""


def mutants(seed: int, count: int) -> Iterator[str]:
    """Everyday lines, each time with some pieces put in, taken out, moved or doubled."""
    of = random.Random(seed)
    lines = EVERYDAY.split("\n")
    for _ in range(count):
        begin = of.randrange(len(lines))
        text = "\n".join(lines[begin : begin + of.randint(1, 9)])
        for _ in range(of.randint(1, 4)):
            at, other = sorted((of.randint(0, len(text)), of.randint(0, len(text))))
            match of.randrange(4):
                case 0:
                    text = text[:at] + of.choice(PIECES) + text[at:]
                case 1:
                    text = text[:at] + text[at + of.randint(1, 4) :]
                case 2:
                    text = text[:at] + of.choice(PIECES) + text[at + 1 :]
                case _:
                    text = text[:at] + text[other : other + 20] + text[at:]
        yield text


def held_together(texts: Iterator[str]) -> int:
    """How many of the texts were read line by line; each as every parser reads it."""
    clean = (text for text in texts if text_of(text.encode(), file="f")[0] is not None)
    return sum(map(agrees, clean))


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_pieces_of_yaml_are_read_as_a_parser_reads_them_or_not_at_all(text: str) -> None:
    agrees(text)


def test_broken_files_are_read_as_a_parser_reads_them_or_not_at_all() -> None:
    assert held_together(mutants(seed=1, count=500)) > 20


@pytest.mark.long
def test_very_many_broken_files_are_read_so_too() -> None:
    assert held_together(mutants(seed=2, count=200_000)) > 10_000
