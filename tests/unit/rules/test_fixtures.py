"""Invented customers: values by attribute become the record of the shop, and come back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.rules.analysis.record import customer_record
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, Catalogue
from cg_sync.rules.fixtures import Invented, record_of, values_of
from tests.unit.rules.strategies import catalogue

CATALOGUE = catalogue()


def test_values_stand_where_the_paths_of_their_attributes_lead() -> None:
    values: dict[str, Any] = {"email": "test@edu.tr", "city": "Bursa", "country": "TR", "orders": 3}
    assert record_of(values, CATALOGUE) == Invented(
        {
            "email": "test@edu.tr",
            "attributes": {"city": "Bursa", "country": "TR"},
            "extra_field": {"orders": 3},
        }
    )


def test_groups_are_no_part_of_the_record() -> None:
    invented = record_of({"groups": ["VIP", "Press"]}, CATALOGUE)
    assert invented == Invented({}, frozenset({"VIP", "Press"}))


@pytest.mark.parametrize("nothing", [{"city": None}, {"groups": None}, {"groups": []}, {}])
def test_null_is_no_value(nothing: dict[str, Any]) -> None:
    assert record_of(nothing, CATALOGUE) == Invented({})


def test_an_attribute_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        record_of({"colour": "red"}, CATALOGUE)


def test_a_blank_text_is_a_value_of_a_record() -> None:
    assert values_of({"email": " "}, frozenset(), CATALOGUE) == {"email": " "}


def test_what_no_attribute_stands_for_is_left_out() -> None:
    record: Any = {"pk": 7, "attributes": {"city": "Bursa", "town": "x"}, "extra_field": "text"}
    assert values_of(record, frozenset({"VIP"}), CATALOGUE) == {"city": "Bursa", "groups": ["VIP"]}


def test_a_record_of_values_is_the_one_that_the_prover_makes_of_their_paths() -> None:
    nested = Catalogue(
        {"deep": Attribute("deep", "string", "a.b"), "flat": Attribute("flat", "string", "a")}
    )
    invented = record_of({"deep": "x", "flat": "y"}, nested)
    assert invented.customer == customer_record({"a.b": "x", "a": "y"})


VALUES = {
    name: st.lists(st.sampled_from(["VIP", "Press"]), min_size=1, unique=True).map(sorted)
    if attribute.path == GROUPS_PATH
    else st.text(max_size=3) | st.integers() | st.booleans() | st.lists(st.text(max_size=2))
    for name, attribute in CATALOGUE.attributes.items()
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_there_and_back_nothing_is_lost(values: dict[str, Any]) -> None:
    invented = record_of(values, CATALOGUE)
    assert values_of(invented.customer, invented.groups, CATALOGUE) == values
