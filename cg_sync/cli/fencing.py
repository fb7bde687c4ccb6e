"""What the fence takes from the command line: how long to wait, and what may be passed over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import click

from cg_sync.cli.moments import SPAN_HINT, span_of
from cg_sync.errors import UsageWrong

F = TypeVar("F", bound=Callable[..., Any])


def _wait(_context: click.Context, _parameter: click.Parameter, text: str | None) -> timedelta:
    if text is None:
        return timedelta(0)
    wait = span_of(text)
    if wait is None:
        raise UsageWrong(f"--lock-wait {text!r} is no span of time", hint=SPAN_HINT)
    return wait


def _commit(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str:
    if text is not None and not re.fullmatch("[0-9a-f]{12,64}", text):
        raise UsageWrong(
            f"--replace-applied {text!r} is no commit",
            hint="write the recorded commit, as the refusal names it: at least its first 12 "
            "letters",
        )
    return text or ""


def lock_wait_option(command: F) -> F:
    """`--lock-wait TIME`: parameter `lock_wait`, a timedelta, zero when it is not given."""
    return click.option(
        "--lock-wait",
        metavar="TIME",
        callback=_wait,
        help="Wait this long for another run to end, such as 10m; else exit code 8 at once.",
    )(command)


def replace_applied_option(command: F) -> F:
    """`--replace-applied SHA`: parameter `replace_applied`, empty when it is not given."""
    return click.option(
        "--replace-applied",
        metavar="SHA",
        callback=_commit,
        help="Let the recorded commit SHA not count: its history was rewritten.",
    )(command)
