"""Shared conditions that say `missing:` and are used both ways."""

from __future__ import annotations

from tests.unit.rules.lint.builders import a_vocabulary, said

ABROAD = "{country: {not_in: [TR], missing: keep}}"
PLAIN = "match: {use: abroad}"
INVERTED = "{match: everyone, except: {use: abroad}}"


def test_one_that_is_used_both_ways_is_found_and_both_are_named() -> None:
    vocabulary = a_vocabulary(conditions={"abroad": ABROAD})
    assert said("CG-C02", vocabulary, a="match: everyone", b=PLAIN, c=INVERTED, d=PLAIN) == [
        "abroad: country: says `missing: keep`, and the condition is used plainly by b and "
        "inverted by c, where it does the opposite"
    ]


def test_one_that_is_used_one_way_or_says_nothing_of_missing_is_passed_over() -> None:
    vocabulary = a_vocabulary(conditions={"abroad": ABROAD})
    assert said("CG-C02", vocabulary, a=PLAIN, b=PLAIN) == []
    assert said("CG-C02", vocabulary, a=INVERTED, b="match: {none: [{use: abroad}]}") == []
    twice = "{match: everyone, except: {none: [{use: abroad}]}}"
    assert said("CG-C02", vocabulary, a=PLAIN, b=twice) == []
    active = a_vocabulary(conditions={"abroad": "{is_active: true}"})
    assert said("CG-C02", active, a=PLAIN, b=INVERTED) == []


def test_one_rule_can_use_it_both_ways_by_itself_or_through_another() -> None:
    conditions = {"abroad": ABROAD, "home": "[{is_active: true}, {none: [{use: abroad}]}]"}
    vocabulary = a_vocabulary(conditions=conditions)
    rule = "match: [{use: home}, {any: [{use: abroad}, {is_active: true}]}]"
    (one,) = said("CG-C02", vocabulary, a=rule)
    assert one.startswith("abroad: country: says `missing: keep`")
    (other,) = said(
        "CG-C02", vocabulary, a="match: {use: home}", b="{match: everyone, except: {use: home}}"
    )
    assert "used plainly by b and inverted by a" in other


def test_what_no_rule_uses_is_not_used_both_ways() -> None:
    conditions = {"abroad": ABROAD, "home": "{none: [{use: abroad}]}", "away": "{use: abroad}"}
    assert said("CG-C02", a_vocabulary(conditions=conditions), a="match: everyone") == []
