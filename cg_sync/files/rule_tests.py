"""Finds and reads rule test files: those in `rule-tests/`, or those that somebody names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cg_sync.core.document import Document
from cg_sync.errors import Position, Problem, UsageWrong
from cg_sync.files.paths import is_inside, shown_path
from cg_sync.files.reading import read_bytes
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_text import MAX_BYTES

FOLDER = "rule-tests"


def find_rule_tests(root: Path, paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files meant, none twice: those named, and of each folder all *.yaml files in it and below
    it, by name. Without any path, those of `rule-tests/`.

    Raises UsageWrong for a path that is not there, is no YAML, or is outside the project.
    """
    found: dict[Path, None] = {}
    for path in paths or [root / FOLDER]:
        if not path.exists() and paths:
            hint = f"name files or folders of the project; without any, {FOLDER}/ is meant"
            raise UsageWrong(f"{path}: no such file or folder", hint=hint)
        if not is_inside(root, path):
            raise UsageWrong(f"{path}: is outside the project", hint="--project names another")
        if path.is_file() and path.suffix != ".yaml":
            raise UsageWrong(f"{path}: a rule test file is named *.yaml")
        found |= dict.fromkeys(_files_in(path) if path.is_dir() else _existing(path))
    return tuple(found)


def _existing(path: Path) -> Iterator[Path]:
    if path.exists():
        yield path.absolute()


def _files_in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.absolute().rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder.absolute()).parts)
        if path.suffix.lower() in (".yaml", ".yml") and path.is_file() and not hidden:
            yield path


def read_rule_tests(
    root: Path, paths: Sequence[Path]
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """The documents at those paths, and all that hinders reading any of them."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in paths:
        shown = shown_path(root, path)
        if path.suffix != ".yaml":
            hint = "name it *.yaml, or move it elsewhere"
            problems.append(Problem("CG-F15", "would be ignored", Position(shown), hint))
            continue
        if not is_inside(root, path):
            hint = "put the file itself into the project"
            message = "a symbolic link that leaves the project"
            problems.append(Problem("CG-F08", message, Position(shown), hint))
            continue
        data, problem = read_bytes(path, shown_as=shown, limit=MAX_BYTES)
        if problem is not None:
            problems.append(problem)
            continue
        document, found = read_yaml(data, file=shown)
        problems += found
        documents += [document] if document is not None else []
    return tuple(documents), tuple(problems)
