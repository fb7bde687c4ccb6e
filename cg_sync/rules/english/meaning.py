"""What the change of a rule means, line by line, from the two rules in normal form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cg_sync.rules.english.edits import NOT_SHOWN, Meaning, edits
from cg_sync.rules.english.names import Names
from cg_sync.rules.english.order import in_order
from cg_sync.rules.english.pairs import children_of, paired_groups, paired_leaves, title
from cg_sync.rules.english.phrases import keeps_missing, lacking, phrase
from cg_sync.rules.english.sentence import clauses, halves, sentence
from cg_sync.rules.ir import NOBODY, All, AnyOf, Leaf, Node, Not, RawRule, Rule
from cg_sync.rules.tests import Present

__all__ = ["Meaning", "meaning_of_change"]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where conditions stand: the names of what they stand in, the negations above, and whether
    each of them alone decides about a customer.
    """

    names: tuple[str, ...] = ()
    negations: int = 0
    decides: bool = True

    def line(self, meaning: Meaning) -> Meaning:
        """The meaning with the place before it."""
        where = f"{' › '.join(self.names)}: " if self.names else ""
        return replace(meaning, text=f"{where}{meaning.text}")

    def inside(self, name: str, *, negated: bool = False) -> _Place:
        """The place of what a group here holds."""
        return _Place((*self.names, name), self.negations + negated, decides=False)


def meaning_of_change(
    old: Rule | RawRule, new: Rule | RawRule, names: Names
) -> tuple[Meaning, ...]:
    """The change as lines: those of `match`, then those of `except`, and of one place first what is
    removed, then what changed, then what is added. Empty exactly when the rules are equal.

    Conditions that differ only in values, bounds or `missing` are one line; groups that have too
    little in common are removed and added as a whole.
    """
    if old == new:
        return ()
    if isinstance(old, RawRule) and isinstance(new, RawRule):
        return (Meaning("~", "the shop's own rule JSON: changed, and not analysed"),)
    if isinstance(old, RawRule) or isinstance(new, RawRule) or NOBODY in (old.node, new.node):
        return (Meaning("−", sentence(old, names)), Meaning("+", sentence(new, names)))
    return tuple(_honest([*_of_halves(old.node, new.node, names)]))


def _of_halves(old: Node, new: Node, names: Names) -> Iterator[Meaning]:
    wanted, refused = zip(halves(old), halves(new), strict=True)
    yield from _in_place(_parts(All, wanted[0]), _parts(All, wanted[1]), _Place(), names)
    if wanted[0] is not None and wanted[1] is None:
        yield Meaning("~", "match: every customer, as no condition is left")
    excepted = _Place(("except",), 1)
    yield from _in_place(_parts(AnyOf, refused[0]), _parts(AnyOf, refused[1]), excepted, names)


def _parts(kind: type[All | AnyOf], node: Node | None) -> tuple[Node, ...]:
    if isinstance(node, All | AnyOf) and isinstance(node, kind):
        return node.children
    return () if node is None else (node,)


def _in_place(
    old: Sequence[Node], new: Sequence[Node], place: _Place, names: Names
) -> Iterator[Meaning]:
    """The change of what stands in one place, in the order of `meaning_of_change`."""
    before, after = {*old}, {*new}
    gone = in_order([it for it in old if it not in after], names)
    came = in_order([it for it in new if it not in before], names)
    leaves = paired_leaves(
        [it for it in gone if isinstance(it, Leaf)], [it for it in came if isinstance(it, Leaf)]
    )
    groups = paired_groups(_groups(old, names), _groups(new, names), names)
    for node in (*leaves.removed, *groups.removed):
        yield place.line(Meaning("−", _whole(node, names, place.negations)))
        yield from _missing(node, new, place, "are no longer dropped for lacking it")
    for one, other in leaves.changed:
        yield from map(place.line, edits(one, other, names, place.negations))
    for group, changed in groups.changed:
        yield from _in_group(group, changed, place, names)
    for node in (*leaves.added, *groups.added):
        yield place.line(Meaning("+", _whole(node, names, place.negations)))
        yield from _missing(node, old, place, "are now dropped")


def _groups(nodes: Sequence[Node], names: Names) -> list[Node]:
    return in_order([it for it in nodes if not isinstance(it, Leaf)], names)


def _in_group(old: Node, new: Node, place: _Place, names: Names) -> Iterator[Meaning]:
    inside = place.inside(title(new, names), negated=isinstance(new, Not))
    yield from _in_place(children_of(old), children_of(new), inside, names)


def _whole(node: Node, names: Names, negations: int) -> str:
    if isinstance(node, Leaf):
        return phrase(node, names, negations)
    text = clauses(node, names, negations)
    return f"customers {text}" if isinstance(node, All | AnyOf) else text


def _missing(node: Node, others: Sequence[Node], place: _Place, what: str) -> Iterator[Meaning]:
    """That a condition alone decides about customers without a value, and none of `others` does."""
    if not (isinstance(node, Leaf) and place.decides and _drops_missing(node, place)):
        return
    alike = [it for it in others if isinstance(it, Leaf) and it.attribute == node.attribute]
    if isinstance(node.test, Present) or any(_drops_missing(it, place) for it in alike):
        return
    yield Meaning("!", f"customers without {lacking(node)} {what}")


def _drops_missing(leaf: Leaf, place: _Place) -> bool:
    asked = leaf.nullable and (isinstance(leaf.test, Present) or not leaf.answers_all)
    return asked and not keeps_missing(leaf, place.negations)


def _honest(meanings: Sequence[Meaning]) -> Iterator[Meaning]:
    """The lines, but of two that say the same thing is gone and new, one that says so."""
    gone, came = ({it.text for it in meanings if it.mark == mark} for mark in "−+")
    both = gone & came
    for it in meanings:
        if it.text not in both:
            yield it
        elif it.mark == "−":
            yield Meaning("~", f"{it.text}: {NOT_SHOWN}")
