"""The one place where errors become messages, exit codes and the result file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
import pytest

from cg_sync.cli.main import COMMANDS, cg_sync, main
from cg_sync.errors import (
    ApplyStopped,
    CgSyncError,
    PlanRefused,
    PlanStale,
    Unauthorised,
    Unreachable,
    UsageWrong,
)
from tests.conftest import Project
from tests.unit.report.conftest import Golden, golden
from tests.unmeasured import unmeasured

__all__ = ["golden"]

SECRET = "marker.person@customer.example"


def commands() -> list[tuple[str, ...]]:
    return [(), *((name,) for name in COMMANDS)]


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_arguments: object, **_more: object) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize("command", commands(), ids=lambda it: " ".join(it) or "cg-sync")
def test_the_help_of_every_command_is_as_on_record(
    command: tuple[str, ...],
    golden: Golden,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main([*command, "--help"]) == 0
    golden(f"help-{'-'.join(command) or 'cg-sync'}.txt", capsys.readouterr().out)


@pytest.mark.parametrize("command", commands(), ids=lambda it: " ".join(it) or "cg-sync")
def test_every_option_has_a_help_text(command: tuple[str, ...]) -> None:
    context = click.Context(cg_sync)
    found = cg_sync.get_command(context, command[0]) if command else cg_sync
    assert found is not None
    options = [it for it in found.params if isinstance(it, click.Option)]
    assert [it.name for it in options if not it.help] == []


def test_help_loads_no_command() -> None:
    script = (
        "import sys; from cg_sync.cli.main import main; main(['--help']);"
        "print(sorted(it for it in sys.modules if it.startswith("
        "('cg_sync.workflow', 'cg_sync.api', 'cg_sync.kinds', 'cg_sync.files', 'cg_sync.rules',"
        "'requests', 'rich', 'pydantic', 'yaml', 'django', 'jsonschema'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageWrong("x"), 64),
        (PlanRefused("x"), 4),
        (PlanStale("x"), 5),
        (ApplyStopped("x", done=True), 6),
        (ApplyStopped("x", done=False), 7),
        (Unauthorised("x"), 10),
        (Unreachable("x"), 11),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (ValueError("x"), 1),
    ],
    ids=lambda it: type(it).__name__ if isinstance(it, BaseException) else str(it),
)
def test_every_error_has_its_exit_code_also_in_the_result_file(
    error: BaseException, code: int, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cg_sync.workflow.check.check_files", raising(error))
    assert project.run("validate", "--result-file", "result.json").code == code
    assert json.loads((project.root / "result.json").read_text())["exit_code"] == code


def test_an_error_is_a_message_and_a_way_out_without_names_or_control_codes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = CgSyncError(f"the shop said \x1b[2J {SECRET} exists", hint=f"look at {SECRET}")
    monkeypatch.setattr("cg_sync.workflow.check.check_files", raising(error))
    ran = project.run("validate", "--format", "json", "--result-file", "result.json")
    masked = "m***@customer.example"
    assert ran.err == f"error: the shop said \\u{{1b}}[2J {masked} exists\n  look at {masked}\n"
    assert ran.data["error"] == f"the shop said \x1b[2J {masked} exists"
    assert ran.out == (project.root / "result.json").read_text()


def test_a_bug_shows_its_traceback_on_stderr_and_nothing_on_stdout(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cg_sync.workflow.check.check_files", raising(ZeroDivisionError("oops")))
    ran = project.run("validate")
    assert (ran.code, ran.out) == (1, "")
    assert "Traceback (most recent call last)" in ran.err
    assert "ZeroDivisionError: oops" in ran.err
    assert ran.err.endswith(
        "error: this is a bug in cg-sync; please report it with the lines above\n"
    )


def test_an_interrupt_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cg_sync.workflow.check.check_files", raising(KeyboardInterrupt()))
    ran = project.run("validate")
    assert (ran.code, ran.out, ran.err.strip()) == (130, "", "interrupted")


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--no-such-option", "--result-file", "result.json"),
        ("plan", "--no-such-option", "--result-file=result.json"),
        ("plan", "--format", "xml", "--result-file", "result.json"),
        ("no-such-command", "--result-file", "result.json"),
        ("--no-such-option", "--result-file", "result.json"),
        ("validate", "--project", "nowhere", "--result-file", "result.json"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64_and_leaves_a_result_file_too(
    arguments: tuple[str, ...], project: Project
) -> None:
    ran = project.run(*arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err != ""
    result = json.loads((project.root / "result.json").read_text())
    assert (result["exit_code"], result["outcome"]) == (64, "usage")


def test_wrong_usage_in_json_mode_is_one_json_document(project: Project) -> None:
    ran = project.run("plan", "--no-such-option", "--format", "json")
    assert ran.code == 64
    assert ran.data["outcome"] == "usage"


def test_a_result_file_that_cannot_be_written_is_refused_before_anything_happens(
    project: Project,
) -> None:
    ran = project.run("validate", "--result-file", "no/such/folder/result.json")
    assert (ran.code, ran.out) == (64, "")
    assert "--result-file no/such/folder/result.json: no file can be written there" in ran.err


def test_a_result_file_option_without_a_file_is_wrong_usage(project: Project) -> None:
    assert project.run("validate", "--result-file").code == 64


def test_a_command_that_is_misspelt_is_guessed(project: Project) -> None:
    ran = project.run("aply")
    assert ran.code == 64
    assert "No such command 'aply'. did you mean apply?" in ran.err


def test_no_arguments_show_the_help(project: Project) -> None:
    ran = project.run()
    assert ran.code == 64
    assert "Usage: cg-sync [OPTIONS] COMMAND [ARGS]..." in ran.err


def test_the_version_is_printed(project: Project) -> None:
    ran = project.run("--version")
    assert (ran.code, ran.out.split()[0]) == (0, "cg-sync")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_of_a_shell_completes_cg_sync(shell: str, project: Project) -> None:
    ran = project.run("completion", shell)
    assert ran.code == 0
    assert "cg-sync" in ran.out
    assert f"_CG_SYNC_COMPLETE={shell}_complete" in ran.out


def test_a_shell_completes_commands_and_environments(project: Project) -> None:
    def complete(words: str) -> list[str]:
        environ = {
            "_CG_SYNC_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        }
        done = subprocess.run(
            [sys.executable, "-c", "from cg_sync.cli.main import run; run()"],
            cwd=project.root,
            env=unmeasured() | environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.stderr == ""
        return [it.partition(",")[2] for it in done.stdout.splitlines()]

    assert complete("cg-sync val") == ["validate"]
    assert complete("cg-sync plan --env ") == ["test"]


def module(*arguments: str, root: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cg_sync", *arguments],
        cwd=root,
        env=os.environ | environ,
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_the_module_is_the_command(project: Project) -> None:
    done = module("validate", root=project.root)
    assert (done.returncode, done.stdout) == (0, b"valid: 0 groups, 0 settings\n")


def test_letters_that_the_terminal_cannot_show_are_written_out(project: Project) -> None:
    project.write("groups/a.yaml", "ı: 1\n")
    done = module("validate", root=project.root, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 3
    assert b"\\u0131: no such field" in done.stderr


def unread(
    *arguments: str, root: Path, is_stderr_read: bool = True
) -> subprocess.CompletedProcess[bytes]:
    """Run the module with a stdout, and perhaps a stderr, whose reader has gone away."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, "-m", "cg_sync", *arguments],
            cwd=root,
            env=unmeasured(),
            stdout=writer,
            stderr=subprocess.PIPE if is_stderr_read else writer,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writer)


@pytest.mark.parametrize(
    "command", ["schema", "schema group", "validate", "validate --format json", "--version"]
)
def test_a_reader_that_goes_away_is_no_error(command: str, project: Project) -> None:
    done = unread(*command.split(), root=project.root)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("validate --nope", 64),
        ("plan --env nope --format json", 64),
        ("plan", 10),
        ("fmt no.yaml", 64),
    ],
)
def test_a_failure_that_nobody_reads_of_is_a_failure_also_in_the_result_file(
    command: str, code: int, project: Project
) -> None:
    arguments = [*command.split(), "--result-file", "result.json"]
    assert unread(*arguments, root=project.root, is_stderr_read=False).returncode == code
    assert json.loads((project.root / "result.json").read_text())["exit_code"] == code


def test_a_question_that_nobody_can_read_is_answered_with_no(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cg_sync.workflow.check.check_files", raising(BrokenPipeError()))
    assert project.run("validate", "--result-file", "result.json").code == 130
    result = json.loads((project.root / "result.json").read_text())
    assert result["outcome"] == "interrupted"


@pytest.mark.parametrize("command", ["validate 1>&-", "fmt 2>&-"])
def test_a_stream_that_was_never_open_is_no_error(command: str, project: Project) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m cg_sync {command}', sys.executable],
        cwd=project.root,
        env=unmeasured(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")


HANGING_COMMAND = """
import time
import click
from cg_sync.cli.main import COMMANDS, run
from cg_sync.cli.run import format_option, pass_run, result_file_option

@click.command("hang")
@format_option("text", "json")
@result_file_option
@pass_run
def hang_command(run):
    run.result["apply"] = {"done": 3}
    print("started", flush=True)
    time.sleep(60)

COMMANDS["hang"] = ("__main__", "Hang.")
run()
"""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("is_read", [True, False], ids=["read", "unread"])
def test_a_signal_ends_the_run_in_order_with_all_that_was_done_in_the_result_file(
    sent: signal.Signals, code: int, is_read: bool, project: Project
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING_COMMAND, "hang", "--result-file", "result.json"],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    if not is_read:
        process.stdout.close()
    process.send_signal(sent)
    left = process.stdout.read() if is_read else ""
    assert process.wait(timeout=30) == code
    process.stdout.close()
    assert "Traceback" not in left
    result = json.loads((project.root / "result.json").read_text())
    assert (result["exit_code"], result["apply"]) == (code, {"done": 3})
