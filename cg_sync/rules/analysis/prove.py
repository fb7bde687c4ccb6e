"""Proofs about rules: whom they can select, and how the new version of one compares to the old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.analysis.budget import Budget, OutOfBudget
from cg_sync.rules.analysis.question import Question, names_in
from cg_sync.rules.analysis.record import customer_record
from cg_sync.rules.analysis.search import Model, models
from cg_sync.rules.catalogue import GROUPS_PATH, Catalogue
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import Node, Not

DEFAULT_BUDGET = 20_000
"""Steps of one question: about 4 seconds."""


@dataclass(frozen=True, slots=True)
class World:
    """What proofs are about: the attributes customers have, at one instant with an offset.

    `budget` is how many steps one question may cost; a step is about 0.2 ms.
    """

    catalogue: Catalogue
    as_of: datetime
    budget: int = DEFAULT_BUDGET


@dataclass(frozen=True, slots=True)
class Witness:
    """An invented customer who shows something, with a value for all that the rules look at.

    `customer` is a record as the shop's API returns it, `groups` are the static groups by name.
    `sure` says that the rules were evaluated on the record and select it. If not, a pattern or
    another test of texts was too hard to find an example for, and there may be none.
    """

    customer: JsonObject
    groups: frozenset[str]
    sure: bool


@dataclass(frozen=True, slots=True)
class Found:
    """There is such a customer, for all that is known unless the witness is sure."""

    witness: Witness


@dataclass(frozen=True, slots=True)
class Impossible:
    """Proven: there is no such customer."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """The budget ran out."""


Answer = Found | Impossible | Undecided


def find(wanted: Sequence[Node], world: World) -> Answer:
    """A customer whom all of the nodes select; sure ones first."""
    guess: Witness | None = None
    try:
        for model in models(wanted, Question(world.catalogue, world.as_of, Budget(world.budget))):
            witness = _witness(model, wanted, world)
            if witness.sure:
                return Found(witness)
            guess = guess or witness
    except OutOfBudget:
        return Undecided() if guess is None else Found(guess)
    return Impossible() if guess is None else Found(guess)


def _witness(model: Model, wanted: Sequence[Node], world: World) -> Witness:
    values = {path: value for path, value in model.values.items() if path != GROUPS_PATH}
    groups = names_in(model.values.get(GROUPS_PATH))
    customer = customer_record(values)
    moment = Moment(world.as_of, groups)
    sure = model.sure and all(evaluate(node, customer, moment) for node in wanted)
    return Witness(customer, groups, sure)


def is_subset(inner: Node, outer: Node, world: World) -> Answer:
    """Impossible when `outer` is proven to select all that `inner` does, else a counter-example.

    The answer is never falsy: match on it.
    """
    return find((inner, Not(outer)), world)


class Verdict(StrEnum):
    """What is proven about a new version of a rule, held against the old one."""

    EQUIVALENT = "equivalent"
    """Both select the same customers."""
    NARROWER = "narrower"
    """Nobody gains."""
    WIDER = "wider"
    """Nobody loses."""
    SHIFTED = "shifted"
    """Neither is proven: some may gain and others lose; the witnesses say how surely."""
    REPLACED = "replaced"
    """Some gain, some lose, and nobody is selected by both."""
    UNDECIDED = "undecided"
    """The budget ran out before any of the above was clear."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict, with a customer who gains and one who loses where one was found."""

    verdict: Verdict
    gains: Witness | None
    loses: Witness | None


def compare(old: Node, new: Node, world: World) -> Comparison:
    """What the change of a rule does, whoever the customers are."""
    if old == new:
        return Comparison(Verdict.EQUIVALENT, None, None)
    gain, loss = is_subset(new, old, world), is_subset(old, new, world)
    gains = gain.witness if isinstance(gain, Found) else None
    loses = loss.witness if isinstance(loss, Found) else None
    return Comparison(_verdict(old, new, gain, loss, world), gains, loses)


def _verdict(old: Node, new: Node, gain: Answer, loss: Answer, world: World) -> Verdict:
    match gain, loss:
        case Impossible(), Impossible():
            return Verdict.EQUIVALENT
        case Impossible(), _:
            return Verdict.NARROWER
        case _, Impossible():
            return Verdict.WIDER
        case Found(gains), Found(loses):
            both_sure = gains.sure and loses.sure
            if both_sure and isinstance(find((old, new), world), Impossible):
                return Verdict.REPLACED
            return Verdict.SHIFTED
        case _:
            return Verdict.UNDECIDED
