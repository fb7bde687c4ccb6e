"""Rules as the shop's JSON (docs/shop-api.md); what is not understood exactly is kept as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, assert_never, cast

from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not, RawRule, Rule, walk
from cg_sync.rules.leaf_from_wire import (
    NotUnderstood,
    decoded_leaf,
    filled_list,
    refuse_other_keys,
)
from cg_sync.rules.leaf_to_wire import encoded_leaf
from cg_sync.rules.problem import ValueRefused

MAX_WIRE_DEPTH: Final = 50
_NO_IDS: Mapping[str, int] = MappingProxyType({})
_NO_NAMES: Mapping[int, str] = MappingProxyType({})


def rule_to_wire(rule: Rule | RawRule, group_ids: Mapping[str, int] = _NO_IDS) -> JsonObject:
    """The rule JSON to send; a raw rule is what it was.

    `group_ids` are the ids of static groups by name; raises KeyError for one it lacks.
    """
    if isinstance(rule, RawRule):
        return cast(JsonObject, json.loads(rule.text))
    return _encoded(rule.node, group_ids)


def _encoded(node: Node, group_ids: Mapping[str, int]) -> JsonObject:
    match node:
        case Everyone():
            return {"slug": "any-rule"}
        case All(children) | AnyOf(children):
            slug = "and-rule" if isinstance(node, All) else "or-rule"
            return {"slug": slug, "children": [_encoded(child, group_ids) for child in children]}
        case Not(child):
            return {"slug": "not-rule", "child": _encoded(child, group_ids)}
        case Leaf():
            return encoded_leaf(node, group_ids)
        case _:
            assert_never(node)


def rule_from_wire(
    payload: JsonValue, catalogue: Catalogue, group_names: Mapping[int, str] = _NO_NAMES
) -> Rule | RawRule | None:
    """The rule in the shop's JSON, None if there is none; raw unless all of it is understood.

    `group_names` are the names of static groups by id; a group that it lacks is not understood.
    """
    if payload is None or payload == {}:
        return None
    try:
        rule = Rule(_Decoder(catalogue, group_names).node(payload, 1))
    except (NotUnderstood, ValueRefused):
        return RawRule(canonical(payload))
    # "Nobody" can be said in the shop's JSON, but not in the rule language.
    says_nobody = any(
        isinstance(node, Not) and node.child == Everyone() for node in walk(rule.node)
    )
    return RawRule(canonical(payload)) if says_nobody else rule


@dataclass(frozen=True, slots=True)
class _Decoder:
    """Turns rule JSON into nodes; each method raises NotUnderstood or ValueRefused."""

    catalogue: Catalogue
    group_names: Mapping[int, str]

    def node(self, payload: JsonValue, depth: int) -> Node:
        if not isinstance(payload, Mapping) or depth > MAX_WIRE_DEPTH:
            raise NotUnderstood
        match payload.get("slug"):
            case "any-rule":
                refuse_other_keys(payload, set())
                return Everyone()
            case "and-rule":
                return All(self._children(payload, depth))
            case "or-rule":
                return AnyOf(self._children(payload, depth))
            case "not-rule":
                refuse_other_keys(payload, {"child"})
                return Not(self.node(payload.get("child"), depth + 1))
            case _:
                return decoded_leaf(payload, self.catalogue, self.group_names)

    def _children(self, payload: JsonObject, depth: int) -> tuple[Node, ...]:
        refuse_other_keys(payload, {"children"})
        return tuple(self.node(child, depth + 1) for child in filled_list(payload, "children"))
