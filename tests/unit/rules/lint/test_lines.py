"""Findings about one line: bounds that leave people out, and patterns that are none."""

from __future__ import annotations

import pytest

from tests.unit.rules.lint.builders import a_vocabulary, found, places, said


@pytest.mark.parametrize(
    "line",
    [
        "{birthdate: {before: 1990-01-01}}",
        "{birthdate: {older_than: 18y}}",
        "{spent: {lt: 10}}",
        "{spent: {lte: 10, why: small}}",
        "{any: [{spent: {lt: 10}}]}",
    ],
)
def test_an_upper_bound_alone_on_what_may_be_missing_is_found(line: str) -> None:
    assert len(places("CG-N02", a_vocabulary(), f"match: {line}")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "{spent: {lt: 10, missing: drop}}",
        "{spent: {lt: 10, missing: keep}}",
        "{none: [{spent: {lt: 10, missing: drop}}]}",
        "{spent: {gte: 1, lt: 10}}",
        "{spent: {gte: 1}}",
        "{spent: {between: [1, 2]}}",
        "{birthdate: {on: 1990-01-01}}",
        "{birthdate: {within_last: 30d, before: 2030-01-01}}",
        "{orders: {lt: 3}}",
        "{created_at: {older_than: 30d}}",
    ],
)
def test_other_bounds_are_passed_over(line: str) -> None:
    assert places("CG-N02", a_vocabulary(), f"match: {line}") == []


def test_the_finding_names_the_operator_and_stands_at_the_attribute() -> None:
    (one,) = found(a_vocabulary(), rule="match: [{is_active: true}, {spent: {lt: 10}}]")
    assert (one.kind, one.finding.pointer, one.finding.of_key) == (
        "rule", ("match", 1, "spent"), True,
    )  # fmt: skip
    assert (one.finding.severity, one.finding.message) == (
        "info", "`lt` leaves out customers without a value",
    )  # fmt: skip


def test_a_pattern_that_is_a_list_is_found_and_the_list_is_told() -> None:
    pytest.importorskip("re2")
    rule = "match: {city: {matches: '(bursa|ankara)'}}"
    (one,) = found(a_vocabulary(), rule=rule)
    assert one.finding.pointer == ("match", "city", "matches")
    assert one.finding.message == '"(bursa|ankara)" says no more than `in`'
    assert one.finding.hint == 'write `in: ["bursa", "ankara"]`'
    many = "|".join("abcdefg")
    (one,) = found(a_vocabulary(), rule=f"match: {{city: {{matches: '{many}'}}}}")
    assert one.finding.hint == 'write `in: ["a", "b", "c", "d", "e", …]`'


def test_a_pattern_that_only_a_pattern_says_is_passed_over() -> None:
    pytest.importorskip("re2")
    assert found(a_vocabulary(), rule="match: {city: {matches: 'c-[0-9]+'}}") == []


def test_a_shared_condition_is_looked_at_once_by_itself() -> None:
    vocabulary = a_vocabulary(conditions={"small": "[{is_active: true}, {spent: {lt: 10}}]"})
    use = "match: {use: small}"
    (one,) = found(vocabulary, a=use, b=use)
    assert (one.kind, one.name, one.finding.pointer) == ("condition", "small", (1, "spent"))


def test_everyone_and_raw_rules_have_no_findings() -> None:
    raw = "raw: {slug: basket-rule, amount: 100}"
    assert said("CG-N02", a_vocabulary(), a="match: everyone", b=raw) == []
    assert found(a_vocabulary(), a="match: everyone", b=raw) == []
