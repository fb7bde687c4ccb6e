"""Folding of texts and domains."""

from __future__ import annotations

import pytest

from cg_sync.rules.fold import email_domain, fold, normal_domain

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
