"""Holds the overlaps that there are against those that settings declare: CG-P01 and CG-P02."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cg_sync.errors import Severity, did_you_mean
from cg_sync.jsonvalue import shown
from cg_sync.rules.review.finding import Finding
from cg_sync.rules.review.pairs import Field
from cg_sync.rules.review.subject import Declared, Subject, meet_in_time


def undeclared(subject: Subject, field: Field, *, exclusive: bool) -> Iterator[Finding]:
    """The overlaps that the setting wins and does not declare."""
    declared = {it.slug for it in subject.declared}
    pointer = ("overlaps",) if declared else ("priority",)
    for loser, witness in field.won.get(subject.slug, ()):
        if loser not in declared:
            takes = "takes" if witness.sure else "may take"
            yield Finding(
                "CG-P01",
                Severity.ERROR if exclusive and witness.sure else Severity.WARNING,
                f"{subject.slug} {takes} customers of {loser}, and does not say so",
                subject.slug,
                pointer,
                (subject.slug, loser),
                f"if that is meant, add `overlaps: [{{with: {loser}, why: …}}]`; "
                "if not, keep the rules apart",
                witness,
            )


def wrongly_declared(subject: Subject, field: Field, moment: datetime) -> Iterator[Finding]:
    """The declarations of a setting that are not so."""
    seen: set[str] = set()
    for it in subject.declared:
        fault, hint = _fault(subject, it, field, moment)
        if not fault and it.slug in seen:
            fault, hint = "is declared twice", "keep one of the two"
        seen.add(it.slug)
        if not fault and _is_disproved(subject, field.by_slug[it.slug], field):
            fault = "has no customer in common with this setting"
            hint = "remove the declaration, or mend the rules"
        if fault:
            yield Finding(
                "CG-P02",
                Severity.ERROR,
                f"{shown(it.pointer)}: {it.slug} {fault}",
                subject.slug,
                it.pointer,
                (subject.slug, it.slug),
                hint,
            )


def _fault(subject: Subject, declared: Declared, field: Field, moment: datetime) -> tuple[str, str]:
    """What is wrong with a declaration whatever the rules say, and what to do; or empty texts."""
    other = field.by_slug.get(declared.slug)
    if other is None:
        hint = did_you_mean(declared.slug, field.by_slug)
        return "is no setting of this project", hint or "name the slug of a setting"
    if other is subject:
        return "is this setting itself", "remove the declaration"
    if not other.competes_after(moment):
        return "is not active, so it takes part in no overlap", "remove the declaration"
    if field.ranks[other.slug] < field.ranks[subject.slug]:
        hint = f"declare it in {other.slug}, which wins, or change the priorities"
        return "comes first and wins", hint
    if not meet_in_time(subject, other):
        return "is never active at the same time", "remove the declaration, or mend the dates"
    return "", ""


def _is_disproved(subject: Subject, other: Subject, field: Field) -> bool:
    """Whether it is proven, of rules that can be read and select somebody."""
    both = {subject.slug, other.slug}
    is_unclear = subject.node is None or other.node is None or not both.isdisjoint(field.empty)
    return not is_unclear and not field.overlaps.may_be(subject, other)
