"""Values in a sentence: which are quoted, which are shown, and when a value list is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.rules.english.names import Names, names_of
from cg_sync.rules.english.values import (
    MOST_LETTERS,
    among,
    human_order,
    joined,
    pattern_spoken,
    quoted,
    sample,
    spoken,
)
from cg_sync.rules.parse import Vocabulary
from cg_sync.rules.tests import DomainIn, InGroups, OneOf, PhoneCountry, TextIs
from tests.unit.rules.english.builders import NAMES, VOCABULARY
from tests.unit.rules.strategies import catalogue


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("TR", "TR"),
        ("edu.tr", "edu.tr"),
        ("C-1042", "C-1042"),
        ("İstanbul", "İstanbul"),
        (True, "true"),
        (False, "false"),
        ("true", '"true"'),
        ("NO", "NO"),
        ("no", '"no"'),
        ("values", '"values"'),
        ("+90", '"+90"'),
        ("-", '"-"'),
        ("New York", '"New York"'),
        ("TR; except those whose country is DE", '"TR; except those whose country is DE"'),
        ("(DE)", '"(DE)"'),
        ('a"b', '"a\\"b"'),
        ("a\nb", '"a\\nb"'),
        ("", '""'),
    ],
)
def test_a_value_is_bare_only_when_it_cannot_be_taken_for_the_sentence(
    value: str | bool, said: str
) -> None:
    assert spoken(value) == said


def test_a_long_value_is_cut_and_one_as_long_as_allowed_is_not() -> None:
    assert spoken("x" * MOST_LETTERS) == "x" * MOST_LETTERS
    assert quoted("x" * MOST_LETTERS) == f'"{"x" * MOST_LETTERS}"'
    assert spoken("x" * (MOST_LETTERS + 1)) == f'"{"x" * (MOST_LETTERS - 1)}…"'


def test_a_cut_leaves_no_part_of_an_address_without_its_domain() -> None:
    assert quoted(f"write to {'a' * 90}@example.com") == '"write to…"'
    assert quoted(f"{'a' * 90}@example.com") == '"…"'
    assert quoted(f"{'b ' * 36}a@example.com") == f'"{"b " * 35}b…"'
    assert quoted(f"a@example.com {'b' * 90}") == '"a@example.com…"'


def test_a_pattern_is_whole_and_written_as_in_yaml() -> None:
    assert pattern_spoken(r"c-\d+'") == r"'c-\d+'''"
    assert pattern_spoken("x" * 256) == f"'{'x' * 256}'"


def test_values_come_in_human_order() -> None:
    values = ["c-10", "c-9", "Zeytin", "Çanakkale", "Bursa", "İzmir", "ıspanak", "10", "9"]
    assert sorted(values, key=human_order) == [
        "9", "10", "Bursa", "c-9", "c-10", "Çanakkale", "ıspanak", "İzmir", "Zeytin",
    ]  # fmt: skip


@given(st.lists(st.text(), max_size=8))
def test_any_texts_have_an_order(values: list[str]) -> None:
    assert sample(values) == sample(reversed(values))


def test_few_are_joined_by_a_word_and_many_are_counted() -> None:
    assert [joined("ABC"[:number], "or") for number in (1, 2, 3)] == ["A", "A or B", "A, B or C"]
    five, seven = OneOf(tuple("EDCBA")), OneOf(tuple("GFEDCBA"))
    assert among("one of", five, NAMES) == "A, B, C, D or E"
    assert among("none of", five, NAMES) == "none of A, B, C, D and E"
    assert among("one of", seven, NAMES) == "one of A, B, C, D, E and 2 more"
    assert among("none of", seven, NAMES) == "none of A, B, C, D, E and 2 more"
    assert among("none of", OneOf(("A",)), NAMES) == "A"


def test_groups_are_said_to_be_groups() -> None:
    seven = InGroups(tuple("ABCDEFG"))
    assert among("any of", InGroups(("A",)), NAMES, "group") == "the group A"
    assert among("any of", InGroups(("A", "B C")), NAMES, "group") == 'the group A or "B C"'
    assert among("none of", InGroups(("A", "B")), NAMES, "group") == "none of the groups A and B"
    assert among("any of", seven, NAMES, "group") == "any of the groups A, B, C, D, E and 2 more"
    listed = Names({"ours": tuple("ABCDEFG")})
    assert among("any of", seven, listed, "group") == "any of the 7 groups of the list ours"


CODES = tuple(f"s-{number}" for number in range(12))


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (DomainIn(("edu.tr", "k12.tr"), below=True), "edu.tr or k12.tr (list academic-domains)"),
        (OneOf(CODES), "one of the 12 values of the list staff-codes"),
        (TextIs("starts", CODES), "one of the 12 values of the list staff-codes"),
        (DomainIn(CODES, below=False), "one of the 12 values of the list staff-codes"),
        (DomainIn(("edu.tr",), below=True), "edu.tr"),
        (DomainIn(("edu.tr", "k12.tr", "x.tr"), below=True), "edu.tr, k12.tr or x.tr"),
        (OneOf(("EDU.TR", "k12.tr")), "EDU.TR or k12.tr (list academic-domains)"),
        (OneOf((True, "edu.tr", "k12.tr")), "edu.tr, k12.tr or true"),
        (PhoneCountry(("90", "994")), "+90 or +994"),
    ],
)
def test_a_value_list_is_named_where_its_values_are_all_the_values(
    test: OneOf | DomainIn | TextIs | PhoneCountry, said: str
) -> None:
    assert among("one of", test, NAMES) == said


def test_lists_are_read_as_the_test_reads_them() -> None:
    names = Names(
        {
            "b-dial": ("+90", "994", "90"),
            "a-dial": ("90", "994", "1"),
            "idn": ("BOĞAZİÇİ.edu.tr", "ODTÜ.edu.tr"),
            "odd": ("xn--odt-joa.edu.tr", "-.tr"),
            "one": ("90",),
        }
    )
    said = among("one of", PhoneCountry(("90", "994")), names)
    assert said == "+90 or +994 (list b-dial)"
    assert among("one of", PhoneCountry(("90",)), names) == "+90"
    domains = DomainIn(("xn--boazii-0ua85b.edu.tr", "xn--odt-joa.edu.tr"), below=True)
    assert among("one of", domains, names).endswith("(list idn)")


def test_of_two_lists_with_the_same_values_the_first_by_name_is_named() -> None:
    names = Names({"0": ("TR", "tr"), "b": ("TR", "DE"), "a": ("tr", "de")})
    assert among("one of", OneOf(("DE", "TR")), names) == "DE or TR (list a)"


def test_the_names_of_a_project_are_those_of_its_files() -> None:
    assert NAMES.timezone == "Europe/Istanbul"
    assert NAMES.lists == VOCABULARY.lists
    assert [NAMES.place_of(it) for it in ("email", "email_verified", "nowhere")] == [0, 1, 16]
    empty = names_of(Vocabulary(type(catalogue())({}), {}))
    assert empty == Names()
