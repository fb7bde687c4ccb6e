"""A whole rule in plain English: a sentence, or an outline where a sentence would be a maze."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from cg_sync.rules.english.names import Names
from cg_sync.rules.english.order import in_order
from cg_sync.rules.english.phrases import clause, phrase
from cg_sync.rules.ir import NOBODY, All, AnyOf, Everyone, Leaf, Node, Not, RawRule, Rule, walk

MOST_CONDITIONS = 8
MOST_LEVELS = 2
"""Of a sentence: `match` or `except`, and one pair of brackets."""

RAW = (
    "The shop's own rule JSON, sent as it is and not analysed: cg-sync does not know whom it"
    " selects."
)


def in_english(rule: Rule | RawRule, names: Names) -> tuple[str, ...]:
    """The rule as one sentence; with more than MOST_CONDITIONS conditions, or nested deeper than
    MOST_LEVELS, as the lines of an outline, indented by two spaces a level.

    Equal rules read equal: conditions come in the order of `in_order`, not in that of the file.
    """
    if isinstance(rule, RawRule):
        return (RAW,)
    wanted, refused = halves(rule.node)
    conditions = sum(isinstance(it, Leaf) for it in walk(rule.node))
    levels = max((_levels(it) for it in (wanted, refused) if it is not None), default=0)
    if conditions <= MOST_CONDITIONS and levels <= MOST_LEVELS:
        return (sentence(rule, names),)
    return tuple(_outline(wanted, refused, names))


def sentence(rule: Rule | RawRule, names: Names) -> str:
    """The rule as one sentence, however long; brackets keep it unambiguous."""
    if isinstance(rule, RawRule):
        return RAW
    if rule.node == NOBODY:
        return "No customer."
    wanted, refused = halves(rule.node)
    whom = "Every customer" if wanted is None else f"Customers {clauses(wanted, names, 0)}"
    if refused is None:
        return f"{whom}."
    return f"{whom}{', ' if wanted is None else '; '}except {_those(refused, names, 1)}."


def halves(node: Node) -> tuple[Node | None, Node | None]:
    """Who is selected, None for everyone, and who of them is not, None for nobody."""
    match node:
        case Everyone():
            return None, None
        case Not(child):
            return None, child
        case All(children):
            # In normal form at most one of them is a Not.
            refused = next((it.child for it in children if isinstance(it, Not)), None)
            wanted = tuple(it for it in children if not isinstance(it, Not))
            return (wanted[0] if len(wanted) == 1 else All(wanted)), refused
        case AnyOf() | Leaf():
            return node, None
        case _:
            assert_never(node)


def clauses(node: Node, names: Names, negations: int) -> str:
    """A condition or a group of them after `customers`; what is negated stands for itself."""
    match node:
        case Leaf():
            return clause(node, names, negations)
        case All(children) | AnyOf(children):
            word = ", and " if isinstance(node, All) else ", or "
            parts = [_bracketed(it, names, negations) for it in in_order(children, names)]
            return word.join(parts)
        case Not(child):
            return f"everyone except {_those(child, names, negations + 1)}"
        case Everyone():
            return "every customer"
        case _:
            assert_never(node)


def _bracketed(node: Node, names: Names, negations: int) -> str:
    text = clauses(node, names, negations)
    return text if isinstance(node, Leaf) else f"({text})"


def _those(node: Node, names: Names, negations: int) -> str:
    text = clauses(node, names, negations)
    return text if isinstance(node, Everyone) else f"those {text}"


def _levels(node: Node) -> int:
    """How deep groups nest; what is negated within a group is one too."""
    match node:
        case All(children) | AnyOf(children):
            return 1 + max(map(_levels, children))
        case Not(child):
            return 1 + _levels(child)
        case Leaf() | Everyone():
            return 0
        case _:
            assert_never(node)


def _outline(wanted: Node | None, refused: Node | None, names: Names) -> Iterator[str]:
    if wanted is None:
        yield "Every customer,"
    else:
        yield f"Customers for whom {_hold(wanted)}:"
        yield from _items(wanted, names, 0, "  ")
    if refused is not None:
        yield f"except those for whom {_hold(refused)}:"
        yield from _items(refused, names, 1, "  ")


def _hold(node: Node) -> str:
    match node:
        case All():
            return "all of these hold"
        case AnyOf():
            return "at least one of these holds"
        case _:
            return "this holds"


def _items(node: Node, names: Names, negations: int, indent: str) -> Iterator[str]:
    """The children of a group an item each; anything else as one item."""
    children = node.children if isinstance(node, All | AnyOf) else (node,)
    for child in in_order(children, names):
        match child:
            case Leaf():
                yield f"{indent}- {phrase(child, names, negations)}"
            case All() | AnyOf():
                yield f"{indent}- {'all of' if isinstance(child, All) else 'at least one of'}:"
                yield from _items(child, names, negations, f"{indent}  ")
            case Not(inner):
                yield f"{indent}- {'not all of' if isinstance(inner, All) else 'none of'}:"
                yield from _items(inner, names, negations + 1, f"{indent}  ")
            case Everyone():
                yield f"{indent}- every customer"
            case _:
                assert_never(child)
