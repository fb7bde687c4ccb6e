"""The example project: what `init` lays down and the demo plays with. It is the one at the root of
this repository.
"""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

CONTENT = (
    *("cg-sync.yaml", "attributes.yaml", "invariants.yaml"),
    *("groups", "settings", "members", "lists", "rule-tests", "schemas"),
)


def copy_starter(target: Path) -> list[str]:
    """Copy the example project into `target` and return what was made, sorted, with forward
    slashes.

    Files that are there already stay as they are.
    """
    made = []
    with as_file(files("cg_sync")) as package:
        inside_wheel = package / "starter"
        source = inside_wheel if inside_wheel.is_dir() else package.parent
        for name in CONTENT:
            top = source / name
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                place = target / path.relative_to(source)
                if path.is_file() and not place.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, place)
                    made.append(place.relative_to(target).as_posix())
    return sorted(made)
