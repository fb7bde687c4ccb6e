"""That the schemas are found inside the package, whole and by name."""

from __future__ import annotations

import json
from pathlib import Path

import cg_sync
from cg_sync.files.schemas import read_schemas


def test_every_shipped_schema_is_read_by_its_name() -> None:
    folder = Path(cg_sync.__file__).parent / "schemas"
    shipped = {
        path.name.split(".")[0]: json.loads(path.read_text("utf-8"))
        for path in folder.glob("*.schema.json")
    }
    assert read_schemas() == shipped


def test_the_file_kinds_of_a_project_each_have_a_schema() -> None:
    assert {"attributes", "group", "list", "project", "setting"} <= set(read_schemas())


def test_the_names_come_in_alphabetical_order() -> None:
    assert list(read_schemas()) == sorted(read_schemas())
