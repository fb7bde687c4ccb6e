"""Rules with one thing wrong in them, as a slip of the hand would leave them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from cg_sync.jsonvalue import JsonValue, canonical
from cg_sync.rules.numbers import written_number

Content = Any
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "eq": ("neq",),
    "neq": ("eq",),
    "in": ("not_in",),
    "not_in": ("in",),
    "domain_is": ("domain_under",),
    "domain_under": ("domain_is",),
    "starts_with": ("ends_with", "contains"),
    "ends_with": ("starts_with", "contains"),
    "contains": ("starts_with", "ends_with"),
    "gt": ("gte", "lt"),
    "gte": ("gt", "lte"),
    "lt": ("lte", "gt"),
    "lte": ("lt", "gte"),
    "within_last": ("older_than", "within_next"),
    "older_than": ("within_last", "within_next"),
    "within_next": ("within_last", "older_than"),
    "has_any": ("has_none", "has_all"),
    "has_all": ("has_any", "has_none"),
    "has_none": ("has_any",),
    "all": ("any",),
    "any": ("all", "none"),
    "none": ("any", "all"),
}
_COUNTED = ("gt", "gte", "lt", "lte", "eq", "between")


def mutants(content: Content) -> Iterator[tuple[str, Content]]:
    """Every slip in the content of a `rule:` that can be made in one place, with its name.

    Not all of them parse, and some mean the same as before.
    """
    seen = {canonical(content)}
    for says, mutant in _slips(content):
        text = canonical(mutant)
        if text not in seen:
            seen.add(text)
            yield says, mutant


def _slips(content: Content) -> Iterator[tuple[str, Content]]:
    if content.get("match") != "everyone" and "except" in content:
        swapped = {"match": content["except"], "except": content["match"]}
        yield "match and except swapped", swapped
        yield "without except", {"match": content["match"]}
    for path in _paths(content, ()):
        here = ".".join(map(str, path))
        for says, put in _changes(_at(content, path), path):
            mutant = copy.deepcopy(content)
            put(mutant)
            yield f"{here}: {says}", mutant


def _paths(content: Content, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _paths(value, (*path, key))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from _paths(value, (*path, index))


def _at(content: Content, path: tuple[str | int, ...]) -> Content:
    for step in path:
        content = content[step]
    return content


def _changes(
    value: Content, path: tuple[str | int, ...]
) -> Iterator[tuple[str, Callable[[Content], None]]]:
    if not path:
        return
    above, last = path[:-1], path[-1]

    def putting(new: JsonValue) -> Callable[[Content], None]:
        def put(mutant: Content) -> None:
            _at(mutant, above)[last] = new

        return put

    if isinstance(last, int):

        def drop(mutant: Content) -> None:
            del _at(mutant, above)[last]

        yield "left out", drop
    if isinstance(last, str):
        for other in _OTHERS.get(last, ()):
            for missing in (None, "keep", "drop"):
                yield f"{last} → {other} {missing or ''}", _renaming(above, last, other, missing)
    if last == "missing":
        yield "the other choice", putting("drop" if value == "keep" else "keep")
    if isinstance(value, bool):
        yield "the other truth", putting(not value)
    elif isinstance(value, int | float) and any(step in _COUNTED for step in path):
        for step in (Decimal(1), Decimal(-1), Decimal("0.01"), Decimal("-0.01")):
            new = Decimal(str(value)) + step
            yield f"{value} → {new}", putting(written_number(new))
    elif isinstance(value, str) and last in ("within_last", "older_than", "within_next"):
        for days in (-1, 1):
            yield f"{value} {days:+}", putting(f"{int(value[:-1]) + days}{value[-1]}")


def _renaming(
    above: tuple[str | int, ...], old: str, new: str, missing: str | None
) -> Callable[[Content], None]:
    def put(mutant: Content) -> None:
        test = _at(mutant, above)
        renamed = {new if key == old else key: value for key, value in test.items()}
        test.clear()
        test.update(renamed if missing is None else {**renamed, "missing": missing})

    return put
