"""Decides whether a rule selects a customer, on the record as the shop's API returns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.fold import email_domain, fold, is_blank
from cg_sync.rules.ir import All, AnyOf, DomainIn, Everyone, Leaf, Node, Not, OneOf, Test


def evaluate(node: Node, customer: JsonObject) -> bool:
    """Whether the node selects the customer."""
    match node:
        case Everyone():
            return True
        case All(children):
            return all(evaluate(child, customer) for child in children)
        case AnyOf(children):
            return any(evaluate(child, customer) for child in children)
        case Not(child):
            return not evaluate(child, customer)
        case Leaf(_, path, test, exclude, when_missing):
            holds = _holds(test, value_at(customer, path))
            return when_missing if holds is None else holds is not exclude
        case _:
            assert_never(node)


def value_at(record: JsonObject, path: str) -> JsonValue:
    """The value at a dotted path; None when it is missing: null, absent, or a blank text."""
    value: JsonValue = record
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return None if isinstance(value, str) and is_blank(value) else value


def _holds(test: Test, value: JsonValue) -> bool | None:
    """The answer of a test, None when the value counts as missing."""
    if value is None:
        return None
    match test:
        case OneOf():
            if isinstance(value, str):
                return fold(value) in test.comparable
            # By JSON type: 1 is not true.
            return isinstance(value, bool) and value in test.comparable
        case DomainIn():
            domain = email_domain(value) if isinstance(value, str) else None
            return None if domain is None else is_domain_in(domain, test)
        case _:
            assert_never(test)


def is_domain_in(domain: str, test: DomainIn) -> bool:
    """Whether a domain in normal form is one of the test's or, if it says so, below one."""
    if domain in test.names:
        return True
    if not test.below:
        return False
    labels = domain.split(".")
    return any(".".join(labels[start:]) in test.names for start in range(1, len(labels)))
