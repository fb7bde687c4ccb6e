"""The schemas that editors use in a project: made with its own words, laid down, kept fresh."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from cg_sync.errors import Position, Problem, Severity
from cg_sync.files.paths import is_inside
from cg_sync.files.reading import read_bytes
from cg_sync.files.schemas import read_schemas
from cg_sync.files.tree import PROJECT_FILE
from cg_sync.files.writing import write_text
from cg_sync.files.yaml_text import MAX_BYTES
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.editor_schema import (
    holds_conditions,
    schema_with_conditions,
    setting_schema,
)
from cg_sync.rules.parse import Vocabulary
from cg_sync.workflow.check import Checked, check_files

FOLDER = "schemas"
MAX_WIDTH = 96
SETTING = "setting"


def schema_for(root: Path, name: str) -> JsonObject:
    """The schema `name`: in a project as it is there, elsewhere the general one.

    Raises KeyError for a schema that does not exist. Raises FilesError for one that holds rules
    when the words of the project have errors.
    """
    general = read_schemas()[name]
    has_rules = name == SETTING or holds_conditions(general)
    if has_rules and (root / PROJECT_FILE).exists():
        return _in_project(name, _words_of(root))
    return general


def project_schemas(vocabulary: Vocabulary) -> Mapping[str, JsonObject]:
    """Every schema by its name, in the order of the names; rules have the words of a project."""
    return {name: _in_project(name, vocabulary) for name in read_schemas()}


def _in_project(name: str, vocabulary: Vocabulary) -> JsonObject:
    """The schema `name`, in which rules have the words of a project."""
    general = read_schemas()
    if name == SETTING:
        return setting_schema(general[SETTING], vocabulary)
    if holds_conditions(general[name]):
        return schema_with_conditions(general[name], general[SETTING], vocabulary)
    return general[name]


def schema_text(schema: JsonObject) -> str:
    """The schema as its file holds it: short lists and mappings on one line each."""
    return f"{_laid_out(schema, 0)}\n"


def _laid_out(value: JsonValue, column: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, Mapping | list) or column + len(flat) <= MAX_WIDTH:
        return flat
    inside = "\n" + " " * (column + 2)
    if isinstance(value, list):
        items = [_laid_out(item, column + 2) for item in value]
        return f"[{inside}{f',{inside}'.join(items)}\n{' ' * column}]"
    entries = [
        f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(item, column + 2)}"
        for key, item in value.items()
    ]
    return f"{{{inside}{f',{inside}'.join(entries)}\n{' ' * column}}}"


def write_schemas(root: Path) -> list[str]:
    """Lay down all schemas of the project, and return their files, sorted.

    Raises FilesError when the words of the project have errors, and then nothing is written, or
    when a file cannot be written.
    """
    schemas = project_schemas(_words_of(root))
    for name, schema in schemas.items():
        write_text(root / _file_of(name), schema_text(schema), inside=root)
    return [_file_of(name) for name in schemas]


def stale_schemas(checked: Checked) -> tuple[Problem, ...]:
    """A warning for each schema in the project that is not what `write_schemas` would write.

    None for one that is not there. None either while the files have errors: until they are mended
    nobody knows all words of the project.
    """
    if any(it.severity is Severity.ERROR for it in checked.problems):
        return ()
    return tuple(_stale(checked.root, checked.context.vocabulary))


def _stale(root: Path, vocabulary: Vocabulary) -> Iterator[Problem]:
    for name in read_schemas():
        file = _file_of(name)
        if (root / file).exists() and not _is_written(root, file, _in_project(name, vocabulary)):
            message = "is stale, so editors may complete and underline wrongly"
            hint = "run `cg-sync schema --write`"
            yield Problem("CG-F25", message, Position(file), hint, Severity.WARNING)


def _is_written(root: Path, file: str, schema: JsonObject) -> bool:
    """Whether the file holds the schema, however it is laid out."""
    if not is_inside(root, root / file):
        return False
    data, problem = read_bytes(root / file, shown_as=file, limit=MAX_BYTES)
    try:
        return problem is None and canonical(json.loads(data)) == canonical(schema)
    except (ValueError, RecursionError):
        return False


def _words_of(root: Path) -> Vocabulary:
    checked = check_files(root, environment=None, environ=None, kinds=())
    checked.refuse_if_broken()
    return checked.context.vocabulary


def _file_of(name: str) -> str:
    return f"{FOLDER}/{name}.schema.json"
