"""Used by action.yml: finds the plan that was read on the pull request behind GITHUB_SHA.

    find_plan.py ARTIFACT-NAME [WORKFLOW-FILE]

The file, such as .github/workflows/plan.yml, is the one that plans; without it, the running one.
Prints `run-id=…`, `pull=…` and `head=…`, as GITHUB_OUTPUT takes them. Exit codes are those of
cg-sync.
"""

from __future__ import annotations

import os
import sys

from cg_sync.errors import CgSyncError
from cg_sync.forge.artifact import find_plan, merge_of
from cg_sync.forge.client import ForgeClient
from cg_sync.forge.github import GITHUB
from cg_sync.forge.place import GITHUB_API


def main(name: str, workflow: str = "") -> int:
    """The exit code; what was found goes to stdout, what went wrong to stderr."""
    try:
        client = ForgeClient(
            GITHUB,
            os.environ.get("GITHUB_API_URL") or GITHUB_API,
            os.environ.get("GITHUB_TOKEN") or "",
            environ=os.environ,
        )
        found = find_plan(client, merge_of(os.environ, workflow), name)
    except CgSyncError as error:
        sys.stderr.write(f"error: {error}\n  {error.hint}\n")
        return int(error.exit_code)
    sys.stdout.write(f"run-id={found.run}\npull={found.pull}\nhead={found.head}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
