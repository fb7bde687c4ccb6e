"""`validate` and `fmt`: everything that can be known from the files alone."""

from __future__ import annotations

from datetime import UTC, datetime
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
from cg_sync.cli.terminal import notice, write, write_json
from cg_sync.errors import ExitCode, FilesError, Problem, Severity, UsageWrong, counted
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.formats import PROBLEM_FORMATS
from cg_sync.report.line import Span, Tone, line


@click.command("validate")
@project_option
@environment_option
@format_option(*PROBLEM_FORMATS)
@result_file_option
@pass_run
def validate_command(run: Run) -> int:
    """Check all files against their schemas and against each other. Needs no network and no
    credentials.

    Shows all problems at once, each with file:line:column and what to do. Exit code 3 when there
    are errors.
    """
    from cg_sync.report.as_json import problems_data
    from cg_sync.report.problem_lines import problem_lines
    from cg_sync.workflow.lint import lint_files
    from cg_sync.workflow.schemas import stale_schemas

    checked = run.check(to_connect=False)
    linted = lint_files(checked, datetime.now(UTC))
    problems = (*checked.problems, *linted.problems, *stale_schemas(checked))
    errors = [it for it in problems if it.severity is Severity.ERROR]
    counts = {
        f"{kind.label}s": sum(1 for address in checked.desired.wanted if address.kind == kind.name)
        for kind in checked.kinds
    }
    data: dict[str, JsonValue] = {
        **counts,
        "infos": linted.infos,
        "problems": problems_data(problems),
    }
    run.result |= data
    if run.format == "json":
        write_json({"valid": not errors, **data})
        run.printed_document = True
    else:
        write(problem_lines(problems), to_stderr=True)
        if linted.infos:
            said = f"{counted(linted.infos, 'info')}: `cg-sync analyse` shows them"
            write([line(Span(said, Tone.QUIET))], to_stderr=True)
        if not put_problems(run, problems) and not errors:
            found = ", ".join(
                counted(count, label.removesuffix("s")) for label, count in counts.items()
            )
            write([line(Span("valid", Tone.ADDED), f": {found}")])
    return ExitCode.PROBLEMS if errors else ExitCode.DONE


@click.command("fmt")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check", is_flag=True, help="Change nothing; exit code 3 when a file is not laid out."
)
@project_option
@result_file_option
@pass_run
def fmt_command(run: Run, files: tuple[Path, ...], check: bool) -> int:
    """Lay out YAML files alike: line ends, spaces, blank lines. Comments and meaning stay as they
    are.

    Without FILES, all YAML files of the project. Prints the name of each file that changes (with
    --check: would).
    """
    from cg_sync.files.formatter import format_yaml
    from cg_sync.files.writing import write_text
    from cg_sync.kinds import KINDS

    chosen = list(files) or _yaml_files(run.project, [kind.folder for kind in KINDS])
    problems: list[Problem] = []
    changed = 0
    for path in chosen:
        if path.suffix != ".yaml" or not path.resolve().is_relative_to(run.project):
            hint = "fmt lays out the *.yaml files of the project; --project names another"
            raise UsageWrong(f"{path}: not a YAML file of this project", hint=hint)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageWrong(f"{path}: {error.strerror}") from error
        text, found = format_yaml(data, file=_shown(path, run.project))
        problems += found
        if text is not None and text.encode() != data:
            changed += 1
            write([line(_shown(path, run.project))])
            if not check:
                write_text(path, text)
    if problems:
        raise FilesError(problems)
    notice(f"{changed} of {len(chosen)} files {'would change' if check else 'changed'}")
    return ExitCode.PROBLEMS if check and changed else ExitCode.DONE


def _yaml_files(root: Path, folders: list[str]) -> list[Path]:
    from cg_sync.files.rule_tests import find_rule_tests

    names = [root / "cg-sync.yaml", root / "attributes.yaml", root / "invariants.yaml"]
    inside = [
        path
        for folder in ("lists", "conditions", *folders)
        for path in sorted((root / folder).glob("*.yaml"))
    ]
    inside += find_rule_tests(root, [])
    return [path for path in (*names, *inside) if path.is_file()]


def _shown(path: Path, root: Path) -> str:
    return path.resolve().relative_to(root).as_posix()
