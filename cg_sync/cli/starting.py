"""`init`, `schema` and `completion`: what one needs before the first plan."""

from __future__ import annotations

from pathlib import Path

import click

from cg_sync.cli.run import Run, pass_run, project_option
from cg_sync.cli.terminal import emit, notice
from cg_sync.errors import UsageWrong, did_you_mean


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def init_command(folder: Path) -> None:
    """Make a new project in FOLDER (here, unless named): an example of everything, ready for
    validate and plan.

    Files that are there already stay as they are; a folder that is a project already is refused.
    """
    from cg_sync.files.starter import copy_starter

    if (folder / "cg-sync.yaml").exists():
        raise UsageWrong(
            f"{folder / 'cg-sync.yaml'} exists: this is a project already",
            hint="nothing was changed; run `cg-sync validate`",
        )
    try:
        made = copy_starter(folder)
    except OSError as error:
        raise UsageWrong(
            f"no project can be made in {folder}: {error.strerror}", hint="name another folder"
        ) from error
    for name in made:
        emit(name + "\n")
    notice(
        "\nA project with an example of everything. Next:\n"
        "  cg-sync validate                  check the files\n"
        "  cg-sync sandbox                   a make-believe shop to try them on\n"
        "  cg-sync plan --env sandbox        what would change there"
    )


@click.command("schema")
@click.argument("name", required=False)
@click.option(
    "--write",
    "write_files",
    is_flag=True,
    help="Refresh schemas/ in the project, for editors; validate says when that is due.",
)
@project_option
@pass_run
def schema_command(run: Run, name: str | None, write_files: bool) -> None:
    """Print the JSON Schema of a kind of file, such as group or setting. Without NAME, the names.

    In a project the schemas of files that hold conditions (setting, condition) know its attributes,
    its value lists and its shared conditions; elsewhere they are general.
    """
    from cg_sync.files.schemas import read_schemas
    from cg_sync.workflow.schemas import schema_for, schema_text, write_schemas

    names = list(read_schemas())
    if write_files and name is not None:
        raise UsageWrong("--write refreshes all schemas", hint="leave the name out")
    if name is not None and name not in names:
        near = did_you_mean(name, names)
        raise UsageWrong(f"no schema {name}", hint=f"{near} there are: {', '.join(names)}".strip())
    if name is not None:
        emit(schema_text(schema_for(run.project, name)))
        return
    for each in write_schemas(run.project) if write_files else names:
        emit(each + "\n")


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell, to be sourced: eval "$(cg-sync completion bash)"."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    root = context.find_root().command
    emit(found(root, {}, "cg-sync", "_CG_SYNC_COMPLETE").source() + "\n")
