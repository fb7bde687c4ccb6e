"""`test`: whether the rules do what the rule tests say, without the shop."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
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
from cg_sync.errors import ExitCode, UsageWrong
from cg_sync.report.line import Span, Tone, line

if TYPE_CHECKING:
    from cg_sync.report.tree import Words
    from cg_sync.rules.testing.coverage import Coverage
    from cg_sync.workflow.testing import Tested


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@project_option
@environment_option
@format_option("text", "junit", "json")
@click.option("--coverage", is_flag=True, help="Also show what of the rules the tests have seen.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit code 3 when less of the rules was seen; includes --coverage.",
)
@click.option(
    "--suggest",
    is_flag=True,
    help="Write tests for what was not seen to stdout, as a rule test file; the rest to stderr.",
)
@result_file_option
@pass_run
def test_command(
    run: Run,
    paths: tuple[Path, ...],
    coverage: bool,
    fail_under: float | None,
    suggest: bool,
) -> int:
    """Run the rule tests on the settings of the files. Needs no network and no credentials.

    PATHS are files or folders of the project; without any, rule-tests/. Every failure shows what
    was expected, what was found, and the rule line by line. Exit code 3 when a case fails.
    """
    from cg_sync.files.rule_tests import FOLDER, find_rule_tests
    from cg_sync.report.tree import words_of
    from cg_sync.workflow.testing import run_tests

    if suggest and run.format != "text":
        raise UsageWrong(f"--suggest and --format {run.format} both want stdout", hint="run twice")
    files = find_rule_tests(run.project, paths)
    if suggest:
        # `--suggest > rule-tests/new.yaml`: the shell has made that file by now, empty.
        files = tuple(it for it in files if it.stat().st_size)
    checked = run.check(to_connect=False)
    checked.refuse_if_broken()
    if not files:
        notice(f"no rule tests found in {', '.join(map(str, paths)) or f'{FOLDER}/'}")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    wants_coverage = coverage or fail_under is not None
    slow = wants_coverage or suggest
    what = "looking for customers the tests have not seen …"
    with waiting(what) if slow else nullcontext():
        tested = run_tests(checked, files, coverage=wants_coverage, suggest=suggest, now=now)
    _write(run, tested, words_of(checked.context.vocabulary), to_stderr=suggest)
    if suggest:
        _write_suggestions(tested)
    low = tested.coverage is not None and _is_low(tested.coverage, fail_under)
    return ExitCode.PROBLEMS if tested.failed or low else ExitCode.DONE


def _write(run: Run, tested: Tested, words: Words, *, to_stderr: bool) -> None:
    from cg_sync.report.coverage import coverage_data, coverage_lines
    from cg_sync.report.tests import junit_text, results_data, results_lines

    measured = tested.coverage
    data = results_data(tested.results, words)
    data["coverage"] = None if measured is None else coverage_data(measured, words)
    run.result |= {"cases": data["cases"], "failed": data["failed"]}
    if measured is not None:
        run.result["coverage"] = round(measured.percent, 2)
    if run.format == "json":
        write_json(data)
        run.printed_document = True
        return
    if run.format == "junit":
        emit(junit_text(tested.results, words))
    else:
        write(results_lines(tested.results, words), to_stderr=to_stderr)
    if measured is not None:
        to_stderr = to_stderr or run.format == "junit"
        write([line()], to_stderr=to_stderr)
        write(coverage_lines(measured, words), to_stderr=to_stderr)


def _is_low(coverage: Coverage, fail_under: float | None) -> bool:
    """Whether the coverage is below what was asked for; says so."""
    if fail_under is None or coverage.percent >= fail_under:
        return False
    told = f"coverage {coverage.percent:.2f}% is below --fail-under {fail_under:g}"
    hint = "`cg-sync test --suggest` writes the tests that are wanting"
    write([line(Span(told, Tone.ERROR)), line("  ", Span(hint, Tone.QUIET))], to_stderr=True)
    return True


def _write_suggestions(tested: Tested) -> None:
    if tested.suggested is None:
        notice("nothing to suggest: every outcome that is in reach was seen")
        return
    emit(tested.suggested)
    notice("\nRead them first: they say what the rules do now, right or wrong.")
