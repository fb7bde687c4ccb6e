"""The command line: finds the command, and is the one place where errors become messages and exit
codes.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from cg_sync.cli.run import Run
from cg_sync.cli.stopping import Terminated, on_sigterm
from cg_sync.cli.terminal import emit, notice, write
from cg_sync.errors import CgSyncError, ExitCode, FilesError
from cg_sync.jsonvalue import JsonValue

COMMANDS = {
    "init": ("cg_sync.cli.starting", "Make a new project here."),
    "validate": ("cg_sync.cli.checking", "Check the files; no network."),
    "fmt": ("cg_sync.cli.checking", "Lay out the YAML files alike."),
    "test": ("cg_sync.cli.testing", "Run the rule tests; no network."),
    "analyse": ("cg_sync.cli.analysing", "Prove what the settings do together; no network."),
    "plan": ("cg_sync.cli.planning", "Show what apply would change."),
    "show": ("cg_sync.cli.showing", "Show a saved plan, in any format."),
    "verify": ("cg_sync.cli.showing", "Hold a saved plan against the shop of today."),
    "explain": ("cg_sync.cli.explaining", "Explain a customer's setting, or a finding."),
    "apply": ("cg_sync.cli.applying", "Make the shop as the files say."),
    "resume": ("cg_sync.cli.resuming", "Finish a run that was cut short."),
    "undo": ("cg_sync.cli.undoing", "Take back what a run did."),
    "snapshot": ("cg_sync.cli.snapping", "Write the shop into a file that plans can be made from."),
    "drift": ("cg_sync.cli.drifting", "Show how far the shop is from the files."),
    "comment": ("cg_sync.cli.commenting", "Put a report on its pull request."),
    "import": ("cg_sync.cli.importing", "Write what the shop has into files."),
    "list": ("cg_sync.cli.listing", "List groups, settings or customers of the shop."),
    "schema": ("cg_sync.cli.starting", "Print or refresh the JSON Schemas."),
    "sandbox": ("cg_sync.cli.playing", "Start a make-believe shop on this machine."),
    "demo": ("cg_sync.cli.playing", "See the whole story in a minute."),
    "completion": ("cg_sync.cli.starting", "Print the completion script of a shell."),
}


class LazyCommands(click.Group):
    """Imports a command when it is used, so that `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command = getattr(module, f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from cg_sync.errors import did_you_mean

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"No such command {args[0]!r}. {near}".rstrip())
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, KeyboardInterrupt) as error:
            # All output of ours goes through `emit`: this pipe was broken under a help text or a
            # question, or click would break it with a line of its own for Ctrl-C.
            raise click.Abort from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        emit(f"cg-sync {version('cg-sync')}\n")
        context.exit()


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 2 changes (--detailed-exitcode), 3 problems in files, 4 refused by "
    "a guard, 6 applied in part, 7 failed, 10 credentials, 11 shop unreachable, 64 wrong usage. "
    "All of them: docs/exit-codes.md",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version.",
)
def cg_sync() -> None:
    """Customer groups and customer group settings of Akinon Omnitron as code.

    Edit YAML, read the plan on the pull request, apply in CI.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code. Nothing but this prints errors."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    run = Run()
    error: BaseException | None = None
    try:
        code = cg_sync.main(argv, prog_name="cg-sync", standalone_mode=False, obj=run)
        code = code if isinstance(code, int) else ExitCode.DONE
    except CgSyncError as it:
        error, code = it, it.exit_code
        _show(it, run)
    except click.ClickException as it:
        error, code = it, ExitCode.USAGE
        shown = io.StringIO()
        it.show(shown)
        emit(shown.getvalue(), to_stderr=True)
    except (click.Abort, KeyboardInterrupt) as it:
        error, code = it, ExitCode.INTERRUPTED
        notice("interrupted")
    except Terminated as it:
        error, code = it, ExitCode.TERMINATED
        notice("stopped by SIGTERM")
    except Exception as it:
        import traceback

        error, code = it, ExitCode.BUG
        _show_bug(traceback.format_exc())
    _write_result(argv, run, int(code), error)
    return int(code)


def _show(error: CgSyncError, run: Run) -> None:
    """On stderr for people. Problems in files are a document on stdout too, where the format has
    one for them: a pipeline that asked for it uploads it all the more.
    """
    from cg_sync.cli.paper import put_problems
    from cg_sync.report.line import Span, Tone, discreet, line
    from cg_sync.report.problem_lines import problem_lines

    if isinstance(error, FilesError):
        write(problem_lines(error.problems), to_stderr=True)
        if not run.printed_document:
            put_problems(run, error.problems, no_plan=True)
        return
    write([line(Span("error: ", Tone.ERROR), discreet(str(error), 2000))], to_stderr=True)
    if error.hint:
        write([line("  ", Span(discreet(error.hint, 1000), Tone.QUIET))], to_stderr=True)


def _show_bug(trace: str) -> None:
    """The lines that help to mend it; what an exception quotes may be anybody's."""
    from cg_sync.core.secret import without_secrets
    from cg_sync.report.line import discreet, line

    shown = without_secrets(trace, os.environ).splitlines()
    write([line(discreet(it, 2000)) for it in shown], to_stderr=True)
    notice("error: this is a bug in cg-sync; please report it with the lines above")


def _write_result(argv: Sequence[str], run: Run, code: int, error: BaseException | None) -> None:
    """Keep two promises: the result file is written whatever happened, and JSON mode prints exactly
    one document.
    """
    result: dict[str, JsonValue] = {"exit_code": code, "outcome": ExitCode(code).name.lower()}
    if error is not None:
        result["error"] = str(error) or type(error).__name__
    if isinstance(error, FilesError):
        from cg_sync.report.as_json import problems_data

        result["problems"] = problems_data(error.problems)
    result |= run.result
    # A usage error may have come before --format was understood.
    wants_json = run.format == "json" or (
        isinstance(error, click.UsageError) and _written_after("--format", argv) == "json"
    )
    path = _written_after("--result-file", argv)
    if not path and not wants_json:
        return
    from cg_sync.report.as_json import json_text, without_people

    text = json_text(without_people(result))
    if wants_json and not run.printed_document and error is not None:
        emit(text)
    if path:
        from cg_sync.files.writing import write_text
        from cg_sync.report.line import discreet

        try:
            write_text(Path(path), text)
        except FilesError as failed:
            notice(f"error: --result-file {discreet(path)}: {failed.problems[0].message}")


def _written_after(option: str, argv: Sequence[str]) -> str:
    """The value of an option, found even in a command line that cannot be understood otherwise;
    empty when there is none.
    """
    for index, word in enumerate(argv):
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and index + 1 < len(argv):
            return argv[index + 1]
    return ""


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def run() -> None:
    """The console script."""
    # What is read is a great many containers, all of which stay, and no cycles. Looking for these
    # took 7 % of reading ten thousand files; so seldom, it costs no memory that was measured,
    # neither there nor in a walk through five million customers.
    gc.set_threshold(1_000_000, 20, 100)
    signal.signal(signal.SIGTERM, on_sigterm)
    # A stream that was closed before we started (`>&-`) is None in Python.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal's encoding cannot say is written out rather than a crash.
            stream.reconfigure(errors="backslashreplace")
    code = main()
    # Python looks for cycles once more when it ends, in all that has been read; now in nothing.
    gc.freeze()
    sys.exit(code)
