"""The catalogue: the attributes that rules may use, each with its type and its path in a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, cast

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.fold import fold
from cg_sync.rules.problem import RuleProblem

AttributeType = Literal[
    "boolean", "enum", "string", "email", "phone", "integer", "decimal", "date", "datetime", "list"
]
Privacy = Literal["none", "quasi", "direct"]

EMAIL_PATH = "email"
"""Where the shop's records hold the address; its e-mail rules know no other place."""
PHONE_PATH = "phone_number"
"""The same for the phone number."""
GROUPS_PATH = "@static_groups"
"""Stands for the static groups that a customer is a member of; no place in a record."""

RESERVED_NAMES = ("all", "any", "none", "use", "extends")
"""Words of the rule language and of rule tests, which no attribute can have as its name."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """`path` is dotted, into the customer record; `pii` says how personal the value is.

    `timezone` is where the days of dates are counted: that of the project. `description` is for
    people, and does not count when attributes are compared.
    """

    name: str
    type: AttributeType
    path: str
    nullable: bool = True
    values: tuple[str, ...] = ()
    pii: Privacy = "none"
    timezone: str = "UTC"
    description: str = field(default="", compare=False)
    verifies: str = field(default="", compare=False)

    @property
    def may_lack(self) -> bool:
        """Whether customers may have no value; a list is never missing, it is empty."""
        return self.nullable and self.type != "list"

    @property
    def is_groups(self) -> bool:
        """Whether it is the attribute of static groups."""
        return self.path == GROUPS_PATH


@dataclass(frozen=True)
class Catalogue:
    """The attributes by name."""

    attributes: Mapping[str, Attribute]

    @cached_property
    def by_path(self) -> Mapping[str, Attribute]:
        """The attributes by path."""
        return {attribute.path: attribute for attribute in self.attributes.values()}

    @cached_property
    def verifiers(self) -> tuple[str, ...]:
        """The attributes that tell whether an e-mail address is the customer's own, by name.

        Those that say so, or else a boolean named like the address with `_verified` behind it.
        """
        every = self.attributes.values()
        declared = tuple(it.name for it in every if it.verifies)
        usual = {f"{it.name}_verified" for it in every if it.type == "email"}
        named = (it.name for it in every if it.type == "boolean" and it.name in usual)
        return declared or tuple(named)


def make_catalogue(content: JsonObject, timezone: str = "UTC") -> Catalogue:
    """The catalogue in the content of attributes.yaml, which obeys its schema."""
    declared = cast("Mapping[str, JsonObject]", content["attributes"])
    return Catalogue({name: _attribute(name, it, timezone) for name, it in declared.items()})


def _attribute(name: str, fields: JsonObject, timezone: str) -> Attribute:
    return Attribute(
        name=name,
        type=cast(AttributeType, fields["type"]),
        path=cast(str, fields.get("path", name)),
        nullable=cast(bool, fields.get("nullable", True)),
        values=tuple(cast("list[str]", fields.get("values", ()))),
        pii=cast(Privacy, fields.get("pii", "none")),
        timezone=timezone,
        description=cast(str, fields.get("description", "")),
        verifies=cast(str, fields.get("verifies", "")),
    )


_ONE_PLACE: Mapping[AttributeType, str] = {"email": EMAIL_PATH, "phone": PHONE_PATH}


def check_catalogue(content: JsonObject) -> Iterator[RuleProblem]:
    """What is wrong with attributes.yaml beyond its schema, in the order of the file."""
    owners: dict[str, str] = {}
    catalogue = make_catalogue(content)
    for attribute in catalogue.attributes.values():
        here = ("attributes", attribute.name)
        if attribute.name in RESERVED_NAMES:
            message = f"{attribute.name}: is a word of the rule language, so no rule could use it"
            hint = "give the attribute another name, and say `path:`"
            yield RuleProblem("CG-F06", message, here, of_key=True, hint=hint)
        owner = owners.setdefault(attribute.path, attribute.name)
        if owner != attribute.name:
            message = f"{attribute.name}: has the same path as {owner}, {attribute.path}"
            hint = "keep one of the two, so that a rule has one way to be written"
            yield RuleProblem("CG-F06", message, here, of_key=True, hint=hint)
        place = _ONE_PLACE.get(attribute.type, attribute.path)
        if attribute.path != place:
            message = (
                f"{attribute.name}: an attribute of type {attribute.type} has the path {place}"
            )
            hint = f"the shop's rules know one {attribute.type} of a customer"
            yield RuleProblem("CG-F06", message, here, of_key=True, hint=hint)
        if attribute.is_groups and attribute.type != "list":
            message = f"{attribute.name}: the path {GROUPS_PATH} is that of a list"
            hint = "write `type: list`"
            yield RuleProblem("CG-F06", message, here, of_key=True, hint=hint)
        yield from _check_nesting(attribute, catalogue.by_path)
        yield from _check_values(attribute)
        yield from _check_verifies(attribute, content)


def _check_nesting(attribute: Attribute, others: Mapping[str, Attribute]) -> Iterator[RuleProblem]:
    """A path is that of a value, or leads to others: no record has both."""
    steps = attribute.path.split(".")
    for end in range(1, len(steps)):
        path = ".".join(steps[:end])
        if path in others:
            outer = f"{others[path].name}, {path}"
            message = f"{attribute.name}: its path {attribute.path} lies inside that of {outer}"
            here, hint = ("attributes", attribute.name), "no customer has both; keep one of the two"
            yield RuleProblem("CG-F06", message, here, of_key=True, hint=hint)


def _check_values(attribute: Attribute) -> Iterator[RuleProblem]:
    here = ("attributes", attribute.name)
    if attribute.type == "enum" and not attribute.values:
        message = f"{attribute.name}: an enum needs values"
        hint = "list them under `values:`, or make it a string"
        yield RuleProblem("CG-F06", message, here, of_key=True, hint=hint)
    if attribute.type != "enum" and attribute.values:
        message = f"{attribute.name}: only an enum has values, and this is of type {attribute.type}"
        hint = "write `type: enum`, or leave the values out"
        yield RuleProblem("CG-F06", message, (*here, "values"), of_key=True, hint=hint)
    seen: dict[str, str] = {}
    for index, value in enumerate(attribute.values):
        earlier = seen.get(fold(value))
        seen.setdefault(fold(value), value)
        if earlier is not None:
            message = f"{attribute.name}: {value!r} and {earlier!r} are one value to the shop"
            hint = "the shop takes upper and lower case as one; keep one of the two"
            yield RuleProblem("CG-F06", message, (*here, "values", index), hint=hint)


def _check_verifies(attribute: Attribute, content: JsonObject) -> Iterator[RuleProblem]:
    declared = cast("Mapping[str, JsonObject]", content["attributes"])
    emails = [name for name, fields in declared.items() if fields["type"] == "email"]
    here = ("attributes", attribute.name, "verifies")
    if attribute.verifies and attribute.type != "boolean":
        message = f"{attribute.name}: only a boolean verifies, and this is of type {attribute.type}"
        yield RuleProblem("CG-F06", message, here, of_key=True, hint="write `type: boolean`")
    if attribute.verifies and attribute.verifies not in emails:
        message = f"{attribute.name}: {attribute.verifies} is no attribute of type email"
        hint = f"write `verifies: {emails[0]}`" if emails else "declare the e-mail address first"
        yield RuleProblem("CG-F06", message, here, hint=hint)
