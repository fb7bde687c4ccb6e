"""`explain`: why a customer gets a setting or does not, and what a finding code means."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
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
from cg_sync.cli.terminal import notice, write, write_json
from cg_sync.errors import FilesError, Position, Problem, UsageWrong, did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.report.line import Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.core.members import KeyField
    from cg_sync.report.explanation import Explanation
    from cg_sync.workflow.check import Checked
    from cg_sync.workflow.customer import Customer

MAX_DEPTH = 64
"""Of the record in a file."""


@click.command("explain")
@click.argument("what", required=False)
@click.option("--fixture", metavar="NAME", help="Explain this customer of a rule test file.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True),
    help="With --fixture: the rule test file that has the customer.",
)
@click.option(
    "--customer-file",
    type=click.Path(path_type=Path),
    help="Explain the customer whose record is in this JSON file.",
)
@click.option("--setting", metavar="SLUG", default="", help="Tell this setting in full.")
@click.option(
    "--now",
    metavar="TIME",
    help="The time to suppose, such as 2026-11-21T09:00, instead of the real one.",
)
@project_option
@environment_option
@format_option("text", "json")
@result_file_option
@pass_run
def explain_command(
    run: Run,
    what: str | None,
    fixture: str | None,
    file: Path | None,
    customer_file: Path | None,
    setting: str,
    now: str | None,
) -> None:
    """Show which setting a customer gets and why, condition by condition, with what it would take
    to match. Settings and rules are those of the files, so one can look before applying.

    WHAT is a customer of the shop (an e-mail address, pk:1042, erp_code:C-1042 or
    phone_number:+90…), or the code of a finding, such as CG-F05, which is explained then.
    """
    if sum(it is not None for it in (what, fixture, customer_file)) != 1:
        hint = "name one customer or one code, or give --fixture or --customer-file"
        raise UsageWrong("explain takes one of them", hint=hint)
    if file is not None and fixture is None:
        raise UsageWrong("--file goes with --fixture")
    if what is not None and what.upper().startswith("CG-"):
        _explain_code(run, what.upper())
        return
    from cg_sync.cli.moments import moment_of
    from cg_sync.workflow.customer import fixture_customer, read_key
    from cg_sync.workflow.explain import explain, refuse_if_unknown

    key = read_key(what) if what is not None else None
    checked = run.check(to_connect=key is not None)
    checked.refuse_if_broken()
    refuse_if_unknown(setting, checked)
    as_of = moment_of(now, checked.project.timezone)
    if key is not None:
        customer = _from_shop(checked, *key)
    elif customer_file is not None:
        customer = _from_file(customer_file)
    else:
        assert fixture is not None
        customer, time = fixture_customer(checked, fixture, [file] if file is not None else [])
        as_of = time if time is not None and now is None else as_of
    _show(run, explain(checked, customer, as_of=as_of, setting=setting), checked)


def _show(run: Run, explanation: Explanation, checked: Checked) -> None:
    from cg_sync.report.explanation import explanation_lines
    from cg_sync.report.explanation_data import explanation_data
    from cg_sync.report.tree import words_of

    words = words_of(checked.context.vocabulary)
    run.result |= {"winner": explanation.contest.winner_slug}
    if run.format == "json":
        write_json(explanation_data(explanation, words))
        run.printed_document = True
    else:
        write(explanation_lines(explanation, words))


def _explain_code(run: Run, code: str) -> None:
    from cg_sync.codes import CODES

    if code not in CODES:
        near = did_you_mean(code, CODES)
        raise UsageWrong(f"{code}: no such code", hint=near or "docs/codes.md has them all")
    found = CODES[code]
    if run.format == "json":
        write_json({"code": code, "title": found.title, "advice": found.advice})
        run.printed_document = True
    else:
        write([line(Span(code, Tone.STRONG), f": {found.title}"), line(found.advice)])


def _from_shop(checked: Checked, field: KeyField, key: str) -> Customer:
    from cg_sync.workflow.connect import open_shop
    from cg_sync.workflow.customer import fetch_named

    shop = open_shop(checked, environ=os.environ, writable=False, on_retry=notice)
    return fetch_named(checked, shop, field, key)


def _from_file(path: Path) -> Customer:
    from cg_sync.files.reading import read_bytes
    from cg_sync.files.yaml_text import MAX_BYTES
    from cg_sync.workflow.customer import given_customer

    data, problem = read_bytes(path, shown_as=path.name, limit=MAX_BYTES)
    if problem is not None:
        raise FilesError([problem])
    try:
        record = json.loads(data)
    except RecursionError as error:
        raise FilesError([_too_deep(path)]) from error
    except ValueError as error:
        at = Position(path.name, getattr(error, "lineno", 1), getattr(error, "colno", 1))
        raise FilesError([Problem("CG-F02", "not JSON", at)]) from error
    if not isinstance(record, dict):
        raise FilesError([Problem("CG-F06", "not one customer record", Position(path.name))])
    if _is_deep(record):
        raise FilesError([_too_deep(path)])
    return given_customer(record, f"the customer of {path.name}")


def _is_deep(record: JsonObject) -> bool:
    level: list[JsonValue] = [record]
    for _ in range(MAX_DEPTH):
        level = [inner for it in level for inner in _inside(it)]
    return bool(level)


def _inside(value: JsonValue) -> Iterable[JsonValue]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def _too_deep(path: Path) -> Problem:
    return Problem("CG-F02", f"nested deeper than {MAX_DEPTH} levels", Position(path.name))
