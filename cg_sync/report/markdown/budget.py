"""What of a report fits into so many bytes: whole items, the weightiest first, and a count of the
rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

GAP = 2
"""Bytes between two items, at most."""
FOLD = 150
"""Bytes for the fold of a section with a heading, and for saying how many of its items are missing.
"""
URGENT = 35
"""Up to this rank items are worth more of the room."""
URGENT_SHARE, FIRST_SHARE = 0.85, 0.6
"""Of the room, for items in their shortest form, before any is given a longer one."""
MOST_MISSES = 40
"""After so many items that do not fit, no further one is tried."""

EARLY = 10
"""Of a list, the items that are weightier than the others."""
LEAST = 50
"""The rank of those others."""

Form = Callable[[], str]


@dataclass(frozen=True)
class Item:
    """A part of a report that is there whole or not at all. `forms` are the texts it can have, the
    shortest first, made when asked for; of items with the least `rank` as many as possible are
    there. What is left out counts as `number` of `word`.
    """

    rank: int
    word: str
    forms: tuple[Form, ...]
    number: int = 1


def item(rank: int, word: str, text: str) -> Item:
    """An item that has one form."""
    return Item(rank, word, (lambda: text,))


def listed(forms: Sequence[Form], word: str, rank: int) -> tuple[Item, ...]:
    """Items of a list, of which the first few are as weighty as `rank`, and the others least."""
    return tuple(
        Item(rank if number < EARLY else LEAST, word, (form,)) for number, form in enumerate(forms)
    )


@dataclass(frozen=True)
class Section:
    """Items in the order in which they are read. The heading is there as soon as one of them is;
    after the first `shown` there is a fold.
    """

    heading: str
    items: tuple[Item, ...]
    shown: int = 1_000_000


@dataclass
class Filled:
    """The texts of each section that fit, in order; how many of its items do not; and of all by
    word how much is left out, and how much is there in a shorter form than it could be.
    """

    sections: list[tuple[Section, list[str], int]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    shortened: Counter[str] = field(default_factory=Counter)

    @property
    def is_whole(self) -> bool:
        return not self.left_out and not self.shortened


def size(text: str) -> int:
    """Bytes of UTF-8. A text that is short enough in bytes is so in any other unit too."""
    return len(text.encode())


def fill(sections: Sequence[Section], room: int) -> Filled:
    """What fits into `room` bytes, gaps included. Only as many texts are made as fit, and some more
    that do not.

    First every item in its shortest form, up to a share of the room; then longer forms; then what
    is still missing.
    """
    filling = _Filling(sections, room)
    filling.admit(int(room * URGENT_SHARE), up_to=URGENT)
    filling.admit(int(room * FIRST_SHARE))
    filling.lengthen()
    filling.admit(room)
    return filling.filled()


class _Filling:
    def __init__(self, sections: Sequence[Section], room: int) -> None:
        self._sections = sections
        self._room = room
        self._used = 0
        self._chosen: dict[tuple[int, int], int] = {}
        self._opened: set[int] = set()
        places = ((s, i) for s, section in enumerate(sections) for i in range(len(section.items)))
        self._order = sorted(places, key=lambda place: self._item(place).rank)

    def _item(self, place: tuple[int, int]) -> Item:
        return self._sections[place[0]].items[place[1]]

    def admit(self, limit: int, *, up_to: int | None = None) -> None:
        """Give a place to items in their shortest form while no more than `limit` is used; only to
        those up to a rank, if one is given.
        """
        misses = 0
        for place in self._order:
            if up_to is not None and self._item(place).rank > up_to:
                return
            if place in self._chosen:
                continue
            cost = self._opening(place[0]) + size(self._item(place).forms[0]()) + GAP
            if self._used + cost <= limit:
                self._used += cost
                self._chosen[place] = 0
                self._opened.add(place[0])
            else:
                misses += 1
                if misses > MOST_MISSES:
                    return

    def _opening(self, section: int) -> int:
        if section in self._opened:
            return 0
        heading = self._sections[section].heading
        return size(heading) + GAP + FOLD if heading else 0

    def lengthen(self) -> None:
        """Give items that have a place the longest form that there is room for."""
        misses = 0
        for place in self._order:
            forms = self._item(place).forms
            if place not in self._chosen or len(forms) == 1:
                continue
            if not self._lengthened(place, forms):
                misses += 1
                if misses > MOST_MISSES:
                    return

    def _lengthened(self, place: tuple[int, int], forms: tuple[Form, ...]) -> bool:
        """Whether the longest form fits."""
        before = size(forms[0]())
        for number in range(len(forms) - 1, 0, -1):
            cost = size(forms[number]()) - before
            if self._used + cost <= self._room:
                self._used += cost
                self._chosen[place] = number
                return number == len(forms) - 1
        return False

    def filled(self) -> Filled:
        result = Filled()
        for s, section in enumerate(self._sections):
            texts, missing = [], 0
            for i, it in enumerate(section.items):
                number = self._chosen.get((s, i))
                if number is None:
                    result.left_out[it.word] += it.number
                    missing += it.number
                    continue
                texts.append(it.forms[number]())
                if number < len(it.forms) - 1:
                    result.shortened[it.word] += it.number
            if texts:
                result.sections.append((section, texts, missing))
        return result
