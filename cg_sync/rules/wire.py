"""Rules as the shop's JSON (docs/shop-api.md); what is not understood exactly is kept as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, assert_never, cast

from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.dialect import BUILT_IN, Dialect
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not, RawRule, Rule
from cg_sync.rules.leaf_from_wire import decoded_leaf
from cg_sync.rules.leaf_to_wire import encoded_leaf
from cg_sync.rules.normal import EVERYONE, Form, all_of, any_of, form_of, not_of
from cg_sync.rules.problem import ValueRefused
from cg_sync.rules.wire_fields import NotUnderstood, filled_list, refuse_other_keys

MAX_WIRE_DEPTH: Final = 50
NOBODY_TEXT: Final = not_of(EVERYONE).text
_NO_IDS: Mapping[str, int] = MappingProxyType({})
_NO_NAMES: Mapping[int, str] = MappingProxyType({})


def rule_to_wire(
    rule: Rule | RawRule,
    group_ids: Mapping[str, int] = _NO_IDS,
    dialect: Dialect = BUILT_IN,
) -> JsonObject:
    """The rule JSON to send, its leaves named as the dialect says; a raw rule is what it was.

    `group_ids` are the ids of static groups by name; raises KeyError for one it lacks.
    """
    if isinstance(rule, RawRule):
        return cast(JsonObject, json.loads(rule.text))
    return _Encoder(group_ids, dialect.slugs).node(rule.node)


@dataclass(frozen=True, slots=True)
class _Encoder:
    """Turns nodes into rule JSON; `slugs` are what the shop calls leaves, where it is not ours."""

    group_ids: Mapping[str, int]
    slugs: Mapping[str, str]

    def node(self, node: Node) -> JsonObject:
        match node:
            case Leaf():
                return encoded_leaf(node, self.group_ids, self.slugs)
            case All(children):
                return {"slug": "and-rule", "children": [self.node(child) for child in children]}
            case AnyOf(children):
                return {"slug": "or-rule", "children": [self.node(child) for child in children]}
            case Not(child):
                return {"slug": "not-rule", "child": self.node(child)}
            case Everyone():
                return {"slug": "any-rule"}
            case _:
                assert_never(node)


def rule_from_wire(
    payload: JsonValue,
    catalogue: Catalogue,
    group_names: Mapping[int, str] = _NO_NAMES,
    dialect: Dialect = BUILT_IN,
) -> Rule | RawRule | None:
    """The rule in the shop's JSON, None if there is none; raw unless all of it is understood.

    `group_names` are the names of static groups by id; a group that it lacks is not understood. Of
    the dialect only the slugs count: what it refuses is read all the same.
    """
    if payload is None or payload == {}:
        return None
    try:
        form = _Decoder(catalogue, group_names, dialect.leaves).form(payload, 1)
    except (NotUnderstood, ValueRefused):
        return RawRule(canonical(payload))
    # "Nobody" can be said in the shop's JSON, but not in the rule language. No value can look like
    # it: the quotation marks of values are escaped.
    says_nobody = NOBODY_TEXT in form.text
    return RawRule(canonical(payload)) if says_nobody else Rule.of_form(form)


@dataclass(frozen=True, slots=True)
class _Decoder:
    """Turns rule JSON into its normal form; each method raises NotUnderstood or ValueRefused.

    `leaves` are our slugs by those of the shop.
    """

    catalogue: Catalogue
    group_names: Mapping[int, str]
    leaves: Mapping[str, str]

    def form(self, payload: JsonValue, depth: int) -> Form:
        if not isinstance(payload, Mapping) or depth > MAX_WIRE_DEPTH:
            raise NotUnderstood
        match payload.get("slug"):
            case str(slug) if slug in self.leaves:
                leaf = self.leaves[slug]
                return form_of(decoded_leaf(leaf, payload, self.catalogue, self.group_names))
            case "any-rule":
                refuse_other_keys(payload, ())
                return EVERYONE
            case "and-rule":
                return all_of(self._children(payload, depth))
            case "or-rule":
                return any_of(self._children(payload, depth))
            case "not-rule":
                refuse_other_keys(payload, ("child",))
                return not_of(self.form(payload.get("child"), depth + 1))
            case _:
                raise NotUnderstood

    def _children(self, payload: JsonObject, depth: int) -> list[Form]:
        refuse_other_keys(payload, ("children",))
        return [self.form(child, depth + 1) for child in filled_list(payload, "children")]
