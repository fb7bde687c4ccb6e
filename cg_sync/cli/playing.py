"""`sandbox` and `demo`: a make-believe shop on this machine, and the whole story on it."""

from __future__ import annotations

from pathlib import Path

import click

from cg_sync.errors import UsageWrong

EXTRA_HINT = "pip install 'cg-sync[sandbox]'"


@click.command("sandbox")
@click.option(
    "--port", default=8765, show_default=True, help="The port to answer on; 0 takes a free one."
)
@click.option(
    "--customers",
    default=2000,
    show_default=True,
    type=click.IntRange(10, 1_000_000),
    help="How many customers the shop has.",
)
@click.option(
    "--seed", default=7, show_default=True, help="The same seed makes the same customers."
)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Keep the shop's data here."
)
@click.option(
    "--ready-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write address and token here as JSON once it answers.",
)
def sandbox_command(
    port: int, customers: int, seed: int, data: Path | None, ready_file: Path | None
) -> None:
    """Start a make-believe shop on 127.0.0.1 with customers, lists and an admin. Ctrl-C or SIGTERM
    stops it.
    """
    refuse_without_extra()
    from cg_sync.sandbox.serve import ForeignData, Options, PortTaken, serve

    options = Options(port=port, customers=customers, seed=seed, data=data, ready_file=ready_file)
    try:
        serve(options, announce=click.echo)
    except PortTaken as error:
        raise UsageWrong(
            str(error), hint="name another with --port, or let it choose with --port 0"
        ) from error
    except ForeignData as error:
        raise UsageWrong(str(error), hint="name another folder with --data") from error


@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave the demo's project folder behind.")
def demo_command(keep: bool) -> int:
    """Play the main job in a temporary project against a sandbox of its own: about half a minute,
    real commands.
    """
    refuse_without_extra()
    from cg_sync.cli.demo import play

    return play(keep=keep)


def refuse_without_extra() -> None:
    """Raise UsageWrong when the packages of the sandbox are not installed."""
    from importlib.util import find_spec

    needed = ("django", "rest_framework", "django_filters", "drf_spectacular")
    if any(find_spec(name) is None for name in needed):
        raise UsageWrong("the sandbox is an extra that is not installed", hint=EXTRA_HINT)
