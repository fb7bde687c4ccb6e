"""Holds the overlaps that there are against those that settings declare: CG-P01 and CG-P02."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cg_sync.errors import Severity, did_you_mean
from cg_sync.jsonvalue import shown
from cg_sync.rules.analysis.prove import Witness
from cg_sync.rules.review.finding import Finding, listed
from cg_sync.rules.review.pairs import Field
from cg_sync.rules.review.subject import Declared, Subject, meet_in_time

MOST_NAMED = 5
"""Settings in one message; the finding has all."""
MOST_WRITTEN = 12
"""Settings in the declaration that a hint writes out."""


def undeclared(subject: Subject, field: Field, *, exclusive: bool) -> Iterator[Finding]:
    """The overlaps that the setting wins and does not declare: in one finding those that are
    certain, in another those that may be.
    """
    declared = {it.slug for it in subject.declared}
    won = [it for it in field.won.get(subject.slug, ()) if it[0] not in declared]
    for is_sure in (True, False):
        some = [it for it in won if it[1].sure is is_sure]
        if some:
            yield _takes(subject, some, Severity.ERROR if exclusive and is_sure else None)


def _takes(
    subject: Subject, won: Sequence[tuple[str, Witness]], severity: Severity | None
) -> Finding:
    losers = tuple(slug for slug, _ in won)
    first, *others = (witness for _, witness in won)
    takes = "takes" if first.sure else "may take"
    return Finding(
        "CG-P01",
        severity or Severity.WARNING,
        f"{subject.slug} {takes} customers of {listed(losers, MOST_NAMED)}, and does not say so",
        subject.slug,
        ("overlaps",) if subject.declared else ("priority",),
        (subject.slug, *losers),
        _how_to_declare(losers, is_first=not subject.declared),
        first,
        tuple(others),
    )


def _how_to_declare(losers: Sequence[str], *, is_first: bool) -> str:
    named = ", ".join(losers[:MOST_WRITTEN]) + (", …" if len(losers) > MOST_WRITTEN else "")
    item = f"{{with: {named if len(losers) == 1 else f'[{named}]'}, why: …}}"
    add = f"add `overlaps: [{item}]`" if is_first else f"add `{item}` to `overlaps:`"
    return f"if that is meant, {add}; if not, keep the rules apart"


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
