"""Whose customers a changed setting newly takes, or loses; for a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from cg_sync.rules.analysis.prove import Answer, Found, Impossible, Undecided, Witness, World
from cg_sync.rules.review.footprint import Footprint, Index, footprint_of
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.subject import Subject, meet_in_time, ranked_subjects


@dataclass(frozen=True, slots=True)
class NewOverlap:
    """Of two settings that share a customer one wins, and did not before."""

    winner: str
    loser: str
    witness: Witness
    is_declared: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What a changed setting does beside the others.

    `unexamined` settings may share customers with it and were not asked about, or their answer is
    not known.
    """

    slug: str
    overlaps: tuple[NewOverlap, ...] = ()
    unexamined: int = 0


def effects_of(
    old: Mapping[str, Subject | None],
    subjects: Sequence[Subject],
    world: World,
    *,
    most_pairs: int = 500,
) -> tuple[Effect, ...]:
    """The effects of the settings in `old`, which has by slug what each was before: None, nothing.

    `subjects` are all settings as they will be, in the order in which they win. An index finds
    those with which a changed one may share customers, and of these at most `most_pairs` are asked
    about, over all changes. Raw rules, and settings that compete for nobody, are left out.
    """
    competing = {it.slug: it for it in subjects if _competes(it, world.as_of)}
    footprints = {slug: _footprint(it) for slug, it in competing.items()}
    index, timed = Index(footprints), frozenset(it.slug for it in competing.values() if it.is_timed)
    changes = _Changes(old, Inquiry(world))
    effects, left = list[Effect](), most_pairs
    for subject in (it for slug, it in competing.items() if slug in old):
        near = index.near(footprints[subject.slug]) - {subject.slug}
        # Two that both count at any time need not be asked when.
        doubtful = near if subject.is_timed else near & timed
        near -= {it for it in doubtful if not meet_in_time(subject, competing[it])}
        asked = list(islice((it for slug, it in competing.items() if slug in near), left))
        effects.append(changes.effect(subject, asked, len(near) - len(asked)))
        left -= len(asked)
    return tuple(effects)


def _competes(subject: Subject, moment: datetime) -> bool:
    return subject.node is not None and subject.competes_after(moment)


def _footprint(subject: Subject) -> Footprint:
    return Footprint() if subject.node is None else footprint_of(subject.node)


@dataclass(frozen=True)
class _Changes:
    """What the changed settings were, and whom one asks about what they are."""

    old: Mapping[str, Subject | None]
    inquiry: Inquiry

    def effect(self, subject: Subject, others: Sequence[Subject], unexamined: int) -> Effect:
        """The effect of one change, with the overlaps that it has with these."""
        overlaps: list[NewOverlap] = []
        for other in others:
            match self._shared(subject, other):
                case Found(witness) if self._is_new(subject, other):
                    winner, loser = ranked_subjects(subject, other)
                    is_declared = any(it.slug == loser.slug for it in winner.declared)
                    overlaps.append(NewOverlap(winner.slug, loser.slug, witness, is_declared))
                case Undecided():
                    unexamined += 1
                case _:
                    pass
        return Effect(subject.slug, tuple(overlaps), unexamined)

    def _shared(self, one: Subject, other: Subject) -> Answer:
        nodes = [it.node for it in (one, other) if it.node is not None]
        return self.inquiry.find(nodes, [one.slug, other.slug])

    def _is_new(self, one: Subject, other: Subject) -> bool:
        """Whether it is certain that the winner of today took nobody from the loser before."""
        was, were = (self.old.get(it.slug, it) for it in (one, other))
        if was is None or were is None:
            return True
        moment = self.inquiry.world.as_of
        if not (_competes(was, moment) and _competes(were, moment) and meet_in_time(was, were)):
            return True
        if (ranked_subjects(was, were)[0] is was) is not (ranked_subjects(one, other)[0] is one):
            return True
        return isinstance(self._shared(was, were), Impossible)
