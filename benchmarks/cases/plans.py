"""Plans of many settings against a shop that has as many."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from benchmarks.build import live_of
from benchmarks.cases.case import Budget, Case, World, planned, yardstick
from benchmarks.cases.local import EVENTS
from benchmarks.live import ProjectStock
from benchmarks.server import serve

PAGE = 1_000


def plans(world: World) -> Iterator[Case]:
    """Without a cache, filling it, with it and nothing changed, and with one file changed."""
    files = world.sizes.files
    project = world.data("settings", files)
    pages = -(-files // PAGE)
    with serve(ProjectStock(live_of(project))) as server:
        cold = planned(project, server)
        warm = replace(cold, environ={**cold.environ, **world.cache})
        floor = yardstick("events", project)
        about = f"plan of {files:,} files against {files:,} live settings"
        limits = (Budget("memory", most=200), Budget("calls", most=pages + 5))
        yield Case("plan", about, cold, floor, EVENTS, (Budget("ratio", most=2.5), *limits))
        filling = replace(warm, before=lambda: _forget(project))
        yield Case("plan-filling", f"{about}, filling the cache", filling, floor, EVENTS,
                   runs=min(3, world.runs))  # fmt: skip
        yield Case("plan-warm", "the same, nothing changed since the last", warm, floor, EVENTS,
                   (Budget("cpu", most=0.6), *limits))  # fmt: skip
        edited = replace(warm, before=_editor(project / "settings" / "setting-1.yaml"))
        yield Case("plan-edited", "the same, one file edited", edited, floor, EVENTS, limits,
                   min(3, world.runs))  # fmt: skip
        targets = world.folder / "pages.txt"
        targets.write_text("\n".join(_targets(pages)), encoding="utf-8")
        yield Case("plan-ceiling", f"its {pages} pages by `http.client`, not decoded",
                   yardstick("get", targets, server))  # fmt: skip


def _targets(pages: int) -> Iterator[str]:
    for page in range(1, pages + 1):
        yield f"/api/v1/remote/1/customer_group_settings/?sort=id&limit={PAGE}&page={page}"


def _forget(project: Path) -> None:
    shutil.rmtree(project / ".cg-sync", ignore_errors=True)


def _editor(file: Path) -> Callable[[], None]:
    """Gives the file a text that it has never had before, and the same meaning."""
    text, numbers = file.read_text(encoding="utf-8"), count(1)

    def edit() -> None:
        file.write_text(f"{text}# edited {next(numbers)}\n", encoding="utf-8")

    return edit
