"""Finds e-mail addresses in groups and member lists, for projects that want none in git."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from cg_sync.core.document import Document
from cg_sync.errors import Position, Problem
from cg_sync.files.paths import resolve_inside, shown_path
from cg_sync.jsonvalue import JsonValue, Pointer, mapping_in

MAX_PROBLEMS: Final = 20
"""How many addresses of one list are reported one by one."""

_ADDRESS: Final = re.compile(r"[^\s@,;\"'<>]@[^\s@,;\"'<>]")
_HINT: Final = "name the customer by pk, erp_code or phone_number"
_MESSAGE: Final = "an e-mail address, which the project forbids in git"


def addresses_in_git(root: Path, documents: Sequence[Document]) -> Iterator[Problem]:
    """A CG-S01 for each e-mail address in these groups, and in the member lists that they name.

    Lists that cannot be read are passed over here. No message tells an address.
    """
    lists: dict[Path, None] = {}
    for document in documents:
        members = mapping_in(mapping_in(document.content).get("members"))
        for pointer in _addressed(members.get("customers")):
            yield document.problem("CG-S01", _MESSAGE, pointer, hint=_HINT)
        files = members.get("files")
        for relative in files if isinstance(files, list) else ():
            path = resolve_inside(root, document.file, str(relative))
            if path is not None and path.is_file():
                lists[path] = None
    for path in lists:
        yield from _in_list(path, shown_path(root, path))


def _addressed(customers: JsonValue) -> Iterator[Pointer]:
    """The places of customers who are named by address."""
    for index, customer in enumerate(customers if isinstance(customers, list) else ()):
        here = ("members", "customers", index)
        if isinstance(customer, str):
            yield here
        elif "email" in mapping_in(customer):
            yield (*here, "email")


def _in_list(path: Path, shown_as: str) -> Iterator[Problem]:
    """Also in comments and in columns that name nobody: they are in git just the same."""
    count = 0
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if "@" in line and _ADDRESS.search(line):
                count += 1
                if count <= MAX_PROBLEMS:
                    yield Problem("CG-S01", _MESSAGE, Position(shown_as, number), _HINT)
    if count > MAX_PROBLEMS:
        message = f"and {count - MAX_PROBLEMS:,} more like these"
        yield Problem("CG-S01", message, Position(shown_as))
