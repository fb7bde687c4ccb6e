"""Texts for patterns, and the parts that numbers and records are made of."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cg_sync.rules.analysis.record import customer_record
from cg_sync.rules.analysis.samples import MAX_SAMPLES, samples
from cg_sync.rules.analysis.spans import common, of_decimals, of_integers
from cg_sync.rules.pattern import pattern_holds
from cg_sync.rules.tests import NumberIn


@pytest.mark.parametrize(
    "pattern",
    [
        *("c-[0-9]+", "(tr|de)", ".*bul", "x{3}", "x{2,}", "x{2,3}y?", r"\d\w\.\s", "[^a-z]+"),
        *("[[:digit:]]+", "[]]", r"(?:a|b)(?P<n>c)*", "^a$", "(?i:q)", "é|ü", "[a-zğ ]*", r"\Aa\z"),
    ],
)
def test_a_pattern_has_a_sample_that_matches(pattern: str) -> None:
    assert any(pattern_holds(pattern, it) for it in samples(pattern, "anything"))


def test_samples_hold_what_is_wanted_where_all_is_allowed() -> None:
    assert "istanbul" in samples(".*bul", "istan")


@pytest.mark.parametrize(
    "pattern", ["(a", "a)", "((((a{900}){900}){900}){900})b", "(a|b|c){9}" * 28]
)
def test_samples_are_few_and_short_whatever_the_pattern(pattern: str) -> None:
    found = samples(pattern, "")
    assert len(found) <= MAX_SAMPLES
    assert all(len(it) <= 1000 for it in found)


@example("[]")
@given(st.text("ab01.*+?{}[]()|^$\\,-:d", max_size=20))
def test_any_text_can_be_taken_for_a_pattern(pattern: str) -> None:
    assert len(samples(pattern, "x")) <= MAX_SAMPLES


bounds = st.none() | st.decimals(-5, 5, places=1)
ranges = st.builds(NumberIn, bounds, bounds, st.booleans(), st.booleans())


@given(st.lists(st.tuples(ranges, st.booleans()), max_size=4), st.decimals(-6, 6, places=2))
def test_spans_hold_the_numbers_that_the_ranges_say(
    parts: list[tuple[NumberIn, bool]], number: Decimal
) -> None:
    def holds(test: NumberIn, number: Decimal) -> bool:
        return not test.meet(NumberIn(number, number)).is_empty

    spans = common((of_decimals(test), excluded) for test, excluded in parts)
    inside = any(low <= (number, 0) < high for low, high in spans)
    assert inside is all(holds(test, number) is not excluded for test, excluded in parts)
    whole = Decimal(int(number))
    spans = common((of_integers(test), excluded) for test, excluded in parts)
    inside = any(low <= (whole, 0) < high for low, high in spans)
    assert inside is all(holds(test, whole) is not excluded for test, excluded in parts)


def test_a_record_is_nested_by_dotted_paths() -> None:
    assert customer_record({"a.b": 1, "a.c.d": None, "e": [2]}) == {
        "a": {"b": 1, "c": {"d": None}},
        "e": [2],
    }


def test_of_two_paths_one_through_the_other_the_shorter_keeps_its_value() -> None:
    assert customer_record({"a.b": 1, "a": "x"}) == {"a": "x"}
