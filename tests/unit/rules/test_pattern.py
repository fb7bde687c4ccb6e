"""Patterns: RE2, short, and in folded letters."""

from __future__ import annotations

import importlib
import sys

import pytest

from cg_sync.rules import pattern as module
from cg_sync.rules.pattern import check_pattern, pattern_holds
from cg_sync.rules.problem import ValueRefused


def refusal_of(pattern: str) -> ValueRefused:
    with pytest.raises(ValueRefused) as caught:
        check_pattern(pattern)
    return caught.value


@pytest.mark.parametrize(
    "pattern",
    [
        *("c-[0-9]+", r"\D+\W\S\B", r"\pL\PN\p{Greek}", r"\Qa.b\E+", "(?P<Name>a)(?<N>b)(?U:c)"),
        *("[[:alpha:]]", r"\x61\x{62}\141", r"\.\\", "ğüşöç", " a b ", "(?i)a"),
    ],
)
def test_a_good_pattern_passes(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "a**b(", "[", "(a{1000}){1000}", "\ud800"])
def test_what_is_not_re2_is_refused(pattern: str) -> None:
    refused = refusal_of(pattern)
    assert refused.code == "CG-R01"
    assert " is not an RE2 pattern: " in refused.message


@pytest.mark.parametrize(
    ("pattern", "letter", "hint"),
    [
        ("C-[0-9]+", '"C"', 'write "c"'),
        ("[A-Z]", '"A"', 'write "a"'),
        (r"\QA\E", '"A"', 'write "a"'),
        (r"\x41", '"A"', 'write "a"'),
        (r"\x{130}", '"İ"', 'write "i"'),
        (r"\101", '"A"', 'write "a"'),
        ("ı", '"ı"', 'write "i"'),
        ("straße", '"ß"', 'write "ss"'),
        ("ａ", '"ａ"', 'write "a"'),
    ],
)
def test_a_letter_that_never_matches_is_refused(pattern: str, letter: str, hint: str) -> None:
    refused = refusal_of(pattern)
    assert (refused.code, refused.hint) == ("CG-R03", hint)
    assert refused.message == f"{letter} never matches, as texts are compared folded"


@pytest.mark.parametrize("pattern", ["a" * 257, "(a+)+" * 2_000, "(" * 10_000])
def test_a_long_pattern_is_refused_before_it_is_read(pattern: str) -> None:
    assert refusal_of(pattern).code == "CG-R02"
    check_pattern("a" * 256)


def test_without_google_re2_every_pattern_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    importlib.reload(module)
    try:
        with pytest.raises(ValueRefused) as caught:
            module.check_pattern("a")
    finally:
        monkeypatch.undo()
        importlib.reload(module)
    refused = caught.value
    assert (refused.code, refused.message) == ("CG-R01", "patterns need the package google-re2")
    assert refused.hint.startswith("pip install 'cg-sync[re2]'")


def test_a_pattern_matches_from_end_to_end_in_linear_time() -> None:
    assert pattern_holds("a|b", "a")
    assert not pattern_holds("a|b", "ab")
    assert not pattern_holds("(a|aa)+", "a" * 50_000 + "b")
    assert not pattern_holds(".*", "\ud800")
