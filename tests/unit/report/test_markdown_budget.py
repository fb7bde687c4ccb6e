"""What fits into a budget: whole items, the weightiest first, and every other one counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.report.markdown.budget import (
    GAP,
    URGENT,
    Filled,
    Item,
    Section,
    fill,
    item,
    listed,
    size,
)


def texts_of(filled: Filled) -> list[str]:
    return [text for _, texts, _ in filled.sections for text in texts]


FORMS = st.lists(st.integers(1, 400), min_size=1, max_size=3).map(
    lambda sizes: tuple((lambda it=it: "x" * it) for it in sorted(sizes))
)
ITEMS = st.builds(
    Item, st.integers(0, 50), st.sampled_from(["update", "deletion"]), FORMS, st.integers(1, 9)
)
SECTIONS = st.lists(
    st.builds(
        Section, st.sampled_from(["", "#### heading"]), st.lists(ITEMS, max_size=15).map(tuple)
    ),
    max_size=3,
)


@given(SECTIONS, st.integers(0, 9_000))
def test_what_is_there_fits_and_what_is_not_is_counted(sections: list[Section], room: int) -> None:
    filled = fill(sections, room)
    headings = [section.heading for section, _, _ in filled.sections]
    assert sum(size(it) + GAP for it in (*texts_of(filled), *filter(None, headings))) <= room
    total = sum(it.number for section in sections for it in section.items)
    there = Counter(texts_of(filled))
    whole = [it for section in sections for it in section.items if there[it.forms[-1]()]]
    assert not filled.is_whole or len(whole) == sum(there.values())
    items = sum(len(section.items) for section in sections)
    assert (sum(there.values()) == items) == (not filled.left_out)
    assert sum(missing for _, _, missing in filled.sections) <= filled.left_out.total()
    assert filled.left_out.total() + filled.shortened.total() <= total


@given(SECTIONS)
def test_with_room_enough_everything_is_there_at_its_longest(sections: list[Section]) -> None:
    filled = fill(sections, 1_000_000)
    assert texts_of(filled) == [it.forms[-1]() for section in sections for it in section.items]
    assert filled.is_whole


def test_the_weightiest_come_first_and_stand_where_they_stood() -> None:
    sections = [
        Section("", (item(9, "update", "late"), item(1, "update", "early"))),
        Section("", (item(5, "deletion", "middle"),)),
    ]
    assert texts_of(fill(sections, 15)) == ["early", "middle"]
    assert fill(sections, 15).left_out == {"update": 1}


def test_all_are_named_before_one_is_told_at_length() -> None:
    items = tuple(
        Item(0, "update", (lambda: "short", lambda: "a longer form" * 3)) for _ in range(3)
    )
    filled = fill([Section("", items)], 70)
    assert [len(it) for it in texts_of(filled)] == [39, 5, 5]
    assert filled.shortened == {"update": 2}


def test_the_urgent_are_named_before_one_is_told_at_length() -> None:
    long = Item(URGENT, "deletion", (lambda: "x" * 8, lambda: "x" * 308))
    others = tuple(item(URGENT, "deletion", "x" * 8) for _ in range(99))
    filled = fill([Section("", (long, *others))], 1_000)
    assert (len(texts_of(filled)), filled.shortened) == (100, {"deletion": 1})
    less = fill([Section("", tuple(replace(it, rank=URGENT + 1) for it in (long, *others)))], 1_000)
    assert less.left_out == {"deletion": 30}


def test_room_is_counted_in_bytes() -> None:
    sections = [Section("", (item(0, "update", "🎓" * 10),))]
    assert texts_of(fill(sections, 41)) == []
    assert texts_of(fill(sections, 42)) == ["🎓" * 10]


def test_a_heading_stands_only_above_something() -> None:
    sections = [Section("#### heading", (item(0, "update", "x" * 500),))]
    assert fill(sections, 400).sections == []


def test_the_first_of_a_list_outweigh_the_rest() -> None:
    assert [it.rank for it in listed([str] * 12, "warning", 3)] == [3] * 10 + [50] * 2


def test_no_more_is_made_than_fits_and_a_few() -> None:
    made: list[int] = []

    def form(number: int, length: int) -> str:
        made.append(number)
        return "x" * length

    def made_for(number: int) -> Item:
        return Item(
            number,
            "update",
            (lambda: form(number, 60), lambda: form(number, 2_000)),
        )

    fill([Section("", tuple(map(made_for, range(10_000))))], 65_536)
    assert len(made) < 4 * (65_536 // 60)
