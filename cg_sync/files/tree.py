"""Reads a project: the files at its top, lists/, conditions/ and each kind's folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cg_sync.core.document import Document
from cg_sync.errors import Position, Problem, Severity
from cg_sync.files.paths import as_text, is_inside
from cg_sync.files.reading import cannot_read, read_bytes
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_text import MAX_BYTES

PROJECT_FILE = "cg-sync.yaml"
ATTRIBUTES_FILE = "attributes.yaml"
INVARIANTS_FILE = "invariants.yaml"
LISTS_FOLDER = "lists"
CONDITIONS_FOLDER = "conditions"
MEMBERS_FOLDER = "members"
PROJECT_PATHS = (
    PROJECT_FILE, ATTRIBUTES_FILE, INVARIANTS_FILE, LISTS_FOLDER, CONDITIONS_FOLDER, MEMBERS_FOLDER,
)  # fmt: skip
"""What a plan depends on, besides the folders of kinds; member lists may lie elsewhere too."""


class ReadDocument(Protocol):
    """Reads one YAML file, as `read_yaml` does."""

    def __call__(
        self, data: bytes, *, file: str
    ) -> tuple[Document | None, tuple[Problem, ...]]: ...


@dataclass(frozen=True, slots=True)
class Tree:
    """All documents of a project: `lists` and `conditions` by id (the file's stem), `resources` by
    kind.
    """

    root: Path
    project: Document | None
    attributes: Document | None
    lists: Mapping[str, Document]
    conditions: Mapping[str, Document]
    resources: Mapping[str, tuple[Document, ...]]
    invariants: Document | None = None


def read_tree(
    root: Path, folders: Mapping[str, str], *, read: ReadDocument = read_yaml
) -> tuple[Tree, tuple[Problem, ...]]:
    """The project in `root`, and all that hinders reading it; `folders` are by kind.

    Documents are in the order of their file names. One that cannot be read is left out and has a
    problem. A folder that does not exist is empty.
    """
    problems: list[Problem] = []
    project = _read_top(root, PROJECT_FILE, read, problems)
    if not os.path.lexists(root / PROJECT_FILE):
        where = Position(PROJECT_FILE)
        hint = "go to the project's folder, or run `cg-sync init`"
        problems.append(
            Problem("CG-F17", f"there is no {PROJECT_FILE} in this folder", where, hint)
        )
    attributes = _read_top(root, ATTRIBUTES_FILE, read, problems)
    invariants = _read_top(root, INVARIANTS_FILE, read, problems)
    lists = _read_named(root, LISTS_FOLDER, "value list", read, problems)
    conditions = _read_named(root, CONDITIONS_FOLDER, "condition", read, problems)
    resources = {
        kind: tuple(document for _, document in _read_folder(root, folder, read, problems))
        for kind, folder in folders.items()
    }
    return Tree(root, project, attributes, lists, conditions, resources, invariants), tuple(
        problems
    )


def _read_top(
    root: Path, name: str, read: ReadDocument, problems: list[Problem]
) -> Document | None:
    path = root / name
    other = path.with_suffix(".yml")
    if other.exists():
        problems.append(_ignored(other.name, f"rename it to {name}", Severity.WARNING))
    if not os.path.lexists(path):
        return None
    if not is_inside(root, path):
        problems.append(_leaves(name))
        return None
    return _read_file(str(path), name, read, problems)


def _read_file(
    path: str, file: str, read: ReadDocument, problems: list[Problem]
) -> Document | None:
    data, problem = read_bytes(path, shown_as=file, limit=MAX_BYTES)
    if problem is not None:
        problems.append(problem)
        return None
    document, found = read(data, file=file)
    problems += found
    return document


def _read_folder(
    root: Path, folder: str, read: ReadDocument, problems: list[Problem]
) -> Iterator[tuple[str, Document]]:
    """The *.yaml files directly in `folder`, by name, each with its name without the ending.

    Any other YAML in there is an error, since what has no file may be deleted from the shop; what
    else looks meant is a warning.
    """
    base = root / folder
    if not os.path.lexists(base):
        return
    if not is_inside(root, base):
        problems.append(_leaves(folder))
        return
    try:
        with os.scandir(base) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(cannot_read(error, folder))
        return
    for entry in entries:
        file = as_text(f"{folder}/{entry.name}")
        if not entry.name.endswith(".yaml") or entry.name.startswith("."):
            problems += _not_read(Path(entry.path), file)
        # What lies in a folder inside the project lies inside too, unless it is a link.
        elif entry.is_symlink() and not is_inside(root, Path(entry.path)):
            problems.append(_leaves(file))
        elif (document := _read_file(entry.path, file, read, problems)) is not None:
            yield entry.name.removesuffix(".yaml"), document


def _not_read(path: Path, file: str) -> Iterator[Problem]:
    """What there is to say of a file or folder that is no *.yaml file."""
    folder, name = path.parent.name, path.name
    if path.is_dir():
        if _has_yaml(path):
            hint = f"move its files up into {folder}/, or out of it"
            yield _ignored(f"{file}/", hint, Severity.ERROR)
    elif _is_yaml(name):
        yield _ignored(file, "name it *.yaml, or move it elsewhere", Severity.ERROR)
    elif path.suffix != ".md" and not name.startswith((".", "README")):
        yield _ignored(file, "name it *.yaml, or move it elsewhere", Severity.WARNING)


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def _has_yaml(folder: Path) -> bool:
    return any(_is_yaml(name) for _, _, names in os.walk(folder) for name in names)


def _read_named(
    root: Path, folder: str, noun: str, read: ReadDocument, problems: list[Problem]
) -> dict[str, Document]:
    found = dict(_read_folder(root, folder, read, problems))
    problems += _differ_only_by_case(found, noun)
    return found


def _differ_only_by_case(named: Mapping[str, Document], noun: str) -> Iterator[Problem]:
    first: dict[str, Document] = {}
    for name, document in named.items():
        other = first.setdefault(name.casefold(), document)
        if other is not document:
            message = f"{noun} `{name}` differs only by case from {other.file}"
            yield Problem("CG-F07", message, Position(document.file), "rename one of the two")


def _leaves(file: str) -> Problem:
    return Problem(
        "CG-F08",
        "a symbolic link that leaves the project",
        Position(file),
        "put the file itself into the project",
    )


def _ignored(file: str, hint: str, severity: Severity) -> Problem:
    return Problem("CG-F15", "would be ignored", Position(file), hint, severity)
