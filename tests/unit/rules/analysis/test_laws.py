"""What holds for proofs about all rules."""

from __future__ import annotations

from hypothesis import given

from cg_sync.rules.analysis.prove import (
    Found,
    Impossible,
    Undecided,
    Verdict,
    Witness,
    compare,
    find,
    is_subset,
)
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import All, AnyOf, Everyone, Node, Not, Rule
from tests.unit.rules.analysis.population import CATALOGUE, WORLD, selected
from tests.unit.rules.strategies import nodes, rules
from tests.unit.rules.test_evaluate import all_kept


def selects(node: Node, witness: Witness) -> bool:
    return evaluate(node, witness.customer, Moment(WORLD.as_of, witness.groups))


@given(nodes(CATALOGUE), nodes(CATALOGUE))
def test_what_is_impossible_happens_to_no_customer(one: Node, other: Node) -> None:
    answer = find((one, other), WORLD)
    assert not isinstance(answer, Undecided)
    if isinstance(answer, Impossible):
        assert not selected(one) & selected(other)
    else:
        assert not answer.witness.sure or selects(All((one, other)), answer.witness)


@given(rules(CATALOGUE), rules(CATALOGUE))
def test_a_verdict_holds_for_every_customer(old: Rule, new: Rule) -> None:
    found = compare(old.node, new.node, WORLD)
    before, after = selected(old.node), selected(new.node)
    match found.verdict:
        case Verdict.EQUIVALENT:
            assert before == after
        case Verdict.NARROWER:
            assert after <= before
        case Verdict.WIDER:
            assert before <= after
        case Verdict.REPLACED:
            assert not before & after
        case _:
            assert found.gains is not None
            assert found.loses is not None


@given(rules(CATALOGUE), rules(CATALOGUE))
def test_the_witnesses_of_a_verdict_show_it(old: Rule, new: Rule) -> None:
    found = compare(old.node, new.node, WORLD)
    for witness, yes, no in ((found.gains, new, old), (found.loses, old, new)):
        if witness is not None and witness.sure:
            assert selects(yes.node, witness)
            assert not selects(no.node, witness)


@given(rules(CATALOGUE), rules(CATALOGUE))
def test_the_verdict_of_the_change_back_is_the_mirror_image(old: Rule, new: Rule) -> None:
    mirrored = {Verdict.NARROWER: Verdict.WIDER, Verdict.WIDER: Verdict.NARROWER}
    there, back = compare(old.node, new.node, WORLD), compare(new.node, old.node, WORLD)
    assert back.verdict == mirrored.get(there.verdict, there.verdict)


@given(nodes(CATALOGUE))
def test_every_rule_is_equivalent_to_itself_however_it_is_written(node: Node) -> None:
    for same in (node, All((node, node)), Not(Not(node)), Rule(node).node):
        assert compare(node, same, WORLD).verdict == Verdict.EQUIVALENT


@given(nodes(CATALOGUE, depth=2), nodes(CATALOGUE, depth=2))
def test_the_laws_of_de_morgan(one: Node, other: Node) -> None:
    both, either = All((one, other)), AnyOf((one, other))
    assert compare(Not(both), AnyOf((Not(one), Not(other))), WORLD).verdict == "equivalent"
    assert compare(Not(either), All((Not(one), Not(other))), WORLD).verdict == "equivalent"


@given(nodes(CATALOGUE))
def test_nobody_is_selected_by_a_rule_and_its_opposite(node: Node) -> None:
    assert find((node, Not(node)), WORLD) == Impossible()
    assert is_subset(Everyone(), AnyOf((node, Not(node))), WORLD) == Impossible()


@given(nodes(CATALOGUE))
def test_turning_a_drop_into_a_keep_is_proven_never_to_remove_a_customer(node: Node) -> None:
    assert is_subset(node, all_kept(node, inverted=False), WORLD) == Impossible()


@given(nodes(CATALOGUE))
def test_a_rule_selects_somebody_or_is_proven_not_to(node: Node) -> None:
    if selected(node):
        assert isinstance(find((node,), WORLD), Found)
