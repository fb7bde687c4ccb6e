"""What a listing answers: rows with an id, a count, and the request for the page after. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qsl, urlsplit

from cg_sync.api.refusal import one_line
from cg_sync.api.wire import Request
from cg_sync.core.address import remote_ids_in
from cg_sync.errors import BadAnswer
from cg_sync.jsonvalue import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a listing. `count` is what the shop says the whole has, None for a bare array."""

    rows: Sequence[JsonObject]
    ids: Sequence[int]
    count: int | None
    next: Request | None


def page_in(request: Request, payload: JsonValue, base_url: str) -> Page:
    """The page that answers `request`, from an envelope or a bare array.

    Raises BadAnswer for anything else, and for a row without an id.
    """
    if isinstance(payload, list):
        return Page(payload, _ids_of(request, payload), None, None)
    if not isinstance(payload, dict) or not isinstance(payload.get("results"), list):
        raise BadAnswer(f"the shop answered {request} with something that is no listing")
    count = payload.get("count")
    if type(count) is not int or count < 0:
        raise BadAnswer(f"the shop answered {request} with a listing that has no count")
    rows = payload["results"]
    return Page(rows, _ids_of(request, rows), count, next_page(request, payload, base_url))


def next_page(request: Request, payload: JsonValue, base_url: str) -> Request | None:
    """The request for the page after, None on the last. Of `next` only the query is used.

    Raises BadAnswer for a `next` on another host than `base_url`.
    """
    link = payload.get("next") if isinstance(payload, dict) else None
    if link is None or link == "":
        return None
    if not isinstance(link, str):
        raise BadAnswer(f"the shop answered {request} with a `next` that is no link")
    try:
        parts = urlsplit(link)
        elsewhere = _leads_elsewhere(parts, urlsplit(base_url))
    except ValueError as error:
        raise BadAnswer(f"the shop answered {request} with a `next` that is no link") from error
    if elsewhere:
        raise BadAnswer(
            f"the shop answered {request} with a `next` that leads elsewhere: {one_line(link)}",
            hint=f"only {base_url} is asked; has `url` in cg-sync.yaml the shop's host and port?",
        )
    return asking(request, dict(parse_qsl(parts.query, keep_blank_values=True)))


def pages_after(request: Request, page: Page) -> Iterator[Request]:
    """The requests for all pages after the first one, on the guess that their `next` goes on as its
    own does; none where that names neither the number of a page nor that of a row.
    """
    if page.next is None or not page.count or not page.rows:
        return iter(())
    size = len(page.rows)
    pages = -(-page.count // size)
    numbers = {"page": range(2, pages + 1), "offset": range(size, page.count, size)}
    for name, following in numbers.items():
        is_first = page.next.query.get(name) == str(following.start)
        if is_first and request.query.get(name) != str(following.start):
            return _numbered(page.next, name, following)
    return iter(())


def _numbered(request: Request, name: str, numbers: range) -> Iterator[Request]:
    return (asking(request, {name: str(number)}) for number in numbers)


def asking(request: Request, query: Mapping[str, str]) -> Request:
    """The same request, but for what `query` says otherwise, or besides."""
    return replace(request, query={**request.query, **query})


def _ids_of(request: Request, rows: Sequence[JsonValue]) -> Sequence[int]:
    ids = remote_ids_in(rows)
    if ids is None:
        number = next(at for at, row in enumerate(rows, 1) if remote_ids_in([row]) is None)
        raise BadAnswer(f"the shop answered {request}, and row {number} has no pk and no id")
    return ids


def _leads_elsewhere(link: SplitResult, base: SplitResult) -> bool:
    """Whether a link names another host. Its scheme does not count: a shop behind a proxy that ends
    TLS believes that it is spoken to over plain HTTP, and only the query is used anyway.
    """
    port, usual = link.port, {"http": 80, "https": 443}
    if link.scheme not in {"", *usual}:
        return True
    ours = {None, base.port or usual[base.scheme]}
    return bool(link.netloc) and (link.hostname != base.hostname or port not in ours)
