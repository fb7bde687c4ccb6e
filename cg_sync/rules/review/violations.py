"""Proves invariants, or shows a customer who breaks them: CG-I01."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import assert_never

from cg_sync.errors import Severity
from cg_sync.rules.analysis.prove import Found, Undecided, Witness
from cg_sync.rules.ir import Node, Not
from cg_sync.rules.review.finding import Finding
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.invariants import Disjoint, Implies, Invariant, Never
from cg_sync.rules.review.subject import Subject


def check_invariants(
    invariants: Sequence[Invariant], subjects: Mapping[str, Subject], inquiry: Inquiry
) -> Iterator[Finding]:
    """A finding for each setting, or pair of settings, that breaks an invariant.

    Invariants speak of rules: dates and `active` make no difference. Those about a raw rule stay
    open.
    """
    for invariant in invariants:
        match invariant:
            case Never(_, _, slug, condition):
                what = "a customer for whom `and` holds"
                yield from _held(invariant, [slug], [condition], what, subjects, inquiry)
            case Implies(_, _, slug, condition):
                what = "a customer for whom `then` does not hold"
                yield from _held(invariant, [slug], [Not(condition)], what, subjects, inquiry)
            case Disjoint(_, _, slugs):
                for pair in combinations(slugs, 2):
                    yield from _held(invariant, pair, [], "one customer", subjects, inquiry)
            case _:
                assert_never(invariant)


def _held(
    invariant: Invariant,
    slugs: Sequence[str],
    conditions: Sequence[Node],
    what: str,
    subjects: Mapping[str, Subject],
    inquiry: Inquiry,
) -> Iterator[Finding]:
    rules = [subjects[slug].node for slug in slugs]
    nodes = [node for node in rules if node is not None]
    answer = None if len(nodes) < len(rules) else inquiry.find([*nodes, *conditions], slugs)
    match answer:
        case Found(witness):
            yield _broken(invariant, slugs, what, witness)
        case Undecided() | None:
            inquiry.leave_open(f"does the invariant {invariant.id} hold", *slugs)
        case _:
            pass


def _broken(invariant: Invariant, slugs: Sequence[str], what: str, witness: Witness) -> Finding:
    is_broken = "does not hold" if witness.sure else "may not hold"
    can = "can" if witness.sure else "may"
    return Finding(
        "CG-I01",
        Severity.ERROR if witness.sure else Severity.WARNING,
        f"{invariant.id} {is_broken}: {' and '.join(slugs)} {can} select {what}",
        "",
        invariant.pointer,
        tuple(slugs),
        "mend the rules, or the invariant",
        witness,
    )
