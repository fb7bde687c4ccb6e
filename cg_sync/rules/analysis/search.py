"""Looks for values that satisfy several rules at once: unit propagation and case distinction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.cell import Cell, make_cell, narrowed
from cg_sync.rules.analysis.question import Question, place_of
from cg_sync.rules.ir import NOBODY, All, AnyOf, Everyone, Leaf, Node, Not, walk

_Cells = Mapping[str, Cell]
_Clause = tuple[Node, ...]
"""Of these nodes one must hold."""


@dataclass(frozen=True, slots=True)
class Model:
    """A value for each place that the rules look at; not `sure` when it may not satisfy them."""

    values: Mapping[str, JsonValue]
    sure: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """What must hold yet, what holds in the cells, and of what one must hold."""

    todo: tuple[Node, ...]
    cells: _Cells
    clauses: tuple[_Clause, ...]


def models(wanted: Sequence[Node], question: Question) -> Iterator[Model]:
    """Ways to satisfy all the nodes; none when it is impossible.

    Once a model is not sure, what comes after it need not be complete. Raises OutOfBudget.
    """
    inward = tuple(_inward(node, negated=False) for node in wanted)
    places = sorted({place_of(it) for node in inward for it in walk(node) if isinstance(it, Leaf)})
    cells = {place: make_cell(place, (), question) for place in places}
    known = {place: cell for place, cell in cells.items() if cell is not None}
    if len(known) < len(cells):
        return
    stack = [_Case(inward, known, ())]
    while stack:
        settled = _settled(stack.pop(), question)
        if settled is None:
            continue
        open_clauses = [it for it in settled.clauses if not _is_met(it, settled.cells, question)]
        if not open_clauses:
            cells_of = settled.cells
            sure = all(it.sure for it in cells_of.values())
            yield Model({place: cell.value for place, cell in cells_of.items()}, sure)
            continue
        stack += _cases(settled, min(open_clauses, key=len))


def _cases(case: _Case, clause: _Clause) -> list[_Case]:
    """The clause is met by its first node, or not by that one; the likelier case comes last."""
    first, *others = clause
    rest = tuple(it for it in case.clauses if it is not clause)
    without = replace(case, todo=(_inward(first, negated=True),), clauses=(*rest, tuple(others)))
    return [without, replace(case, todo=(first,), clauses=rest)]


def _settled(case: _Case, question: Question) -> _Case | None:
    """The case with all in its cells that follows step by step; None when it is impossible."""
    cells = dict(case.cells)
    clauses = list(case.clauses)
    todo = list(case.todo)
    while todo:
        if not _put(todo, cells, clauses, question):
            return None
        clauses = [_shortened(it, cells, question) for it in clauses]
        todo = [it[0] for it in clauses if len(it) == 1]
        if not all(clauses):
            return None
        clauses = [it for it in clauses if len(it) > 1]
    return _Case((), cells, tuple(clauses))


def _put(
    todo: list[Node], cells: dict[str, Cell], clauses: list[_Clause], question: Question
) -> bool:
    """Moves the nodes into cells and clauses; False when that is impossible."""
    leaves: dict[str, list[Leaf]] = {}
    while todo:
        question.budget.spend(1)
        node = todo.pop()
        match node:
            case Leaf():
                leaves.setdefault(place_of(node), []).append(node)
            case All(children):
                todo += reversed(children)
            case AnyOf(children):
                clauses.append(children)
            case Everyone():
                pass
            case Not():
                return False
            case _:
                assert_never(node)
    for place, more in leaves.items():
        cell = narrowed(cells[place], place, tuple(more), question)
        if cell is None:
            return False
        cells[place] = cell
    return True


def _shortened(clause: _Clause, cells: _Cells, question: Question) -> _Clause:
    """The clause without the nodes that have become impossible, if it is not met as it is."""
    if _is_met(clause, cells, question):
        return clause
    return tuple(node for node in clause if _is_possible(node, cells, question))


def _is_met(clause: _Clause, cells: _Cells, question: Question) -> bool:
    question.budget.spend(1)
    return any(_holds(node, cells, question) for node in clause)


def _holds(node: Node, cells: _Cells, question: Question) -> bool:
    """Whether the values of the cells satisfy the node."""
    match node:
        case Leaf():
            cell = cells[place_of(node)]
            # A value that is only a guess says nothing about other leaves.
            return question.suits(node, cell.value) if cell.sure else node in cell.leaves
        case All(children):
            return all(_holds(child, cells, question) for child in children)
        case AnyOf(children):
            return any(_holds(child, cells, question) for child in children)
        case Everyone():
            return True
        case Not():
            return False
        case _:
            assert_never(node)


def _is_possible(node: Node, cells: _Cells, question: Question) -> bool:
    """False when the node's own leaves leave an attribute without a value."""
    parts = node.children if isinstance(node, All) else (node,)
    own: list[Node] = [it for it in parts if isinstance(it, Leaf | Not)]
    return _put(own, dict(cells), [], question)


def _inward(node: Node, *, negated: bool) -> Node:
    """The node, or what it leaves out, with `Not` nowhere but in nobody."""
    match node:
        case Everyone():
            return NOBODY if negated else node
        case Leaf(exclude=exclude, when_missing=when_missing):
            if not negated:
                return node
            return replace(node, exclude=not exclude, when_missing=not when_missing)
        case Not(child):
            return _inward(child, negated=not negated)
        case All(children) | AnyOf(children):
            inner = tuple(_inward(child, negated=negated) for child in children)
            return All(inner) if isinstance(node, All) is not negated else AnyOf(inner)
        case _:
            assert_never(node)
