"""The changes of a plan in Markdown: what takes away first, then by kind, then drift; equal ones
together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial

from cg_sync.core.diff import Create, Delete, Update
from cg_sync.core.origin import Origin
from cg_sync.core.plan import Plan
from cg_sync.jsonvalue import canonical
from cg_sync.report.change import NOBODYS, Labels
from cg_sync.report.markdown.budget import Form, Item, Section
from cg_sync.report.markdown.change import (
    MARKS,
    Told,
    block_of,
    gist_words,
    has_block,
    line_of,
    line_with_members,
    place_words,
    table_of,
    whose_words,
)
from cg_sync.report.markdown.text import Bold, Code, folded, inline
from cg_sync.report.values import is_tree
from cg_sync.report.verdict import origin_of

FIRST, LATER = (20, 35), (33, 40)
"""Ranks of changes: those that take away, and others; the first of each, and the rest. What there
is beside changes comes between.
"""
EARLY = 30
"""The first of a section."""
SHOWN = 20
"""Items of a section, before its fold."""
OPEN_CHANGES = 12
"""Up to so many, each change is open."""
LARGE_REMOVAL = 0.10
"""The share of its members that a group loses, from which on it stands at the top."""
FEWEST_ALIKE = 3
"""Equal changes that are shown as one."""
NAMES_SHOWN, OPEN_NAMES = 5, 5
LOSING = frozenset({"NARROWER", "REPLACED", "SHIFTED"})
WORDS = {Create: "creation", Update: "update", Delete: "deletion"}


def change_sections(plan: Plan, labels: Labels) -> Iterator[Section]:
    """All changes, each once, in the order in which they are to be read."""
    told = [
        Told(it, labels, plan.readings.get(it.address), plan.origins.get(it.address, NOBODYS))
        for it in plan.changes
    ]
    is_open = len(told) <= OPEN_CHANGES
    mine = [it for it in told if origin_of(it.origins) is not Origin.DRIFT]
    for heading, takes in TAKING.items():
        found = [it for it in mine if takes(it)]
        title = NOT_WANTED if plan.view == "drift" and takes is _is_deletion else heading
        yield Section(f"#### {title}", tuple(_items(found, FIRST, is_open=is_open)), SHOWN)
        mine = [it for it in mine if not takes(it)]
    drift = [it for it in told if origin_of(it.origins) is Origin.DRIFT]
    taken = [it for it in drift if takes_away(it)]
    others = [it for it in drift if not takes_away(it)]
    both = (*_items(taken, FIRST, is_open=is_open), *_items(others, LATER, is_open=is_open))
    yield Section(DRIFT_HEADING, both, SHOWN)
    for kind, label in labels.items():
        found = [it for it in mine if it.change.address.kind == kind]
        items = _items(found, LATER, is_open=is_open)
        yield Section(f"#### {label.capitalize()}s", tuple(items), SHOWN)


Ranks = tuple[int, int]
DRIFT_HEADING = (
    "#### Drift\n\nThis branch does not change it: the shop says otherwise, and apply reverts that."
)


def _is_deletion(told: Told) -> bool:
    return isinstance(told.change, Delete)


def _many_leave(told: Told) -> bool:
    members = told.members
    return members is not None and 0 < len(members.remove) >= LARGE_REMOVAL * members.before


def _lose_by_rule(told: Told) -> bool:
    return told.reading is not None and told.reading.verdict in LOSING


TAKING: Mapping[str, Callable[[Told], bool]] = {
    "Deletions": _is_deletion,
    "Large removals of members": _many_leave,
    "Rules by which customers lose": _lose_by_rule,
}
"""What stands at the top, by its heading."""
NOT_WANTED = "In the shop though it must not be"
"""What deletions are called by those who look for drift."""


def takes_away(told: Told) -> bool:
    """Whether a resource goes, many of its members do, or customers lose by its rule."""
    return any(takes(told) for takes in TAKING.values())


def _items(told: Sequence[Told], ranks: Ranks, *, is_open: bool) -> Iterator[Item]:
    """One item a change, or for changes that are alike; in the place of the first of them."""
    alike: dict[str, list[Told]] = {}
    for number, it in enumerate(told):
        alike.setdefault(_likeness(it) or f"#{number}", []).append(it)
    for number, group in enumerate(alike.values()):
        rank = ranks[number >= EARLY]
        if len(group) >= FEWEST_ALIKE:
            yield _merged(group, rank)
        else:
            yield from (_item(it, rank, is_open=is_open) for it in group)


def _likeness(told: Told) -> str:
    """The same for changes that differ in the name of the resource alone; empty for those that are
    not told together.
    """
    change = told.change
    if isinstance(change, Delete) or told.reading is not None or told.members is not None:
        return ""
    if isinstance(change, Update) and change.former is not None:
        return ""
    if any(is_tree(it.old) or is_tree(it.new) for it in told.fields):
        return ""
    return canonical(
        [
            type(change).__name__,
            change.address.kind,
            [[it.name, it.old, it.new] for it in told.fields],
            [[name, origin.value] for name, origin in told.origins.items()],
        ]
    )


def _item(told: Told, rank: int, *, is_open: bool) -> Item:
    forms: list[Form] = [partial(line_of, told)]
    if has_block(told):
        forms.append(partial(block_of, told, is_open=is_open))
    elif told.members is not None:
        forms.append(partial(line_with_members, told))
    return Item(rank, WORDS[type(told.change)], tuple(map(cache, forms)))


def _merged(alike: Sequence[Told], rank: int) -> Item:
    first = alike[0]
    forms = (partial(_few_names, alike), partial(_all_names, alike), partial(_all_places, alike))
    return Item(rank, WORDS[type(first.change)], tuple(map(cache, forms)), len(alike))


def _merged_title(alike: Sequence[Told]) -> list[str | Code | Bold]:
    first = alike[0]
    label = first.labels[first.change.address.kind]
    title = Bold(f"{MARKS[type(first.change)]} {len(alike):,} {label}s")
    return [title, *gist_words(first), *whose_words(first.origins)]


def _few_names(alike: Sequence[Told]) -> str:
    names = ", ".join(inline([Code(it.change.address.key)]) for it in alike[:NAMES_SHOWN])
    more = len(alike) - NAMES_SHOWN
    rest = f" and {more:,} more" if more > 0 else ""
    return f"- {inline(_merged_title(alike))}: {names}{rest}"


def _all_names(alike: Sequence[Told]) -> str:
    names = ", ".join(inline([Code(it.change.address.key)]) for it in alike)
    return _merged_block(alike, names)


def _all_places(alike: Sequence[Told]) -> str:
    lines = (
        f"- {inline([Code(it.change.address.key), ' · ', *place_words(it.change.where)])}"
        for it in alike
    )
    return _merged_block(alike, "\n".join(lines))


def _merged_block(alike: Sequence[Told], names: str) -> str:
    first = alike[0]
    is_new = isinstance(first.change, Create)
    body = [table_of(first.fields, is_new=is_new)] if len(first.fields) > 2 else []
    is_open = len(alike) <= OPEN_NAMES
    return folded(_merged_title(alike), "\n\n".join((*body, names)), is_open=is_open)
