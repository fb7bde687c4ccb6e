"""Whom changed rules newly compete for; for a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cg_sync.rules.analysis.prove import Answer, Found, Impossible, Undecided, Witness, World
from cg_sync.rules.ir import Node
from cg_sync.rules.review.footprint import Footprint, Index, footprint_of
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.subject import Subject, meet_in_time, ranked_subjects


@dataclass(frozen=True, slots=True)
class NewOverlap:
    """Two settings that share a customer, and did not before; whether the winner declares it."""

    winner: str
    loser: str
    witness: Witness
    is_declared: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What the new rule of a setting does beside the others.

    `unexamined` settings may share customers with it and were not asked about, or their answer is
    not known.
    """

    slug: str
    overlaps: tuple[NewOverlap, ...] = ()
    unexamined: int = 0


def effects_of(
    old: Mapping[str, Node | None],
    subjects: Sequence[Subject],
    world: World,
    *,
    most_pairs: int = 500,
) -> tuple[Effect, ...]:
    """The effects of the settings in `old`, which has by slug the rule before the change, or None.

    `subjects` are all settings as they will be, in the order in which they win. An index finds
    those with which a changed one may share customers, and of these at most `most_pairs` are asked
    about, over all changes. Raw rules, and settings that compete for nobody, are left out.
    """
    competing = {
        it.slug: it for it in subjects if it.node is not None and it.competes_after(world.as_of)
    }
    index = Index({slug: _footprint(it) for slug, it in competing.items()})
    inquiry, effects, left = Inquiry(world), list[Effect](), most_pairs
    for subject in competing.values():
        if subject.slug in old:
            near = index.near(_footprint(subject))
            others = [
                it
                for slug, it in competing.items()
                if slug in near and it is not subject and meet_in_time(subject, it)
            ]
            effects.append(_effect(subject, old[subject.slug], others[:left], inquiry))
            effects[-1] = replace(
                effects[-1], unexamined=effects[-1].unexamined + len(others[left:])
            )
            left = max(0, left - len(others))
    return tuple(effects)


def _footprint(subject: Subject) -> Footprint:
    return Footprint() if subject.node is None else footprint_of(subject.node)


def _effect(
    subject: Subject, old: Node | None, others: Sequence[Subject], inquiry: Inquiry
) -> Effect:
    """The effect of one change, with the overlaps that it has with these."""
    new = subject.node
    assert new is not None
    overlaps: list[NewOverlap] = []
    unknown = 0
    for other in others:
        match _shared(new, other, subject.slug, inquiry):
            case Found(witness) if _is_new(old, other, subject.slug, inquiry):
                overlaps.append(_named(subject, other, witness))
            case Undecided():
                unknown += 1
            case _:
                pass
    return Effect(subject.slug, tuple(overlaps), unknown)


def _shared(node: Node, other: Subject, slug: str, inquiry: Inquiry) -> Answer:
    return inquiry.find([node, *([] if other.node is None else [other.node])], [slug, other.slug])


def _is_new(old: Node | None, other: Subject, slug: str, inquiry: Inquiry) -> bool:
    """Whether it is certain that the old rule shared no customer with the other setting."""
    return old is None or isinstance(_shared(old, other, slug, inquiry), Impossible)


def _named(subject: Subject, other: Subject, witness: Witness) -> NewOverlap:
    winner, loser = ranked_subjects(subject, other)
    is_declared = any(it.slug == loser.slug for it in winner.declared)
    return NewOverlap(winner.slug, loser.slug, witness, is_declared)
