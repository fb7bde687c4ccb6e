"""What is wrong with a rule by itself: it selects nobody, or everybody, or says things twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cg_sync.errors import Severity
from cg_sync.rules.analysis.prove import Answer, Found, Impossible, Undecided
from cg_sync.rules.analysis.question import place_of
from cg_sync.rules.english.names import Names
from cg_sync.rules.ir import Leaf, Node, Not, walk
from cg_sync.rules.outline import Part, lines_of
from cg_sync.rules.review.dropping import Condition, Trail, conditions_of, replacing, spared
from cg_sync.rules.review.finding import Finding, listed
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.said import said
from cg_sync.rules.review.subject import Subject

MOST_NAMED = 6
"""Of conditions in one message."""
MOST_CONDITIONS = 50
"""Of a rule whose conditions are each held against all others; that takes a question for each."""


def check_alone(
    subject: Subject, answer: Answer, inquiry: Inquiry, names: Names
) -> Iterator[Finding]:
    """What can be said of a rule without any other: CG-A01, or CG-A02, or any CG-A03.

    The answer is that to whether it selects anybody.
    """
    match answer:
        case Impossible():
            yield _selects_nobody(subject, inquiry, names)
        case Found():
            assert subject.node is not None
            yield from _too_much(subject, subject.node, inquiry, names)
        case _:
            inquiry.leave_open("does the rule select anybody", subject.slug)


def _too_much(subject: Subject, node: Node, inquiry: Inquiry, names: Names) -> Iterator[Finding]:
    """What a rule says that somebody is selected by, and need not."""
    outline = subject.contender.outline
    if not _says_everyone(outline):
        match inquiry.find([Not(node)], [subject.slug]):
            case Impossible():
                yield _selects_everybody(subject)
                return
            case Undecided():
                inquiry.leave_open("does the rule select everybody", subject.slug)
            case _:
                pass
    if outline is not None:
        yield from _redundant(subject, outline, inquiry, names)


def _says_everyone(outline: Part | None) -> bool:
    wanted = None if outline is None else outline.part("match")
    return wanted is not None and not wanted.parts


def _selects_nobody(subject: Subject, inquiry: Inquiry, names: Names) -> Finding:
    outline = subject.contender.outline
    conflict = [] if outline is None else _conflict(outline, subject.slug, inquiry)
    if inquiry.is_spent:
        conflict = []  # Nobody knows that it is one.
    named = listed(tuple(said(it, names) for it in conflict), MOST_NAMED)
    among = {0: "", 1: f": no customer passes {named}"}
    why = among.get(len(conflict), f": no customer passes all of {named}")
    pointer = ("rule", *conflict[-1].part.pointer) if conflict else ("rule",)
    hint = "change or remove one of these conditions; each of them is needed for the conflict"
    return Finding(
        "CG-A01",
        Severity.ERROR,
        f"the rule can select nobody{why}",
        subject.slug,
        pointer,
        (subject.slug,),
        hint if len(conflict) > 1 else "mend the condition, or use `state: absent`",
    )


def _conflict(outline: Part, slug: str, inquiry: Inquiry) -> list[Condition]:
    """Conditions that select nobody together, and would select somebody without any one of them.

    In the order of the file; there may be other such sets.
    """
    atoms = [it for it in conditions_of(outline) if it.is_atom]
    met: dict[Trail, Node] = {}
    for it in atoms:
        if _is_nobody(replacing(outline, {**met, it.trail: it.met}), slug, inquiry):
            met[it.trail] = it.met
    return [it for it in atoms if it.trail not in met]


def _is_nobody(node: Node, slug: str, inquiry: Inquiry) -> bool:
    return isinstance(inquiry.find([node], [slug]), Impossible)


def _selects_everybody(subject: Subject) -> Finding:
    return Finding(
        "CG-A02",
        Severity.ERROR,
        "the rule selects every customer there could be",
        subject.slug,
        ("rule", "match"),
        (subject.slug,),
        "if that is meant, write `match: everyone`",
    )


def _redundant(
    subject: Subject, outline: Part, inquiry: Inquiry, names: Names
) -> Iterator[Finding]:
    """A finding for each condition that could be deleted; all of them could be, together.

    Of two conditions that say the same the later one goes, and of nested ones the outer.
    """
    conditions = conditions_of(outline)
    if len(conditions) > MOST_CONDITIONS:
        inquiry.leave_open("does every condition of the rule change something", subject.slug)
        return
    gone: dict[Trail, Node] = {}
    for it in sorted(conditions, key=_later_and_outer_first):
        if (
            not it.is_within(gone)
            and _can_be_redundant(outline, it, subject.slug, inquiry)
            and _changes_nothing(outline, gone, it, subject.slug, inquiry)
        ):
            gone[it.trail] = it.deleted
    if inquiry.is_spent:
        inquiry.leave_open("does every condition of the rule change something", subject.slug)
        return
    for it in conditions:
        if it.trail in gone:
            because = _because(outline, gone, it, subject.slug, inquiry)
            yield _says_nothing(subject, it, because, names)


def _later_and_outer_first(condition: Condition) -> Trail:
    return tuple(-step for step in condition.trail)


def _can_be_redundant(outline: Part, condition: Condition, slug: str, inquiry: Inquiry) -> bool:
    """Whether it is worth a proof, of a rule that selects somebody.

    A line of `match` or `except` about what no other line looks at is never redundant, unless it
    says nothing at all by itself.
    """
    part, mine = condition.part, _places(condition.part.node)
    if part.word != "line" or condition.list_of not in ("match", "except"):
        return True
    if sum(bool(mine & _places(it.node)) for it, _ in lines_of(outline)) > 1:
        return True
    refuses = part.node if condition.inverted else Not(part.node)
    return not isinstance(inquiry.find([refuses], [slug]), Found)


def _places(node: Node) -> set[str]:
    return {place_of(it) for it in walk(node) if isinstance(it, Leaf)}


def _changes_nothing(
    outline: Part, gone: Mapping[Trail, Node], condition: Condition, slug: str, inquiry: Inquiry
) -> bool:
    """Whether it is proven that the rule without this condition too selects the same customers."""
    before = replacing(outline, gone)
    after = replacing(outline, {**gone, condition.trail: condition.deleted})
    differ = [after, Not(before)] if condition.narrows else [before, Not(after)]
    return isinstance(inquiry.find(differ, [slug]), Impossible)


def _because(
    outline: Part, gone: Mapping[Trail, Node], condition: Condition, slug: str, inquiry: Inquiry
) -> list[Condition]:
    """Conditions that suffice for this one to change nothing, and without any of which it would
    change something, in the order of the file.
    """
    kept: list[Condition] = []
    out = {trail: node for trail, node in gone.items() if trail != condition.trail}
    for it in conditions_of(outline):
        if it.is_atom and not it.is_within(gone):
            fewer = {**out, it.trail: spared(outline, it, condition)}
            if _changes_nothing(outline, fewer, condition, slug, inquiry):
                out = fewer
            else:
                kept.append(it)
    return kept


def _says_nothing(
    subject: Subject, condition: Condition, because: Sequence[Condition], names: Names
) -> Finding:
    reason = f", because of {listed(tuple(said(it, names) for it in because))}" if because else ""
    return Finding(
        "CG-A03",
        Severity.WARNING,
        f"{said(condition, names)} changes nothing{reason}",
        subject.slug,
        ("rule", *condition.part.pointer),
        (subject.slug,),
        "remove it, or mend what was meant",
    )
