"""Reads a project: the files at its top, lists/, conditions/ and each kind's folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cg_sync.core.document import Document
from cg_sync.errors import Position, Problem, Severity
from cg_sync.files.paths import is_inside, shown_path
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


def read_tree(root: Path, folders: Mapping[str, str]) -> tuple[Tree, tuple[Problem, ...]]:
    """The project in `root`, and all that hinders reading it; `folders` are by kind.

    Documents are in the order of their file names. One that cannot be read is left out and has a
    problem. A folder that does not exist is empty.
    """
    problems: list[Problem] = []
    project = _read_top(root, PROJECT_FILE, problems)
    if not os.path.lexists(root / PROJECT_FILE):
        where = Position(PROJECT_FILE)
        hint = "go to the project's folder, or run `cg-sync init`"
        problems.append(
            Problem("CG-F17", f"there is no {PROJECT_FILE} in this folder", where, hint)
        )
    attributes = _read_top(root, ATTRIBUTES_FILE, problems)
    invariants = _read_top(root, INVARIANTS_FILE, problems)
    lists = _read_named(root, LISTS_FOLDER, "value list", problems)
    conditions = _read_named(root, CONDITIONS_FOLDER, "condition", problems)
    resources = {
        kind: tuple(document for _, document in _read_folder(root, folder, problems))
        for kind, folder in folders.items()
    }
    return Tree(root, project, attributes, lists, conditions, resources, invariants), tuple(
        problems
    )


def _read_top(root: Path, name: str, problems: list[Problem]) -> Document | None:
    path = root / name
    other = path.with_suffix(".yml")
    if other.exists():
        problems.append(_ignored(other.name, f"rename it to {name}", Severity.WARNING))
    return _read_file(root, path, problems) if os.path.lexists(path) else None


def _read_file(root: Path, path: Path, problems: list[Problem]) -> Document | None:
    file = shown_path(root, path)
    if not is_inside(root, path):
        problems.append(_leaves(file))
        return None
    data, problem = read_bytes(path, shown_as=file, limit=MAX_BYTES)
    if problem is not None:
        problems.append(problem)
        return None
    document, found = read_yaml(data, file=file)
    problems += found
    return document


def _read_folder(
    root: Path, folder: str, problems: list[Problem]
) -> Iterator[tuple[Path, Document]]:
    """The *.yaml files directly in `folder`, by name.

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
        names = sorted(path.name for path in base.iterdir())
    except OSError as error:
        problems.append(cannot_read(error, folder))
        return
    for name in names:
        path = base / name
        if path.suffix == ".yaml" and not name.startswith("."):
            document = _read_file(root, path, problems)
            if document is not None:
                yield path, document
        elif path.is_dir():
            if _has_yaml(path):
                hint = f"move its files up into {folder}/, or out of it"
                problems.append(_ignored(f"{shown_path(root, path)}/", hint, Severity.ERROR))
        elif _is_yaml(name):
            hint = "name it *.yaml, or move it elsewhere"
            problems.append(_ignored(shown_path(root, path), hint, Severity.ERROR))
        elif path.suffix != ".md" and not name.startswith((".", "README")):
            hint = "name it *.yaml, or move it elsewhere"
            problems.append(_ignored(shown_path(root, path), hint, Severity.WARNING))


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def _has_yaml(folder: Path) -> bool:
    return any(_is_yaml(name) for _, _, names in os.walk(folder) for name in names)


def _read_named(root: Path, folder: str, noun: str, problems: list[Problem]) -> dict[str, Document]:
    found = {path.stem: document for path, document in _read_folder(root, folder, problems)}
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
