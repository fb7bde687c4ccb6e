"""What shows that a listing moved while its pages were read."""

from __future__ import annotations

import pytest

from cg_sync.api.pages import Page
from cg_sync.api.roll import Moved, Roll
from cg_sync.api.wire import Request

NEXT = Request("GET", "/api/v1/price_list/", {"page": "2"})


def read(count: int | None, *pages: list[int], in_order: bool = True) -> Roll:
    """The roll after these pages, of which each but the last has a next one."""
    roll = Roll(in_order=in_order)
    for number, ids in enumerate(pages, 1):
        rows = [{"pk": pk} for pk in ids]
        roll.note(Page(rows, ids, count, NEXT if number < len(pages) else None))
    roll.close()
    return roll


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(
    ("count", "pages"),
    [
        (0, [[]]),
        (None, [[3, 1, 2]]),
        (1, [[7]]),
        (5, [[1, 2], [3, 4], [9]]),
        (3, [[1, 2], [5], []]),
        (4, [[9, 2], [7, 1]]),
        (4, [[2, 1], [3, 4]]),
    ],
)
def test_all_rows_that_were_counted_each_once_are_a_whole(
    count: int | None, pages: list[list[int]], in_order: bool
) -> None:
    read(count, *pages, in_order=in_order)


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(
    ("why", "count", "pages"),
    [
        ("4 rows read, 5 counted", 5, [[1, 2], [3, 4]]),
        ("2 rows read, 1 counted", 1, [[1, 2]]),
        ("the same row came twice", 4, [[1, 2], [2, 3]]),
        ("the same row came twice", 2, [[1, 1]]),
        ("the same row came twice", 4, [[4, 1], [1, 3]]),
        ("its pages do not end", 2, [[1, 2], [3, 4], [5]]),
        ("its pages do not end", 9, [[1, 2], [], [5]]),
    ],
)
def test_what_is_no_whole_says_why(
    why: str, count: int, pages: list[list[int]], in_order: bool
) -> None:
    with pytest.raises(Moved, match=f"^{why}$"):
        read(count, *pages, in_order=in_order)


@pytest.mark.parametrize(
    ("why", "pages"),
    [
        ("its rows changed places", [[1, 5], [3, 7]]),
        ("its rows came in another order than before", [[1, 2], [4, 3]]),
        ("its rows came in another order than before", [[1, 2], [3, 3]]),
    ],
)
def test_rows_that_leave_their_order_are_doubted_unless_the_shop_has_another_one(
    why: str, pages: list[list[int]]
) -> None:
    with pytest.raises(Moved, match=f"^{why}$"):
        read(4, *pages)
    if pages != [[1, 2], [3, 3]]:
        read(4, *pages, in_order=False)


def test_a_count_that_changes_on_any_page_says_so() -> None:
    roll = Roll(in_order=True)
    roll.note(Page([{"pk": 1}], [1], 3, NEXT))
    with pytest.raises(Moved, match=r"^it had 3 rows at first, then 2$"):
        roll.note(Page([{"pk": 2}], [2], 2, NEXT))


def test_of_rows_in_order_only_the_last_id_is_kept() -> None:
    assert read(4, [1, 2], [3, 4])._ids is None
    kept = read(4, [2, 1], [3, 4])._ids
    assert kept is not None
    assert (kept.itemsize, list(kept)) == (8, [2, 1, 3, 4])
