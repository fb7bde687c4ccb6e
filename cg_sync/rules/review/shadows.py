"""Settings that others keep from winning, and settings that say the same: CG-A04 to CG-A07."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cg_sync.errors import Severity
from cg_sync.rules.analysis.prove import Found, Impossible, Undecided, Witness
from cg_sync.rules.ir import Node, Not
from cg_sync.rules.review.examples import Examples
from cg_sync.rules.review.finding import Finding, listed
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.pairs import Overlaps
from cg_sync.rules.review.subject import Subject, covers_in_time, meet_in_time


def check_wins(
    subject: Subject,
    before: Sequence[Subject],
    overlaps: Overlaps,
    examples: Examples,
    inquiry: Inquiry,
) -> Iterator[Finding]:
    """Whether the setting ever wins, after those `before` it: CG-A04, CG-A06 or CG-A05."""
    now = inquiry.world.as_of
    rivals = [it for it in before if overlaps.may_be(it, subject)]
    twin = next((it for it in rivals if _is_same(it, subject, examples, inquiry)), None)
    if twin is not None:
        yield _same_rule(subject, twin, now)
    always = [it for it in rivals if covers_in_time(it, subject, now)]
    if twin is not None and twin in always:
        return
    if inquiry.is_spent and always:
        inquiry.leave_open("does it ever win", subject.slug)
        yield from _partly_shadowed(subject, rivals, overlaps)
        return
    can_win = examples.any_escapes(subject.slug, always)
    shadow = [] if can_win else _shadow(subject, always, examples, inquiry)
    if shadow:
        yield _never_wins(subject, shadow)
    elif shadow is not None and rivals:
        yield from _partly_shadowed(subject, rivals, overlaps)


def _shadow(
    subject: Subject, rivals: Sequence[Subject], examples: Examples, inquiry: Inquiry
) -> list[Subject] | None:
    """As few of the rivals as together take all customers of the setting; none of them could be
    left out. An empty list when it can win, or nobody can prove that it cannot; None when the
    budget ran out.

    Rivals are added one by one, each since it takes a customer whom the others left over: that asks
    less of the prover than all of them at once.
    """
    chosen: list[Subject] = []
    others = list(rivals)
    answer = _left_over(subject, chosen, inquiry)
    while isinstance(answer, Found):
        examples.add(answer.witness, subject.slug)
        taker = _taker(answer.witness, subject, others, examples)
        if not others or (taker is None and answer.witness.sure):
            return []
        # Where the prover itself is not sure, it is asked about all that are left.
        added = others if taker is None else [taker]
        chosen += added
        others = [it for it in others if all(it is not one for one in added)]
        answer = _left_over(subject, chosen, inquiry)
    if isinstance(answer, Undecided):
        inquiry.leave_open("does it ever win", subject.slug)
        return None
    for it in tuple(chosen):
        fewer = [other for other in chosen if other is not it]
        if isinstance(_left_over(subject, fewer, inquiry), Impossible):
            chosen = fewer
    return [it for it in rivals if any(it is one for one in chosen)]


def _taker(
    witness: Witness, subject: Subject, rivals: Sequence[Subject], examples: Examples
) -> Subject | None:
    """Of the rivals that select the customer, the one that takes most of the known ones."""
    takers = [it for it in rivals if examples.selects(it, witness)]
    return max(takers, key=lambda it: examples.count_within(subject.slug, it), default=None)


def _left_over(
    subject: Subject, rivals: Sequence[Subject], inquiry: Inquiry
) -> Found | Impossible | Undecided:
    nodes: list[Node] = [] if subject.node is None else [subject.node]
    nodes += [Not(it.node) for it in rivals if it.node is not None]
    return inquiry.find(nodes, [subject.slug])


def _never_wins(subject: Subject, shadow: Sequence[Subject]) -> Finding:
    names = tuple(it.slug for it in shadow)
    who = f"{names[0]}, which comes first" if len(names) == 1 else f"one of {listed(names, 9)}"
    return Finding(
        "CG-A04",
        Severity.WARNING,
        f"{subject.slug} never wins: whoever it selects gets {who}",
        subject.slug,
        ("priority",),
        (subject.slug, *names),
        "give it a lower priority number, narrow the other rules, or remove it",
    )


def _partly_shadowed(
    subject: Subject, rivals: Sequence[Subject], overlaps: Overlaps
) -> Iterator[Finding]:
    found = [it.slug for it in rivals if (it.slug, subject.slug) in overlaps.shown]
    witnesses = [overlaps.shown[slug, subject.slug] for slug in found]
    if found:
        best = next((it for it in witnesses if it.sure), witnesses[0])
        loses = "loses" if best.sure else "may lose"
        yield Finding(
            "CG-A05",
            Severity.INFO,
            f"{subject.slug} {loses} some of its customers to {listed(tuple(found))}",
            subject.slug,
            ("priority",),
            (subject.slug, *found),
            "the lowest priority number wins",
            best,
        )


def _is_same(one: Subject, other: Subject, examples: Examples, inquiry: Inquiry) -> bool:
    """Whether it is certain that both rules select the same customers."""
    if one.rule_hash == other.rule_hash:
        return True
    return (
        not inquiry.is_spent
        and examples.all_within(one.slug, other)
        and examples.all_within(other.slug, one)
        and isinstance(_left_over(one, [other], inquiry), Impossible)
        and isinstance(_left_over(other, [one], inquiry), Impossible)
    )


def _same_rule(subject: Subject, twin: Subject, now: datetime) -> Finding:
    always = ", so this setting never wins" if covers_in_time(twin, subject, now) else ""
    return Finding(
        "CG-A06",
        Severity.WARNING,
        f"the rule selects the same customers as that of {twin.slug}, which comes first{always}",
        subject.slug,
        ("rule",),
        (subject.slug, twin.slug),
        "remove one of the two, or write down what tells them apart",
    )


def mergeable(subject: Subject, before: Sequence[Subject], overlaps: Overlaps) -> Iterator[Finding]:
    """CG-A07, when the rule could as well be an `any` of an earlier one: nobody between the two
    takes or gives a customer, and both grant the same at the same times.
    """
    mine = subject.contender
    for other in reversed(before):
        theirs = other.contender
        alike = theirs.display == mine.display and any(mine.display.values())
        together = (theirs.starts_at, theirs.ends_at) == (mine.starts_at, mine.ends_at)
        if alike and together and other.node is not None:
            yield Finding(
                "CG-A07",
                Severity.INFO,
                f"{subject.slug} could be one setting with {other.slug}, which grants the same",
                subject.slug,
                ("display",),
                (subject.slug, other.slug),
                f"put both rules under one `any:`, with the priority of {other.slug}",
            )
            return
        if (
            not alike
            and meet_in_time(other, subject)
            and (other.node is None or overlaps.may_be(other, subject))
        ):
            return
