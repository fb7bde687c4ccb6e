"""Finds an invented customer for whom something happens that no test has seen yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from cg_sync.rules.analysis.prove import Found, Impossible, Witness, World, find
from cg_sync.rules.contest import Contender
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not
from cg_sync.rules.outline import Part
from cg_sync.rules.testing.checks import Subject
from cg_sync.rules.testing.coverage import Goal, attribute_at, leaves_in, lines_in
from cg_sync.rules.tests import Present

BUDGET = 4_000
"""Steps for one question: a goal that takes more is left open."""
NOBODY = Not(Everyone())


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
    moment = _moment_of(goal, contender, now)
    wishes = _wishes(goal, contender, subject, moment)
    if goal.line is not None:
        line, inverted = lines_in(contender)[goal.line]
        outline = contender.outline
        assert outline is not None
        deciding_too = [(*wish, *deciding(outline, line, inverted)) for wish in wishes]
        wishes = [*deciding_too, *wishes]
    for wish in wishes:
        answer = find(wish, World(subject.catalogue, moment, BUDGET))
        if isinstance(answer, Found):
            yield Reached(answer.witness, moment)


def is_impossible(goal: Goal, subject: Subject, now: datetime) -> bool:
    """Whether it is proven that no customer makes the goal happen at that time."""
    contender = subject.by_slug[goal.slug]
    moment = _moment_of(goal, contender, now)
    world = World(subject.catalogue, moment, BUDGET)
    wishes = _wishes(goal, contender, subject, moment)
    return all(isinstance(find(wish, world), Impossible) for wish in wishes)


def _wishes(
    goal: Goal, contender: Contender, subject: Subject, moment: datetime
) -> list[tuple[Node, ...]]:
    """What a customer has to be selected by, all of one at least, for the goal to happen."""
    outline = contender.outline
    assert outline is not None
    rivals = [it for it in subject.before(contender) if it.counts_at(moment)]
    known = [it.outline.node for it in rivals if it.outline is not None]
    match goal.outcome:
        case "won":
            return [(outline.node, *(Not(it) for it in known))]
        case "lost":
            return [(outline.node, it) for it in known]
        case "excluded":
            match, refused = outline.part("match"), outline.part("except")
            assert match is not None
            assert refused is not None
            return [(match.node, refused.node)]
        case "true" | "false" | "missing":
            assert goal.line is not None
            line, _ = lines_in(contender)[goal.line]
            return [(_happens(goal, line, subject),)]
        case _:
            assert_never(goal.outcome)


def _happens(goal: Goal, line: Part, subject: Subject) -> Node:
    """Whoever the line says this of, by a value or for want of one."""
    if goal.outcome == "missing":
        attribute = attribute_at(line, subject.catalogue)
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
