"""What one run of the command line carries with it, and the options that commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cg_sync.errors import UsageWrong
from cg_sync.jsonvalue import JsonValue

if TYPE_CHECKING:
    from cg_sync.workflow.check import Checked

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Run:
    """Filled by options and commands; read by `main`, which writes the result file."""

    project: Path = field(default_factory=Path.cwd)
    environment: str | None = None
    format: str = "text"
    result: dict[str, JsonValue] = field(default_factory=dict)
    printed_document: bool = False

    def check(self, *, to_connect: bool = True) -> Checked:
        """Read and check the files of the project; raises FilesError or UsageWrong.

        What is needed `to_connect`, the address of the shop, may come from the environment.
        """
        from cg_sync.files.document_cache import DocumentCache
        from cg_sync.files.kept import open_kept
        from cg_sync.workflow.check import check_files

        environ = os.environ if to_connect else None
        kept = open_kept(self.project, os.environ)
        cache = DocumentCache(kept) if kept is not None else None
        return check_files(self.project, environment=self.environment, environ=environ, cache=cache)


pass_run = click.make_pass_decorator(Run)


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value is not None:
            setattr(context.find_object(Run), name, value)

    return callback


def _project(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    if value is not None and not value.is_dir():
        raise UsageWrong(f"--project: {value} is not a folder")
    _set("project")(context, parameter, value.resolve() if value is not None else None)


def _environment_names(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    from cg_sync.files.tree import read_tree

    project = context.params.get("project") or Path.cwd()
    document = read_tree(project, {})[0].project
    content = document.content if document is not None else None
    environments = content.get("environments") if isinstance(content, dict) else None
    names = environments if isinstance(environments, dict) else {}
    return [name for name in names if name.startswith(incomplete)]


def project_option(command: F) -> F:
    """`--project DIR`: where cg-sync.yaml is; and `--no-cache`."""
    without = click.option(
        "--no-cache",
        is_flag=True,
        callback=_no_cache,
        expose_value=False,
        help="Keep nothing for the next run, use nothing kept; also CG_SYNC_CACHE=off.",
    )
    return click.option(
        "--project",
        type=click.Path(path_type=Path),
        callback=_project,
        expose_value=False,
        help="The folder with cg-sync.yaml.  [default: here]",
    )(without(command))


def _no_cache(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.with_resource(_without_caches())


@contextmanager
def _without_caches() -> Iterator[None]:
    """As if the environment said it, which is where all who keep something look."""
    from cg_sync.files.caching import CACHE_VARIABLE

    before = os.environ.get(CACHE_VARIABLE)
    os.environ[CACHE_VARIABLE] = "off"
    try:
        yield
    finally:
        os.environ.pop(CACHE_VARIABLE)
        if before is not None:
            os.environ[CACHE_VARIABLE] = before


def environment_option(command: F) -> F:
    """`--env NAME`: which environment of cg-sync.yaml."""
    return click.option(
        "--env",
        envvar="CG_SYNC_ENV",
        callback=_set("environment"),
        expose_value=False,
        shell_complete=_environment_names,
        metavar="NAME",
        help="The environment of cg-sync.yaml; also CG_SYNC_ENV. Needed when there are several.",
    )(command)


def format_option(*formats: str) -> Callable[[F], F]:
    """`--format`: how the result is written to stdout."""
    return click.option(
        "--format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        callback=_set("format"),
        is_eager=True,
        expose_value=False,
        help="How the result is written to stdout.",
    )


def _can_be_written(
    _context: click.Context, _parameter: click.Parameter, value: Path | None
) -> None:
    """Refuse before anything happens what could not keep its promise afterwards."""
    if value is not None and not (value.parent.is_dir() and os.access(value.parent, os.W_OK)):
        raise UsageWrong(
            f"--result-file {value}: no file can be written there", hint="name another folder"
        )


def result_file_option(command: F) -> F:
    """`--result-file F`: read by `main` itself, so that it is written whatever happens."""
    return click.option(
        "--result-file",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_can_be_written,
        expose_value=False,
        help="Write the exit code and a summary as JSON to this file, always.",
    )(command)
