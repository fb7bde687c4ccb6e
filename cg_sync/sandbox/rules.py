"""Decides whether a rule holds for a customer, from docs/shop-api.md alone; no database here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from cg_sync.sandbox.date_leaves import seen_of_now
from cg_sync.sandbox.leaves import group_pks, question
from cg_sync.sandbox.questions import Customer, Groups, Leaf

ANY_RULE: Mapping[str, Any] = {"slug": "any-rule"}
NO_GROUPS: Groups = frozenset()

Selector = Callable[[Customer, Groups], bool]


def holds(
    rule: Any, customer: Customer, *, now: datetime, groups: frozenset[int] | None = None
) -> bool:
    """Whether the rule holds; a node nobody can read (an unknown slug, say) never does.

    `groups` are the pks of the groups the customer is in, None is of none.
    """
    return selector(rule, now=now)(customer, groups or NO_GROUPS)


def selector(rule: Any, *, now: datetime) -> Selector:
    """The rule as a question to a customer and the groups the customer is in."""
    match rule:
        case {"slug": "any-rule"}:
            return lambda customer, groups: True
        case {"slug": "and-rule", "children": [*children]}:
            return _until(False, [selector(it, now=now) for it in children])
        case {"slug": "or-rule", "children": [*children]}:
            return _until(True, [selector(it, now=now) for it in children])
        case {"slug": "not-rule", "child": child}:
            inner = selector(child, now=now)
            return lambda customer, groups: not inner(customer, groups)
        case {"slug": str()}:
            return _leaf(rule, now)
    return _never


def fields_of(rule: Any) -> frozenset[str]:
    """The top fields of a customer that the rule looks at, and perhaps a few more."""
    keys = {it["key"] for it in _nodes(rule) if isinstance(it.get("key"), str)}
    return frozenset({key.partition(".")[0] for key in keys} | {"email", "phone_number"})


def groups_of(rule: Any) -> frozenset[int]:
    """The pks of the groups that the rule asks about."""
    named: set[int] = set()
    for node in _nodes(rule):
        match node:
            case {"slug": "customer-group-rule", "customer_groups": [*pks]}:
                named |= group_pks(pks)
    return frozenset(named)


def seen_by(rule: Any, now: datetime) -> tuple[date, ...]:
    """What the rule sees of the time; while it sees the same, it selects the same."""
    seen = (seen_of_now(it, now) for it in _nodes(rule))
    return tuple(it for it in seen if it is not None)


def _leaf(leaf: Leaf, now: datetime) -> Selector:
    asked = question(leaf, now)
    if asked is None:
        return _never
    value_of, test = asked.value, asked.test
    missing, exclude = leaf.get("missing") is True, leaf.get("exclude") is True

    def selects(customer: Customer, groups: Groups) -> bool:
        value = value_of(customer, groups)
        return missing if value is None else test(value) is not exclude

    return selects


def _never(customer: Customer, groups: Groups) -> bool:
    return False


def _until(answer: bool, selectors: Sequence[Selector]) -> Selector:
    """The answer as soon as one gives it, and the opposite when none does."""

    # A loop: `any` and `all` would take a second frame for each level of a deep rule.
    def selects(customer: Customer, groups: Groups) -> bool:
        for it in selectors:
            if it(customer, groups) is answer:
                return answer
        return not answer

    return selects


def _nodes(rule: Any) -> Iterator[Leaf]:
    """Every JSON object of the tree, leaf or not: who reads on finds only what it looks for."""
    rest = [rule]
    while rest:
        node = rest.pop()
        if isinstance(node, Mapping):
            yield node
            rest.append(node.get("child"))
            if isinstance(children := node.get("children"), list):
                rest += children
