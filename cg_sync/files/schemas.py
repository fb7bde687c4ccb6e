"""Reads the JSON Schemas that ship inside the package, the one law for the shape of files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from cg_sync.jsonvalue import JsonObject

_SUFFIX = ".schema.json"


def read_schemas() -> Mapping[str, JsonObject]:
    """Every schema by its name (`group`, `setting`, …), in the order of the names."""
    folder = files("cg_sync").joinpath("schemas")
    return {
        entry.name.removesuffix(_SUFFIX): json.loads(entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(_SUFFIX)
    }
