"""`list`: what the shop has, filtered, for eyes and for pipes."""

from __future__ import annotations

import os
from itertools import islice

import click

from cg_sync.cli.run import Run, environment_option, pass_run, project_option
from cg_sync.cli.terminal import emit, notice, write, write_json
from cg_sync.errors import UsageWrong, counted
from cg_sync.report.line import Line, Span, Tone, line

BATCH = 1000


@click.command("list")
@click.argument("what", type=click.Choice(["groups", "settings", "customers"]))
@click.option(
    "--where",
    multiple=True,
    metavar="FILTER",
    help="Such as 'email domain_under edu.tr' or is_active=true; several must all hold.",
)
@click.option(
    "--member",
    multiple=True,
    metavar="FILTER",
    help="For groups: only those in which one member passes all of these filters.",
)
@click.option(
    "-o",
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How the rows are written to stdout.",
)
@click.option(
    "--limit",
    default=100,
    show_default=True,
    help="Rows of a table; 0 for all. CSV and JSON are always whole.",
)
@project_option
@environment_option
@pass_run
def list_command(
    run: Run, what: str, where: tuple[str, ...], member: tuple[str, ...], output: str, limit: int
) -> None:
    """List groups, settings or customers of the shop. The active filters are shown above the table.

    Filters that the shop cannot do are done here, and the list says so.
    `cg-sync list customers --where … -o csv > members/students.csv` makes a member list.
    """
    from cg_sync.report.table import csv_text, table_lines
    from cg_sync.rules.where import describe
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.listing import listings, narrow, read_filters, rows

    run.format = output
    if limit < 0:
        raise UsageWrong("--limit: must be 0 or more")
    if member and what != "groups":
        raise UsageWrong("--member filters groups", hint=f"for {what}, use --where")
    checked = run.check()
    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    known = listings(checked.context.vocabulary.catalogue)
    listing = known[what]
    by_member = read_filters("--member", member, known["customers"].filters)
    narrowed = narrow(listing, read_filters("--where", where, listing.filters), shop)
    columns = list(listing.columns)
    found = rows(narrowed, shop, with_member=by_member)
    filters = [_filter_line(describe(it), it in narrowed.by_shop) for it in narrowed.filters]
    filters += [_filter_line(f"a member with {describe(it)}", False) for it in by_member]
    write(filters, to_stderr=output != "table")
    if output == "json":
        write_json(list(found))
    elif output == "csv":
        is_read = emit(csv_text(columns, ()))
        # When the reader of the first rows has gone away, nobody needs the rest of the shop.
        while is_read and (batch := list(islice(found, BATCH))):
            is_read = emit(csv_text(columns, batch, header=False))
    else:
        shown = list(islice(found, limit or None))
        write(table_lines(columns, shown))
        rest = sum(1 for _ in found)
        total = counted(len(shown) + rest, what.removesuffix("s"))
        more = f"; {rest:,} not shown (--limit 0 shows all)" if rest else ""
        write([line(Span(f"{total}{more}", Tone.QUIET))])


def _filter_line(words: str, by_shop: bool) -> Line:
    side = "by the shop" if by_shop else "by cg-sync"
    return line(
        Span("filter: ", Tone.QUIET), Span(words, Tone.STRONG), Span(f"  ({side})", Tone.QUIET)
    )
