"""What an undo leaves as it is, and what it cannot bring back."""

from __future__ import annotations

from cg_sync.core.moved import Moved
from cg_sync.core.undo import Inverse, Refused
from cg_sync.report.line import plain
from cg_sync.report.undo import undo_data, undo_lines
from tests.unit.report.builders import LABELS, groups

VIP, OLD = groups("VIP", "Old \x1b[31m")
INVERSE = Inverse(
    refused=(
        Refused(VIP, (Moved("name", "Gold", "Silver"), Moved("members", "3", "4"))),
        Refused(OLD, (Moved("name", "there", "gone"),)),
    ),
    losses=("group Black Friday is made anew: its id is another than 9, and its dates are new",),
)


def test_what_is_left_alone_is_told_with_how_it_moved_and_then_the_losses() -> None:
    assert plain(undo_lines(INVERSE, LABELS)).splitlines() == [
        "  ! group VIP is left alone, it has moved since:",
        "      name  then Gold, now Silver",
        "      members  then 3, now 4",
        "  ! group Old \\u{1b}[31m is left alone, it has moved since:",
        "      name  then there, now gone",
        "  cannot be undone: group Black Friday is made anew: its id is another than 9, and its "
        "dates are new",
    ]


def test_the_same_as_data() -> None:
    data = undo_data("run-1", INVERSE)
    assert data["run"] == "run-1"
    assert data["losses"] == list(INVERSE.losses)
    assert data["refused"] == [
        {
            "kind": "customer_group",
            "key": "VIP",
            "moved": [
                {"what": "name", "then": "Gold", "now": "Silver"},
                {"what": "members", "then": "3", "now": "4"},
            ],
        },
        {
            "kind": "customer_group",
            "key": "Old \x1b[31m",
            "moved": [{"what": "name", "then": "there", "now": "gone"}],
        },
    ]


def test_an_undo_of_all_says_nothing() -> None:
    assert list(undo_lines(Inverse(), LABELS)) == []
