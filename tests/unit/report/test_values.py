"""Values in a plan: scalars in a word, trees as lines."""

from __future__ import annotations

import pytest

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import plain
from cg_sync.report.values import MOST_LINES, in_words, is_tree, tree_diff, tree_lines


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        (True, "active", "true"),
        (False, "active", "false"),
        (15, "priority", "15"),
        (None, "priority", "nothing"),
        (None, "display.price_list", "the shop's own"),
        (None, "display.stock_list", "the shop's own"),
        (None, "starts_at", "open"),
        (None, "ends_at", "open"),
        ("ayse@example.com", "name", "a***@example.com"),
    ],
)
def test_a_scalar_is_written_as_its_author_would(value: JsonValue, field: str, words: str) -> None:
    assert in_words(value, field) == words


def test_lists_and_mappings_are_trees_and_scalars_are_not() -> None:
    values: list[JsonValue] = [[], (), {}, "a", 1, None]
    assert [is_tree(it) for it in values] == [True, True, True, False, False, False]


def test_a_list_is_a_line_a_value() -> None:
    assert plain(tree_lines(("a", {"b": 1}))) == "- a\n- b: 1\n"


def test_a_word_that_becomes_a_list_is_one_line_taken_away() -> None:
    assert plain(tree_diff("all", ["a", "b"])) == "- all\n+ - a\n+ - b\n"


def test_a_tree_that_is_very_long_is_cut_and_says_by_how_much() -> None:
    shown = plain(tree_lines({f"key {number}": number for number in range(100)})).splitlines()
    assert shown[-2:] == ["key 38: 38", "… and 61 more lines"]
    assert len(shown) == MOST_LINES


def test_what_is_as_long_as_allowed_is_not_cut() -> None:
    tree = {f"key {number}": number for number in range(MOST_LINES)}
    assert "more" not in plain(tree_lines(tree))
    ten = [str(number) for number in range(10)]
    assert plain(tree_lines(ten)).splitlines() == [f'- "{it}"' for it in ten]
    assert plain(tree_lines([*ten, "x"])).splitlines()[-1] == "… and 2 more values"


def test_changes_far_apart_show_what_each_stands_under() -> None:
    before = {f"part {n}": [{"all": [{"x": i} for i in range(9)]}] for n in range(2)}
    after = {
        f"part {n}": [{"all": [{"x": i if i != 4 else n} for i in range(9)]}] for n in range(2)
    }
    assert plain(tree_diff(before, after)).splitlines() == [
        "  part 0:",
        "    - all:",
        "        …",
        "        - x: 2",
        "        - x: 3",
        "-       - x: 4",
        "+       - x: 0",
        "        - x: 5",
        "        - x: 6",
        "        …",
        "  part 1:",
        "    - all:",
        "        …",
        "        - x: 2",
        "        - x: 3",
        "-       - x: 4",
        "+       - x: 1",
        "        - x: 5",
        "        - x: 6",
        "        …",
    ]


def test_a_single_line_is_shown_rather_than_an_ellipsis() -> None:
    before = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7}
    assert plain(tree_diff(before, {**before, "d": 0})).splitlines() == [
        "  a: 1",
        "  b: 2",
        "  c: 3",
        "- d: 4",
        "+ d: 0",
        "  e: 5",
        "  f: 6",
        "  g: 7",
    ]
