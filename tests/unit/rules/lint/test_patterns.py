"""A pattern is called plain only when the operator says the same of every text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.rules.fold import fold, is_blank
from cg_sync.rules.lint.patterns import plain_operator
from cg_sync.rules.pattern import check_pattern, pattern_holds


@pytest.mark.parametrize(
    ("pattern", "operator"),
    [
        ("abc", ("in", ("abc",))),
        ("a|b", ("in", ("a", "b"))),
        ("^(?:a|b)$", ("in", ("a", "b"))),
        (r"a\.b|c\-d", ("in", ("a.b", "c-d"))),
        ("ab.*", ("starts_with", ("ab",))),
        ("(a|b).*", ("starts_with", ("a", "b"))),
        (".*ab", ("ends_with", ("ab",))),
        (".*(a|b).*", ("contains", ("a", "b"))),
    ],
)
def test_a_choice_of_texts_is_told_as_an_operator(
    pattern: str, operator: tuple[str, tuple[str, ...]]
) -> None:
    assert plain_operator(pattern) == operator


@pytest.mark.parametrize(
    "pattern",
    ["", "a+", "[ab]", "a.b", ".*", ".*.*", "a|", "(a|b)c", "(a)(b)", ".*a|b", "a|b.*", r"\d",
     "(?i)a", "(?i:a)", "(?P<n>a)", r"\Qa\E", r"a\.*", "a b{2}", " a", "a\\"],
)  # fmt: skip
def test_any_other_pattern_is_left_alone(pattern: str) -> None:
    assert plain_operator(pattern) is None


def says(word: str, texts: tuple[str, ...], text: str) -> bool:
    match word:
        case "in":
            return text in texts
        case "starts_with":
            return text.startswith(texts)
        case "ends_with":
            return text.endswith(texts)
        case _:
            return any(it in text for it in texts)


texts = st.sampled_from(["a", "b", "ab", "a.b", "a b", " a", "|", "*", "a\\"])
choices = st.lists(texts.map(re.escape) | texts, min_size=1, max_size=3).map("|".join)
patterns = st.tuples(
    st.sampled_from(["", "^", ".*", "^.*"]),
    st.sampled_from(["", "(", "(?:", "(?i:"]),
    choices,
    st.sampled_from(["", ")"]),
    st.sampled_from(["", "$", ".*", ".*$"]),
).map("".join)


@given(patterns, st.lists(st.text("ab.*| -\\", max_size=5), min_size=1))
def test_the_operator_selects_just_what_the_pattern_does(pattern: str, values: list[str]) -> None:
    pytest.importorskip("re2")
    found = plain_operator(pattern)
    if found is None:
        return
    check_pattern(pattern)
    for value in (*values, *found[1], *(f"a{it}" for it in found[1])):
        text = fold(value)
        if not is_blank(text):
            assert pattern_holds(pattern, text) is says(*found, text)
