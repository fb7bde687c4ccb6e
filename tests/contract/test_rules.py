"""Two readings of one rule that share no code: our evaluator, and the sandbox on the wire form."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.evaluate import evaluate
from cg_sync.rules.ir import Rule
from cg_sync.rules.wire import rule_to_wire
from cg_sync.sandbox.rules import holds
from tests.unit.rules.strategies import catalogue, customers, rules

CATALOGUE = catalogue()


@given(rules(CATALOGUE), st.lists(customers(CATALOGUE), min_size=1, max_size=5))
def test_the_shop_selects_whom_the_rule_selects(rule: Rule, people: list[JsonObject]) -> None:
    wire = rule_to_wire(rule)
    assert [holds(wire, it) for it in people] == [evaluate(rule.node, it) for it in people]
