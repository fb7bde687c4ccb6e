"""Domains that anybody can get a name below, and domains that look like others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import Pointer
from cg_sync.rules.fold import normal_domain
from cg_sync.rules.lint.domains import check_domains, is_institutional
from tests.unit.rules.lint.builders import a_vocabulary, found, places, said


def codes(domain: str, *, below: bool = True) -> list[str]:
    return [it.code for it in check_domains([domain], (), below=below)]


@pytest.mark.parametrize(
    "domain",
    [
        "com",
        "com.tr",
        "COM.TR",
        "av.tr",
        "example",
        "github.io",
        "ac",
        "com.ac",
        "edu.pl",
        "edu.eu.org",
        "公司.cn",
        "xn--55qx5d.cn",
        "xn--p1ai",
    ],
)
def test_a_public_suffix_is_found(domain: str) -> None:
    assert codes(domain) == ["CG-E02"]


@pytest.mark.parametrize(
    "domain",
    ["edu.tr", "k12.tr", "gov.tr", "bel.tr", "edu", "gov", "ac.uk", "sch.uk", "gob.mx", "k12.ca.us",
     "pvt.k12.ma.us", "boun.edu.tr", "acme.example", "acme.com.tr", "mail.acme.com"],
)  # fmt: skip
def test_suffixes_of_institutions_and_names_below_suffixes_are_passed_over(domain: str) -> None:
    assert codes(domain) == []


def test_a_label_of_institutions_counts_left_of_the_country_only() -> None:
    assert is_institutional("edu.tr")
    assert not is_institutional("ac")
    assert not is_institutional("com.ac")
    assert not is_institutional("education.tr")


def test_at_a_suffix_of_a_company_there_may_be_addresses() -> None:
    assert codes("github.io", below=False) == []
    assert codes("com.tr", below=False) == ["CG-E02"]


def test_the_message_says_what_the_operator_reaches() -> None:
    rule = """
        match:
          any:
            - email: {domain_under: [a.example, com.tr]}
            - email: {domain_is: [com.tr]}
    """
    below, at = said("CG-E02", a_vocabulary(), a=rule)
    suffix = "com.tr is a public suffix"
    assert below == (
        f"a: match.any[0].email.domain_under[1]: {suffix}, and anybody can register a name below it"
    )
    assert at == f"a: match.any[1].email.domain_is[0]: {suffix}, at which nobody has an address"


def test_domains_below_a_negation_are_looked_at_too() -> None:
    rule = "{match: everyone, except: {email: {domain_under: [com.tr]}}}"
    assert places("CG-E02", a_vocabulary(), rule) == ["except.email.domain_under[0]"]


def test_a_list_is_looked_at_once_and_as_the_rules_use_it() -> None:
    lists = {"a": ("acme.example", "github.io"), "b": ("com.tr",), "unused": ("com.tr",)}
    vocabulary = a_vocabulary(lists=lists, conditions={"c": "{email: {domain_is: {list: b}}}"})
    exactly = "match: {email: {domain_is: {list: a}}}"
    below = "match: {email: {domain_under: {list: a}}}"

    def in_lists(**rules: str) -> list[tuple[str, Pointer]]:
        every = found(vocabulary, **rules)
        return [(it.name, it.finding.pointer) for it in every if it.kind == "list"]

    assert in_lists(x=exactly) == [("b", ("values", 0))]
    both = [("a", ("values", 1)), ("b", ("values", 0))]
    assert in_lists(x=exactly, y=below, z=below) == both
    assert in_lists(x=below, y=exactly) == both


@pytest.mark.parametrize(
    ("domain", "why"),
    [
        ("\u0430pple.com", "mixes Cyrillic and Latin letters"),
        ("mail.\u03bfmega.example", "mixes Greek and Latin letters"),
        ("xn--pple-43d.com", "mixes Cyrillic and Latin letters"),
        ("\u0430\u0440\u0440\u04cf\u0435.com", "is all of Cyrillic letters that look Latin"),
        ("\u03bf\u03c1\u03b1.example", "is all of Greek letters that look Latin"),
    ],
)
def test_a_domain_that_looks_like_another_is_found(domain: str, why: str) -> None:
    (finding,) = check_domains([domain], (), below=False)
    assert finding.code == "CG-E03"
    assert finding.message == f'"{domain}" {why}'
    assert finding.hint.endswith(f"this one is {normal_domain(domain)}")


@pytest.mark.parametrize(
    "domain",
    ["boğaziçi.edu.tr", "ıspanak.example", "яндекс.рф", "сор.рф", "яндекс.example",
     "ελλάδα.example", "例え.example", "a1-b.example"],
)  # fmt: skip
def test_a_domain_in_letters_of_one_alphabet_is_passed_over(domain: str) -> None:
    assert codes(domain, below=False) == []


LETTERS = st.sampled_from("abıiğçüаеорсяхαορν例あß-1.")


@given(
    st.text(LETTERS, min_size=1, max_size=12)
    | st.from_regex(r"xn--[a-z0-9-]{1,9}\.a", fullmatch=True)
)
def test_no_domain_that_rules_take_is_too_odd(domain: str) -> None:
    try:
        normal_domain(domain)
    except ValueError:
        return
    assert set(codes(domain)) <= {"CG-E02", "CG-E03"}
