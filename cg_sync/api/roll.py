"""Whether the pages of a listing are one whole: all rows that were counted, each once. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import islice
from operator import eq, lt

from cg_sync.api.pages import Page


class Moved(Exception):
    """The listing was another before: rows may have come twice, or not at all. The text says how
    that shows.
    """


class Roll:
    """What is known of the rows that came so far. As long as they come in the order of their ids
    that is the last one, else eight bytes a row.
    """

    def __init__(self, *, in_order: bool) -> None:
        """Not `in_order` keeps all ids from the first page on, whatever their order."""
        self._rows = self._pages = 0
        self._count: int | None = None
        self._last = -1
        self._ids = None if in_order else array("q")

    def note(self, page: Page) -> None:
        """One more page has come. Raises Moved when it does not fit to those before."""
        if self._pages == 0:
            self._count = page.count
        elif page.count != self._count:
            raise Moved(f"it had {self._count} rows at first, then {page.count}")
        self._rows += len(page.ids)
        if page.next is not None and (not page.ids or self._rows > (self._count or 0)):
            raise Moved("its pages do not end")
        self._note_ids(page.ids)
        self._pages += 1

    def close(self) -> None:
        """The last page has come. Raises Moved unless all rows came, as far as the shop counts
        them, and each of them once.
        """
        if self._count not in (None, self._rows):
            raise Moved(f"{self._rows} rows read, {self._count} counted")
        ids = sorted(self._ids or ())
        if any(map(eq, ids, islice(ids, 1, None))):
            raise Moved("the same row came twice")

    def _note_ids(self, ids: Sequence[int]) -> None:
        if self._ids is None and not all(map(lt, ids, islice(ids, 1, None))):
            if self._pages:
                raise Moved("its rows came in another order than before")
            self._ids = array("q")
        if self._ids is not None:
            self._ids.extend(ids)
        elif ids:
            if ids[0] <= self._last:
                is_same = ids[0] == self._last
                raise Moved("the same row came twice" if is_same else "its rows changed places")
            self._last = ids[-1]
