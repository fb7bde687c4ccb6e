"""Live records that say the same as the files of a project, made by the project's own kinds."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.data import LISTS
from benchmarks.exchange import App
from benchmarks.shop import ShopStock


def write_live(project: Path, file: Path) -> None:
    """The settings of a project as the shop takes them, in the order of their slugs."""
    from cg_sync.core.kind import Ids
    from cg_sync.workflow.check import check_files

    checked = check_files(project, environment=None, environ=None)
    checked.refuse_if_broken()
    ids = Ids({"price_lists": {code: pk for pk, code in enumerate(LISTS, 1)}})
    kinds = {kind.name: kind for kind in checked.kinds}
    records = [
        kinds[it.address.kind].to_wire(it.spec, ids)
        for it in checked.desired.wanted.values()
        if it.address.kind == "customer_group_setting" and it.spec is not None
    ]
    file.write_text(json.dumps(records), encoding="utf-8")


@dataclass(frozen=True)
class ProjectStock:
    """A shop with the settings in a file of `write_live`; `changes` are fields that the first so
    many of them have otherwise.
    """

    live: Path
    changed: int = 0
    changes: Mapping[str, Any] = field(default_factory=dict)
    base: ShopStock = field(default_factory=lambda: ShopStock(price_lists=LISTS))

    def opened(self) -> App:
        return replace(self.base, settings=self._settings()).opened()

    def _settings(self) -> Sequence[Mapping[str, Any]]:
        records = json.loads(self.live.read_text(encoding="utf-8"))
        return [
            {**it, **{name: _odd(it[name], value) for name, value in self.changes.items()}}
            if number < self.changed
            else it
            for number, it in enumerate(records)
        ]


def _odd(value: Any, told: Any) -> Any:
    """What stands there instead: a text behind the text, so that names stay unique."""
    return f"{value}{told}" if isinstance(value, str) else told


if __name__ == "__main__":
    write_live(Path(sys.argv[1]), Path(sys.argv[2]))
