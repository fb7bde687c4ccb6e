"""The schema that editors use in a project: what the rule reader takes, and nothing it can tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

import jsonschema_rs
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cg_sync.files.schemas import read_schemas
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import (
    EMAIL_PATH,
    GROUPS_PATH,
    PHONE_PATH,
    Attribute,
    AttributeType,
    Catalogue,
)
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.editor_schema import (
    holds_conditions,
    schema_with_conditions,
    setting_schema,
)
from cg_sync.rules.ir import Rule
from cg_sync.rules.operators import operators_of
from cg_sync.rules.parse import Vocabulary, parse_rule
from tests.unit.rules.strategies import ZONE, json_values, rules

GENERIC = read_schemas()
_PATHS = {"email": EMAIL_PATH, "phone": PHONE_PATH}


def attribute(kind: AttributeType, *, nullable: bool) -> Attribute:
    name = f"{kind}_or_none" if nullable else kind
    values = ("female", "male") if kind == "enum" else ()
    path = _PATHS.get(kind, name) if not nullable else name
    return Attribute(name, kind, path, nullable, values, timezone=ZONE)


ATTRIBUTES = (
    *(attribute(kind, nullable=it) for kind in get_args(AttributeType) for it in (False, True)),
    Attribute("groups", "list", GROUPS_PATH),
    Attribute("channel", "enum", "channel", False, ("app", "web")),
    # Words that YAML 1.1 takes for something else, and one that JSON Schema uses itself.
    *(Attribute(name, "string", f"odd.{name}") for name in ("on", "null", "y", "properties")),
)
CATALOGUE = Catalogue({it.name: it for it in ATTRIBUTES})
LISTS = {"domains": ("edu.tr", "k12.tr"), "010": ("1", "2"), "no": ("3",)}
CONDITIONS: dict[str, JsonValue] = {"active": {"boolean": True}, "both": [{"on": "a"}]}
VOCABULARY = Vocabulary(CATALOGUE, LISTS, CONDITIONS)
SETTING = setting_schema(GENERIC["setting"], VOCABULARY)
CONDITION = schema_with_conditions(GENERIC["condition"], GENERIC["setting"], VOCABULARY)
QUICK = jsonschema_rs.Draft202012Validator(dict(SETTING))


def setting_with(rule: JsonValue) -> JsonObject:
    return {"name": "A", "slug": "a", "priority": 1, "rule": rule}


def is_valid(rule: JsonValue, schema: JsonObject = SETTING) -> bool:
    """What both validators say of a setting with this rule; they must agree."""
    slow = Draft202012Validator(dict(schema)).is_valid(setting_with(rule))
    quick = jsonschema_rs.Draft202012Validator(dict(schema)).is_valid(setting_with(rule))
    assert slow == quick
    return quick


def is_read(rule: JsonValue) -> bool:
    return parse_rule(rule, VOCABULARY)[1] == ()


def parts(schema: JsonValue) -> list[JsonObject]:
    """The schema and all mappings in it."""
    inner = schema.values() if isinstance(schema, Mapping) else schema
    found = [it for value in inner for it in parts(value)] if isinstance(inner, list) else []
    if isinstance(schema, Mapping):
        found = [schema, *(it for value in schema.values() for it in parts(value))]
    return found


# ── both readings ────────────────────────────────────────────────────────────────────────────────

REFUSED: list[JsonValue] = [
    {"match": []},
    {"match": [{"any": []}]},
    {"match": [{"string": {"in": []}}]},
    {"match": [{"emial": {"domain_is": ["edu.tr"]}}]},
    {"match": [{"email": {"eq": "ayse@edu.tr"}}]},
    {"match": [{"email": "ayse@edu.tr"}]},
    {"match": [{"email": {"domain_under": ["@edu.tr"]}}]},
    {"match": [{"email": {"domain_under": [".edu.tr"]}}]},
    {"match": [{"email": {"domain_under": ["*.edu.tr"]}}]},
    {"match": [{"email": {"domain_under": ["edu.*"]}}]},
    {"match": [{"email": {"domain_under": "edu.tr"}}]},
    {"match": [{"email": {"domain_under": {"list": "domain"}}}]},
    {"match": [{"boolean": "yes"}]},
    {"match": [{"boolean": {"neq": True}}]},
    {"match": [{"enum": "Female"}]},
    {"match": [{"enum": "web"}]},
    {"match": [{"channel": "male"}]},
    {"match": [{"enum": {"in": ["female", "other"]}}]},
    {"match": [{"boolean": True, "enum": "male"}]},
    {"match": [{"use": "activ"}]},
    {"match": [{"string": {"missing": "keep", "why": "no operator"}}]},
    {"match": [{"string": {}}]},
    {"match": [{"string": None}]},
    {"match": [{"string": " "}]},
    {"match": [{"string": 7}]},
    {"match": [{"string": {"matches": "a" * 257}}]},
    {"match": [{"string": {"present": True}}]},
    {"match": [{"string_or_none": {"present": True, "missing": "drop"}}]},
    {"match": [{"string_or_none": {"present": True, "eq": "a"}}]},
    {"match": [{"string_or_none": {"present": "true"}}]},
    {"match": [{"string_or_none": {"eq": "a", "missing": "kep"}}]},
    {"match": [{"string": {"in": ["a"] * 201}}]},
    {"match": [{"list": {"has_any": ["a"], "missing": "keep"}}]},
    {"match": [{"list_or_none": {"present": True}}]},
    {"match": [{"list": ["a"]}]},
    {"match": [{"list": {"size": -1}}]},
    {"match": [{"list": {"size": {}}}]},
    {"match": [{"groups": {"size": 1}}]},
    {"match": [{"integer": 1.5}]},
    {"match": [{"integer": "1e3"}]},
    {"match": [{"decimal": "1,5"}]},
    {"match": [{"decimal": {"between": [1, 2, 3]}}]},
    {"match": [{"decimal": {"between": {"list": "010"}}}]},
    {"match": [{"phone": {"country_code_in": [0]}}]},
    {"match": [{"phone": {"country_code_in": [1000]}}]},
    {"match": [{"phone": {"country_code_in": ["0090"]}}]},
    {"match": [{"date": {"on": "01.09.2026"}}]},
    {"match": [{"date": {"on": "2026-13-01"}}]},
    {"match": [{"date": {"on": "2026-09-01T09:00"}}]},
    {"match": [{"datetime": {"on": "2026-09-01 9:00"}}]},
    {"match": [{"date": {"within_last": "30"}}]},
    {"match": [{"date": {"within_last": 30}}]},
    {"match": [{"date": {"within_last": "0d"}}]},
    {"match": [{"date": {"anniversary": "tomorrow"}}]},
    {"match": [{"date": {"anniversary": {"within_next": "366d"}}}]},
    {"match": [{"date": {"anniversary": {"within_next": "1m"}}}]},
    {"match": [{"date": {"anniversary": {"within_next": "7d", "month": 5}}}]},
    {"match": [{"date": {"anniversary": {"month": []}}}]},
    {"match": [{"date": {"anniversary": {"month": 13}}}]},
    {"match": [{"date": "2026-09-01"}]},
]

TAKEN: list[JsonValue] = [
    {"match": "everyone"},
    {"match": {"use": "active"}},
    {"match": [{"use": "both"}], "except": {"email": {"domain_is": ["boğaziçi.edu.tr"]}}},
    {"match": [{"email": {"domain_under": {"list": "domains"}, "missing": "drop"}}]},
    {"match": [{"boolean": False}, {"boolean_or_none": {"present": False, "why": "new ones"}}]},
    {"match": [{"on": "a"}, {"null": "a"}, {"y": {"present": True}}, {"properties": "a"}]},
    {"match": [{"string": {"in": {"list": "no"}, "contains": ["a", "b"], "matches": "a"}}]},
    {"match": [{"string": {"starts_with": {"list": "010"}, "ends_with": "b"}}]},
    {"match": [{"string": "\u200d"}, {"channel": "web"}]},
    {"match": [{"enum": "male"}, {"enum_or_none": {"neq": "male", "missing": "keep"}}]},
    {"match": [{"phone": {"country_code_in": [90, "+994", "1"]}}]},
    {"match": [{"integer": "3.0"}, {"integer": {"between": [-1, "7"]}}, {"integer": 0}]},
    {"match": [{"decimal": 10.5}, {"decimal": {"gt": "0.30", "lt": 9}}]},
    {"match": [{"date": {"on": "2026-09-01"}}, {"date": {"older_than": "12m"}}]},
    {"match": [{"datetime": {"after": "2026-09-01 09:00:00,5+0300"}}]},
    {"match": [{"datetime": {"between": ["2026-09-01T09:00", "2026-09-02T09:00+03"]}}]},
    {"match": [{"date": {"anniversary": "today"}}, {"date": {"anniversary": {"month": 5}}}]},
    {"match": [{"date": {"anniversary": {"within_next": "52w"}}}]},
    {"match": [{"date": {"anniversary": {"within_next": "365d"}}}]},
    {"match": [{"datetime": {"anniversary": {"month": [5, 6]}}}]},
    {"match": [{"list": {"has_all": ["a"], "size": {"gt": -1, "lte": 2}}}, {"list": {"size": 0}}]},
    {"match": [{"groups": {"has_none": ["VIP Customers"]}}]},
    {"raw": {"slug": "any-rule"}},
]


@pytest.mark.parametrize("rule", REFUSED, ids=str)
def test_what_the_reader_refuses_and_a_schema_can_see_is_underlined(rule: JsonValue) -> None:
    assert not is_read(rule)
    assert not is_valid(rule)


@pytest.mark.parametrize("rule", TAKEN, ids=str)
def test_what_the_reader_takes_is_not_underlined(rule: JsonValue) -> None:
    assert is_read(rule)
    assert is_valid(rule)


@given(rules(CATALOGUE))
def test_every_rule_that_can_be_written_obeys_the_schema(rule: Rule) -> None:
    assert QUICK.is_valid(setting_with(rule_to_document(rule)))


VALUES: list[JsonValue] = [
    *("edu.tr", "a", "female", "2026-09-01", "2026-09-01T09:00", "0999-12-31", "9999-01-01"),
    *("12", "-7", "1.50", "3.0", "90", "+1", "30d", "9999y", "today", "İ", "x@y", "\ufeff", "。a"),
    *(0, 1, -5, 12, 90, 1.5, 3.0, 2_000_000, 10**39, True, False, None, "", " ", "\x1c", "a\n"),
]
values = st.sampled_from(VALUES)
operands: st.SearchStrategy[JsonValue] = (
    values
    | st.lists(values, max_size=3)
    | st.sampled_from([*LISTS, "lists"]).map(lambda it: {"list": it})
    | st.dictionaries(
        st.sampled_from(["gt", "gte", "lt", "lte", "within_next", "month"]),
        values | st.lists(values, max_size=2),
        max_size=2,
    )
    | json_values
)
WORDS = sorted({word for it in ATTRIBUTES for word in operators_of(it)})


@st.composite
def lines(draw: st.DrawFn) -> JsonObject:
    """One attribute and what somebody might write beside it, right or wrong."""
    it = draw(st.sampled_from(ATTRIBUTES))
    words = st.sampled_from(list(operators_of(it))) | st.sampled_from(WORDS)
    notes: dict[str, st.SearchStrategy[JsonValue]] = {
        "missing": st.sampled_from(["keep", "drop", True]),
        "why": values,
    }
    tests = st.dictionaries(words, operands, max_size=2).flatmap(
        lambda test: st.fixed_dictionaries({}, optional=notes).map(lambda more: test | more)
    )
    return {it.name: draw(operands | tests | tests)}


conditions: st.SearchStrategy[JsonValue] = (
    lines()
    | lines()
    | st.sampled_from([{"use": "active"}, {"use": "no"}, {"all": []}, {}, "everyone", None])
    | st.lists(lines(), max_size=2).map(lambda it: {"none": it})
)
written = st.fixed_dictionaries(
    {"match": conditions | st.lists(conditions, max_size=2)}, optional={"except": conditions}
)

UNSEEN = (
    *("a negated line must say", "nothing lies between", "too early or too late"),
    *("is not a domain name", "is not a date", "is in every text", "has too many digits"),
    *("is no size", "no list has such a size", "is no month", "is not a country code"),
    "holds the invisible letter",
    *("is not a whole number", "is not a decimal number", "is not an RE2 pattern"),
    *("never matches, as texts", "in the value list", "is no value to compare with"),
)
"""What the reader says of rules that no schema can tell from good ones."""


@given(written)
def test_what_the_reader_takes_the_schema_takes(rule: JsonValue) -> None:
    problems = parse_rule(rule, VOCABULARY)[1]
    try:
        valid = QUICK.is_valid(setting_with(rule))
    except ValueError:  # NaN, which is no JSON
        reject()
    if not problems:
        assert valid
    if valid:
        messages = [it.message for it in problems]
        assert [it for it in messages if not any(word in it for word in UNSEEN)] == []


# ── what editors show ────────────────────────────────────────────────────────────────────────────


def test_the_schemas_obey_the_metaschema() -> None:
    for schema in (SETTING, CONDITION):
        Draft202012Validator.check_schema(dict(schema))


@pytest.mark.parametrize("it", ATTRIBUTES, ids=lambda it: it.name)
def test_exactly_the_operators_of_an_attribute_are_completed(it: Attribute) -> None:
    definitions: Any = SETTING["$defs"]
    test = definitions["condition"]["properties"][it.name]["$ref"].removeprefix("#/$defs/")
    offered = definitions[test].get("then", definitions[test])
    if "properties" not in offered:  # beside `present`, where there is no short form
        offered = definitions[test]
    notes = ["why"] if it.type == "list" else ["missing", "why"]
    assert list(offered["properties"]) == [*operators_of(it), *notes]


def test_an_attribute_is_explained_by_its_description() -> None:
    city = Attribute("city", "string", "city", description="City of the main address")
    groups = Attribute("groups", "list", GROUPS_PATH)
    vocabulary = Vocabulary(Catalogue({it.name: it for it in (city, groups)}), {})
    definitions: Any = setting_schema(GENERIC["setting"], vocabulary)["$defs"]
    properties = definitions["condition"]["properties"]
    assert {name: properties[name]["description"] for name in ("city", "groups")} == {
        "city": "City of the main address (string, may be missing)",
        "groups": "(customer groups by name, never missing)",
    }


def test_every_operator_says_what_it_is() -> None:
    definitions: Any = SETTING["$defs"]
    silent = [
        (name, word)
        for name, definition in definitions.items()
        for part in parts(definition)
        for word, field in part.get("properties", {}).items()  # type: ignore[union-attr]
        if isinstance(field, Mapping)  # an attribute may be called `properties`
        and not {"title", "description"} <= {*definitions.get(_target(field), {}), *field}
    ]
    assert silent == []


def _target(field: JsonObject) -> str:
    return str(field.get("$ref", "")).removeprefix("#/$defs/")


def test_no_example_names_an_attribute_that_the_project_may_not_have() -> None:
    definitions: Any = SETTING["$defs"]
    shown = [it for name in definitions for it in validated_examples(name)]
    assert shown != []
    assert "examples" not in SETTING
    assert "examples" not in SETTING["properties"]["rule"]  # type: ignore[call-overload, index, operator]


def validated_examples(name: str) -> list[JsonValue]:
    """The examples of a definition, each of which obeys it."""
    definitions: Any = SETTING["$defs"]
    inner = [part for part in parts(definitions[name]) if part is not definitions[name]]
    assert [it for it in inner if "examples" in it] == []
    validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})
    for example in definitions[name].get("examples", []):
        validator.validate(example)
    return list(definitions[name].get("examples", []))


def test_the_values_of_an_enum_are_completed_without_an_operator_too() -> None:
    assert validated_examples("enum.enum") == ["female", "male"]
    assert validated_examples("boolean.nullable") == [True, False]


def test_a_project_without_lists_and_conditions_completes_neither() -> None:
    vocabulary = Vocabulary(CATALOGUE, {})
    schema = setting_schema(GENERIC["setting"], vocabulary)
    Draft202012Validator.check_schema(dict(schema))
    text = json.dumps(schema)
    assert "named_list" not in text
    assert "use" not in schema["$defs"]["condition"]["properties"]  # type: ignore[call-overload, index, operator]
    assert is_valid({"match": [{"string": {"in": ["a"], "contains": ["a"]}}]}, schema)
    assert not is_valid({"match": [{"string": {"in": {"list": "no"}}}]}, schema)
    assert not is_valid({"match": [{"string": {"contains": {"list": "no"}}}]}, schema)


def test_a_project_without_attributes_has_a_schema_too() -> None:
    schema = setting_schema(GENERIC["setting"], Vocabulary(Catalogue({}), {}))
    assert is_valid({"match": "everyone"}, schema)
    assert not is_valid({"match": [{"city": "Bursa"}]}, schema)


def test_outside_the_rule_the_law_stays_as_it_is() -> None:
    generic: Any = dict(GENERIC["setting"])
    mine: Any = dict(SETTING)
    for schema in (generic, mine):
        schema["properties"] = {**schema["properties"], "rule": {}}
        schema["$defs"] = {name: schema["$defs"][name] for name in ("slug", "moment", "code")}
    del generic["examples"]
    assert mine == generic


def test_no_definition_is_left_that_nothing_refers_to() -> None:
    for schema in (SETTING, CONDITION):
        definitions: Any = schema["$defs"]
        used = {_target(it) for it in parts(schema) if "$ref" in it}
        assert used == set(definitions)


# ── shared conditions ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rule", [*TAKEN, *REFUSED], ids=str)
def test_a_shared_condition_is_held_against_the_same_schema(rule: Any) -> None:
    if "match" in rule and isinstance(rule["match"], list | dict):
        content = {"condition": rule["match"]}
        expected = is_valid({"match": rule["match"]})
        assert Draft202012Validator(dict(CONDITION)).is_valid(content) == expected
        assert jsonschema_rs.Draft202012Validator(dict(CONDITION)).is_valid(content) == expected


def test_conditions_are_put_wherever_a_schema_has_a_place_for_them() -> None:
    own: JsonObject = {
        "type": "array",
        "items": {"$ref": "#/$defs/claim"},
        "examples": [[{"then": {"city": "Bursa"}}]],
        "$defs": {
            "claim": {
                "properties": {
                    "examples": {"type": "integer"},
                    "then": {"title": "Then", "description": "They hold.", "x-conditions": True},
                },
                "allOf": [{"required": ["then"]}, {"$ref": "#/$defs/match"}],
            },
            "match": {"type": "object"},
        },
    }
    made = schema_with_conditions(own, GENERIC["setting"], VOCABULARY)
    claims = Draft202012Validator(dict(made))
    assert claims.is_valid([{"then": {"enum": "male"}, "examples": 1}])
    assert not claims.is_valid([{"then": [{"enum": "other"}]}])
    assert not claims.is_valid([{"examples": 1}])
    assert not claims.is_valid([{"then": {"enum": "male"}, "examples": "one"}])
    assert "examples" not in made
    assert holds_conditions(own)


def test_a_schema_without_places_for_conditions_holds_none() -> None:
    assert [it for it in ("group", "list", "project") if holds_conditions(GENERIC[it])] == []


def test_a_shared_condition_needs_a_condition() -> None:
    assert not Draft202012Validator(dict(CONDITION)).is_valid({"description": "none"})
    assert not Draft202012Validator(dict(CONDITION)).is_valid({"condition": "everyone"})
