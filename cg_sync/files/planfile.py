"""Reads and writes documents that travel between runs as JSON: sealed, in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cg_sync.core.seal import seal_fault, sealed
from cg_sync.errors import PlanUnusable, UsageWrong
from cg_sync.files.reading import read_at_most
from cg_sync.files.writing import write_text
from cg_sync.jsonvalue import JsonObject

MAX_BYTES = 512 * 1024 * 1024
"""A plan that moves ten million customers is smaller."""


def write_sealed(path: Path, data: JsonObject, *, key: str, private: bool) -> None:
    """Put the document with its seal at `path`, in one step: the same document, the same bytes.

    Keys keep their order, which is the order of reading, and mean nothing by it: the seal is over
    the canonical text. Raises FilesError.
    """
    made = sealed(data, key)
    text = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # The shop's JSON may hold half of a letter, which UTF-8 cannot say.
        text = json.dumps(made, separators=(",", ":"))
    write_text(path, f"{text}\n", private=private)


def read_sealed(path: Path, *, key: str) -> JsonObject:
    """The document at `path`, as it was sealed.

    Raises UsageWrong for a file that cannot be read, PlanUnusable for what is no such document, or
    not as it was sealed.
    """
    data = read_document(path)
    refuse_if_unsealed(path, data, key=key)
    return data


def refuse_if_unsealed(path: Path, data: JsonObject, *, key: str) -> None:
    """Raise PlanUnusable for a document that is not as it was sealed."""
    fault = seal_fault(data, key)
    if fault:
        raise PlanUnusable(f"{path} {fault}; nothing was changed", hint="make it anew")


def read_document(path: Path) -> JsonObject:
    """The JSON object at `path`, whoever wrote it.

    Raises UsageWrong for a file that cannot be read, PlanUnusable for one that holds none.
    """
    try:
        with path.open("rb") as file:
            text = read_at_most(file, MAX_BYTES)
        if text is None:
            raise PlanUnusable(f"{path} is too large: more than {MAX_BYTES:,} bytes")
        data = json.loads(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageWrong(f"{path} cannot be read: {reason}") from error
    except (ValueError, RecursionError) as error:
        raise PlanUnusable(f"{path} is no JSON: {error}", hint="make it anew") from error
    if not isinstance(data, Mapping):
        raise PlanUnusable(f"{path} is no document of cg-sync", hint="make it anew")
    return data
