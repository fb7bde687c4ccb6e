"""Reads the JSON Schemas that ship inside the package, the one law for the shape of files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from cg_sync.jsonvalue import JsonObject

_SUFFIX = ".schema.json"
_FOLDER = files("cg_sync").joinpath("schemas")


class _Shipped(Mapping[str, JsonObject]):
    """Reads a schema when it is asked for: of many kilobytes most runs need little."""

    def __getitem__(self, name: str) -> JsonObject:
        if name not in _names():
            raise KeyError(name)
        return _read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())


def read_schemas() -> Mapping[str, JsonObject]:
    """Every schema by its name (`group`, `setting`, …), in the order of the names; each is read
    once.
    """
    return _Shipped()


@cache
def _names() -> tuple[str, ...]:
    found = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(it.removesuffix(_SUFFIX) for it in found if it.endswith(_SUFFIX)))


@cache
def _read(name: str) -> JsonObject:
    schema: JsonObject = json.loads(_FOLDER.joinpath(name + _SUFFIX).read_text(encoding="utf-8"))
    return schema
