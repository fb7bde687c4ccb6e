"""Writes lines to stdout and stderr, in colour where a person looks and wants it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import click

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.line import Line, Span, Tone, plain

_STYLES: dict[Tone, dict[str, Any]] = {
    Tone.STRONG: {"bold": True},
    Tone.QUIET: {"dim": True},
    Tone.ADDED: {"fg": "green"},
    Tone.CHANGED: {"fg": "yellow"},
    Tone.REMOVED: {"fg": "red"},
    Tone.WARNING: {"fg": "yellow", "bold": True},
    Tone.ERROR: {"fg": "red", "bold": True},
}


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour: NO_COLOR forbids, FORCE_COLOR demands, else only a terminal that is not
    dumb.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def write(lines: Iterable[Line], *, to_stderr: bool = False) -> None:
    """Write lines, each at once, so that a reader of a pipe sees what is done when it is done."""
    say = writer(to_stderr=to_stderr)
    for it in lines:
        say(it)


def writer(*, to_stderr: bool = False) -> Callable[[Line], None]:
    """Writes a line as `write` does; whether in colour is decided once for all of them."""
    render = _coloured if wants_colour(sys.stderr if to_stderr else sys.stdout) else _plain

    def say(it: Line) -> None:
        emit(render(it), to_stderr=to_stderr)

    return say


def emit(text: str, *, to_stderr: bool = False) -> bool:
    """Write a text at once, as it is; False when the reader is found to have gone away (`| head`).

    Never stops what goes on: from then on the stream leads nowhere.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
        return False
    return True


def _plain(it: Line) -> str:
    return plain([it])


def _coloured(it: Line) -> str:
    return "".join(_styled(span) for span in it).rstrip() + "\n"


def _styled(span: Span) -> str:
    style = _STYLES.get(span.tone)
    return span.text if style is None else click.style(span.text, **style)


def _silence(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def write_json(value: JsonValue) -> None:
    """Write one JSON document to stdout."""
    from cg_sync.report.as_json import json_text

    emit(json_text(value))


def notice(text: str) -> None:
    """One line for people, on stderr."""
    emit(f"{text}\n", to_stderr=True)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show that something takes a while: a spinner for a person, one plain line otherwise."""
    if sys.stderr.isatty() and wants_colour(sys.stderr):
        from rich.console import Console

        with Console(stderr=True).status(what):
            yield
    else:
        notice(what)
        yield


@contextmanager
def progress(what: str, total: int) -> Iterator[Any]:
    """A bar that advances with each call of what it yields; nothing where no person looks."""
    if total > 1 and sys.stderr.isatty() and wants_colour(sys.stderr):
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)
    else:
        yield lambda: None
