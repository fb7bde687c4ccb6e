"""Puts a plan, or problems, on paper: on stdout, in colour where a person looks, or into a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from cg_sync.cli.run import Run
from cg_sync.cli.terminal import emit, write
from cg_sync.report.formats import (
    FINDING_FORMATS,
    GITHUB_COMMENT,
    Paper,
    PlanFormat,
    plan_text,
    problems_text,
)

if TYPE_CHECKING:
    from cg_sync.core.plan import Plan
    from cg_sync.errors import Problem

F = TypeVar("F", bound=Callable[..., Any])


def out_option(command: F) -> F:
    """`-o FILE`: where the result goes instead of stdout."""
    return click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the result to this file instead of stdout.",
    )(command)


def paper_options(command: F) -> F:
    """`--max-chars` and `--full-report`, for what must be cut."""
    command = click.option(
        "--full-report",
        metavar="URL",
        default="",
        help="Where the whole report is; markdown that had to be cut links to it.",
    )(command)
    return click.option(
        "--max-chars",
        "most",
        type=click.IntRange(min=2_000),
        default=GITHUB_COMMENT,
        show_default=True,
        help="The most characters of markdown: 65536 on GitHub, 1000000 on GitLab.",
    )(command)


def put(run: Run, plan: Plan, out: Path | None, *, most: int, full_report: str) -> None:
    """The plan in the format of the run, to the file or to stdout. Raises FilesError."""
    from cg_sync.files.writing import write_text
    from cg_sync.report.text import plan_lines

    form = cast(PlanFormat, run.format)
    paper = _paper(run, most=most, full_report=full_report)
    if out is not None:
        write_text(out, plan_text(plan, form, paper))
    elif form == "text":
        write(plan_lines(plan, paper.labels))
    else:
        emit(plan_text(plan, form, paper))
    run.printed_document = run.printed_document or (form != "text" and out is None)


def put_problems(run: Run, problems: Sequence[Problem]) -> bool:
    """The problems on stdout, when the format of the run is one for findings alone; whether it is.

    Text and JSON are not: each command has its own of these.
    """
    if run.format not in FINDING_FORMATS:
        return False
    emit(problems_text(problems, run.format, _paper(run)))
    run.printed_document = True
    return True


def _paper(run: Run, *, most: int = GITHUB_COMMENT, full_report: str = "") -> Paper:
    from importlib.metadata import version

    from cg_sync.files.repository import folder_in_repository
    from cg_sync.kinds import KINDS

    labels = {kind.name: kind.label for kind in KINDS}
    folder = folder_in_repository(run.project)
    return Paper(labels, version("cg-sync"), most, full_report, folder)
