"""`import`: adopts what is live into files."""

from __future__ import annotations

import os

import click

from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import notice, waiting, write, write_json
from cg_sync.errors import counted
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds import KINDS
from cg_sync.report.line import Span, Tone, line


@click.command("import")
@project_option
@environment_option
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([kind.folder for kind in KINDS]),
    help="Only these. Repeatable.  [default: all]",
)
@click.option(
    "--no-members", is_flag=True, help="Leave membership out: files then say nothing about members."
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show which files would be made.")
@format_option("text", "json")
@result_file_option
@pass_run
def import_command(run: Run, only: tuple[str, ...], no_members: bool, dry_run: bool) -> None:
    """Write what the shop has, and no file describes yet, into files, such that the next plan is
    empty.

    Never changes a file that is there, and never writes to the shop. Groups of more than 20 members
    get a list in members/. Member lists hold e-mail addresses: with --no-members none come into the
    repository.
    """
    from cg_sync.report.data import problems_data
    from cg_sync.report.text import problem_lines
    from cg_sync.workflow.adopt import adopt, write_files
    from cg_sync.workflow.connect import open_shop

    checked = run.check()
    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    folders = frozenset(only or [kind.folder for kind in checked.kinds])
    with waiting("reading the shop …"):
        adopted = adopt(checked, shop, only=folders, members=not no_members)
    for file in adopted.files if dry_run else write_files(checked.root, adopted.files):
        if run.format == "text":
            write([line(Span(f"+ {file.path}", Tone.ADDED))])
    summary: dict[str, JsonValue] = {
        "files": [file.path for file in adopted.files],
        "described": adopted.described,
        "problems": problems_data(adopted.problems),
    }
    run.result |= summary
    if run.format == "json":
        write_json(summary)
        run.printed_document = True
        return
    write(problem_lines(adopted.problems), to_stderr=True)
    word = "would be written" if dry_run else "written"
    write(
        [
            line(
                f"{counted(len(adopted.files), 'file')} {word}; "
                f"{adopted.described} resources have a file already"
            )
        ]
    )
