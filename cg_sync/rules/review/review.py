"""The whole review: every setting alone, every pair, and every invariant, in a stated order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from cg_sync.rules.analysis.prove import Found, Impossible, World
from cg_sync.rules.english.names import Names
from cg_sync.rules.review.alone import check_alone
from cg_sync.rules.review.declared import undeclared, wrongly_declared
from cg_sync.rules.review.examples import Examples
from cg_sync.rules.review.finding import Finding, Open
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.invariants import Invariant, settings_of
from cg_sync.rules.review.pairs import Field, overlaps_of
from cg_sync.rules.review.shadows import check_wins, mergeable
from cg_sync.rules.review.subject import Subject
from cg_sync.rules.review.violations import check_invariants

CODES = (
    "CG-A01", "CG-A02", "CG-A03", "CG-A04", "CG-A05", "CG-A06", "CG-A07", "CG-P01", "CG-P02",
    "CG-I01",
)  # fmt: skip
"""Everything a review can find."""


@dataclass(frozen=True, slots=True)
class Review:
    """`findings` in the order in which the settings win, those about invariants last; `undecided`
    are questions that have no answer within the budget; `raw` are settings that were left out.
    """

    findings: tuple[Finding, ...]
    undecided: tuple[Open, ...]
    raw: tuple[str, ...]


def review(
    subjects: Sequence[Subject],
    world: World,
    names: Names,
    *,
    invariants: Sequence[Invariant] = (),
    exclusive: bool = False,
    about: Set[str] | None = None,
) -> Review:
    """What there is to say about settings, given in the order in which they win.

    With `about`, only what concerns these settings, held against all others. `exclusive` makes an
    undeclared overlap an error.
    """
    inquiry = Inquiry(world)
    examples = Examples(inquiry)
    answers = {
        it.slug: inquiry.find([it.node], [it.slug]) for it in subjects if it.node is not None
    }
    for slug, answer in answers.items():
        if isinstance(answer, Found):
            examples.add(answer.witness, slug)
    empty = frozenset(slug for slug, it in answers.items() if isinstance(it, Impossible))
    chosen = [it for it in invariants if about is None or not about.isdisjoint(settings_of(it))]
    # What must be true comes before what may be of interest, should the budget run out.
    broken = list(check_invariants(chosen, {it.slug: it for it in subjects}, inquiry))
    competing = [
        it
        for it in subjects
        if it.node is not None and it.competes_after(world.as_of) and it.slug not in empty
    ]
    overlaps = overlaps_of(competing, inquiry, examples, about)
    field = Field(tuple(subjects), tuple(competing), overlaps, empty)
    findings: list[Finding] = []
    for subject in subjects:
        if about is None or subject.slug in about:
            if subject.slug in answers:
                findings += check_alone(subject, answers[subject.slug], inquiry, names)
            findings += _in_company(subject, field, examples, inquiry)
        findings += undeclared(subject, field, exclusive=exclusive)
    findings += broken
    raw = tuple(
        it.slug for it in subjects if it.node is None and (about is None or it.slug in about)
    )
    return Review(tuple(findings), tuple(inquiry.undecided), raw)


def _in_company(
    subject: Subject, field: Field, examples: Examples, inquiry: Inquiry
) -> Iterator[Finding]:
    """What can be said of a setting among the others, but for the overlaps that it wins."""
    now = inquiry.world.as_of
    place = field.place_of(subject)
    if place is not None:
        before = field.competing[:place]
        losing = list(check_wins(subject, before, field.overlaps, examples, inquiry))
        yield from losing
        if all(it.code == "CG-A05" for it in losing):
            # A raw rule between two settings keeps them apart, whomever it selects.
            known = {it.slug for it in before}
            first = field.subjects[: field.subjects.index(subject)]
            raw = [it for it in first if it.node is None and it.competes_after(now)]
            between = [it for it in first if it.slug in known or it in raw]
            yield from mergeable(subject, between, field.overlaps)
    if subject.competes_after(now):
        yield from wrongly_declared(subject, field, now)
