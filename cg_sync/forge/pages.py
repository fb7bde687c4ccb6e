"""Reads what forges answer: rows over all pages, and the fields of a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cg_sync.errors import BadAnswer
from cg_sync.forge.client import ForgeClient
from cg_sync.forge.wire import Call
from cg_sync.jsonvalue import JsonValue

PAGE_SIZE = 100
PAGES_AT_MOST = 500


def all_rows(
    client: ForgeClient, forge: str, path: str, query: Mapping[str, str], *, inside: str = ""
) -> Iterator[dict[str, JsonValue]]:
    """The rows of a listing, page by page, to its end; raises BadAnswer when there is no end.

    `inside` names the field of the answer that holds them, where it is no plain list.
    """
    for page in range(1, PAGES_AT_MOST + 1):
        numbers = {"per_page": str(PAGE_SIZE), "page": str(page)}
        answer = client.send(Call("GET", path, {**query, **numbers}))
        rows = row_in(forge, answer.data).get(inside) if inside else answer.data
        if not isinstance(rows, list):
            raise BadAnswer(f"{forge} answered GET {path} with something that is not a list")
        for row in rows:
            yield row_in(forge, row)
        # A proxy may take the header away; a full page is followed by another one.
        if not rows or not (answer.has_next or len(rows) >= PAGE_SIZE):
            return
    raise BadAnswer(f"{forge} has more than {PAGES_AT_MOST:,} pages of GET {path}")


def row_in(forge: str, data: JsonValue) -> dict[str, JsonValue]:
    """An object of the forge; raises BadAnswer for anything else."""
    if not isinstance(data, dict):
        raise BadAnswer(f"{forge} answered with something that is not its API")
    return data


def number_in(forge: str, row: Mapping[str, JsonValue]) -> int:
    """The id of a row; raises BadAnswer when it has none."""
    number = row.get("id")
    if not isinstance(number, int):
        raise BadAnswer(f"{forge} answered with a comment that has no id")
    return number


def text_in(row: Mapping[str, JsonValue], name: str) -> str:
    """A text of a row; empty when there is none."""
    text = row.get(name)
    return text if isinstance(text, str) else ""
