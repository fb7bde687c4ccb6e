"""Finds an invented customer for whom something happens that no test has seen yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import assert_never

from cg_sync.rules.analysis.prove import Answer, Found, Impossible, Witness, World, find
from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.contest import Contender
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import NOBODY, All, AnyOf, Everyone, Leaf, Node, Not
from cg_sync.rules.outline import Part
from cg_sync.rules.testing.checks import Subject, has_window
from cg_sync.rules.testing.coverage import Goal, attribute_at, leaves_in, lines_in
from cg_sync.rules.tests import Anniversary, Present, Relative

BUDGET = 4_000
"""Steps for one question: a goal that takes more is left open."""
MOST_ROUNDS = 8
"""Of looking for a customer whom no rival takes, before all rivals are asked about at once."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A customer who may show it, and the time at which to look."""

    witness: Witness
    moment: datetime


def customers_for(goal: Goal, subject: Subject, now: datetime) -> Iterator[Reached]:
    """Customers who may make the goal happen, the most telling first.

    Where they come from text operators, they may turn out not to.
    """
    contender = subject.by_slug[goal.slug]
    world = World(subject.catalogue, _moment_of(goal, contender, now), BUDGET)
    for answer in chain(
        _deciding_answers(goal, contender, world), _answers(goal, contender, subject, world)
    ):
        if isinstance(answer, Found):
            yield Reached(answer.witness, world.as_of)


def is_impossible(goal: Goal, subject: Subject, now: datetime) -> bool:
    """Whether it is proven that no customer makes the goal happen, at whatever time.

    So a line that counts from now may hold for anybody, and a rival that counts for a time only may
    be there or not.
    """
    contender = subject.by_slug[goal.slug]
    world = World(subject.catalogue, _moment_of(goal, contender, now), BUDGET)
    answers = _answers_at_any_time(goal, contender, subject, world)
    return all(isinstance(it, Impossible) for it in answers)


def _answers_at_any_time(
    goal: Goal, contender: Contender, subject: Subject, world: World
) -> Iterator[Answer]:
    outline = contender.outline
    assert outline is not None
    rule = at_some_time(outline.node)
    rivals = [it for it in subject.rivals(contender) if it.outline is not None]
    match goal.outcome:
        case "won":
            always = (it.outline for it in rivals if not has_window(it))
            nodes = [Not(at_some_time(Not(it.node))) for it in always if it is not None]
            yield _winner(rule, nodes, world)
        case "lost":
            for rival in (it.outline for it in rivals):
                assert rival is not None
                yield find((rule, at_some_time(rival.node)), world)
        case "excluded":
            parts = [outline.part("match"), outline.part("except")]
            yield find([at_some_time(it.node) for it in parts if it is not None], world)
        case "true" | "false" | "missing":
            assert goal.line is not None
            line, _ = lines_in(contender)[goal.line]
            yield find((at_some_time(_happens(goal, line, world.catalogue)),), world)
        case _:
            assert_never(goal.outcome)


def at_some_time(node: Node) -> Node:
    """Whoever the node selects at some time, and perhaps more: what counts from now may be so."""
    match node:
        case Leaf(_, _, Relative() | Anniversary(months=())):
            return Everyone()
        case All(children):
            return All(tuple(map(at_some_time, children)))
        case AnyOf(children):
            return AnyOf(tuple(map(at_some_time, children)))
        case Not(Leaf()):
            return Everyone() if at_some_time(node.child) == Everyone() else node
        case Not(All(children)):
            return AnyOf(tuple(at_some_time(Not(it)) for it in children))
        case Not(AnyOf(children)):
            return All(tuple(at_some_time(Not(it)) for it in children))
        case Not(Not(child)):
            return at_some_time(child)
        case _:
            return node


def _deciding_answers(goal: Goal, contender: Contender, world: World) -> Iterator[Answer]:
    """A customer for whom the goal happens and of whom the line decides; none for a setting."""
    if goal.line is not None:
        assert contender.outline is not None
        line, inverted = lines_in(contender)[goal.line]
        decides = deciding(contender.outline, line, inverted)
        yield find((_happens(goal, line, world.catalogue), *decides), world)


def _answers(goal: Goal, contender: Contender, subject: Subject, world: World) -> Iterator[Answer]:
    """Customers for whom the goal happens; it can happen to no others."""
    outline = contender.outline
    assert outline is not None
    match goal.outcome:
        case "won":
            yield _winner(outline.node, _rules_before(contender, subject, world), world)
        case "lost":
            for rival in _rules_before(contender, subject, world):
                yield find((outline.node, rival), world)
        case "excluded":
            match, refused = outline.part("match"), outline.part("except")
            assert match is not None
            assert refused is not None
            yield find((match.node, refused.node), world)
        case "true" | "false" | "missing":
            assert goal.line is not None
            line, _ = lines_in(contender)[goal.line]
            yield find((_happens(goal, line, world.catalogue),), world)
        case _:
            assert_never(goal.outcome)


def _rules_before(contender: Contender, subject: Subject, world: World) -> list[Node]:
    """The rules that may take a customer from it then."""
    rivals = (it for it in subject.rivals(contender) if it.counts_at(world.as_of))
    return [it.outline.node for it in rivals if it.outline is not None]


def _winner(rule: Node, rivals: Sequence[Node], world: World) -> Answer:
    """A customer of the rule whom no rival selects.

    Rivals enter the question as they take the customer who was found without them: of hundreds, few
    matter. Where the prover is not sure of its customer, it is asked about all.
    """
    asked: list[Node] = []
    for _ in range(MOST_ROUNDS):
        answer = find((rule, *(Not(it) for it in asked)), world)
        if isinstance(answer, Impossible):
            return answer
        if not isinstance(answer, Found) or not answer.witness.sure:
            break
        moment = Moment(world.as_of, answer.witness.groups)
        takers = [it for it in rivals if evaluate(it, answer.witness.customer, moment)]
        if not takers:
            return answer
        asked += takers
    return find((rule, *(Not(it) for it in rivals)), world)


def _happens(goal: Goal, line: Part, catalogue: Catalogue) -> Node:
    """Whoever the line says this of, by a value or for want of one."""
    if goal.outcome == "missing":
        attribute = attribute_at(line, catalogue)
        return Leaf(attribute.name, attribute.path, Present(), exclude=True)
    # A customer without the value is kept out of either answer.
    if goal.outcome == "true":
        return All(tuple(replace(it, when_missing=False) for it in leaves_in(line.node)))
    return Not(All(tuple(replace(it, when_missing=True) for it in leaves_in(line.node))))


def deciding(outline: Part, line: Part, inverted: bool) -> tuple[Node, Node]:
    """Whoever the rule selects or not just as the line goes."""
    speaking, silent = (NOBODY, Everyone()) if inverted else (Everyone(), NOBODY)
    return _with(outline, line, speaking), Not(_with(outline, line, silent))


def _with(part: Part, line: Part, node: Node) -> Node:
    """What the part says with the node in place of the line."""
    if part is line:
        return node
    if not part.parts:
        return part.node
    below = tuple(_with(it, line, node) for it in part.parts)
    match part.word:
        case "rule":
            words = zip(part.parts, below, strict=True)
            return All(tuple(Not(it) if of.word == "except" else it for of, it in words))
        case "match" | "all" | "use" | "line":
            return All(below)
        case "any" | "except":
            return AnyOf(below)
        case "none":
            return Not(AnyOf(below))
        case _:
            assert_never(part.word)


def _moment_of(goal: Goal, contender: Contender, now: datetime) -> datetime:
    return now if goal.line is not None else moment_for(contender, now)


def moment_for(contender: Contender, now: datetime) -> datetime:
    """Now, or else a time at which the setting counts."""
    if contender.starts_at is not None and now < contender.starts_at:
        return contender.starts_at
    if contender.ends_at is not None and contender.ends_at <= now:
        last = contender.ends_at - timedelta(minutes=1)
        return last if contender.starts_at is None else max(last, contender.starts_at)
    return now
