"""Reads listings to their end, several pages at a time: complete, or known not to be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import closing
from typing import Protocol

from cg_sync.api.ahead import answers
from cg_sync.api.pages import Page, asking, page_in, pages_after
from cg_sync.api.roll import Moved, Roll
from cg_sync.api.wire import Request
from cg_sync.errors import BadAnswer, Rejected
from cg_sync.jsonvalue import JsonObject, JsonValue


class Incomplete(BadAnswer):
    """CG-L01: not all rows were read; nothing may be concluded from what the listing held."""

    def __init__(
        self, path: str, why: str, *, hint: str = "somebody may be changing it right now; run again"
    ) -> None:
        super().__init__(f"CG-L01 the listing {path} is incomplete: {why}", hint=hint)


Unless = Callable[[], bool]
"""Says that nobody waits for the answer any more."""


def _never() -> bool:
    return False


class Sender(Protocol):
    """What reading listings needs of a client."""

    @property
    def base_url(self) -> str: ...
    def send(self, request: Request, *, unless: Unless = ...) -> JsonValue: ...


class Listings:
    """The listings of one shop."""

    def __init__(self, client: Sender, *, page_size: int, parallel: int) -> None:
        """At most `parallel` pages are read ahead, each in a thread of its own; 1 reads one after
        another.
        """
        self.page_size = page_size
        """How many rows the shop puts on a page, as far as it has shown."""
        self.read_ahead = 0
        """How many pages came while others were under way too."""
        self._client = client
        self._page_size = page_size
        self._parallel = parallel
        self._out_of_order: set[str] = set()
        self._without_limit: set[str] = set()

    def rows(
        self,
        path: str,
        query: Mapping[str, str],
        *,
        fields: Collection[str] = (),
        unless: Unless | None = None,
    ) -> Iterator[JsonObject]:
        """All rows of all pages. Where any `fields` are named, others but the ids may be missing.
        With `unless` nothing is read ahead, and nothing more is asked for once it says so.

        Raises Incomplete at the end unless they are as many as counted and none came twice, or
        before that when a page shows that the listing has moved.
        """
        roll = Roll(in_order=path not in self._out_of_order)
        plain = Request("GET", path, {**query, "sort": "id"}, fields=frozenset(fields))
        with closing(self._pages(plain, unless)) as pages:
            try:
                for page in pages:
                    roll.note(page)
                    yield from page.rows
                roll.close()
            except Moved as moved:
                # If that is how this shop sorts, the next reading tells by all ids.
                self._out_of_order.add(path)
                raise Incomplete(path, str(moved)) from moved

    def page(self, request: Request, unless: Unless = _never) -> Page:
        """One page of a listing; it is not asked for any more once `unless` says so."""
        return page_in(request, self._client.send(request, unless=unless), self._client.base_url)

    def _pages(self, plain: Request, unless: Unless | None) -> Generator[Page, None, None]:
        """The pages in their order: exactly those, and by the same requests, that one gets who
        follows each `next`. What is asked ahead is asked on a guess, which is dropped where `next`
        says otherwise.
        """
        over = unless or _never
        request, page = self._first(plain, over)
        if page.next is not None and page.rows:
            self.page_size = min(self.page_size, len(page.rows))
        yield page
        if unless is None and self._parallel > 1 and page.next is not None:
            guessed = pages_after(request, page)
            ahead = answers(self._following, pages_after(request, page), threads=self._parallel)
            with closing(ahead):
                while page.next is not None and page.next == next(guessed, None):
                    request, page = page.next, next(ahead)
                    self.read_ahead += 1
                    yield page
        while page.next is not None:
            if page.next == request:
                raise Moved("its pages do not end")
            request, page = page.next, self._following(page.next, over)
            yield page

    def _first(self, plain: Request, unless: Unless) -> tuple[Request, Page]:
        """The first page, and what it answers."""
        path = plain.path
        if path in self._without_limit:
            return plain, self.page(plain, unless)
        request = asking(plain, {"limit": str(self._page_size)})
        try:
            page = self.page(request, unless)
        except Rejected as error:
            if error.status != 400 or "limit" not in str(error):
                raise
            self._without_limit.add(path)
            return plain, self.page(plain, unless)
        if page.count is None and len(page.rows) == self._page_size:
            raise Incomplete(
                path,
                f"{self._page_size} rows were asked for and came, without a count of all",
                hint="set `page_size` in cg-sync.yaml to another number, larger than the listing",
            )
        return request, page

    def _following(self, request: Request, unless: Unless = _never) -> Page:
        try:
            return self.page(request, unless)
        except Rejected as error:
            if error.status != 404:
                raise
            raise Moved("a page vanished while it was read") from error
