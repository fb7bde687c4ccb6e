"""Customers put together from examples are held against the rules, as whole records."""

from __future__ import annotations

from cg_sync.rules.analysis.prove import Witness
from cg_sync.rules.contest import Contender
from cg_sync.rules.ir import Leaf, Rule
from cg_sync.rules.review.examples import Examples
from cg_sync.rules.review.subject import Subject
from cg_sync.rules.tests import OneOf
from tests.unit.rules.review.builders import a_subject, an_inquiry

BURSA = Witness({"city": "Bursa"}, frozenset(), True)
TR = Witness({"country": "TR"}, frozenset({"g"}), True)


def test_two_examples_make_one_customer() -> None:
    one, other = a_subject("one", {"city": "Bursa"}), a_subject("other", {"country": "TR"})
    examples = Examples(an_inquiry())
    assert examples.shared(one, other) is None
    examples.add(BURSA, "one")
    examples.add(TR, "other")
    assert examples.shared(one, other) == Witness(
        {"city": "Bursa", "country": "TR"}, frozenset({"g"}), True
    )


def test_a_customer_lacks_nothing_that_no_customer_lacks() -> None:
    """Without a channel the rule would take anybody; there is no such customer."""
    leaf = Leaf("channel", "channel", OneOf(("app",)), when_missing=True, nullable=False)
    odd = Subject(Contender("odd", 0, Rule(leaf), None))
    plain = a_subject("plain", {"city": "Bursa"})
    examples = Examples(an_inquiry())
    examples.add(Witness({}, frozenset(), True), "odd")
    examples.add(BURSA, "plain")
    assert examples.shared(odd, plain) is None
    assert not examples.selects(odd, BURSA)


def test_what_is_not_sure_is_no_example() -> None:
    one = a_subject("one", {"city": "Bursa"})
    examples = Examples(an_inquiry())
    examples.add(Witness({"city": "Bursa"}, frozenset(), False), "one")
    assert not examples.any_escapes("one", [])
    examples.add(BURSA, "one")
    assert examples.any_escapes("one", [])
    assert not examples.any_escapes("one", [one])
