"""The catalogue of attributes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.catalogue import Attribute, Catalogue, check_catalogue, make_catalogue
from cg_sync.rules.fold import normal_domain
from cg_sync.rules.problem import RuleProblem

ROOT = Path(__file__).parents[3]


def shipped(name: str) -> JsonObject:
    content: JsonObject = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return content


def problems_of(**attributes: JsonObject) -> list[RuleProblem]:
    return list(check_catalogue({"attributes": attributes}))


def test_fields_left_out_have_their_defaults() -> None:
    content: JsonObject = {
        "attributes": {
            "city": {"type": "string"},
            "gender": {
                "type": "enum",
                "path": "extra_field.gender",
                "nullable": False,
                "values": ["male", "female"],
                "pii": "quasi",
                "description": "As stated",
            },
        },
    }
    city = Attribute("city", "string", "city")
    gender = Attribute("gender", "enum", "extra_field.gender", False, ("male", "female"), "quasi")
    catalogue = make_catalogue(content)
    assert catalogue == Catalogue({"city": city, "gender": gender})
    assert catalogue.by_path == {"city": city, "extra_field.gender": gender}


def test_a_good_catalogue_has_no_problems() -> None:
    assert problems_of(email={"type": "email"}, city={"type": "string"}) == []


def test_two_attributes_cannot_have_one_path() -> None:
    (problem,) = problems_of(city={"type": "string"}, town={"type": "string", "path": "city"})
    assert (problem.code, problem.pointer, problem.of_key) == (
        "CG-F06",
        ("attributes", "town"),
        True,
    )
    assert problem.message == "town: has the same path as city, city"


@pytest.mark.parametrize("order", [1, -1])
def test_no_path_lies_inside_that_of_another(order: int) -> None:
    paths = [("street", "home.street.name"), ("home", "home"), ("homely", "homely.street")]
    declared: dict[str, JsonObject] = {
        name: {"type": "string", "path": path} for name, path in paths[::order]
    }
    (problem,) = problems_of(**declared)
    assert (problem.code, problem.pointer) == ("CG-F06", ("attributes", "street"))
    assert problem.message == "street: its path home.street.name lies inside that of home, home"


def test_the_email_attribute_cannot_live_elsewhere() -> None:
    (problem,) = problems_of(mail={"type": "email"})
    assert problem.message == "mail: an attribute of type email has the path email"


def test_the_phone_number_and_the_groups_have_one_place() -> None:
    (phone,) = problems_of(mobile={"type": "phone"})
    assert phone.message == "mobile: an attribute of type phone has the path phone_number"
    (groups,) = problems_of(groups={"type": "string", "path": "@static_groups"})
    assert groups.message == "groups: the path @static_groups is that of a list"


def test_days_are_counted_in_the_time_zone_of_the_project() -> None:
    catalogue = make_catalogue({"attributes": {"born": {"type": "date"}}}, "Europe/Istanbul")
    born = Attribute("born", "date", "born", timezone="Europe/Istanbul")
    assert catalogue == Catalogue({"born": born})


@pytest.mark.parametrize("name", ["all", "any", "none", "use"])
def test_a_word_of_the_language_is_no_name(name: str) -> None:
    (problem,) = problems_of(**{name: {"type": "boolean"}})
    assert problem.message == f"{name}: is a word of the rule language, so no rule could use it"


def test_an_enum_needs_values_that_differ_when_folded() -> None:
    assert [(it.pointer, it.message) for it in problems_of(a={"type": "enum"})] == [
        (("attributes", "a"), "a: an enum needs values")
    ]
    assert [
        (it.pointer, it.message)
        for it in problems_of(a={"type": "enum", "values": ["Web", "app", "WEB", "web"]})
    ] == [
        (("attributes", "a", "values", 2), "a: 'WEB' and 'Web' are one value to the shop"),
        (("attributes", "a", "values", 3), "a: 'web' and 'Web' are one value to the shop"),
    ]


def test_only_an_enum_has_values() -> None:
    (problem,) = problems_of(a={"type": "string", "values": ["x"]})
    assert problem.pointer == ("attributes", "a", "values")


def test_the_shipped_catalogue_is_sound() -> None:
    assert list(check_catalogue(shipped("attributes.yaml"))) == []


@pytest.mark.parametrize("name", ["academic-domains", "alumni-domains"])
def test_the_shipped_lists_hold_domains_in_normal_form(name: str) -> None:
    values = shipped(f"lists/{name}.yaml")["values"]
    assert isinstance(values, list)
    assert values == sorted({normal_domain(str(value)) for value in values})
