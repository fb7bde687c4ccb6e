"""`import`: adopts what is live into files, or writes it back into those that are there."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import emit, notice, waiting, write, write_json
from cg_sync.errors import UsageWrong, counted
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds import KINDS
from cg_sync.report.line import Span, Tone, harmless, line

if TYPE_CHECKING:
    from cg_sync.workflow.update.update import Updated


@click.command("import")
@click.argument("what", nargs=-1)
@project_option
@environment_option
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([kind.folder for kind in KINDS]),
    help="Only these. Repeatable.  [default: all]",
)
@click.option(
    "--update",
    is_flag=True,
    help="Change the files that are there instead: write back what was changed in the shop.",
)
@click.option("--no-members", is_flag=True, help="Leave membership out, or as the files have it.")
@click.option(
    "--show-members",
    is_flag=True,
    help="With --update: show the changes of member lists too, with addresses.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
@format_option("text", "json")
@result_file_option
@pass_run
def import_command(
    run: Run,
    what: tuple[str, ...],
    only: tuple[str, ...],
    update: bool,
    no_members: bool,
    show_members: bool,
    dry_run: bool,
) -> None:
    """Write what the shop has, and no file describes yet, into files, such that the next plan is
    empty.

    Never changes a file that is there, and never writes to the shop. Groups of more than 20 members
    get a list in members/. Member lists hold e-mail addresses: with --no-members none come into the
    repository.

    With --update it makes no files, but changes those that are there: only what differs in the
    shop, all else stays byte for byte. WHAT are files, names of groups or slugs of settings;
    without any, all. Shows the changes as a patch; with --dry-run `git apply` takes it.
    """
    folders = frozenset(only or [kind.folder for kind in KINDS])
    if update:
        _update(run, what, folders, not no_members, show_members, dry_run)
        return
    if what or show_members:
        option = "--show-members" if show_members else what[0]
        raise UsageWrong(f"{option}: only with --update", hint="import --update WHAT")
    _adopt(run, folders, not no_members, dry_run)


def _adopt(run: Run, folders: frozenset[str], members: bool, dry_run: bool) -> None:
    from cg_sync.report.as_json import problems_data
    from cg_sync.report.problem_lines import problem_lines
    from cg_sync.workflow.adopt import adopt, write_files
    from cg_sync.workflow.connect import open_shop

    checked = run.check()
    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        adopted = adopt(checked, shop, only=folders, members=members)
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


def _update(
    run: Run,
    what: tuple[str, ...],
    folders: frozenset[str],
    members: bool,
    show_members: bool,
    dry_run: bool,
) -> None:
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.update.update import update_files, write_updates

    checked = run.check()
    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    chosen = [_as_named(it, checked.root) for it in what]
    with waiting("reading the shop …"):
        updated = update_files(checked, shop, only=folders, chosen=chosen, members=members)
    if not dry_run:
        write_updates(checked.root, updated.files)
    patch = _patch(updated, show_members)
    summary = _summary(updated)
    run.result |= summary
    if run.format == "json":
        write_json({**summary, "patch": patch})
        run.printed_document = True
        return
    _show_patch(patch)
    _show_rest(updated, dry_run)


def _summary(updated: Updated) -> dict[str, JsonValue]:
    from cg_sync.report.as_json import problems_data

    return {
        "files": [it.path for it in updated.files],
        "updated": [
            {"kind": it.address.kind, "key": it.address.key, "file": it.file}
            for it in updated.drafts
        ],
        "unchanged": updated.unchanged,
        "problems": problems_data(updated.problems),
    }


def _show_rest(updated: Updated, dry_run: bool) -> None:
    """What was left alone, and one line that counts it all."""
    from cg_sync.report.problem_lines import problem_lines

    write(problem_lines(updated.problems), to_stderr=True)
    word = "would change" if dry_run else "changed"
    left = len({it.where.file if it.where else "" for it in updated.problems})
    notice(
        f"{counted(len(updated.files), 'file')} {word}; {updated.unchanged} resources are as their "
        f"files say, {left} left alone"
    )


def _patch(updated: Updated, show_members: bool) -> str:
    from cg_sync.report.patch import FilePatch, member_note, patch_of

    files = [
        FilePatch(it.path, it.before.decode(), it.after.decode(), it.names_people)
        for it in updated.files
    ]
    notes = [
        member_note(it.file, it.added, it.removed)
        for it in updated.drafts
        if it.keys is not None and not show_members
    ]
    return "".join((*notes, patch_of(files, show_members=show_members)))


def _as_named(word: str, root: Path) -> str:
    """A file as seen from the root of the project; any other word is a key."""
    path = Path(word)
    if path.suffix == ".yaml" and path.is_file() and path.resolve().is_relative_to(root.resolve()):
        return path.resolve().relative_to(root.resolve()).as_posix()
    return word


_TONES = {"+": Tone.ADDED, "-": Tone.REMOVED, "@": Tone.QUIET, "#": Tone.QUIET}


def _show_patch(patch: str) -> None:
    """As it is for a program, harmless and in colours for a person."""
    if not sys.stdout.isatty():
        emit(patch)
        return
    for text in patch.split("\n")[:-1]:
        tone = _TONES.get(text[:1], Tone.PLAIN)
        write([line(Span(harmless(text.removesuffix("\r"), 10_000), tone))])
