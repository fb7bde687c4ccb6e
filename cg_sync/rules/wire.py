"""Rules as the shop's JSON (docs/shop-api.md); what is not understood exactly is kept as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from typing import Final, assert_never, cast

from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import EMAIL_PATH, Attribute, Catalogue
from cg_sync.rules.ir import (
    All,
    AnyOf,
    DomainIn,
    Everyone,
    Leaf,
    Node,
    Not,
    OneOf,
    RawRule,
    Rule,
    walk,
)
from cg_sync.rules.operators import ValueRefused, operators_of, value_for

MAX_WIRE_DEPTH: Final = 50


def rule_to_wire(rule: Rule | RawRule) -> JsonObject:
    """The rule JSON to send; a raw rule is what it was."""
    if isinstance(rule, RawRule):
        return cast(JsonObject, json.loads(rule.text))
    return _encoded(rule.node)


def _encoded(node: Node) -> JsonObject:
    match node:
        case Everyone():
            return {"slug": "any-rule"}
        case All(children):
            return {"slug": "and-rule", "children": [_encoded(child) for child in children]}
        case AnyOf(children):
            return {"slug": "or-rule", "children": [_encoded(child) for child in children]}
        case Not(child):
            return {"slug": "not-rule", "child": _encoded(child)}
        case Leaf():
            return _encoded_leaf(node)
        case _:
            assert_never(node)


def _encoded_leaf(leaf: Leaf) -> JsonObject:
    ending: JsonObject = {"exclude": leaf.exclude, "missing": leaf.when_missing}
    match leaf.test:
        case OneOf(values):
            slug = "user-attribute-rule"
            return {"slug": slug, "key": leaf.path, "values": list(values), **ending}
        case DomainIn(domains, below):
            slug = "email-domain-rule"
            return {"slug": slug, "domains": list(domains), "subdomains": below, **ending}
        case _:
            assert_never(leaf.test)


def rule_from_wire(payload: JsonValue, catalogue: Catalogue) -> Rule | RawRule | None:
    """The rule in the shop's JSON, None if there is none; raw unless all of it is understood."""
    if payload is None or payload == {}:
        return None
    try:
        rule = Rule(_Decoder(catalogue).node(payload, 1))
    except (_NotUnderstood, ValueRefused):
        return RawRule(canonical(payload))
    # "Nobody" can be said in the shop's JSON, but not in the rule language.
    says_nobody = any(
        isinstance(node, Not) and node.child == Everyone() for node in walk(rule.node)
    )
    return RawRule(canonical(payload)) if says_nobody else rule


class _NotUnderstood(Exception):
    """Something in the JSON is not known, or not as the shop's API page has it."""


_INVERSION = frozenset({"exclude", "missing"})


class _Decoder:
    """Turns rule JSON into nodes; each method raises _NotUnderstood or ValueRefused."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def node(self, payload: JsonValue, depth: int) -> Node:
        if not isinstance(payload, Mapping) or depth > MAX_WIRE_DEPTH:
            raise _NotUnderstood
        match payload.get("slug"):
            case "any-rule":
                _refuse_other_keys(payload, set())
                return Everyone()
            case "and-rule":
                return All(self._children(payload, depth))
            case "or-rule":
                return AnyOf(self._children(payload, depth))
            case "not-rule":
                _refuse_other_keys(payload, {"child"})
                return Not(self.node(payload.get("child"), depth + 1))
            case "email-domain-rule":
                return self._email_domain(payload)
            case "user-attribute-rule":
                return self._user_attribute(payload)
            case _:
                raise _NotUnderstood

    def _children(self, payload: JsonObject, depth: int) -> tuple[Node, ...]:
        _refuse_other_keys(payload, {"children"})
        return tuple(self.node(child, depth + 1) for child in _filled_list(payload, "children"))

    def _email_domain(self, payload: JsonObject) -> Node:
        _refuse_other_keys(payload, {"domains", "subdomains", *_INVERSION})
        attribute = self._catalogue.by_path.get(EMAIL_PATH)
        below = payload.get("subdomains")
        if attribute is None or attribute.type != "email" or not isinstance(below, bool):
            raise _NotUnderstood
        domains = _filled_list(payload, "domains")
        if any(value_for(attribute, domain) != domain for domain in domains):
            raise _NotUnderstood
        return _leaf(attribute, DomainIn(tuple(map(str, domains)), below), payload)

    def _user_attribute(self, payload: JsonObject) -> Node:
        _refuse_other_keys(payload, {"key", "values", *_INVERSION})
        key = payload.get("key")
        attribute = self._catalogue.by_path.get(key) if isinstance(key, str) else None
        if attribute is None:
            raise _NotUnderstood
        operators = operators_of(attribute)
        values = _filled_list(payload, "values")
        if "eq" not in operators or (len(values) > 1 and "in" not in operators):
            raise _NotUnderstood
        test = OneOf(tuple(value_for(attribute, value) for value in values))
        return _leaf(attribute, test, payload)


def _leaf(attribute: Attribute, test: OneOf | DomainIn, payload: JsonObject) -> Node:
    exclude, when_missing = _flag(payload, "exclude"), _flag(payload, "missing")
    name, path, nullable = attribute.name, attribute.path, attribute.nullable
    if exclude and not any(operator.exclude for operator in operators_of(attribute).values()):
        # The language inverts such a leaf with `none`, which also turns the answer when missing.
        return Not(Leaf(name, path, test, False, not when_missing, nullable))
    return Leaf(name, path, test, exclude, when_missing, nullable)


def _refuse_other_keys(payload: JsonObject, known: Set[str]) -> None:
    if payload.keys() - known - {"slug", "name"}:
        raise _NotUnderstood


def _filled_list(payload: JsonObject, key: str) -> list[JsonValue] | tuple[JsonValue, ...]:
    items = payload.get(key)
    if not isinstance(items, list | tuple) or not items:
        raise _NotUnderstood
    return items


def _flag(payload: JsonObject, key: str) -> bool:
    flag = payload.get(key, False)
    if not isinstance(flag, bool):
        raise _NotUnderstood
    return flag
