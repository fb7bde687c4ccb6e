"""`analyse`: what can be proven about the settings, for every customer there could be."""

from __future__ import annotations

from pathlib import Path

import click

from cg_sync.cli.paper import put_problems
from cg_sync.cli.run import (
    Run,
    environment_option,
    format_option,
    pass_run,
    project_option,
    result_file_option,
)
from cg_sync.cli.terminal import notice, waiting, write, write_json
from cg_sync.errors import ExitCode, Severity, counted
from cg_sync.report.formats import PROBLEM_FORMATS

MOST_STEPS = 1_000_000


@click.command("analyse")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option(
    "--now",
    metavar="TIME",
    help="The time to suppose, such as 2026-11-21T09:00, instead of the real one.",
)
@click.option(
    "--budget",
    type=click.IntRange(1, MOST_STEPS),
    default=20_000,
    show_default=True,
    metavar="STEPS",
    help="What one question may cost: 20000 steps are about four seconds.",
)
@click.option(
    "--save-test",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the invented customers of the findings to a new rule test file.",
)
@project_option
@environment_option
@format_option(*PROBLEM_FORMATS)
@result_file_option
@pass_run
def analyse_command(
    run: Run, slugs: tuple[str, ...], now: str | None, budget: int, save_test: Path | None
) -> int:
    """Find rules that select nobody, settings that never win, overlaps that nobody declared, and
    invariants that do not hold, proven for every customer there could be. Needs no network.

    With SLUGs, only what concerns these settings. Exit code 3 when there are errors.
    """
    from cg_sync.cli.moments import moment_of
    from cg_sync.report.analysis import analysis_data, analysis_lines, counts_data
    from cg_sync.report.findings import findings_of_analysis
    from cg_sync.workflow.analyse import analyse, count_settings, refuse_if_there, save_tests
    from cg_sync.workflow.explain import refuse_if_unknown

    if save_test is not None:
        refuse_if_there(save_test)
    checked = run.check(to_connect=False)
    checked.refuse_if_broken()
    for slug in slugs:
        refuse_if_unknown(slug, checked)
    as_of = moment_of(now, checked.project.timezone)
    with waiting(f"analysing {counted(count_settings(checked), 'setting')} …"):
        found = analyse(checked, as_of=as_of, budget=budget, about=frozenset(slugs))
    run.result |= counts_data(found)
    if run.format == "json":
        write_json(analysis_data(found))
        run.printed_document = True
    elif not put_problems(run, findings_of_analysis(found)):
        write(analysis_lines(found))
    if save_test is not None:
        notice(f"{counted(save_tests(checked, found, save_test), 'test')} in {save_test}")
    return ExitCode.PROBLEMS if found.count(Severity.ERROR) else ExitCode.DONE
