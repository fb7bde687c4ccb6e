"""What the strict reader takes, what it refuses and where; with both parsers."""

from __future__ import annotations

import sys
from typing import Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from yaml import YAMLError
from yaml.events import Event
from yaml.tokens import Token

from cg_sync.core.document import Document, Span
from cg_sync.errors import Position, Problem
from cg_sync.files import yaml_parsers
from cg_sync.files.yaml_builder import MAX_FAULTS, Fault, build
from cg_sync.files.yaml_parsers import MAX_DEPTH, PARSERS, MakeParser, PythonParser
from cg_sync.files.yaml_reader import MAX_PROBLEMS, read_yaml
from cg_sync.files.yaml_text import text_of
from cg_sync.jsonvalue import JsonValue, canonical

both = pytest.mark.parametrize("make_parser", PARSERS.values(), ids=PARSERS.keys())


def read(text: str | bytes, make_parser: MakeParser) -> JsonValue:
    document, problems = read_yaml(as_bytes(text), file="f", make_parser=make_parser)
    assert problems == ()
    assert document is not None
    decoded, _ = text_of(as_bytes(text), file="f")
    # What was read line by line is what the parser makes of it.
    assert canonical(build(make_parser(decoded or ""), [])) == canonical(document.content)
    return document.content


def found(text: str | bytes, make_parser: MakeParser) -> list[tuple[str, str, int, int]]:
    """Code, message, line and column of each problem."""
    document, problems = read_yaml(as_bytes(text), file="f", make_parser=make_parser)
    assert document is None
    return [(p.code, p.message, *place(p)) for p in problems]


def place(problem: Problem) -> tuple[int, int]:
    assert problem.where is not None
    assert problem.where.file == "f"
    return problem.where.line, problem.where.column


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def test_libyaml_is_tried_first_where_it_is_built_in() -> None:
    assert list(PARSERS) == (["libyaml", "python"] if yaml.__with_libyaml__ else ["python"])


@both
@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *((word, word) for word in ("yes", "no", "on", "off", "NO", "Yes", "y", "n", "tRUE")),
        *((word, word) for word in ("22:22", "1_000", "2026-09-01", "2026-09-01T10:00:00Z")),
        *((word, word) for word in ("0b11", "0o8", "0xg", "1e", "e5", ".", "+", "1.2.3", "=")),
        ("010", 10),
        ("-0", 0),
        ("+12", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.50", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1e3", -1000.0),
        ('"12"', "12"),
        ("'no'", "no"),
        ("'2026-09-01'", "2026-09-01"),
        ("|\n  12\n", "12\n"),
        (">-\n  a\n  b\n", "a b"),
        ("a\n  b", "a b"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(
    text: str, value: JsonValue, make_parser: MakeParser
) -> None:
    assert canonical(read(f"k: {text}", make_parser)) == canonical({"k": value})


@both
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"", None),
        (b"\n\n", None),
        (b"# only a comment\n", None),
        (b"---\n", None),
        (b"---\na: 1\n...\n", {"a": 1}),
        (b"\xef\xbb\xbfa: 1\n", {"a": 1}),
        (b"\xef\xbb\xbf", None),
        (b"a: 1\r\nb:\r\n  - 2\r\n", {"a": 1, "b": [2]}),
        (b"- 1\n- [2, {b: 3}]\n", [1, [2, {"b": 3}]]),
        (b"a: {}\nb: []\nc:\n", {"a": {}, "b": [], "c": None}),
        (b'"12": a\n"<<": b\n', {"12": "a", "<<": "b"}),
        (b"? a\n: b\n", {"a": "b"}),
        ("ad: Şükrü 🎓\n".encode(), {"ad": "Şükrü 🎓"}),
        ("a: «1»\u00a0–\u2027ﬁ\ufffd".encode(), {"a": "«1»\u00a0–\u2027ﬁ\ufffd"}),
        (b'a: "x\\ty" # c\tc\n# \t\nb: |\n  x\ty\n', {"a": "x\ty", "b": "x\ty\n"}),
        (b"a: 'x\ty'\n", {"a": "x\ty"}),
        (b'a: "\\u2028\\0"\n', {"a": "\u2028\0"}),
    ],
)
def test_a_document_is_read_as_written(
    text: bytes, value: JsonValue, make_parser: MakeParser
) -> None:
    assert read(text, make_parser) == value


TAB = "a tab where YAML wants spaces"


@both
@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: 1\na: 2", [("CG-F03", "key `a` is written twice, first on line 1", 2, 1)]),
        (
            "a: {b: 1, b: 2}\nc:\n  - d: 1\n    e: 1\n    d: 2\na: 3",
            [
                ("CG-F03", "key `b` is written twice, first on line 1", 1, 11),
                ("CG-F03", "key `d` is written twice, first on line 3", 5, 5),
                ("CG-F03", "key `a` is written twice, first on line 1", 6, 1),
            ],
        ),
        ('a: 1\n"a": 2', [("CG-F03", "key `a` is written twice, first on line 1", 2, 1)]),
        (
            "a: &x 1\nb: *x\nc: !!str 2\nd: !own {}\ne: &y []",
            [
                ("CG-F04", "anchor `&x`", 1, 4),
                ("CG-F04", "alias `*x`", 2, 4),
                ("CG-F04", "tag `!!str`", 3, 4),
                ("CG-F04", "tag `!own`", 4, 4),
                ("CG-F04", "anchor `&y`", 5, 4),
            ],
        ),
        ("&x a: 1\n*x : 2", [("CG-F04", "anchor `&x`", 1, 1), ("CG-F04", "alias `*x`", 2, 1)]),
        (
            "a: !!python/object/apply:os.system [ls]",
            [("CG-F04", "tag `!!python/object/apply:os.system`", 1, 4)],
        ),
        (
            "12: a\ntrue: b\n~: c\n1e999: d\n",
            [
                ("CG-F04", "key `12` is not a text", 1, 1),
                ("CG-F04", "key `true` is not a text", 2, 1),
                ("CG-F04", "key `~` is not a text", 3, 1),
                ("CG-F04", "key `1e999` is not a text", 4, 1),
            ],
        ),
        ("? \n: a", [("CG-F04", "key `` is not a text", 1, 2)]),
        ("? {a: 1}\n: b", [("CG-F04", "a key that is not a text", 1, 3)]),
        ("[a]: b", [("CG-F04", "a key that is not a text", 1, 1)]),
        ("a: {<<: {b: 1}}", [("CG-F04", "merge key `<<`", 1, 5)]),
        ("---\na: 1\n---\nb: 2", [("CG-F04", "a second document", 3, 1)]),
        ("%YAML 1.2\n---\na: 1", [("CG-F04", "directive (a line that starts with `%`)", 1, 1)]),
        ("# c\n\n%FOO\n", [("CG-F04", "directive (a line that starts with `%`)", 3, 1)]),
        (
            f"a: .inf\nb: -.INF\nc: .nan\nd: 1e999\ne: {'9' * 301}\nf: 0x{'F' * 301}",
            [
                ("CG-F04", ".inf is not a number that can be used here", 1, 4),
                ("CG-F04", "-.INF is not a number that can be used here", 2, 4),
                ("CG-F04", ".nan is not a number that can be used here", 3, 4),
                ("CG-F04", "1e999 is too large a number", 4, 4),
                ("CG-F04", f"{'9' * 17}... is too large a number", 5, 4),
                ("CG-F04", f"{'F' * 17}... is too large a number", 6, 4),
            ],
        ),
        (
            "a: 1\na: 2\nb: @x",
            [
                ("CG-F03", "key `a` is written twice, first on line 1", 2, 1),
                ("CG-F02", "a text cannot start with `@`", 3, 4),
            ],
        ),
        ("a:\n\tb: 1", [("CG-F02", TAB, 2, 1)]),
        ("a:\tb", [("CG-F02", TAB, 1, 3)]),
        ("a: b\t# c", [("CG-F02", TAB, 1, 5)]),
        ("a: 'b'\nc: d\t", [("CG-F02", TAB, 2, 5)]),
        ("a: b\tc", [("CG-F02", TAB, 1, 5)]),
        ("a: |  # b\n  c\nd:\te", [("CG-F02", TAB, 3, 3)]),
        ("a: b: c", [("CG-F02", "a `: ` that does not fit here", 1, 5)]),
        ("a: 'x\nb: 1", [("CG-F02", "a quote that is opened here is never closed", 1, 4)]),
        ('a: "x\n', [("CG-F02", "a quote that is opened here is never closed", 1, 4)]),
        (
            "a: [1, 2\nb: 3\n",
            [("CG-F02", "a `[` or `{` that is opened here is not closed properly", 1, 4)],
        ),
        (
            "a: {b: 1",
            [("CG-F02", "a `[` or `{` that is opened here is not closed properly", 1, 4)],
        ),
        ("a: 1\nb\nc: 2", [("CG-F02", "a line without `: ` where a key was expected", 3, 1)]),
        ("a: - b", [("CG-F02", "a list item (`- `) that cannot stand here", 1, 4)]),
        ("- a\nb: c", [("CG-F02", "this line does not fit the lines around it", 2, 1)]),
        ("a: |x\n y", [("CG-F02", "a text block (`|` or `>`) that starts wrongly", 1, 5)]),
        ("a: *", [("CG-F02", "a text that starts with `&`, `*` or `!` must be quoted", 1, 5)]),
        ("a: }", [("CG-F02", "a value is missing or starts with a special character", 1, 4)]),
        (b"a: 1\nb: \xff", [("CG-F01", "byte 0xFF is not UTF-8", 2, 4)]),
        (b"\xff\xfea\x00:\x00", [("CG-F01", "byte 0xFF is not UTF-8", 1, 1)]),
        (b"\x89PNG\r\n\x1a\n", [("CG-F01", "byte 0x89 is not UTF-8", 1, 1)]),
        (b"a: 1\n\0", [("CG-F01", "NUL byte: this is not a text file", 2, 1)]),
        (b"a: \x1b[31m", [("CG-F01", "control character U+001B", 1, 4)]),
        ("a: ş\u2028", [("CG-F01", "control character U+2028 (line separator)", 1, 5)]),
        ("a: \x85", [("CG-F01", "control character U+0085", 1, 4)]),
        ("a: \uffff", [("CG-F01", "control character U+FFFF", 1, 4)]),
        ("a: \x7f", [("CG-F01", "control character U+007F", 1, 4)]),
        ("a: \ufeff", [("CG-F01", "control character U+FEFF (zero width no-break space)", 1, 4)]),
        ("[" * 1_000_000, [("CG-F04", "nested deeper than 64 levels", 1, 65)]),
        ("- " * 100_000, [("CG-F04", "nested deeper than 64 levels", 1, 129)]),
        ("{a: " * 100_000, [("CG-F04", "nested deeper than 64 levels", 1, 257)]),
        (
            "\n".join("  " * i + "a:" for i in range(200)),
            [("CG-F04", "nested deeper than 64 levels", 65, 129)],
        ),
    ],
)
def test_a_fault_is_told_with_its_place(
    text: str | bytes, problems: list[tuple[str, str, int, int]], make_parser: MakeParser
) -> None:
    assert found(text, make_parser) == problems


@both
@pytest.mark.parametrize("escape", ["\\q", "\\ud800", "\\UFFFFFFFF", "\\U00110000", "\\xZZ"])
def test_an_escape_that_is_no_character_is_refused(escape: str, make_parser: MakeParser) -> None:
    (problem,) = found(f'a: "{escape}"', make_parser)
    assert problem[:3] == ("CG-F02", "an escape that YAML does not know, in double quotes", 1)


@both
def test_every_syntax_error_has_words_for_people_and_a_hint(make_parser: MakeParser) -> None:
    texts = [
        "a: [b]]",
        "a: 'b' c",
        "a:\n - b\n  - c: d\n e",
        "&",
        "!<",
        "a: >1x",
        "- -\n-x: [",
        "]",
    ]
    for text in texts:
        _, problems = read_yaml(text.encode(), file="f", make_parser=make_parser)
        last = problems[-1]
        assert (last.code, last.message == "not YAML", bool(last.hint)) == ("CG-F02", False, True)


@both
def test_sixty_four_levels_are_allowed(make_parser: MakeParser) -> None:
    assert canonical(read("[" * 64 + "]" * 64, make_parser)) == "[" * 64 + "]" * 64


@both
def test_an_alias_bomb_is_refused_without_growing(make_parser: MakeParser) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
    codes = {code for code, *_ in found("\n".join(lines), make_parser)}
    assert codes == {"CG-F04"}


@both
def test_only_the_first_problems_of_a_file_are_told(make_parser: MakeParser) -> None:
    problems = found("a: 1\n" * (MAX_PROBLEMS + 4), make_parser)
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1] == ("CG-F04", "and 3 more like these", 22, 1)


def test_more_than_ten_megabytes_are_not_read() -> None:
    document, problems = read_yaml(b"#" * 10_000_001, file="f")
    assert document is None
    assert problems == (
        Problem(
            "CG-F01", "10.0 MB, more than the 10 MB that are read", Position("f"), "split the file"
        ),
    )


@both
def test_positions_are_those_of_keys_items_and_values(make_parser: MakeParser) -> None:
    text = b"\xef\xbb\xbf# c\r\na: 1\r\nb:\r\n  - x\r\n  - {c: d, e: f}\r\n"
    document, _ = read_yaml(text, file="f", make_parser=make_parser)
    assert document is not None
    assert document.locate() == {
        (): Span((2, 1), (2, 1)),
        ("a",): Span((2, 1), (2, 4)),
        ("b",): Span((3, 1), (4, 3)),
        ("b", 0): Span((4, 5), (4, 5)),
        ("b", 1): Span((5, 5), (5, 5)),
        ("b", 1, "c"): Span((5, 6), (5, 9)),
        ("b", 1, "e"): Span((5, 12), (5, 15)),
    }


@both
def test_an_empty_file_has_no_positions_and_its_problems_stand_at_its_top(
    make_parser: MakeParser,
) -> None:
    document, _ = read_yaml(b"", file="f", make_parser=make_parser)
    assert document == Document("f", None, dict)
    assert document.locate() == {}
    assert document.position_of(("a",)) == Position("f")


@pytest.mark.parametrize(
    "text", ["a: 1\na: {b: 1, c", "a: 1\na: 2\n? [x]\n: y", "a: 1\na: " + "[" * 99]
)
def test_positions_are_found_as_far_as_the_text_can_be_read(text: str) -> None:
    _, problems = read_yaml(text.encode(), file="f")
    assert problems[0].message == "key `a` is written twice, first on line 1"


HUGE: Final = 1_000_000
HOSTILE: Final = {
    "brackets": "[" * HUGE,
    "braces": "{a: " * (HUGE // 4),
    "items": "- " * (HUGE // 2),
    "key marks": "? " * (HUGE // 2),
    "quotes": '"' * HUGE,
    "anchors": "&a" * (HUGE // 2),
    "anchors apart": "&a " * (HUGE // 3),
    "a bomb": "a: &a [x, x]\n" + "b: [*a, *a]\n" * (HUGE // 12),
    "one key": "a: 1\n" * (HUGE // 5),
    "keys of no text": "1: 1\n" * (HUGE // 5),
    "numbers": "- 1e999\n" * (HUGE // 8),
    "deep keys": "\n".join(" " * depth + "a:" for depth in range(1400)),
}


@both
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_refused_when_little_of_it_was_looked_at(
    text: str, make_parser: MakeParser
) -> None:
    looked_at = 0

    class Counted:
        def __init__(self, text: str) -> None:
            self._parser = make_parser(text)

        def get_event(self) -> Event | None:
            nonlocal looked_at
            looked_at += 1
            return self._parser.get_event()

        def get_token(self) -> Token | None:
            return self._parser.get_token()

    assert found(text, Counted)
    assert looked_at < 5 * MAX_FAULTS


def test_brackets_do_not_wait_to_become_keys() -> None:
    parser = PythonParser("[" * 1000)
    while parser.flow_level < 1000:
        parser.fetch_more_tokens()
    assert len(parser.possible_simple_keys) <= MAX_DEPTH


@both
def test_after_a_thousand_faults_the_rest_is_not_looked_at(make_parser: MakeParser) -> None:
    problems = found("1: 1\n" * (MAX_FAULTS + 2) + "@", make_parser)
    assert problems[-1][1] == f"and {MAX_FAULTS - MAX_PROBLEMS} or more like these"


yaml_like = st.text(st.sampled_from("ab1 -:,[]{}#&*!|>'\"%@`?~.\n\t\r\\x0"), max_size=40)


@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    for make_parser in PARSERS.values():
        document, problems = read_yaml(data, file="f", make_parser=make_parser)
        assert (document is None) == bool(problems)


@given(yaml_like)
def test_the_two_parsers_agree(text: str) -> None:
    contents = []
    for make_parser in PARSERS.values():
        faults: list[Fault] = []
        try:
            content = canonical(build(make_parser(text), faults))
        except YAMLError:
            continue
        contents += [] if faults else [content]
    assert len(set(contents)) <= 1


def test_without_libyaml_the_python_parser_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    assert yaml_parsers.built_in_parsers() == {"python": yaml_parsers.PythonParser}
