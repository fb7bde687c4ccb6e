"""What of a customer may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.privacy import masked, named


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("ayse@example.com", "a***@example.com"),
        ("@example.com", "***@example.com"),
        ("ayse@home@example.com", "a***@example.com"),
        ("C-1042", "C***"),
        ("+905550000000", "+***"),
        ("", "***"),
    ],
)
def test_one_letter_and_the_domain_are_all_that_is_shown(key: str, shown: str) -> None:
    assert masked(key) == shown


@given(st.text(min_size=2).filter(lambda it: "@" not in it), st.sampled_from(["", "@a.example"]))
def test_the_length_of_what_is_hidden_is_hidden_too(local: str, domain: str) -> None:
    assert masked(f"{local}{domain}") == masked(f"{local[0]}{domain}")


def test_a_short_list_is_shown_whole() -> None:
    assert named(["a***@x.example", "b***@x.example"]) == "a***@x.example, b***@x.example"


def test_nobody_is_shown_as_nothing() -> None:
    assert named([]) == ""


def test_a_long_list_is_cut_and_counted() -> None:
    assert named(["C***"] * 1006, most=2) == "C***, C*** and 1,004 more"


def test_as_many_as_the_limit_are_not_cut() -> None:
    assert named(["C***", "D***"], most=2) == "C***, D***"
