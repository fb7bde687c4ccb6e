"""`sandbox` and `demo`: a make-believe shop on this machine, and the whole story on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cg_sync.errors import UsageWrong

EXTRA_HINT = "pip install 'cg-sync[sandbox]'"


@click.command("sandbox")
@click.option(
    "--port",
    default=8765,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help="The port to answer on; 0 takes a free one.",
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
@click.option(
    "--max-page-size",
    default=1000,
    show_default=True,
    type=click.IntRange(1),
    help="The most rows of one page, whatever is asked for.",
)
@click.option("--throttle", metavar="N/Ts", help="Answer 429 above this rate, such as 50/1s.")
@click.option("--faults", metavar="FILE", help="Play this fault script: a file, or JSON itself.")
def sandbox_command(**settings: Any) -> None:
    """Start a make-believe shop on 127.0.0.1 with customers, lists and an admin. Ctrl-C or SIGTERM
    stops it.
    """
    refuse_without_extra()
    from cg_sync.sandbox.faults.node import BadScript
    from cg_sync.sandbox.serve import ForeignData, Options, PortTaken, serve

    try:
        serve(Options(**settings), announce=click.echo)
    except PortTaken as error:
        raise UsageWrong(
            str(error), hint="name another with --port, or let it choose with --port 0"
        ) from error
    except (ForeignData, OSError) as error:
        raise UsageWrong(str(error), hint="name another folder with --data") from error
    except BadScript as error:
        raise UsageWrong(
            f"--faults: {error}", hint="docs/faults.md has every fault and what it takes"
        ) from error
    except ValueError as error:
        raise UsageWrong(f"--throttle: {error}", hint="write it as --throttle 50/1s") from error


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
