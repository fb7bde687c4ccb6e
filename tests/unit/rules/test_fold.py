"""Folding of texts and domains."""

from __future__ import annotations

import string
import unicodedata

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.rules.fold import are_plain_domains, email_domain, fold, normal_domain

BOGAZICI = "xn--boazii-0ua85b.edu.tr"


@pytest.mark.parametrize("text", ["İSTANBUL", "ISTANBUL", "istanbul", "ıstanbul", " İstanbul\t"])
def test_all_spellings_of_istanbul_are_one(text: str) -> None:
    assert fold(text) == "istanbul"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ISPARTA", "isparta"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ﬁ", "fi"),
        ("i\u0307zmir", "izmir"),
        ("Ayşe", "ayşe"),
        ("Ays\u0327e", "ayşe"),
        ("ＴＲ", "tr"),
        ("", ""),
    ],
)
def test_folding_takes_compatible_letters_as_one(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(string.printable) | st.text(st.characters(max_codepoint=127)))
def test_folding_ascii_takes_no_more_than_case_and_spaces(text: str) -> None:
    letters = unicodedata.normalize("NFKC", text).strip().replace("I", "i").casefold()
    assert fold(text) == unicodedata.normalize("NFKC", letters)


@pytest.mark.parametrize(
    "domain", ["boğaziçi.edu.tr", "BOĞAZİÇİ.edu.tr", "BOĞAZİÇİ.EDU.TR.", BOGAZICI]
)
def test_the_capital_dotted_i_does_not_make_another_domain(domain: str) -> None:
    assert normal_domain(domain) == BOGAZICI


def test_the_dotless_i_is_a_letter_of_its_own_in_a_domain() -> None:
    assert normal_domain("ısparta.tr") != normal_domain("isparta.tr")


def test_a_look_alike_letter_is_another_domain() -> None:
    assert normal_domain("аpple.com") == "xn--pple-43d.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "@edu.tr",
        ".edu.tr",
        "*.edu.tr",
        "edu..tr",
        "edu tr",
        "a_b.tr",
        "x" * 64,
        "\ud800.tr",
    ],
)
def test_what_idna_refuses_is_no_domain(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        normal_domain(text)


LABELS = st.text("aZz09-İ", max_size=5) | st.sampled_from(["xn--a", "ab--c", "x" * 62, "x" * 64])
NAMES = st.lists(LABELS, max_size=4).map(".".join)


@given(NAMES | st.text("aB0-.", max_size=70))
def test_a_plain_domain_is_what_idna_makes_of_it(text: str) -> None:
    if text and are_plain_domains([text]):
        assert normal_domain(text) == idna.encode(text, uts46=True).decode()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("EDU.tr", True),
        ("a-1.b", True),
        ("x" * 63, True),
        ("x" * 64, False),
        ("a.", False),
        ("a..b", False),
        ("-a.b", False),
        ("a-.b", False),
        ("xn--a.b", False),
        ("a_b", False),
        ("\u212a.tr", False),
    ],
)
def test_only_letters_digits_and_single_hyphens_are_plain(text: str, plain: bool) -> None:
    assert are_plain_domains(["edu.tr", text]) is plain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("test@edu.tr", "edu.tr"),
        ("Test@BOUN.edu.TR", "boun.edu.tr"),
        ("test@edu.tr.", "edu.tr"),
        ('"a@b"@k12.tr', "k12.tr"),
        ("@edu.tr", "edu.tr"),
        ("test@BOĞAZİÇİ.edu.tr", BOGAZICI),
        ("test", None),
        ("test@", None),
        ("test@.", None),
        ("test@edu..tr", None),
        ("test@a_b.tr", None),
        ("", None),
    ],
)
def test_the_domain_of_an_address(address: str, domain: str | None) -> None:
    assert email_domain(address) == domain
