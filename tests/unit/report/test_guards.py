"""Guards as people read them: what would happen, what the limit is, and what can be done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cg_sync.core.guards import Tripped
from cg_sync.report.page.risk import guards_by_change
from cg_sync.report.verdict import NO_WAY, allowing, guard_sentence, way_out
from tests.unit.report.builders import (
    LABELS,
    a_guard,
    a_plan,
    a_setting,
    delta,
    group_deleted,
    group_updated,
    people,
    setting_updated,
)

EMPTY = Tripped("CG-G03", "empty", "members of VIP", 12, 12, 0)
UPDATES = Tripped("CG-G04", "max_update_share", "settings", 11, 12, 0.5)
NAMES = tuple(f"s{number}" for number in range(12))
MOVES = Tripped("CG-G05", "max_priority_moves", "settings", 2, 1200, 1, names=("gold", "silver"))
DISPLAYS = Tripped("CG-G06", "max_display_changes", "settings", 12, 40, 10, names=NAMES)
ORDER = "would take another place in the order of precedence"


@pytest.mark.parametrize(
    ("tripped", "sentence"),
    [
        (a_guard(), "5 of 12 groups (41.67%) would go; the limit is 30%"),
        (EMPTY, "all 12 members of VIP would go; none would be left"),
        (
            replace(EMPTY, part=1, whole=1),
            "the last of the members of VIP would go; none would be left",
        ),
        (UPDATES, "11 of 12 settings (91.67%) would change; the limit is 50%"),
        (MOVES, f"2 of 1,200 settings {ORDER} (gold, silver); the limit is 1"),
        (
            DISPLAYS,
            "12 of 40 settings would show other prices or stock (s0, s1, s2, s3, s4, s5, s6, s7, "
            "s8, s9 and 2 more); the limit is 10",
        ),
        (
            replace(MOVES, names=("a@b.example", "\x1b[31m")),
            f"2 of 1,200 settings {ORDER} (a***@b.example, \\u{{1b}}[31m); the limit is 1",
        ),
        (
            a_guard(bound=0.4),
            "5 of 12 groups (41.67%) would go; the limit is 30%, and the policy's bound 40%",
        ),
        (
            replace(EMPTY, bound=0),
            "all 12 members of VIP would go; none would be left, which the policy forbids",
        ),
        (
            replace(MOVES, bound=1),
            f"2 of 1,200 settings {ORDER} (gold, silver); the limit is 1, and the policy's bound 1",
        ),
    ],
)
def test_a_guard_says_the_numbers_and_the_names(tripped: Tripped, sentence: str) -> None:
    assert guard_sentence(tripped) == sentence


def test_a_guard_is_let_pass_until_a_date_or_not_at_all() -> None:
    plan, over = a_plan(), a_guard(bound=0.4)
    command = f"cg-sync apply --allow max_delete_share@{plan.short_digest}@DATE"
    assert allowing(a_guard(), plan) == command
    assert way_out(a_guard(), plan) == f"if this is meant, until DATE: {command}"
    assert (allowing(over, plan), way_out(over, plan)) == ("", NO_WAY)


def test_a_guard_stands_at_the_changes_that_it_counts() -> None:
    shown, other = a_setting("gold"), a_setting("other")
    emptied = group_updated("VIP", members=delta((), people(12)))
    gone, renamed = group_deleted("Gone"), group_updated("New", former="Old")
    moved = setting_updated(shown, replace(shown, priority=7))
    changed = setting_updated(other, replace(other, name="Changed"))
    everything = Tripped("CG-G03", "empty", "groups", 1, 1, 0)
    tripped = (everything, a_guard(), EMPTY, UPDATES, MOVES, replace(UPDATES, subject="groups"))
    plan = a_plan(emptied, gone, renamed, moved, changed, tripped=tripped)
    found = guards_by_change(plan, LABELS)
    assert {address.key: [it.code for it in guards] for address, guards in found.items()} == {
        "VIP": ["CG-G03"],
        "Gone": ["CG-G03", "CG-G01"],
        "New": ["CG-G04"],
        "gold": ["CG-G04", "CG-G05"],
        "other": ["CG-G04"],
    }
