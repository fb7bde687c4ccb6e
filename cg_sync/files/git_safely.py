"""How git is called: without programs that a repository names, and without secrets of ours."""

from __future__ import annotations

import os
from collections.abc import Mapping

NO_PROGRAMS = (
    *("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false"),
    # Else a folder of the project that is laid out like a repository is taken for one, with the
    # programs that its `config` names: anybody can put such a folder into a pull request.
    *("-c", "safe.bareRepository=explicit"),
)
"""The options to put before git's command."""


def environ_for_git(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what is ours alone: git may start helpers and filters."""
    ours = "CG_SYNC_"
    kept = {name: value for name, value in environ.items() if not name.startswith(ours)}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
