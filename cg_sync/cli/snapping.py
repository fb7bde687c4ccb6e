"""`snapshot`: the shop as a file that plans can be made from."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

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
from cg_sync.errors import UsageWrong, counted
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import Line, Span, Tone, discreet, line


@click.command("snapshot")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write.",
)
@click.option(
    "--no-members",
    is_flag=True,
    help="Leave membership out: plans made from the snapshot then say nothing about members.",
)
@click.option(
    "--salt-from",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Take the salt of an older snapshot, so that the two can be compared.",
)
@project_option
@environment_option
@format_option("text", "json")
@result_file_option
@pass_run
def snapshot_command(run: Run, out: Path, no_members: bool, salt_from: Path | None) -> None:
    """Read the shop and write what a plan needs of it into a file, for `plan --against`.

    Cannot write to the shop. Customers are in the file as salted hashes only: docs/snapshots.md
    says what that protects from, and what it does not. CG_SYNC_SIGNING_KEY signs the file,
    CG_SYNC_SNAPSHOT_SALT keeps the salt of members secret.
    """
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.snap import take_snapshot, write_snapshot
    from cg_sync.workflow.snapshot import load_snapshot

    if not out.parent.is_dir():
        raise UsageWrong(f"-o {out}: there is no folder {out.parent}", hint="name another folder")
    checked = run.check()
    salt = load_snapshot(salt_from, environ=os.environ).salt if salt_from is not None else ""
    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    with waiting("reading the shop …"):
        snapshot = take_snapshot(
            checked,
            shop,
            now=datetime.now(UTC),
            environ=os.environ,
            members=not no_members,
            salt=salt,
        )
    write_snapshot(snapshot, out, environ=os.environ)
    summary: dict[str, JsonValue] = {
        "file": str(out),
        "read_at": snapshot.read_at.isoformat(),
        "counts": snapshot.counts,
        "calls": dict(sorted(shop.calls.items())),
    }
    run.result |= summary
    if run.format == "json":
        write_json(summary)
        run.printed_document = True
    else:
        write([_said(snapshot.environment, snapshot.counts, out)])


def _said(environment: str, counts: dict[str, JsonValue], out: Path) -> Line:
    found = [
        counted(number, name.removesuffix("s").replace("_", " "))
        for name, number in counts.items()
        if isinstance(number, int)
    ]
    without = "" if "members" in counts else ", without members"
    said = f": {', '.join(found)}{without}"
    return line(Span(f"{out}", Tone.ADDED), f": {discreet(environment)}{said}")
