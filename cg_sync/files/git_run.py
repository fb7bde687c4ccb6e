"""Runs git where it talks to a remote: nothing is asked, nothing but what was named is moved, and
what git says is fit to be shown.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cg_sync.errors import Locked
from cg_sync.files.git_safely import NO_PROGRAMS, environ_for_git

GIT_SECONDS = 60
MOST_LINES = 6

Environ = Mapping[str, str]

_NOTHING_BESIDE = (
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "push.followTags=false"),
    *("-c", "push.gpgSign=false"),
    *("-c", "push.recurseSubmodules=no"),
)
FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-prune",
    "--no-recurse-submodules",
    "--refmap=",
)
"""Brings objects, and moves no ref of the clone."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How git ended, what it printed, and its words about it in one line, without credentials."""

    code: int
    out: bytes
    words: str


def run_git(
    folder: Path,
    *arguments: str,
    environ: Environ,
    given: bytes = b"",
    seconds: float = GIT_SECONDS,
) -> Ran:
    """What git answers, also when it fails or is too slow. Raises Locked where there is no git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *NO_PROGRAMS, *_NOTHING_BESIDE, *arguments],
            input=given,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=environ_for_git(environ),
        )
    except FileNotFoundError as error:
        hint = "the fence is kept in git"
        raise Locked("git is not installed; nothing was changed", hint=hint) from error
    except subprocess.TimeoutExpired:
        return Ran(-1, b"", f"no answer in {seconds:.0f} seconds")
    return Ran(done.returncode, done.stdout, _in_words(done.stderr))


def masked(text: str) -> str:
    """The text without the user names and passwords that stand in addresses."""
    return re.sub(r"(?<=://)[^/\s]*@", "***@", text)


def _in_words(stderr: bytes) -> str:
    text = stderr.decode("utf-8", "replace")
    lines = ("".join(it for it in line if it.isprintable()).strip() for line in text.splitlines())
    # What they say stands in the other lines already, or is for somebody at a keyboard.
    told = [it for it in lines if it and not it.startswith(("error: failed to push", "hint: "))]
    return masked("; ".join(it.removeprefix("fatal: ") for it in told[:MOST_LINES]))
