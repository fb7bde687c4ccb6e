"""The schemas of settings and shared conditions for one project, so that editors know its
attributes, its value lists and its shared conditions, and what each attribute may be asked.

They refuse nothing that the rule reader takes. The reader refuses more: what no schema can see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.operand_schema import (
    SHAPES,
    operand_of,
    reference,
    value_definitions,
)
from cg_sync.rules.operators import operators_of
from cg_sync.rules.parse import Vocabulary

_REF = "#/$defs/"
_PLACE = "x-conditions"


def setting_schema(generic: JsonObject, vocabulary: Vocabulary) -> JsonObject:
    """The schema of settings, which knows no project, as it is in a project with these words."""
    properties = _object(generic, "properties")
    made = {
        **_without_examples(generic),
        "properties": {**properties, "rule": _without_examples(_object(properties, "rule"))},
    }
    return _with_definitions(made, _definitions(_object(generic, "$defs"), vocabulary))


def holds_conditions(generic: JsonObject) -> bool:
    """Whether a schema has a place for conditions, which it marks with `x-conditions`."""
    return any(_PLACE in part for part in _parts(generic))


def schema_with_conditions(
    generic: JsonObject, generic_setting: JsonObject, vocabulary: Vocabulary
) -> JsonObject:
    """The same for another schema with places for conditions, which it marks with `x-conditions`.

    Conditions are written there as in the rules of settings. Examples are left out.
    """
    made = cast(JsonObject, _filled(generic))
    own = cast("Mapping[str, JsonObject]", made.get("$defs", {}))
    known = _definitions(_object(generic_setting, "$defs"), vocabulary)
    return _with_definitions(made, {**known, **own})


def _definitions(grammar: JsonObject, vocabulary: Vocabulary) -> dict[str, JsonObject]:
    """All definitions that a rule may need: those of the language, with the words put in."""
    made: dict[str, JsonObject] = {
        **{name: _bare(_object(grammar, name)) for name in grammar},
        **SHAPES,
    }
    notes = _object(made["operators"], "properties")
    made |= {word: _object(notes, word) for word in ("missing", "why")}
    for attribute in vocabulary.catalogue.attributes.values():
        made |= value_definitions(attribute, has_lists=bool(vocabulary.lists))
        made[_test_name(attribute)] = _test(attribute, made["operators"])
    made["condition"] = _condition(made["condition"], vocabulary)
    made["named_list"] = _naming(made["named_list"], "list", vocabulary.lists)
    return made


def _condition(generic: JsonObject, vocabulary: Vocabulary) -> JsonObject:
    """One condition: a word of the language, or one of the attributes and its test."""
    known = generic
    if vocabulary.conditions:
        known = _naming(generic, "use", vocabulary.conditions)
    words = _object(known, "properties")
    shared = {word: it for word, it in words.items() if word != "use" or vocabulary.conditions}
    attributes = {
        name: {"title": name, "description": _about(it), **reference(_test_name(it))}
        for name, it in vocabulary.catalogue.attributes.items()
    }
    return {**known, "properties": {**shared, **attributes}, "additionalProperties": False}


def _naming(schema: JsonObject, field: str, names: Mapping[str, object]) -> JsonObject:
    """The schema, with the names that the field can have."""
    properties = _object(schema, "properties")
    named = {**_object(properties, field), "enum": sorted(names)}
    return {**schema, "properties": {**properties, field: named}}


def _about(attribute: Attribute) -> str:
    """What an editor says of an attribute, under its name."""
    lacks = "may be missing" if attribute.may_lack else "never missing"
    kind = "customer groups by name" if attribute.is_groups else attribute.type
    return f"{attribute.description.strip()} ({kind}, {lacks})".lstrip()


def _test_name(attribute: Attribute) -> str:
    kind = f"enum.{attribute.name}" if attribute.type == "enum" else attribute.type
    kind = "groups" if attribute.is_groups else kind
    return f"{kind}.nullable" if attribute.may_lack else kind


def _test(attribute: Attribute, generic: JsonObject) -> JsonObject:
    """What stands beside the attribute: operators, or a value where it has `eq`."""
    known = operators_of(attribute)
    said = _object(generic, "properties")
    properties: dict[str, JsonValue] = {
        word: {**_words(_object(said, word)), **operand_of(attribute, word, operator)}
        for word, operator in known.items()
    }
    notes = ["why"] if attribute.type == "list" else ["missing", "why"]
    operators: JsonObject = {
        "properties": {**properties, **{word: reference(word) for word in notes}},
        "additionalProperties": False,
        "not": {"propertyNames": {"enum": notes}},
        **(_ALONE if attribute.may_lack else {}),
    }
    if "eq" not in known:
        return {"type": "object", **operators}
    values: list[JsonValue] = [True, False] if attribute.type == "boolean" else [*attribute.values]
    return {
        "if": {"type": "object"},
        "then": operators,
        "else": operand_of(attribute, "eq", known["eq"]),
        # In such a choice editors complete values from examples only.
        **({"examples": values} if values else {}),
    }


_ALONE: JsonObject = {
    "if": {"required": ["present"]},
    "then": {
        "propertyNames": {
            "enum": ["present", "why"],
            "errorMessage": "not allowed beside `present`",
        }
    },
}


def _with_definitions(schema: JsonObject, definitions: Mapping[str, JsonObject]) -> JsonObject:
    """The schema with those of the definitions that it needs, by name."""
    needed: set[str] = set()
    waiting = set(_references({**schema, "$defs": {}}))
    while waiting:
        needed |= waiting
        waiting = {it for name in waiting for it in _references(definitions[name])} - needed
    return {**schema, "$defs": {name: definitions[name] for name in sorted(needed)}}


def _references(schema: JsonObject) -> Iterator[str]:
    """The names of the definitions that it refers to, here and further in."""
    for part in _parts(schema):
        target = part.get("$ref")
        if isinstance(target, str):
            yield target.removeprefix(_REF)


def _parts(schema: JsonValue) -> Iterator[JsonObject]:
    """Every mapping in the schema, itself first."""
    inner: Iterable[JsonValue] = schema if isinstance(schema, list) else ()
    if isinstance(schema, Mapping):
        yield schema
        inner = schema.values()
    for value in inner:
        yield from _parts(value)


def _filled(schema: JsonValue) -> JsonValue:
    """The schema with conditions in their places, and without examples, which name attributes."""
    if isinstance(schema, list):
        return [_filled(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    if _PLACE in schema:
        return {**_words(schema), **reference("one_or_more")}
    return {
        keyword: _filled(it)
        for keyword, it in schema.items()
        if not (keyword == "examples" and isinstance(it, list))
    }


def _bare(schema: JsonObject) -> JsonObject:
    """A definition without its examples, which name attributes that the project may not have."""
    bare = _without_examples(schema)
    if "properties" not in bare:
        return bare
    fields = _object(bare, "properties")
    return {**bare, "properties": {it: _without_examples(_object(fields, it)) for it in fields}}


def _words(schema: JsonObject) -> dict[str, JsonValue]:
    """What editors show of a field."""
    return {keyword: schema[keyword] for keyword in ("title", "description")}


def _without_examples(schema: JsonObject) -> dict[str, JsonValue]:
    return {keyword: it for keyword, it in schema.items() if keyword != "examples"}


def _object(schema: JsonObject, keyword: str) -> JsonObject:
    return cast(JsonObject, schema[keyword])
