"""Puts a plan, or problems, on paper: on stdout, in colour where a person looks, or into a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from cg_sync.cli.run import Run
from cg_sync.cli.terminal import emit, notice, write
from cg_sync.errors import UsageWrong
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
    from cg_sync.core.source import Source
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


def members_out_option(command: F) -> F:
    """`--members-out FILE`: every member who moves, where a plan shows a few."""
    return click.option(
        "--members-out",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_in_a_folder,
        help="Write every member whom the plan adds or removes to this file, as CSV, by pk.",
    )(command)


def _in_a_folder(
    _context: click.Context, _parameter: click.Parameter, value: Path | None
) -> Path | None:
    if value is not None and not value.parent.is_dir():
        hint = "name a file in a folder there is"
        raise UsageWrong(f"--members-out {value}: no such folder", hint=hint)
    return value


def put_members(plan: Plan, path: Path | None) -> None:
    """Every move of a member into a file that only its owner may read, if one is named. Raises
    FilesError.
    """
    if path is not None:
        from cg_sync.files.writing import write_parts
        from cg_sync.report.member_moves import member_moves

        write_parts(path, member_moves(plan.changes), private=True)
        notice(f"who moves is in {path}, by pk")


def put(run: Run, plan: Plan, out: Path | None, *, most: int, full_report: str) -> None:
    """The plan in the format of the run, to the file or to stdout. Raises FilesError."""
    from cg_sync.files.writing import write_text
    from cg_sync.report.text import plan_lines

    form = cast(PlanFormat, run.format)
    paper = _paper(run, most=most, full_report=full_report, source=plan.source)
    if out is not None:
        write_text(out, plan_text(plan, form, paper))
    elif form == "text":
        write(plan_lines(plan, paper.labels))
    else:
        emit(plan_text(plan, form, paper))
    run.printed_document = run.printed_document or (form != "text" and out is None)


def put_problems(run: Run, problems: Sequence[Problem], *, no_plan: bool = False) -> bool:
    """The problems on stdout, when the format of the run is one for findings alone; whether it is.

    Text and JSON are not: each command has its own of these. With `no_plan` they take the place of
    a plan.
    """
    if run.format not in FINDING_FORMATS:
        return False
    target = _target(run) if no_plan else None
    emit(problems_text(problems, run.format, replace(_paper(run), target=target)))
    run.printed_document = True
    return True


def _paper(
    run: Run,
    *,
    most: int = GITHUB_COMMENT,
    full_report: str = "",
    source: Source | None = None,
) -> Paper:
    from importlib.metadata import version

    from cg_sync.files.repository import folder_in_repository
    from cg_sync.kinds import KINDS

    labels = {kind.name: kind.label for kind in KINDS}
    # A saved plan knows where its project is; it may be shown from anywhere.
    folder = folder_in_repository(run.project) if source is None else source.folder
    return Paper(labels, version("cg-sync"), most, full_report, folder)


def _target(run: Run) -> tuple[str, int] | None:
    """The environment of the run and its channel, as far as a project with faults tells them."""
    from cg_sync.files.tree import read_tree
    from cg_sync.jsonvalue import mapping_in

    document = read_tree(run.project, {})[0].project
    content = mapping_in(document.content) if document is not None else {}
    environments = mapping_in(content.get("environments"))
    name = run.environment or (next(iter(environments), "") if len(environments) == 1 else "")
    channel = mapping_in(environments.get(name)).get("channel")
    return (name, channel) if isinstance(channel, int) else None
