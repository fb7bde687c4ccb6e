"""How a run that writes is to be carried out: the options that apply, resume and undo share."""

from __future__ import annotations

import functools
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from cg_sync.cli.fencing import lock_wait_option, replace_applied_option
from cg_sync.cli.moments import SPAN_HINT, span_of
from cg_sync.errors import UsageWrong

if TYPE_CHECKING:
    from cg_sync.core.policy import Policy
    from cg_sync.workflow.apply import Conduct
    from cg_sync.workflow.check import Checked

F = TypeVar("F", bound=Callable[..., Any])

MOST_PARALLEL = 32
FRESH_SECONDS = 60.0
"""For how long `--recheck changed` trusts what was read."""


@dataclass(frozen=True)
class Wishes:
    """What the options say; None where they say nothing."""

    allow: tuple[str, ...]
    allowances: Path | None
    guard: tuple[str, ...]
    parallel: int | None
    fail_fast: bool | None
    recheck: Literal["always", "changed", "never"] | None
    max_calls: int | None
    deadline: timedelta | None
    partial: bool
    lock_wait: timedelta
    replace_applied: str


def _span(
    _context: click.Context, parameter: click.Parameter, text: str | None
) -> timedelta | None:
    if text is None:
        return None
    span = span_of(text)
    if span is None:
        raise UsageWrong(f"--{parameter.name} {text!r} is no span of time", hint=SPAN_HINT)
    return span


max_calls_option = click.option(
    "--max-calls",
    type=click.IntRange(min=1),
    metavar="N",
    help="Refuse what takes more calls of the shop than N, all told; exit code 4.",
)
"""`--max-calls N`: how much one run may ask of the shop."""


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--allow",
        multiple=True,
        metavar="RULE@DIGEST@UNTIL",
        help="Let this guard pass for exactly the plan with this digest, until a date. Repeatable.",
    ),
    click.option(
        "--allowances",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Let pass what this YAML file allows: guard, digest, until, by and reason of each.",
    ),
    click.option(
        "--guard",
        multiple=True,
        metavar="NAME=VALUE",
        help="Make this guard of cg-sync.yaml stricter for this run. Repeatable.",
    ),
    click.option(
        "--parallel",
        envvar="CG_SYNC_PARALLEL",
        type=click.IntRange(1, MOST_PARALLEL),
        metavar="N",
        help=f"Have at most N writes under way at a time, 1 to {MOST_PARALLEL}; also "
        "CG_SYNC_PARALLEL.  "
        "[default: api.parallel of cg-sync.yaml, 4]",
    ),
    click.option(
        "--fail-fast",
        is_flag=True,
        default=None,
        help="Stop at the first write that fails; else independent ones go on.",
    ),
    click.option(
        "--recheck",
        type=click.Choice(("always", "changed", "never")),
        help="Read each record again right before it is changed: always; when the shop was read "
        "more than a minute ago; or never.  [default: always]",
    ),
    max_calls_option,
    click.option(
        "--deadline",
        metavar="TIME",
        callback=_span,
        help="End within this time, such as 10m: do not begin what takes longer, and stop cleanly "
        "between two writes when it has passed; `resume` goes on.",
    ),
    click.option(
        "--partial",
        is_flag=True,
        help="Begin also what --deadline will cut short.",
    ),
    lock_wait_option,
    replace_applied_option,
)


def wishes_options(command: F) -> F:
    """The options, handed to the command as one value, `wishes`."""

    @functools.wraps(command)
    def with_wishes(*args: Any, **kwargs: Any) -> Any:
        given = {it.name: kwargs.pop(it.name) for it in fields(Wishes)}
        return command(*args, wishes=Wishes(**given), **kwargs)

    made: Any = with_wishes
    for option in reversed(_OPTIONS):
        made = option(made)
    return made  # type: ignore[no-any-return]


def journal_option(command: F) -> F:
    """`--journal FILE`: where the journal of a new run goes."""
    return click.option(
        "--journal",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Keep the journal of this run in FILE.  [default: .cg-sync/runs/RUN.jsonl]",
    )(command)


def conduct_of(
    checked: Checked,
    wishes: Wishes,
    policy: Policy,
    *,
    run: str = "",
    journal: Path | None = None,
) -> Conduct:
    """How the run is to be carried out, from now on: its deadline begins here. `run` is the name of
    one that goes on; a new one gets a name of its own.
    """
    from cg_sync.core.job import Manner
    from cg_sync.core.seal import SIGNING_KEY
    from cg_sync.core.stop import Stop
    from cg_sync.workflow.apply import Conduct
    from cg_sync.workflow.chosen import chosen_environment

    now = datetime.now(UTC)
    seconds = policy.deadline.total_seconds() if policy.deadline is not None else None
    manner = Manner(
        workers=wishes.parallel or chosen_environment(checked).parallel,
        fail_fast=policy.fail_fast,
        recheck=_rechecking(policy.recheck),
    )
    return Conduct(
        run=run or f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        started_at=now,
        stop=Stop(seconds=seconds, clock=time.monotonic, nap=time.sleep),
        manner=manner,
        journal=journal,
        key=os.environ.get(SIGNING_KEY, ""),
    )


def _rechecking(word: Literal["always", "changed", "never"]) -> Callable[[], bool]:
    since = time.monotonic()
    match word:
        case "always":
            return lambda: True
        case "never":
            return lambda: False
        case "changed":
            return lambda: time.monotonic() - since > FRESH_SECONDS
