"""Files alone, without a shop."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks.cases.case import Budget, Case, World, bare_python, ours, part, yardstick

_NINEFOLD = "".join(
    f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]\n" for one, two in pairwise("abcdefghi")
)
HOSTILE = {
    "1 MB of [": "[" * 1_000_000,
    "a list in a list, 100,000 deep": "[" * 100_000 + "]" * 100_000,
    "mappings 100,000 deep": "{a: " * 100_000 + "}" * 100_000,
    "an alias bomb": f"a: &a [x, x, x, x, x, x, x, x, x]\n{_NINEFOLD}",
}
EVENTS = "a bare libyaml event pass over the same files"


def local(world: World) -> Iterator[Case]:
    """Starting, validating, what means harm, rule tests and analysis."""
    yield Case(
        "help", "`cg-sync --help`", ours("--help"), bare_python(), "bare Python",
        (Budget("ratio", most=6),),
    )  # fmt: skip
    project = world.data("settings", world.sizes.files)
    yield Case(
        "validate",
        f"validate {world.sizes.files:,} setting files",
        ours("validate", project=project),
        yardstick("events", project),
        EVENTS,
        (Budget("ratio", most=2), Budget("memory", most=150)),
    )
    yield from hostile(world)
    tested = world.data("tested", world.sizes.tests)
    yield Case(
        "test",
        f"6 settings on {world.sizes.tests // 24 * 24:,} cases of rule tests",
        ours("test", project=tested),
        yardstick("evaluations", tested),
        "read the files, and evaluate the 6 rules for each case",
    )
    analysed = world.data("analysed", world.sizes.analysed)
    yield Case(
        "analyse",
        f"analyse {world.sizes.analysed:,} settings, each pair",
        part("analyse", analysed),
        ours("validate", project=analysed),
        "validate the same settings",
    )


def hostile(world: World) -> Iterator[Case]:
    """Files that mean harm, one after another."""
    for number, (about, text) in enumerate(HOSTILE.items(), 1):
        file: Path = world.folder / f"hostile-{number}.yaml"
        file.write_text(text, encoding="utf-8")
        yield Case(
            f"hostile-{number}",
            f"{about}, refused with its position",
            part("hostile", file),
            budgets=(Budget("part_cpu", most=0.1),),
        )
