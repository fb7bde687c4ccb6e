"""Terminal sessions in the docs, run for real: every command, and every line it is said to print.

A fence ```` ```yaml PATH ```` writes that file. A fence ```` ```console ```` holds `$ command`
lines, each followed by what it prints; `…` in such a line stands for anything. Exit codes other
than 0 are said in the line before the fence: `<!-- exit 3 -->`. `<!-- panel: SLUG {json} -->`
changes a setting by hand, as somebody would in the panel.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

Runner = Callable[[list[str]], tuple[int, str, str]]
"""Runs cg-sync with these arguments; its exit code, stdout and stderr."""


@dataclass(frozen=True)
class WriteFile:
    path: str
    text: str


@dataclass(frozen=True)
class Command:
    line: str
    printed: tuple[str, ...]
    code: int
    number: int


@dataclass(frozen=True)
class ByHand:
    slug: str
    change: dict[str, object]


Step = WriteFile | Command | ByHand

_FENCE = re.compile(r"```(\w+) ?(.*)")
_EXIT = re.compile(r"<!-- exit (\d+) -->")
_PANEL = re.compile(r"<!-- panel: (\S+) (\{.*\}) -->")


def steps_in(text: str) -> Iterator[Step]:
    """The steps of a page, in its order."""
    lines = iter(enumerate(text.splitlines(), 1))
    code = 0
    for _, line in lines:
        if found := _EXIT.fullmatch(line):
            code = int(found[1])
        elif found := _PANEL.fullmatch(line):
            yield ByHand(found[1], json.loads(found[2]))
        elif found := _FENCE.fullmatch(line):
            body = list(takewhile(lambda it: it[1] != "```", lines))
            if found[1] == "yaml" and found[2]:
                yield WriteFile(found[2], "".join(f"{it}\n" for _, it in body))
            elif found[1] == "console":
                yield from _commands(body, code)
                code = 0


def _commands(body: list[tuple[int, str]], code: int) -> Iterator[Command]:
    starts = [at for at, (_, it) in enumerate(body) if it.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        number, line = body[start]
        printed = tuple(it for _, it in body[start + 1 : end])
        yield Command(line[2:], printed, code if end == len(body) else 0, number)


def digest_in(printed: str, otherwise: str) -> str:
    """The digest of the plan that was printed, if one was."""
    found = re.search(r"Digest ([0-9a-f]{12})", printed)
    return found[1] if found else otherwise


def run_command(step: Command, folder: Path, run: Runner, *, digest: str = "") -> tuple[int, str]:
    """Run one command line in `folder`: cg-sync by `run`, anything else by the shell.

    `@…` in the line stands for the `digest` of the plan that was printed last, `@DATE` for
    tomorrow.
    """
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    line = step.line.replace("@…", f"@{digest}").replace("@DATE", f"@{tomorrow}")
    step = replace(step, line=line)
    if step.line.startswith("cg-sync ") and not set(step.line) & set("|>&"):
        code, out, err = run(shlex.split(step.line)[1:])
        return code, out + err
    if step.line.startswith("cg-sync ") and " > " in step.line:
        line, _, target = step.line.partition(" > ")
        code, out, err = run(shlex.split(line)[1:])
        (folder / target.strip()).write_text(out, encoding="utf-8")
        return code, err
    done = subprocess.run(
        step.line,
        shell=True,
        cwd=folder,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def is_as_said(said: tuple[str, ...], printed: str) -> bool:
    """Whether the output is what the page says, `…` standing for anything within a line."""
    lines = [it.rstrip() for it in printed.rstrip("\n").split("\n")] if printed.strip() else []
    wanted = [it.rstrip() for it in said]
    while wanted and not wanted[-1]:
        wanted.pop()
    if len(lines) != len(wanted):
        return False
    return all(
        re.fullmatch(".*".join(map(re.escape, want.split("…"))), line)
        for want, line in zip(wanted, lines, strict=True)
    )
